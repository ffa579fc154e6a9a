"""The tool that reads lines of one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.text.plural import count
from app.tools.places import find_entry
from app.tools.reader import Reader, Told, ToolRefused
from app.tools.rows import number_line, split_lines
from app.tools.tree import Unread

MAX_LINES = 250

NAME = "read_file"
DESCRIPTION = (
    "Reads lines of one file of the repository as it is at the head of the pull request. At most "
    f"{MAX_LINES} lines come at once, each with its real line number; how many lines the file has is told too."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "Path from the root of the repository, as in src/app.py"},
        "start": {"type": "integer", "description": "Number of the first line, from 1"},
        "end": {"type": "integer", "description": "Number of the last line"},
    },
    "required": ["path", "start", "end"],
    "additionalProperties": False,
}


async def run(reader: Reader, arguments: Mapping[str, Any]) -> Told:
    """The lines asked for. Raises ToolRefused and TreeUnreadable."""
    start, end = max(arguments["start"], 1), arguments["end"]
    if end < start:
        raise ToolRefused("The last line comes before the first.")
    entries = await reader.tree.entries()
    entry = await reader.offload(lambda: find_entry(entries, arguments["path"]))
    text = (await reader.tree.read([entry.path]))[entry.path]
    if isinstance(text, Unread):
        raise ToolRefused(f"The path {text.value}.")
    lines, crlf = await reader.offload(lambda: split_lines(text))
    total = f"The file has {count(len(lines), 'line')}{' that end in CRLF' if crlf else ''}."
    if not lines:
        return Told("The file is empty.")
    if start > len(lines):
        raise ToolRefused(
            f"{total} There is no line {start:,}." if start < 10**9 else f"{total} There is no such line."
        )
    last = min(end, len(lines), start + MAX_LINES - 1)
    rows = [number_line(number, lines[number - 1]) for number in range(start, last + 1)]
    more = f" At most {MAX_LINES} lines come at once." if last < min(end, len(lines)) else ""
    return Told(f"{total} These are lines {start} to {last}.{more}", rows)
