"""Shows characters that eyes do not see, and tells where they are. Nothing is stripped: what is reviewed is merged.

An unseen character becomes `‹U+202E›`. `conceal` undoes `reveal` exactly, for any text: a `‹` that would read as such
a form is itself shown as `‹U+2039›`. What counts follows Unicode's own tables: format characters, controls (but tab
and line feed), separators other than the plain space, private use, surrogates, and what
https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point lists beside them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNUSUAL = re.compile(r"[^\t\n\x20-\x7e‹]|‹(?=U\+|…)")
_FORM = re.compile(r"‹U\+([0-9A-F]{4,6})›")
_MAX_CODE = 0x10FFFF

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
# Assigned to other categories, or to none yet, and shown as nothing all the same. U+2800 is an empty braille cell.
_UNSEEN_RANGES = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
_EMOJI_RANGES = (
    (0x00A9, 0x00A9),
    (0x00AE, 0x00AE),
    (0x203C, 0x203C),
    (0x2049, 0x2049),
    (0x2122, 0x2122),
    (0x2139, 0x2139),
    (0x2190, 0x21FF),
    (0x2300, 0x23FF),
    (0x24C2, 0x24C2),
    (0x25A0, 0x27BF),
    (0x2934, 0x2935),
    (0x2B00, 0x2BFF),
    (0x3030, 0x3030),
    (0x303D, 0x303D),
    (0x3297, 0x3299),
    (0x1F000, 0x1FAFF),
)
# Scripts of South and South-East Asia in which the joiners are spelling, not decoration.
_JOINED_SCRIPTS = ((0x0900, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x17FF))

_BYTE_ORDER_MARK = "\ufeff"
_EMOJI_STYLE = "\ufe0f"
_JOINER = "\u200d"
_JOINERS = frozenset({"\u200c", _JOINER})
_KEYCAP = "\u20e3"
_DIRECTION_MARKS = frozenset({"\u061c", "\u200e", "\u200f"})
_BLANKS_PEOPLE_TYPE = frozenset({"\u00a0", "\u202f", "\u3000"})
_BRACKET = "‹"


def reveal(text: str) -> str:
    """`text` with each unseen character shown as `‹U+XXXX›`. Tabs, line feeds and sequences of emoji stay.

    Not idempotent on purpose: text that already looks revealed is shown to be only text.
    """
    return _UNUSUAL.sub(_shown, text)


def conceal(text: str) -> str:
    """The text that `reveal` was given; each `‹U+XXXX›` is the character again."""
    return _FORM.sub(_character, text)


def invisible(text: str) -> list[tuple[int, str]]:
    """Where `text`, one line, hides something: (column from 1, `U+202E RIGHT-TO-LEFT OVERRIDE`), in order.

    Fewer than `reveal` shows: what honest writing needs is no news. That is joiners inside scripts that join, marks of
    direction beside right-to-left letters, a byte order mark at the start, no-break and ideographic spaces, and the
    carriage return that ends a line.
    """
    found = [match for match in _UNUSUAL.finditer(text) if _unseen_at(text, match.start())]
    if not found:
        return []
    right_to_left = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text if not _unseen(char))
    return [
        (match.start() + 1, _named(match.group()))
        for match in found
        if not _honest(text, match.start(), right_to_left=right_to_left)
    ]


def _shown(match: re.Match[str]) -> str:
    char = match.group()
    if char == _BRACKET or _unseen_at(match.string, match.start()):
        return f"‹U+{ord(char):04X}›"
    return char


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return chr(code) if code <= _MAX_CODE else match.group()


def _named(char: str) -> str:
    name = unicodedata.name(char, "") or {
        "Cc": "CONTROL CHARACTER",
        "Co": "PRIVATE USE CHARACTER",
        "Cs": "LONE SURROGATE",
    }.get(unicodedata.category(char), "UNASSIGNED CHARACTER")
    return f"U+{ord(char):04X} {name}"


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(char)
    return any(first <= code <= last for first, last in ranges)


@lru_cache(maxsize=4096)
def _unseen(char: str) -> bool:
    return char not in "\t\n " and (unicodedata.category(char) in _UNSEEN_CATEGORIES or _within(char, _UNSEEN_RANGES))


def _unseen_at(text: str, at: int) -> bool:
    """Whether the character is unseen there: emoji style and joiners are seen, as part of an emoji."""
    char = text[at]
    if not _unseen(char):
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char == _EMOJI_STYLE:
        return not (_emoji(before) or (before in tuple("0123456789#*") and after == _KEYCAP))
    if char == _JOINER:
        if before == _EMOJI_STYLE:
            before = text[at - 2 : at - 1]
        return not (_emoji(before) and _emoji(after))
    return True


def _emoji(char: str) -> bool:
    return bool(char) and _within(char, _EMOJI_RANGES)


def _honest(text: str, at: int, *, right_to_left: bool) -> bool:
    char = text[at]
    if char in _JOINERS:
        return _joins(text[at - 1 : at]) and _joins(text[at + 1 : at + 2])
    if char in _DIRECTION_MARKS:
        return right_to_left
    if char == _BYTE_ORDER_MARK:
        return at == 0
    return char in _BLANKS_PEOPLE_TYPE or (char == "\r" and at == len(text) - 1)


def _joins(char: str) -> bool:
    return bool(char) and (unicodedata.bidirectional(char) in ("AL", "NSM") or _within(char, _JOINED_SCRIPTS))
