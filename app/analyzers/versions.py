"""Which versions of the tools look at a change: the same version finds the same."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version

from app.core.fit.source_facts import EXTRACTOR
from app.syntax.languages import LANGUAGES, Language

TOOLS = ("ruff", "zizmor", "tree-sitter")
"""The analyzers that are programs of others; the rest are part of this one."""


def list_versions() -> dict[str, str]:
    """The installed version of each tool, by name; of the grammars too."""
    grammars = sorted({row.module.replace("_", "-") for row in LANGUAGES.values()})
    return {name: version(name) for name in (*TOOLS, *grammars)} | {"extractor": str(EXTRACTOR)}


@lru_cache(maxsize=len(LANGUAGES))
def reader_of(language: Language) -> str:
    """Who reads source files of a language: what was read by another one is read anew."""
    return f"{EXTRACTOR} {language.value} {version(LANGUAGES[language].module.replace('_', '-'))}"
