"""The tool that finds where a name is used."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from app.core.text.plural import count
from app.tools.mentions import Mention, Role, find_mentions, read_symbol
from app.tools.reader import Reader, Told
from app.tools.search import MAX_COUNTED, MAX_HITS, Found, search, show_hits, tell_shown

NAME = "find_callers"
DESCRIPTION = (
    "Finds where a function, class, method, type or variable is used in the repository as it is at the head of the "
    "pull request, by its name in the text, not by a compiler: namesakes are not told apart. Definitions, comments "
    f"and strings are left out and counted, imports come last. Shows at most {MAX_HITS} lines as "
    "path:line: [kind] text."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"symbol": {"type": "string", "description": "One name, as in parse_header or Order.total"}},
    "required": ["symbol"],
    "additionalProperties": False,
}
_KINDS = ("use", "mention", "import")
"""In the order in which they are shown; a mention is a name in a file of no language that is known."""


async def run(reader: Reader, arguments: Mapping[str, Any]) -> Told:
    """The uses, then the imports. Raises ToolRefused and TreeUnreadable."""
    symbol = read_symbol(arguments["symbol"])
    entries = await reader.tree.entries()
    searched = await search(
        reader,
        entries,
        lambda path, text, most: list(islice(map(_found, find_mentions(path, text, symbol)), most)),
    )
    by_kind = {kind: [hit for hit in searched.hits if hit.found.kind == kind] for kind in _KINDS}
    hits = [hit for found in by_kind.values() for hit in found]
    left = len(searched.hits) - len(hits)
    stopped = "" if searched.whole else f" Looking stopped after {MAX_COUNTED:,} lines with that name."
    left_out = f" Left out as definitions, comments or strings: {count(left, 'line')}." if left else ""
    tail = f"{left_out}{stopped}{searched.caveat}"
    if not hits:
        return Told(f"No use was found by the name in the text.{tail}")
    counts = ", ".join(count(len(found), kind) for kind, found in by_kind.items() if found)
    return Told(
        f"Found by the name in the text, not by a compiler: {counts}.{tell_shown(hits)}{tail}",
        show_hits(*by_kind.values()),
    )


def _found(mention: Mention) -> Found:
    return Found(mention.number, mention.text, mention.at, _name_kind(mention))


def _name_kind(mention: Mention) -> str:
    match mention.role:
        case Role.USE:
            return "use" if mention.sure else "mention"
        case Role.IMPORT:
            return "import"
        case _:
            return ""
