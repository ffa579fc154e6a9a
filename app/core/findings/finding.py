"""A finding is one claim about the change: born as a `Claim`, placed on the diff, numbered per pull request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from app.core.change.diff import Side


class Severity(StrEnum):
    """How bad it is if the claim is true, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NIT = "nit"

    @property
    def rank(self) -> int:
        """0 for critical … 4 for nit, to sort by."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as severe as `other`, or more."""
        return self.rank <= other.rank


class Source(StrEnum):
    """Who claims it."""

    MODEL = "model"
    ANALYZER = "analyzer"
    ARCHITECTURE = "architecture"
    SECRETS = "secrets"


class Placed(StrEnum):
    """Where a finding can stand on GitHub."""

    LINE = "line"
    FILE = "file"
    SUMMARY = "summary"


class Standing(StrEnum):
    """What a second reader, who had not seen the first one's reasoning, made of a claim that is kept."""

    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of the code as a reader quotes it, proved to stand in one of the two versions."""

    path: str
    line: int | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a claim came through verification. `model` answered (empty: none did); `reason` says what is missing."""

    standing: Standing
    model: str = ""
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which reply a model's claim stands in: the model that answered, and the digest of what it was asked."""

    model: str
    request: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """A line that a claim names beside its own, and that is not proved yet; `quote` is its exact text."""

    path: str
    side: Side
    line: int | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a reviewer says, before its place is proved.

    `quote` is the exact text of the first line meant (without diff sign). `start_line` is None for a single line;
    `line` is the last line of the range. `title` and `body` are untrusted text, never Markdown to be posted as is.
    `lenses` are the model's passes that found it, `origin` the reply of the one whose words these are. `introduced` is
    False if its finder thinks that the fault was there before. `verification` is None for what no second reader was
    asked about. `suggestion` is what is to stand in place of the claimed lines.

    A fault may show on a line that the change leaves as it is: `enabled_by` is then the changed line that its finder
    says causes or exposes it. Once that is proved the claim stands there, and `shows_at` is the line where it shows.
    """

    path: str
    side: Side = Side.RIGHT
    start_line: int | None = None
    line: int | None = None
    quote: str = ""
    severity: Severity
    category: str
    confidence: int
    title: str
    body: str
    source: Source
    rule: str | None = None
    suggestion: str | None = None
    lenses: tuple[str, ...] = ()
    origin: Origin | None = None
    introduced: bool = True
    verification: Verification | None = None
    enabled_by: Pointer | None = None
    shows_at: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place proved against the diff: `start_line`..`line` (or `line` alone) on `side`, all inside one hunk."""

    side: Side
    start_line: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a claim stands, and why there. `anchor` is set if and only if `placed` is `line`."""

    placed: Placed
    anchor: Anchor | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A placed claim with its identity. `number` is unique in the pull request for ever (`F7`); 0 before numbering.

    `symbol` is the definition that its line stands in, as diffs show it; empty for a line in none, None if nobody told.
    """

    claim: Claim
    placement: Placement
    fingerprint: str
    number: int = 0
    blocking: bool = False
    symbol: str | None = None

    @property
    def id(self) -> str:
        """The name people use: `F7`."""
        return f"F{self.number}"

    @property
    def severity(self) -> Severity:
        """The claim's severity."""
        return self.claim.severity

    def evolve(self, *, number: int | None = None, blocking: bool | None = None) -> Self:
        """A copy with a number or a decision about blocking."""
        return type(self)(
            claim=self.claim,
            placement=self.placement,
            fingerprint=self.fingerprint,
            number=self.number if number is None else number,
            blocking=self.blocking if blocking is None else blocking,
            symbol=self.symbol,
        )


def fingerprint(*, path: str, category: str, quote: str, symbol: str, ordinal: int = 0) -> str:
    """Identity of a finding across pushes and rebases: 32 hex digits over what a move of lines does not change.

    `symbol` is the enclosing definition as the diff shows it; `ordinal` tells equal quotes in one symbol apart.
    """
    parts = [path, category, " ".join(quote.split()), " ".join(symbol.split()), ordinal]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:32]
