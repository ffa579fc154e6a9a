"""Where a mistake would be dear, by paths alone: which changed paths are sensitive, why, and whose they are.

The words and names are those of `app.core.change.classes.danger` and `conventions`; here they only get a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol

from app.core.change.classes.classify import is_ci, is_lock, is_migration, is_prose, is_test, keeps_secrets
from app.core.change.classes.risk import dangers_of_name, dangers_of_path
from app.core.people.owners import CODEOWNERS_PATHS, Owners
from app.core.text.globs import Glob


class SensitiveKind(StrEnum):
    """What a path has to do with."""

    DECLARED = "declared"
    """The policy's own `people.sensitive` names it."""
    POLICY = "policy"
    CODEOWNERS = "codeowners"
    AGENTS = "agent_instructions"
    AUTH = "auth"
    USER_DATA = "user_data"
    PAYMENTS = "payments"
    CI = "ci"
    INFRASTRUCTURE = "infrastructure"
    MIGRATIONS = "migrations"
    DEPENDENCIES = "dependencies"


_WORDS: Final[Mapping[SensitiveKind, str]] = {
    SensitiveKind.DECLARED: "named in the policy",
    SensitiveKind.POLICY: "rules of review",
    SensitiveKind.CODEOWNERS: "code owners",
    SensitiveKind.AGENTS: "agent instructions",
    SensitiveKind.USER_DATA: "user data",
    SensitiveKind.CI: "CI",
}


def name_kind(kind: SensitiveKind) -> str:
    """The kind in words for people."""
    return _WORDS.get(kind, kind.value)


class DeclaredPaths(Protocol):
    """One entry of `people.sensitive`: globs, and whose the paths are."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Globs over whole paths."""

    @property
    def owners(self) -> Literal["codeowners"] | tuple[str, ...]:
        """Names as CODEOWNERS has them, or the word for: whoever CODEOWNERS names."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """One path of a change and one reason to call it sensitive. `why` is shown; `owners` is empty for nobody's."""

    path: str
    kind: SensitiveKind
    why: str
    owners: tuple[str, ...] = ()


KIND_OF_WORDS = {
    "about who somebody is": SensitiveKind.AUTH,
    "about who may do what": SensitiveKind.AUTH,
    "about secrets": SensitiveKind.AUTH,
    "about cryptography": SensitiveKind.AUTH,
    "about money": SensitiveKind.PAYMENTS,
    "about personal data": SensitiveKind.USER_DATA,
    "about what runs where": SensitiveKind.INFRASTRUCTURE,
}
"""The kinds of rows of `PATH_WORDS`. The other rows are dangers, but of no kind that has owners of its own."""

KIND_OF_NAMES = {
    "a workflow": SensitiveKind.CI,
    "the rules of review": SensitiveKind.POLICY,
    "instructions to coding agents": SensitiveKind.AGENTS,
    "what is installed": SensitiveKind.DEPENDENCIES,
    "what runs where": SensitiveKind.INFRASTRUCTURE,
}
"""The same for rows of `NAMES`."""

_BY_CLASS = (
    (is_ci, SensitiveKind.CI, "CI"),
    (is_migration, SensitiveKind.MIGRATIONS, "a migration of a database"),
    (is_lock, SensitiveKind.DEPENDENCIES, "which versions are installed"),
    (keeps_secrets, SensitiveKind.AUTH, "a place of secrets"),
)


def find_sensitive(paths: Iterable[str], declared: Sequence[DeclaredPaths], owners: Owners) -> tuple[Sensitive, ...]:
    """The sensitive ones among `paths`, old and new ones of a change, each kind of a path once and with its reason.

    `declared` is the policy's `people.sensitive`, `owners` the CODEOWNERS, both of the base. Raises BadGlob for a glob
    that the policy should not have let through.
    """
    rules = [([Glob.parse(pattern) for pattern in entry.paths], entry.owners) for entry in declared]
    found: list[Sensitive] = []
    for path in dict.fromkeys(paths):
        for globs, whose in rules:
            fitting = next((glob for glob in globs if glob.matches(path)), None)
            if fitting is not None:
                named = owners.of(path) if whose == "codeowners" else whose
                why = f"people.sensitive names it: {fitting.pattern}"
                found.append(Sensitive(path, SensitiveKind.DECLARED, why, named))
        told: dict[SensitiveKind, str] = {}
        for kind, why in _reasons(path):
            told.setdefault(kind, why)
        found.extend(Sensitive(path, kind, told[kind], owners.of(path)) for kind in SensitiveKind if kind in told)
    return tuple(found)


def _reasons(path: str) -> Iterator[tuple[SensitiveKind, str]]:
    """All kinds of a path, the surest reason of each first."""
    for danger in dangers_of_name(path):
        if danger.why in KIND_OF_NAMES:
            kind = KIND_OF_NAMES[danger.why]
            named = path.rpartition("/")[2].lower() in _CODEOWNERS
            if kind is SensitiveKind.POLICY and named:
                yield SensitiveKind.CODEOWNERS, "by its name: who owns what"
            else:
                yield kind, f"by its name: {danger.why}"
    for fits, kind, what in _BY_CLASS:
        if fits(path):
            yield kind, f"by its name: {what}"
    # What tests and prose are about does not make them dangerous.
    if not is_test(path) and not is_prose(path):
        rows = {danger.why for danger in dangers_of_path(path)}
        yield from ((KIND_OF_WORDS[why], f"by words of its path: {why}") for why in KIND_OF_WORDS if why in rows)


_CODEOWNERS = {path.rpartition("/")[2].lower() for path in CODEOWNERS_PATHS}
