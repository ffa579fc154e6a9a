"""What every analyzer is: which files it wants, and what it says about them. One file with an `ANALYZER` is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.core.change.diff import FilePatch, LineKind
from app.core.findings.finding import Claim, Source
from app.core.secrecy.names import NameSecret
from app.core.secrecy.redaction import PatchSecret


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's bytes at merge base (under its old path) and at head; None where there is no such file."""

    base: bytes | None
    head: bytes | None


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file to analyze. `patch` is the redacted one; `contents` is None for an analyzer that does not read.

    `names` are the secrets in its new path.
    """

    patch: FilePatch
    secrets: tuple[PatchSecret, ...] = ()
    contents: Contents | None = None
    names: tuple[NameSecret, ...] = ()

    @property
    def path(self) -> str:
        """Its path at head."""
        return self.patch.path

    @property
    def added(self) -> frozenset[int]:
        """The numbers, at head, of the lines the change adds."""
        lines = (line for hunk in self.patch.hunks for line in hunk.lines)
        return frozenset(line.number for line in lines if line.kind is LineKind.ADDED)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a tool may use, and how large a file it is given."""

    seconds: float = 20.0
    memory_bytes: int = 2 << 30
    output_bytes: int = 16 << 20
    file_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Unanalyzed:
    """A file that an analyzer could not judge, or all of them (`path` is None), and why, in our own words."""

    path: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class AnalyzerReport:
    """What one analyzer claims. A path in neither `analyzed` nor `failures` was not given to it."""

    claims: tuple[Claim, ...] = ()
    analyzed: frozenset[str] = frozenset()
    failures: tuple[Unanalyzed, ...] = ()


@dataclass(frozen=True, slots=True)
class Analyzer:
    """One analyzer. `wants` decides by the change alone; `run` never raises for what a file holds, it reports it.

    `reads`: whether it needs whole files. `source` is whose claims they are.
    """

    name: str
    wants: Callable[[FilePatch], bool]
    run: Callable[[Sequence[ChangedFile], Limits], Awaitable[AnalyzerReport]]
    reads: bool = True
    source: Source = field(default=Source.ANALYZER)
