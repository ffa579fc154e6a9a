from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text.unicode import conceal, invisible, reveal
from tests.core.changes import texts


@given(st.one_of(texts, st.text()))
def test_what_was_revealed_can_be_concealed_again(text: str) -> None:
    assert conceal(reveal(text)) == text


@given(st.text())
def test_revealed_text_can_be_encoded_and_holds_no_control(text: str) -> None:
    shown = reveal(text)
    shown.encode()
    assert not [char for char in shown if unicodedata.category(char) == "Cc" and char not in "\t\n"]


def test_every_format_private_and_ignorable_character_is_revealed_and_reported() -> None:
    unseen = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cf", "Zl", "Zp")
        or 0xE0000 <= code <= 0xE0FFF
        or 0xFE00 <= code <= 0xFE0F
        or code in (0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0xE000, 0xF8FF, 0x10FFFD)
    ]
    assert len(unseen) > 4000
    for char in unseen:
        assert reveal(f"a{char}b") == f"a‹U+{ord(char):04X}›b"
        assert invisible(f"a{char}b") == [(2, invisible(f"a{char}b")[0][1])]


@pytest.mark.parametrize("text", ["❤️", "👨‍👩‍👧", "1️⃣ #️⃣", "👍🏽", "🏳️‍🌈", "🇩🇪", "plain\ttext\n", "Größe 漢字"])
def test_honest_text_and_emoji_are_left_alone(text: str) -> None:
    assert reveal(text) == text
    assert invisible(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffimport os",
        "می\u200cخواهم",
        "क्\u200dष",
        "prix\u00a0: 5\u202f€",
        "שלום\u200f (a)",
        "全角\u3000空白",
        "crlf\r",
    ],
)
def test_what_honest_writing_needs_is_shown_but_no_news(text: str) -> None:
    assert reveal(text) != text
    assert invisible(text) == []


@pytest.mark.parametrize("text", ["a\ufe0f", "x\u200dy", "❤️\ufe0f", "👨\u200dx", "1\ufe0f"])
def test_emoji_joiners_elsewhere_are_news(text: str) -> None:
    assert "‹U+" in reveal(text)
    assert len(invisible(text)) == 1


def test_columns_and_names_are_exact() -> None:
    assert invisible('if role != "user\u202e \u2066"') == [
        (17, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (19, "U+2066 LEFT-TO-RIGHT ISOLATE"),
    ]


def test_text_that_looks_revealed_is_shown_to_be_text() -> None:
    assert reveal("‹U+202E›") == "‹U+2039›U+202E›"
    assert conceal("‹U+FFFFFF›") == "‹U+FFFFFF›"
