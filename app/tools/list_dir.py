"""The tool that lists a directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.text.plural import count
from app.tools.places import read_path, refuse_absent
from app.tools.reader import Reader, Told, ToolRefused
from app.tools.tree import Entry

MAX_ENTRIES = 200

NAME = "list_dir"
DESCRIPTION = (
    "Lists a directory of the repository as it is at the head of the pull request: directories first, with how many "
    f"files are below each, then files with their size in bytes. At most {MAX_ENTRIES} entries."
)
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "Path from the root of the repository; the root itself is ."},
    },
    "required": ["path"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class _Directory:
    shown: str
    files: int = 0
    bytes: int = 0


async def run(reader: Reader, arguments: Mapping[str, Any]) -> Told:
    """What is in the directory. Raises ToolRefused and TreeUnreadable."""
    entries = await reader.tree.entries()
    return await reader.offload(lambda: _list(entries, arguments["path"]))


def _list(entries: Sequence[Entry], written: str) -> Told:
    path = read_path(written)
    inside = f"{path}/" if path else ""
    directories: dict[str, _Directory] = {}
    files: list[Entry] = []
    for entry in entries:
        if entry.path.startswith(inside):
            name, _, below = entry.path[len(inside) :].partition("/")
            if below:
                depth = inside.count("/") + 1
                found = directories.setdefault(name, _Directory("/".join(entry.shown.split("/")[:depth])))
                found.files += 1
                found.bytes += entry.size or 0
            else:
                files.append(entry)
    if not entries and not path:
        return Told("The repository holds no file at all.")
    if not directories and not files:
        raise _refuse(entries, path)
    rows = [f"{one.shown}/ ({count(one.files, 'file')} below, {one.bytes:,} bytes)" for one in directories.values()] + [
        f"{entry.shown} ({_describe(entry)})" for entry in files
    ]
    shown = (
        f" The first {MAX_ENTRIES} are shown; a grep for . with a glob finds others." if len(rows) > MAX_ENTRIES else ""
    )
    holds = f"{len(directories):,} {'directory' if len(directories) == 1 else 'directories'}"
    return Told(f"The directory holds {holds} and {count(len(files), 'file')}.{shown}", rows[:MAX_ENTRIES])


def _refuse(entries: Sequence[Entry], path: str) -> ToolRefused:
    if any(entry.path == path for entry in entries):
        return ToolRefused("The path is no directory: read_file reads it.")
    return refuse_absent(entries, path)


def _describe(entry: Entry) -> str:
    if entry.link:
        return "symbolic link, not followed"
    if entry.submodule:
        return "submodule, in another repository"
    return "not fetched" if entry.size is None else f"{entry.size:,} bytes"
