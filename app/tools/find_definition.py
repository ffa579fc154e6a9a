"""The tool that finds where a name is defined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from app.core.text.plural import count
from app.tools.mentions import Role, find_mentions, read_symbol
from app.tools.reader import Reader, Told
from app.tools.search import MAX_HITS, Found, search, show_hits, tell_count, tell_shown

NAME = "find_definition"
DESCRIPTION = (
    "Finds where a function, class, method, type or variable is defined in the repository as it is at the head of the "
    "pull request, by patterns on text, not by a compiler: overloads, namesakes and generated code are not told "
    f"apart. Shows at most {MAX_HITS} lines as path:line: [kind] text."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"symbol": {"type": "string", "description": "One name, as in parse_header or Order.total"}},
    "required": ["symbol"],
    "additionalProperties": False,
}
_WEAK = "assignment"


async def run(reader: Reader, arguments: Mapping[str, Any]) -> Told:
    """The definitions, those that are mere assignments last. Raises ToolRefused and TreeUnreadable."""
    symbol = read_symbol(arguments["symbol"])
    entries = await reader.tree.entries()
    searched = await search(
        reader,
        entries,
        lambda path, text, most: list(islice(_find(path, text, symbol), most)),
    )
    strong = [hit for hit in searched.hits if hit.found.kind not in ("", _WEAK)]
    weak = [hit for hit in searched.hits if hit.found.kind == _WEAK]
    hits = strong + weak
    unsure = len(searched.hits) - len(hits)
    elsewhere = f" {count(unsure, 'line')} in files of no known language: find_callers shows them." if unsure else ""
    tail = f"{elsewhere}{searched.caveat}"
    if not hits:
        return Told(
            "No definition was found by patterns on text; the name may come from a dependency, or be made at run "
            f"time.{tail}"
        )
    found = tell_count(searched, len(hits), "definition")
    return Told(
        f"Found by patterns on text, not by a compiler: {found}.{tell_shown(hits)}{tail}", show_hits(strong, weak)
    )


def _find(path: str, text: str, symbol: str) -> Iterator[Found]:
    """The definitions; a line of a file of no known language has no kind."""
    for mention in find_mentions(path, text, symbol):
        if mention.role is Role.DEFINITION or not mention.sure:
            yield Found(mention.number, mention.text, mention.at, mention.kind)
