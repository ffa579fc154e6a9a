"""JSON objects found in whatever a model wrote around them.

A model may repeat text of the change under review, in which anything can stand, an answer to its own question
included. So an object that begins and does not end as JSON is never searched for smaller ones inside it, and which of
several objects is the answer is not decided here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

MOST_CHARACTERS = 1024 * 1024
MOST_OBJECTS = 20

_BEGIN = re.compile(r'\{(?=\s*["}])')
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL)
_THINKING = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>")
_FENCE = re.compile(r"\A\s*```\w*\s*\n|\n\s*```\s*\Z")


class Unreadable(Exception):
    """There is no telling which objects a text holds; the message, after "your answer is", says why."""


def find_objects(text: str) -> list[str]:
    """The outermost JSON objects of `text`, as written, in order; thoughts at its beginning are passed over.

    Raises Unreadable for a text that is too long, ends within a thought, or has too many objects or one that breaks
    off, breaks the rules of JSON or names a field twice.
    """
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"longer than {MOST_CHARACTERS} characters")
    place = _pass_thoughts(text)
    found: list[str] = []
    while (begin := _BEGIN.search(text, place)) is not None:
        if len(found) == MOST_OBJECTS:
            raise Unreadable(f"more than {MOST_OBJECTS} JSON objects")
        place = _find_end(text, begin.start())
        found.append(text[begin.start() : place])
    return found


def stands_alone(text: str, found: str) -> bool:
    """Whether `found` is all of `text` but for thoughts at its beginning and a code fence."""
    return _FENCE.sub("", text[_pass_thoughts(text) :]).strip() == found


def _pass_thoughts(text: str) -> int:
    """Where the thoughts end that a text begins with."""
    place = 0
    while (thought := _THOUGHT.match(text, place)) is not None:
        place = thought.end()
    if _THINKING.match(text, place) is not None:
        raise Unreadable("a thought without an end")
    return place


def read_json(text: str) -> object:
    """The one JSON value of `text`, by the rules above. Raises Unreadable."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error


def _find_end(text: str, start: int) -> int:
    try:
        _, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON as a whole") from error
    return end


def _refuse_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object's fields, each named once: of two with one name a reader would see the last alone."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is named twice")
    return fields


def _refuse_constant(name: str) -> NoReturn:
    """`NaN` and the infinities are not JSON, though Python reads them."""
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_twins, parse_constant=_refuse_constant)
