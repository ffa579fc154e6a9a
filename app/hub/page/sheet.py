"""Files changed: every line of the diff with its numbers on both sides, coloured from the whole file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from app.hub import git
from app.hub.diff import FileDiff, Hunk, read_diff
from app.hub.page.colour import colour
from app.hub.page.unseen import show

MAX_COLOURED = 800_000
"""Characters of sources that get colours; what is left of a huge change stays black, so that the page comes soon."""

_KINDS: dict[str, Literal["added", "removed", "context", "note"]] = {"+": "added", "-": "removed", "\\": "note"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its numbers (None where a side does not have it) and its text as HTML, without the sign."""

    kind: Literal["added", "removed", "context", "note"]
    old: int | None
    new: int | None
    code: Markup


@dataclass(frozen=True, slots=True)
class Sheet:
    """One changed file. `anchor` is the id of its place on the page; a hunk is its header and its rows."""

    path: str
    previous_path: str | None
    status: str
    additions: int
    deletions: int
    anchor: str
    hunks: tuple[tuple[str, tuple[Row, ...]], ...]
    note: str


def anchor_of(path: str) -> str:
    """The id of a file's place on the page."""
    return "file-" + hashlib.sha256(path.encode(errors="replace")).hexdigest()[:12]


@lru_cache(maxsize=8)
def read_sheets(repository: Path, base: str, head: str) -> tuple[Sheet, ...]:
    """What two commits differ by; `base` is the merge base. Raises git.GitFailedError."""
    files = read_diff(repository, base, head).files
    names = [f"{base}:{file.previous_path or file.path}" for file in files] + [f"{head}:{file.path}" for file in files]
    sources = _read_sources(repository, names)
    sheets, spent = [], 0
    for file, old, new in zip(files, sources[: len(files)], sources[len(files) :], strict=True):
        spent += len(old) + len(new)
        sheets.append(_make_sheet(file, old, new, coloured=spent <= MAX_COLOURED))
    return tuple(sheets)


def _read_sources(repository: Path, names: list[str]) -> list[str]:
    """The text of each `REVISION:path`, empty where there is none: one process for all of them."""
    request = b"".join(name.encode(errors="surrogateescape") + b"\0" for name in names)
    answer, at, sources = git.run(repository, "cat-file", "--batch", "-z", stdin=request), 0, []
    for name in names:
        missing = f"{name} missing\n".encode(errors="surrogateescape")
        if answer.startswith(missing, at):
            at += len(missing)
            sources.append("")
            continue
        start = answer.index(b"\n", at) + 1
        _, kind, size = answer[at:start].split()
        at = start + int(size) + 1
        sources.append(answer[start : at - 1].decode(errors="replace") if kind == b"blob" else "")
    return sources


def _make_sheet(file: FileDiff, old: str, new: str, *, coloured: bool) -> Sheet:
    shown = file.hunks if file.patch is not None else ()
    before = colour(old, path=file.previous_path or file.path) if shown and coloured else ()
    after = colour(new, path=file.path) if shown and coloured else ()
    hunks = tuple((hunk.text.partition("\n")[0], tuple(_read_rows(hunk, before, after))) for hunk in shown)
    note = "" if shown else "Too large to be shown." if file.hunks else "No lines to show: binary, empty or only moved."
    counts = (file.additions, file.deletions)
    return Sheet(file.path, file.previous_path, file.status, *counts, anchor_of(file.path), hunks, note)


def _read_rows(hunk: Hunk, before: tuple[Markup, ...], after: tuple[Markup, ...]) -> Iterator[Row]:
    old, new = hunk.left.start, hunk.right.start
    for line in hunk.text.split("\n")[1:]:
        kind = _KINDS.get(line[:1], "context")
        if kind == "note":
            yield Row(kind, None, None, show(line[2:]))
            continue
        lines, number = (before, old) if kind == "removed" else (after, new)
        code = lines[number - 1] if number <= len(lines) else show(line[1:])
        yield Row(kind, None if kind == "added" else old, None if kind == "removed" else new, code)
        old += kind != "added"
        new += kind != "removed"
