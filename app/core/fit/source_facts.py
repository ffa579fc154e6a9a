"""What one source file says of itself: what it imports, defines and calls. Plain values; nothing here reads a file.

They are made of untrusted text in a process of its own: they come back as JSON and are checked where they come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

EXTRACTOR: int = 3
"""The version of what is read out of files. Kept facts are found again under it: raise it with every change."""

SPELLED: int = 1
"""The `level` of what code of Java, Kotlin and C# names with its whole package or namespace, without an import."""


class When(StrEnum):
    """When an import takes effect."""

    LOADING = "loading"
    LAZY = "lazy"
    """Within a function: only once that runs."""

    TYPES = "types"
    """For a type checker alone; nothing is loaded."""


class Import(NamedTuple):
    """One import as it is written.

    `target` is what it names, without quotes (`app.core`, `./x`, `java.util.List`, `crate::a::b`); `level` are the dots
    before it in Python. `names` are what is taken out of it, by their names there; `*` for everything, none for the
    whole. `line` is where it stands, 1-based; of a statement over several lines, `lines` has one for each name.
    `passed_on`: what it takes can be imported from here (`export … from`, `pub use`), `as_names` by these names.
    """

    target: str
    line: int
    names: tuple[str, ...] = ()
    level: int = 0
    when: When = When.LOADING
    passed_on: bool = False
    as_names: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()

    def line_of(self, name: str) -> int:
        """The line on which a name of it stands."""
        return self.lines[self.names.index(name)] if self.lines and name in self.names else self.line


class Symbol(NamedTuple):
    """One definition. `within` are the names around it, outermost first; lines are 1-based and inclusive.

    `signature` is how it is used, on one line without its body; empty where it has none. `public`: code elsewhere may
    use it, by the customs of its language.
    """

    name: str
    kind: str
    within: tuple[str, ...]
    first_line: int
    last_line: int
    public: bool
    signature: str = ""

    @property
    def path(self) -> str:
        """Its name with those around it: `Outer.inner`."""
        return ".".join((*self.within, self.name))


class Call(NamedTuple):
    """A call by name: the last part of what is called, and where."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What places one file in the graph. `packages` are those it says it belongs to (Java, Kotlin, Go, C#, PHP).

    `partial`: it has faults of syntax, or imports what is not written out, so that something may be missing.
    """

    language: str
    packages: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file defines and calls, in document order.

    `partial`: it has faults of syntax, so that something may be missing.
    """

    symbols: tuple[Symbol, ...] = ()
    calls: tuple[Call, ...] = ()
    partial: bool = False
