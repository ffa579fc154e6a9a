"""Outlines of written-out files, as the extraction reads them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from textwrap import dedent

from app.core.fit.source_facts import Outline, Symbol
from app.syntax.extraction.extract import extract_outline
from app.syntax.languages import language_of
from app.syntax.parsing import Deadline, Unparsed


def outline(path: str, text: str) -> Outline:
    """The outline of one file; its text may be indented as a whole."""
    language = language_of(path)
    assert language is not None
    found = extract_outline(language, dedent(text).encode(), deadline=Deadline(time.monotonic() + 20, time.monotonic))
    assert not isinstance(found, Unparsed)
    return found


def outlines(files: Mapping[str, str]) -> dict[str, Outline]:
    """Outlines by path."""
    return {path: outline(path, text) for path, text in files.items()}


def symbols(files: Mapping[str, str]) -> dict[str, tuple[Symbol, ...]]:
    """What files define, by path."""
    return {path: outline(path, text).symbols for path, text in files.items()}
