"""Text to tree, bounded in size and time. What is parsed is untrusted: it is read, never run.

The deadline is looked at between the steps of a parser, and that is not enough for a text from a pull request: `a<`
20,000 times holds the grammar of Java for half a minute in one step, with no other thread running, and 500 kB of `%w(`
end the process in C and C++ (tree-sitter 0.26). So all texts are parsed in a process apart, as `app.analyzers.apart`
does it; a contract on imports keeps grammars out of every other one.

Trees recover from faults, so there is a tree for any text; `app.syntax.faults` tells whether it can be trusted. Rows
of a tree end at line feeds alone, as lines do everywhere in Lintel, and its columns and offsets count bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from typing import Final

import tree_sitter

from app.syntax.languages import LANGUAGES, Language

MAX_BYTES: Final = 512 << 10
"""Of a file. Memory grows with what is parsed, and worse than the file: 4 MB of one list took 766 MB."""

_SLICE: Final = 64 << 10
_SMALL_SLICE: Final = 256
"""What is read at once for the text of a node, which reads in the same way: most are a name."""


class Unparsed(StrEnum):
    """Why there is no tree. The value says so to people."""

    TOO_LARGE = "the file is too large to parse"
    TOO_SLOW = "parsing the file took too long"
    TOO_BROKEN = "the file is too far from its language to be read"
    TOO_MANY = "the file has more or longer imports than are read"
    UNREADABLE = "the file is in an encoding that is not read"
    NO_GRAMMAR = "the grammar of the language cannot be loaded"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When to stop: at `at` seconds of `clock`."""

    at: float
    clock: Callable[[], float]

    def is_over(self) -> bool:
        """Whether that time has come."""
        return self.clock() >= self.at


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text and its tree. The tree holds offsets into `source`."""

    language: Language
    source: bytes
    tree: tree_sitter.Tree


def parse(language: Language, source: bytes, *, deadline: Deadline) -> Parsed | Unparsed:
    """The tree of a text (UTF-8; other bytes count as faults), or why there is none."""
    if len(source) > MAX_BYTES:
        return Unparsed.TOO_LARGE
    grammar = load_grammar(language)
    if grammar is None:
        return Unparsed.NO_GRAMMAR
    if deadline.is_over():
        return Unparsed.TOO_SLOW
    # A parser of its own for each text: one that was stopped goes on where it was until it is reset, and none is
    # shared between threads. Only text that is read through a callback can be stopped.
    parser = tree_sitter.Parser(grammar)
    size = _SLICE
    try:
        tree = parser.parse(
            lambda offset, _: source[offset : offset + size], progress_callback=lambda *_: deadline.is_over()
        )
    except ValueError:
        return Unparsed.TOO_SLOW
    size = _SMALL_SLICE
    return Parsed(language, source, tree)


@lru_cache(maxsize=len(LANGUAGES))
def load_grammar(language: Language) -> tree_sitter.Language | None:
    """The grammar of a language, loaded once; None where it is not installed, or of an ABI that nobody reads here."""
    row = LANGUAGES[language]
    try:
        return tree_sitter.Language(getattr(import_module(row.module), row.function)())
    except (ImportError, AttributeError, ValueError):
        return None
