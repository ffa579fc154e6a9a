"""TOML with the lines on which its keys and texts stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.architecture.dependencies.declared import ManifestUnreadable

_MOST_DOTS = 200
"""In one line: tomllib takes quadratic time for a dotted key."""

_KEY = re.compile(r"[ \t]*(\"[^\"]*\"|'[^']*'|[\w.-]+)[ \t]*=")
_HEADER = re.compile(r"\[[^=\[\]]*\](?:[ \t]*#.*)?|\[\[[^=\[\]]*\]\](?:[ \t]*#.*)?")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_INLINE_KEY = re.compile(r"[{,][ \t]*[\"']?([\w-]+)[\"']?[ \t]*=")

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Toml:
    """The values, and the first line of each key or text by the header of its table."""

    values: Table
    places: Mapping[tuple[str, str], int]

    def line_of(self, section: str, written: str) -> int:
        """Where a key or a text stands in a table, else where it stands first; 0 where neither is seen."""
        places = ((section, written), (f"{section}.{written}", ""), ("", f"{section}.{written}"), ("", written))
        return next((self.places[place] for place in places if place in self.places), 0)


def read_toml(text: str) -> Toml:
    """The values of a TOML document. Raises ManifestUnreadable."""
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise ManifestUnreadable("the manifest has a line of too many parts")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError):
        raise ManifestUnreadable("the manifest is not TOML") from None
    return Toml(values, _find_lines(text))


def table_at(values: object, *names: str) -> Table:
    """The table under these names; an empty one where there is none, or something else stands there."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def texts_in(values: object) -> list[str]:
    """The texts of a list; none where there is none, or something else stands there."""
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _find_lines(text: str) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("[") and _HEADER.fullmatch(_QUOTED.sub("", stripped)):
            section = _QUOTED.sub(
                lambda quoted: quoted[1] or quoted[2] or "", stripped.rpartition("]")[0].strip("[] \t")
            )
            found.setdefault((section, ""), number)
        key = _KEY.match(line)
        names = [] if key is None else [key[1].strip("\"'"), key[1].partition(".")[0]]
        names += [first or second for first, second in _QUOTED.findall(line)]
        names += _INLINE_KEY.findall(line)
        for name in names:
            found.setdefault((section, name), number)
            found.setdefault(("", name), number)
    return found
