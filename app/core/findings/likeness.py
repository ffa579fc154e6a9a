"""Whether a quote and a line are one text of which redaction covers different parts.

A secret that comes to a file, or leaves it, changes how its repetitions in other files are shown, although nobody
touched them. So `‹secret:…›` on one side stands for what the other side has in its place, if that can be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.core.secrecy.cuts import TOKEN
from app.core.secrecy.echo import is_sought
from app.core.secrecy.placeholder import is_name, is_placeholder

_TOKENS = re.compile(f"(?:{TOKEN.pattern})+")
_CODE = re.compile(r"""["'`()\[\]{}<>$]""")


def is_covered(text: str) -> bool:
    """Whether redaction has covered a part of `text`."""
    return TOKEN.search(text) is not None


def alike(quote: str, line: str) -> bool:
    """Whether a quote that was stored stands in a line of today, secrets apart. Both are normalised."""
    if quote == line:
        return True
    if not is_covered(quote) and not is_covered(line):
        return False
    # No repetition that is taken out holds white space: the words stay as many as they were.
    words, others = quote.split(" "), line.split(" ")
    return len(words) == len(others) and all(map(_alike, words, others))


def _alike(word: str, other: str) -> bool:
    return word == other or _fits(other, word, is_sought) or _fits(word, other, _is_bare)


def _is_bare(text: str) -> bool:
    """Whether a text that stands where one was covered can be the same secret, and not what came in its place."""
    return is_sought(text) and not (_CODE.search(text) or is_name(text) or is_placeholder(text))


def _fits(masked: str, text: str, can_be_secret: Callable[[str], bool]) -> bool:
    """Whether `text` is `masked` with something that can be secret for each run of tokens."""
    first, *rest = _TOKENS.split(masked)
    if not rest or not text.startswith(first):
        return False
    position = len(first)
    for literal in rest[:-1]:
        found = text.find(literal, position + 1)
        if found < 0 or not _hides(text[position:found], can_be_secret):
            return False
        position = found + len(literal)
    end = len(text) - len(rest[-1])
    return position < end and text.endswith(rest[-1]) and _hides(text[position:end], can_be_secret)


def _hides(part: str, can_be_secret: Callable[[str], bool]) -> bool:
    return _TOKENS.fullmatch(part) is not None or can_be_secret(_TOKENS.sub("", part))
