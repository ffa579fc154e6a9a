"""JSON whose texts remember their lines, read without recursion."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.architecture.dependencies.declared import ManifestUnreadable

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]:,\n]')
Place = tuple[str, ...]


class Texts(NamedTuple):
    """Members of objects at most two deep whose values are texts: the values and the lines of their names."""

    values: Mapping[Place, str]
    lines: Mapping[Place, int]

    def under(self, section: str) -> Iterator[tuple[str, str, int]]:
        """The members of an object at the top: name, value, line."""
        for place, value in self.values.items():
            if len(place) == 2 and place[0] == section:
                yield place[1], value, self.lines[place]


def read_texts(text: str) -> Texts:
    """The texts of a JSON object. Raises ManifestUnreadable for what is no JSON object."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise ManifestUnreadable("the manifest is not JSON") from None
    if not isinstance(whole, dict):
        raise ManifestUnreadable("the manifest is not a JSON object")
    values: dict[Place, str] = {}
    for key, value in whole.items():
        if isinstance(value, str):
            values[(key,)] = value
        elif isinstance(value, dict):
            values |= {(key, name): each for name, each in value.items() if isinstance(each, str)}
    lines = _find_lines(text)
    return Texts(values, {place: lines.get(place, 0) for place in values})


def _find_lines(text: str) -> Mapping[Place, int]:
    """Where the names of members stand; of a name that is written twice the last one counts, as for its value."""
    found: dict[Place, int] = {}
    around: list[str] = []
    line, last, named = 1, "", ""
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "\n":
                line += 1
            case ":":
                named = last
                if len(around) <= 2:
                    found[*around[1:], named] = line
            case "{" | "[" as opening:
                around.append(named if opening == "{" else "[]")
                named = ""
            case "}" | "]":
                around.pop()
                named = ""
            case ",":
                named = ""
            case quoted:
                last = json.loads(quoted)
    return found
