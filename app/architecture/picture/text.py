"""Names of an untrusted repository as they are written into a picture."""

from __future__ import annotations

import unicodedata
from html import escape

from app.core.text.unicode import reveal

CHARACTER = 7.3
"""How wide a character of a fixed pitch is at 12 px, at most."""

_NONCHARACTERS = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
"""What XML 1.0 forbids beside the controls and surrogates (https://www.w3.org/TR/xml/#charsets)."""


def show(text: str) -> str:
    """The text on one line, with what eyes do not see made visible."""
    return reveal(text.replace("\n", "\\n").replace("\t", "\\t")).translate(_NONCHARACTERS)


def cut_start(text: str, most: int) -> str:
    """The last characters of the text, where there are more than `most`: the end of a path tells more."""
    shown = show(text)
    return shown if len(shown) <= most else f"…{shown[1 - most :]}"


def cut_end(text: str, most: int) -> str:
    """The first characters of the text, where there are more than `most`."""
    shown = show(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def escape_xml(text: str) -> str:
    """Text that `show` or a cut made, for between the tags of XML or within quotes."""
    return escape(text)


def width_of_text(text: str) -> float:
    """How wide the text is in a font of a fixed pitch at 12 px; wide East Asian characters take two places."""
    return CHARACTER * sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
