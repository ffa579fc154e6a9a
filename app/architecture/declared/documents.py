"""Documents on the architecture, for people: where they are, and what their headings say."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from app.architecture.declared.declaration import Declaration, Declared, Tool, declare

NAME: Final = "document"
_DOCUMENT: Final = re.compile(
    r"(?:.*/)?architecture(?:[-_.][^/]*)?\.(?:md|markdown)"
    r"|(?:.*/)?(?:adrs?|decisions|architecture[-_]decisions|architecture)/[^/]+\.(?:md|markdown)",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r" {0,3}#{1,4}[ \t]+(\S.*)")
_FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
_MOST: Final = 40


def _read(path: str, text: str, _: Collection[str]) -> Declared:
    found: list[Declaration] = []
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif not fence and len(found) < _MOST and (heading := _HEADING.match(line)):
            found.append(declare(NAME, path, number, heading[1].rstrip("# \t\r")))
    return Declared(tuple(found) or (declare(NAME, path, 1, path.rpartition("/")[2]),))


TOOL: Final = Tool(lambda path: _DOCUMENT.fullmatch(path) is not None, _read)
