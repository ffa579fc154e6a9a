"""The user's cache: what was read out of source files is kept there, whatever repository they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.repo.source_cache import SourceCache

PLACE: Final = Path(".cache") / "lintel" / "source-facts.sqlite"
"""Below the home directory."""


def open_cache() -> SourceCache:
    """The cache of whoever runs this; nothing is kept for somebody without a home directory."""
    try:
        return SourceCache(Path.home() / PLACE)
    except RuntimeError:
        return SourceCache(None)
