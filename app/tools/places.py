"""Which file or directory of the tree a model means. Only the listing is asked: no path reaches a file system."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import takewhile

from app.core.text.unicode import conceal
from app.tools.reader import ToolRefused
from app.tools.tree import Entry

MAX_PATH = 4096
_HINTS = 5
_COMPARED = 500
_COMPARED_CHARACTERS = 200
"""Comparing takes time with the square of both lengths."""
_DEPTH = 40
"""Directories of a path that are looked for one by one."""
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def read_path(written: str) -> str:
    """The path from the root that is meant, normalised; the root is "". Raises ToolRefused."""
    path = conceal(written)
    if len(path) > MAX_PATH:
        raise ToolRefused("The path is longer than any path can be.")
    if "\0" in path:
        raise ToolRefused("The path holds a NUL character, which no path can.")
    if path.startswith(("/", "~/", "\\")) or _DRIVE.match(path):
        raise ToolRefused("The path is absolute: give it as seen from the root of the repository, as in src/app.py.")
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if ".." in segments or "..\\" in path:
        raise ToolRefused("The path holds '..': give it as seen from the root of the repository, as in src/app.py.")
    return "/".join(segments)


def find_entry(entries: Sequence[Entry], written: str) -> Entry:
    """The file, link or submodule at this path. Raises ToolRefused, with the nearest names where there is none."""
    # As it was shown: the name of a file may begin with what no path of a question may.
    shown = next((entry for entry in entries if entry.shown == written), None)
    if shown is not None:
        return shown
    path = read_path(written)
    for entry in entries:
        if entry.path == path:
            return entry
    if not path or any(entry.path.startswith(f"{path}/") for entry in entries):
        raise ToolRefused("The path is a directory: list_dir tells what is in it.")
    raise refuse_absent(entries, path)


def refuse_absent(entries: Sequence[Entry], path: str) -> ToolRefused:
    """What to say of a path that is not there."""
    above = next((entry for entry in entries if path.startswith(f"{entry.path}/")), None)
    if above is not None and above.submodule:
        return ToolRefused("The path is in a submodule: its files are in another repository, and are not read.")
    if above is not None and above.link:
        return ToolRefused("The path goes through a symbolic link, and links are not followed.")
    hints = _nearest(entries, path)
    slashes = " Paths are written with forward slashes." if "\\" in path else ""
    meant = " The nearest that are:" if hints else ""
    return ToolRefused(f"There is no such path in the repository.{slashes}{meant}", hints)


def _nearest(entries: Sequence[Entry], path: str) -> list[str]:
    """Paths as shown: those that end in the same name, then those whose name is nearly it where it should be."""
    written = path.replace("\\", "/")
    name = written.rpartition("/")[2].casefold()
    same = [entry.shown for entry in entries if entry.shown.rpartition("/")[2].casefold() == name]
    if same:
        end = "/".join(written.split("/")[-_DEPTH:])
        return sorted(same, key=lambda shown: (-_shared(shown, end), shown))[:_HINTS]
    folder = "/".join(written.split("/")[:-1][:_DEPTH])
    while folder and not any(entry.shown.startswith(f"{folder}/") for entry in entries):
        folder = folder.rpartition("/")[0]
    inside = f"{folder}/" if folder else ""
    names = {entry.shown[len(inside) :].partition("/")[0] for entry in entries if entry.shown.startswith(inside)}
    wanted = written[len(inside) :].partition("/")[0][:_COMPARED_CHARACTERS]
    beside = sorted(name for name in names if len(name) <= _COMPARED_CHARACTERS)[:_COMPARED]
    return [f"{inside}{near}" for near in difflib.get_close_matches(wanted, beside, n=_HINTS)]


def _shared(one: str, other: str) -> int:
    """How many names, from the last on, two paths have in common."""
    pairs = zip(reversed(one.casefold().split("/")), reversed(other.casefold().split("/")), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
