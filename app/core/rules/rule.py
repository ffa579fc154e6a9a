"""A written rule of the repository: what it says, where it applies, where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.core.text.globs import Glob

EVERYWHERE = "**"


@dataclass(frozen=True)
class Scope:
    """Everything below `directory` (empty: the root) that one of `patterns` fits, seen from there; none: all of it."""

    directory: str = ""
    patterns: tuple[str, ...] = ()

    def __str__(self) -> str:
        below = f"{self.directory}/" if self.directory else ""
        return ", ".join(f"{below}{pattern}" for pattern in self.patterns or (EVERYWHERE,))

    def covers(self, path: str) -> bool:
        """Whether a file is meant."""
        if self.directory and not path.startswith(f"{self.directory}/"):
            return False
        below = path[len(self.directory) + 1 :] if self.directory else path
        return not self.patterns or any(glob.matches(below) for glob in self._globs)

    @cached_property
    def narrowness(self) -> tuple[int, bool]:
        """Greater the narrower: the directories it names for certain, then whether it chooses among the files there."""
        own = self.directory.count("/") + 1 if self.directory else 0
        certain = min((_literal_depth(pattern) for pattern in self.patterns), default=0)
        return own + certain, any(pattern != EVERYWHERE for pattern in self.patterns)

    @cached_property
    def _globs(self) -> tuple[Glob, ...]:
        return tuple(map(Glob.parse, self.patterns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One atomic rule. `id` (`R-014`) is unique in its rulebook.

    `text` is a line without unseen characters or secrets; `heading` says under which headings it stands. `line` is
    None where a rule was declared in no file of the base. `declared`: the policy spells it out, nobody had to find it.
    """

    id: str
    scope: Scope
    text: str
    path: str
    line: int | None = None
    heading: str = ""
    declared: bool = False

    @property
    def place(self) -> str:
        """Where it stands: `docs/adr/003.md:12`."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    @property
    def name(self) -> str:
        """How a finding cites it: `R-014 · docs/adr/003.md:12`."""
        return f"{self.id} · {self.place}"


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of guidance that was not read, or not to its end, and why: a clause for people."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All written rules of one base, in the order of their numbers, and what of the guidance is not among them."""

    rules: tuple[Rule, ...] = ()
    unread: tuple[Unread, ...] = ()


def _literal_depth(pattern: str) -> int:
    """How many directories a glob begins with that are names."""
    depth = 0
    for segment in pattern.removeprefix("/").split("/")[:-1]:
        if any(mark in segment for mark in "*?[{\\"):
            break
        depth += 1
    return depth
