"""Which resolver is asked about which language, and what each needs to read. Adding one is a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import translate
from re import compile as compile_pattern
from types import MappingProxyType
from typing import Final, NamedTuple

from app.architecture.resolution import Build
from app.architecture.resolve.c_sharp import TEXTS as C_SHARP_TEXTS
from app.architecture.resolve.c_sharp import CSharpResolver
from app.architecture.resolve.go import TEXTS as GO_TEXTS
from app.architecture.resolve.go import GoResolver
from app.architecture.resolve.java import TEXTS as JAVA_TEXTS
from app.architecture.resolve.java import JavaResolver
from app.architecture.resolve.python import TEXTS as PYTHON_TEXTS
from app.architecture.resolve.python import PythonResolver
from app.architecture.resolve.rust import TEXTS as RUST_TEXTS
from app.architecture.resolve.rust import RustResolver
from app.architecture.resolve.script import TEXTS as SCRIPT_TEXTS
from app.architecture.resolve.script import ScriptResolver
from app.syntax.languages import Language


class _Row(NamedTuple):
    """`texts` are globs of files that the resolver reads: over names; with a slash, over the ends of paths."""

    languages: tuple[Language, ...]
    build: Build
    texts: tuple[str, ...]


_ROWS: Final = (
    _Row((Language.PYTHON,), PythonResolver, PYTHON_TEXTS),
    _Row((Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX), ScriptResolver, SCRIPT_TEXTS),
    _Row((Language.GO,), GoResolver, GO_TEXTS),
    _Row((Language.JAVA, Language.KOTLIN), JavaResolver, JAVA_TEXTS),
    _Row((Language.RUST,), RustResolver, RUST_TEXTS),
    _Row((Language.C_SHARP,), CSharpResolver, C_SHARP_TEXTS),
)

BUILDERS: Final[Mapping[Language, Build]] = MappingProxyType(
    {language: row.build for row in _ROWS for language in row.languages}
)
"""What makes the resolver of a language. Languages with the same one share one resolver: it is made once for them."""

_TEXTS: Final = {text for row in _ROWS for text in row.texts}
_NAMES: Final = frozenset(text for text in _TEXTS if "*" not in text and "/" not in text)
_ENDINGS: Final = tuple({text.rpartition("*")[2] for text in _TEXTS - _NAMES})
_GLOBS: Final = compile_pattern("|".join(translate(f"*/{text}") for text in sorted(_TEXTS - _NAMES)))


def wants_text(path: str) -> bool:
    """Whether `Ground.texts` needs the file at `path`: a manifest, or settings, of any resolver."""
    if path.rpartition("/")[2] in _NAMES:
        return True
    # most paths are told apart by how they end, which is ten times faster
    return path.endswith(_ENDINGS) and _GLOBS.match(f"/{path}") is not None
