"""What a repository already says of its own architecture, in the words of another tool, and where it says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.core.fit.delta import NotAnalysed
from app.core.gate.policy import ArchitecturePolicy, Forbidden, Layer

MOST_CHARACTERS: Final = 256_000
"""Of a file that declares."""

MOST_OF_A_FILE: Final = 200
TEXT_CHARACTERS: Final = 400


class DeclarationUnreadable(ValueError):
    """A file is not what its name promises. The message says why, in words of ours."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One thing that is declared. `text` is on one line, cut to `TEXT_CHARACTERS`, and from the repository."""

    tool: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """One declaration as rules of ours, as far as those can say it. `whole`: it says no more than they do.

    Contracts of import-linter forbid indirect imports too, unless they say otherwise; ours are about direct ones.
    """

    declaration: Declaration
    layers: tuple[Layer, ...] = ()
    forbid: tuple[Forbidden, ...] = ()
    whole: bool = True

    @property
    def policy(self) -> ArchitecturePolicy:
        """It alone, as a policy that a graph can be held to."""
        return ArchitecturePolicy(layers=self.layers, forbid=self.forbid)


@dataclass(frozen=True, slots=True)
class Declared:
    """All that is declared, by path and line, what of it became rules, and the files that could not be read."""

    declarations: tuple[Declaration, ...] = ()
    rules: tuple[DeclaredRule, ...] = ()
    unread: tuple[NotAnalysed, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, or a custom, with which an architecture is declared.

    `reads`: whether it looks at a path. `read` gets path, text and all paths of the tree, and raises
    DeclarationUnreadable.
    """

    reads: Callable[[str], bool]
    read: Callable[[str, str, Collection[str]], Declared]


def declare(tool: str, path: str, line: int, text: str) -> Declaration:
    """A declaration whose text is made fit to be shown on one line."""
    return Declaration(tool, path, line, show(text))


def show(text: str, most: int = TEXT_CHARACTERS) -> str:
    """Text on one line, without what cannot be shown, cut to so many characters."""
    shown = "".join(char if char.isprintable() else " " for char in text[: 2 * most])
    return " ".join(shown.split())[:most]


def line_at(text: str, offset: int) -> int:
    """The line, 1-based, of a place in a text; 1 for a place that was not found."""
    return text.count("\n", 0, max(0, offset)) + 1


def take_words(value: object) -> tuple[str, ...]:
    """The texts in what should be a text or a list of them."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def take_members(value: object) -> Mapping[str, object]:
    """The members of what should be an object; none of anything else."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
