"""How lines of files stand in an answer: numbered, on one line each, unseen characters revealed, long ones cut."""

from __future__ import annotations

from app.core.text.unicode import reveal

MAX_SHOWN = 1000
"""Characters of a line of a file that is read."""
MAX_FOUND = 300
"""Characters of a line that a search found."""
_LEAD = 60
_NUMBER_WIDTH = 5


def split_lines(text: str) -> tuple[list[str], bool]:
    """The lines of a text without what ends them, and whether that is carriage return and line feed throughout."""
    if not text:
        return [], False
    lines = text.removesuffix("\n").split("\n")
    ended = lines if text.endswith("\n") else lines[:-1]
    crlf = bool(ended) and all(line.endswith("\r") for line in ended)
    return ([line.removesuffix("\r") for line in lines] if crlf else lines), crlf


def number_line(number: int, text: str) -> str:
    """A line of a file with its number, so that it can be pointed at."""
    return f"{number:<{_NUMBER_WIDTH}} | {_shorten(text, 0, MAX_SHOWN)}"


def point_at(place: str, number: int, text: str, at: int = 0, kind: str = "") -> str:
    """A line that a search found, with the path as shown; `at` is the column from 0 that must stay visible."""
    label = f"[{kind}] " if kind else ""
    line = text.removesuffix("\r")
    return f"{place}:{number}: {label}{_shorten(line, at, MAX_FOUND)}"


def _shorten(text: str, at: int, most: int) -> str:
    if len(text) <= most:
        return reveal(text)
    start = 0 if at < most - _LEAD else min(at - _LEAD, len(text) - most)
    end = start + most
    return f"{_mark(start)}{reveal(text[start:end])}{_mark(len(text) - end)}"


def _mark(characters: int) -> str:
    return f"‹… {characters:,} characters cut …›" if characters else ""
