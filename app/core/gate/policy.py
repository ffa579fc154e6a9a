"""`lintel.yml` as strict values: every key known, every mistake with its line and column.

The file is untrusted text from a repository: it is small, has no aliases, no tags, no repeated keys.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.core.findings.finding import Severity
from app.core.text.globs import BadGlob, Glob
from app.core.text.yaml import Document, YamlFault, read_yaml

POLICY_PATH = ".github/lintel.yml"
"""Where a repository keeps its policy; read from the tip of the base branch alone."""

MAX_GLOBS = 500
"""More patterns than this in one list are refused: each is tried on each path of a change."""


class Mode(StrEnum):
    """Whether the check can block."""

    GATE = "gate"
    ADVISORY = "advisory"


class BlockOn(StrEnum):
    """The lowest severity that blocks."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"

    def blocks(self, severity: Severity) -> bool:
        """Whether a finding of `severity` blocks. Nits never do."""
        return self is not BlockOn.NEVER and severity.at_least(Severity(self.value))


class ModelUse(StrEnum):
    """Whether a review that no model made may be green."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class CheckNaming(StrEnum):
    """Whether the check's name carries the base branch."""

    PER_BASE = "per_base"
    SHARED = "shared"


def _checked_globs(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            Glob.parse(pattern)
        except BadGlob as error:
            raise ValueError(str(error)) from error
    return patterns


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Patterns = Annotated[tuple[str, ...], Field(max_length=MAX_GLOBS)]


class WrittenRule(_Section):
    """A rule in words for some paths."""

    paths: Patterns
    text: Annotated[str, Field(min_length=1, max_length=2000)]

    _globs = field_validator("paths")(_checked_globs)


class Lenses(_Section):
    """Which reviewers read the change."""

    correctness: bool = True
    contracts: bool = True
    security: bool = True
    rules: bool = True


class ReviewPolicy(_Section):
    """What is reviewed, and how much is said."""

    branches: Patterns = ("**",)
    drafts: bool = False
    bots: bool = True
    exclude: Patterns = ()
    guidance: Patterns = ()
    rules: Annotated[tuple[WrittenRule, ...], Field(max_length=200)] = ()
    lenses: Lenses = Lenses()
    max_comments: Annotated[int, Field(ge=0, le=50)] = 10

    _globs = field_validator("branches", "exclude", "guidance")(_checked_globs)


class Layer(_Section):
    """One layer of the architecture; it may import those below it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    paths: Patterns

    _globs = field_validator("paths")(_checked_globs)


class Forbidden(_Section):
    """An import that must not be, and why."""

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    because: str = ""

    @field_validator("source", "target")
    @classmethod
    def _glob(cls, pattern: str) -> str:
        return _checked_globs((pattern,))[0]


class ArchitecturePolicy(_Section):
    """The declared shape of the code."""

    layers: Annotated[tuple[Layer, ...], Field(max_length=100)] = ()
    forbid: Annotated[tuple[Forbidden, ...], Field(max_length=200)] = ()
    cycles: Literal["new", "allow"] = "new"
    severity: Severity = Severity.HIGH


class AnalyzerPolicy(_Section):
    """Which analyzers run."""

    ruff: bool = True
    zizmor: bool = True
    secrets: bool = True


class AiAuthored(_Section):
    """What is asked of changes that carry a marker of AI authorship."""

    human_approvals: Annotated[int, Field(ge=0, le=10)] = 0


class SensitivePaths(_Section):
    """Paths where only their owners may dismiss or override."""

    paths: Patterns
    owners: Literal["codeowners"] | tuple[str, ...]

    _globs = field_validator("paths")(_checked_globs)


class PeoplePolicy(_Section):
    """Who may do what."""

    ai_authored: AiAuthored = AiAuthored()
    sensitive: tuple[SensitivePaths, ...] = ()
    override: Literal["maintain", "admin"] = "maintain"


class Budget(_Section):
    """Hard limits in US dollars."""

    review_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 5.0
    pull_request_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 20.0


class Policy(_Section):
    """The whole of `lintel.yml`, with its defaults."""

    version: Literal[1] = 1
    mode: Mode = Mode.GATE
    block_on: BlockOn = BlockOn.HIGH
    model: ModelUse = ModelUse.REQUIRED
    check: CheckNaming = CheckNaming.PER_BASE
    review: ReviewPolicy = ReviewPolicy()
    architecture: ArchitecturePolicy = ArchitecturePolicy()
    analyzers: AnalyzerPolicy = AnalyzerPolicy()
    people: PeoplePolicy = PeoplePolicy()
    budget: Budget = Budget()
    floor: dict[str, Any] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the effective values: a verdict is bound to it."""
        body = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
        return hashlib.sha256(body.encode()).hexdigest()

    def with_model(self, use: ModelUse) -> Self:
        """The same policy with another answer to whether a model must read."""
        return self.model_copy(update={"model": use})


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """Why a policy cannot be used. `line` and `column` count from 1; `mode` is the one that holds meanwhile."""

    path: str
    line: int
    column: int
    message: str
    mode: Mode = Mode.GATE

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the fault: what a verdict made under it is bound to."""
        said = str(self) if self.mode is Mode.GATE else f"{self} ({self.mode})"
        return hashlib.sha256(said.encode()).hexdigest()


def read_policy(text: str | None, path: str = POLICY_PATH, *, shared: bool = False) -> Policy | PolicyFault:
    """The policy in `text`; the defaults if there is no file (None) or it is empty; or the first fault in it.

    Only a file that many repositories have in common (`shared`) may have a floor.
    """
    if text is None:
        return Policy()
    try:
        document = read_yaml(text)
    except YamlFault as fault:
        return PolicyFault(path, fault.line, fault.column, fault.message)
    if document.value is None:
        return Policy()
    if not isinstance(document.value, dict):
        return PolicyFault(path, 1, 1, "the file must be a mapping of keys to values")
    policy = check_policy(document, path)
    if isinstance(policy, Policy) and policy.floor and not shared:
        return PolicyFault(path, *document.place(("floor",)), "`floor` is a key of the organisation's file alone")
    return policy


def read_policy_bytes(content: bytes | None, path: str = POLICY_PATH, *, shared: bool = False) -> Policy | PolicyFault:
    """The same for a file's bytes, which must be UTF-8."""
    if content is None:
        return Policy()
    try:
        return read_policy(content.decode("utf-8"), path, shared=shared)
    except UnicodeDecodeError as error:
        return PolicyFault(path, content.count(b"\n", 0, error.start) + 1, 1, "the file is not UTF-8")


def check_policy(document: Document, path: str, *, below: tuple[str, ...] = ()) -> Policy | PolicyFault:
    """The policy in a mapping, or in the one that stands `below` some of its keys; or the first fault in it."""
    value = document.value
    for key in below:
        value = value[key]
    try:
        # JSON mode with strict types takes lists for tuples and words for enums, and nothing else loosely.
        return Policy.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        faults = [((*below, *item["loc"]), item) for item in error.errors()]
        where, first = min(faults, key=lambda fault: document.place(fault[0]))
        return PolicyFault(path, *document.place(where), _say(first["type"], where, first["msg"]))


def _say(kind: str, location: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in location) or "the file"
    if kind == "extra_forbidden":
        return f"unknown key `{name}`"
    return f"`{name}`: {message[:1].lower()}{message[1:]}"
