"""The languages that are read here, and which of them a path is written in. Adding one is a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class Language(StrEnum):
    """A language with a grammar."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    TSX = "tsx"
    GO = "go"
    JAVA = "java"
    RUST = "rust"
    C_SHARP = "c_sharp"
    KOTLIN = "kotlin"
    RUBY = "ruby"
    PHP = "php"
    C = "c"
    CPP = "cpp"

    # that of an enumeration is made in Python, each time anew: a tenth of a survey of ten thousand files
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Written:
    """How a language is told from others: by the endings of its files (lower case, no dot), or their whole names.

    `module` is the package that holds the grammar, `function` what gives it out there.
    """

    module: str
    endings: tuple[str, ...]
    names: tuple[str, ...] = ()
    function: str = "language"


_RUBY_NAMES = ("Rakefile", "Gemfile", "Podfile", "Vagrantfile", "Brewfile", "Guardfile", "Fastfile", "Dangerfile")

LANGUAGES: Final[Mapping[Language, Written]] = MappingProxyType(
    {
        Language.PYTHON: Written("tree_sitter_python", ("py", "pyi", "pyw"), ("SConstruct", "SConscript", "wscript")),
        Language.JAVASCRIPT: Written("tree_sitter_javascript", ("js", "mjs", "cjs", "jsx"), ("Jakefile",)),
        Language.TYPESCRIPT: Written("tree_sitter_typescript", ("ts", "mts", "cts"), function="language_typescript"),
        Language.TSX: Written("tree_sitter_typescript", ("tsx",), function="language_tsx"),
        Language.GO: Written("tree_sitter_go", ("go",)),
        Language.JAVA: Written("tree_sitter_java", ("java",)),
        Language.RUST: Written("tree_sitter_rust", ("rs",)),
        Language.C_SHARP: Written("tree_sitter_c_sharp", ("cs", "csx")),
        Language.KOTLIN: Written("tree_sitter_kotlin", ("kt", "kts")),
        Language.RUBY: Written("tree_sitter_ruby", ("rb", "rake", "gemspec", "ru"), _RUBY_NAMES),
        Language.PHP: Written("tree_sitter_php", ("php", "phtml"), function="language_php"),
        Language.C: Written("tree_sitter_c", ("c",)),
        # a header says not which of the two it is for; nearly all of C reads as C++, and not the other way round
        Language.CPP: Written("tree_sitter_cpp", ("cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inl", "ipp")),
    }
)

_BY_ENDING: Final = {ending: language for language, row in LANGUAGES.items() for ending in row.endings}
_BY_NAME: Final = {name: language for language, row in LANGUAGES.items() for name in row.names}


@lru_cache(maxsize=65_536)
def language_of(path: str) -> Language | None:
    """The language of a file by its name alone; None for one without a grammar here."""
    return _BY_NAME.get(path.rpartition("/")[2]) or _BY_ENDING.get(ending_of(path))


def ending_of(path: str) -> str:
    """What follows the last dot of a file's name, in lower case; empty for a name without one, or that begins so."""
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    return ending.lower() if dot and stem.strip(".") else ""
