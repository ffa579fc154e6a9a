"""JSON as the tools of JavaScript write it: with comments, and commas before a closing bracket."""

from __future__ import annotations

import json
import re
from typing import Final

from app.architecture.resolve.places import MANIFEST_CHARACTERS

_DEEPEST: Final = 50

# Each alternative takes what it begins with or all the rest, and gives nothing back: time is linear for any text.
_STRING: Final = r'"(?:[^"\\]|\\.?)*+"?+'
_COMMENTS: Final = re.compile(rf"({_STRING})|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMAS: Final = re.compile(rf"({_STRING})|,(?=\s*[\]}}])", re.DOTALL)


class JsonUnreadable(ValueError):
    """A text is no JSON, not even with comments, or larger or deeper than anybody writes it."""


def read_json(text: str) -> object:
    """The value of a text of at most 512,000 characters and 50 levels. Raises JsonUnreadable."""
    if len(text) > MANIFEST_CHARACTERS:
        raise JsonUnreadable("the file is too large")
    plain = text.removeprefix("\ufeff")
    try:
        value: object = json.loads(plain)
    except RecursionError:
        raise JsonUnreadable("it is nested too deeply") from None
    except ValueError:
        value = _read_tolerantly(plain)
    if _is_deep(value):
        raise JsonUnreadable("it is nested too deeply")
    return value


def read_object(text: str) -> dict[str, object]:
    """The members of an object; none of what is no object or cannot be read, as the tools themselves then stop."""
    try:
        value = read_json(text)
    except JsonUnreadable:
        return {}
    return value if isinstance(value, dict) else {}


def take_text(value: object) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def take_texts(value: object) -> tuple[str, ...]:
    """The texts of a list, or a text alone."""
    return tuple(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and item)


def take_object(value: object) -> dict[str, object]:
    """The members of an object; none of anything else."""
    return value if isinstance(value, dict) else {}


def _read_tolerantly(text: str) -> object:
    bare = _COMMENTS.sub(lambda found: found[1] or " ", text)
    try:
        value: object = json.loads(_COMMAS.sub(lambda found: found[1] or "", bare))
    except (ValueError, RecursionError):
        raise JsonUnreadable("it is no JSON") from None
    return value


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for item in level if isinstance(item, (dict, list)) for inner in _list_items(item)]
    return bool(level)


def _list_items(item: dict[str, object] | list[object]) -> list[object]:
    return list(item.values()) if isinstance(item, dict) else item
