"""Shows characters that eyes do not see: nothing on a page may hide behind them."""

import re
import unicodedata

from markupsafe import Markup, escape

_UNUSUAL = re.compile(r"[^\t\n\x20-\x7e]")
_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
_RANGES = (
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
"""Shown as nothing though of other categories: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point."""

_EMOJI_STYLE, _JOINER, _KEYCAP, _BREAK = "\ufe0f", "\u200d", "\u20e3", "\u200b"
_PICTURES = frozenset({"So", "Sm", "Sk"})


def reveal(text: str) -> str:
    """`text` with each unseen character as `‹U+XXXX›`: still text, to be escaped like any other."""
    return _UNUSUAL.sub(lambda match: f"‹{_name(match)}›" if _hides(match) else match.group(), text)


def show(text: str) -> Markup:
    """The same as HTML, the unseen characters marked. A zero-width space, which disarms mentions, is a thin tick."""
    if not _UNUSUAL.search(text):
        return escape(text)
    parts, end = [], 0
    for match in _UNUSUAL.finditer(text):
        if _hides(match):
            kind = "unseen tick" if match.group() == _BREAK else "unseen"
            mark = Markup('<span class="{0}" title="{1}">{1}</span>').format(kind, _name(match))
            parts += [escape(text[end : match.start()]), mark]
            end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def _name(match: re.Match[str]) -> str:
    return f"U+{ord(match.group()):04X}"


def _hides(match: re.Match[str]) -> bool:
    char, text, at = match.group(), match.string, match.start()
    code = ord(char)
    if unicodedata.category(char) not in _CATEGORIES and not any(low <= code <= high for low, high in _RANGES):
        return False
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if char == _EMOJI_STYLE:
        return not (_is_picture(before) or after == _KEYCAP)
    return not (char == _JOINER and (_is_picture(before) or before == _EMOJI_STYLE) and _is_picture(after))


def _is_picture(char: str) -> bool:
    return bool(char) and unicodedata.category(char) in _PICTURES
