"""The names of files in which a replacement can be weighed. It loads no parser, so that anybody may ask."""

from __future__ import annotations

from typing import Final

from app.syntax.languages import Language, ending_of, language_of

EXACT: Final = frozenset({"json", "toml", "yml", "yaml"})
"""Endings of files that are either right or not, beside those of Python."""

_PROSE: Final = frozenset({"md", "markdown", "rst", "adoc"})
"""Files for people alone, in which no fix breaks a program. Not `txt`: requirements and build files have it."""


def is_weighable(path: str) -> bool:
    """Whether a replacement in such a file may ever be offered: somebody here reads it, or it is prose.

    What nobody parsed is not offered: a shell script or a template with one quote too few is worse than no fix.
    """
    return is_prose(path) or is_exact(path) or language_of(path) is not None


def is_prose(path: str) -> bool:
    """Whether such a file is for people alone."""
    return ending_of(path) in _PROSE


def is_exact(path: str) -> bool:
    """Whether a file of such a name is either right or not."""
    return language_of(path) is Language.PYTHON or ending_of(path) in EXACT
