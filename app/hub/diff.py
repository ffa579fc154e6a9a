"""What a range changes, as GitHub sees it: files, patches, and the lines a review comment may stand on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.hub import git
from app.hub.state import Side

MAX_LINES = 20_000  # https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits
MAX_FILE_BYTES = 500_000
MAX_BYTES = 1_000_000
NO_BLOB = "0" * 40
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_OPTIONS = ("--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--full-index", "--unified=3")
_HEADER = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_FILE = re.compile(rb"^diff --git ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk: its text with header, and the old and new line numbers it shows."""

    text: str
    left: range
    right: range

    def span(self, side: Side) -> range:
        """The lines of a side that are in the hunk, context included."""
        return self.left if side == "LEFT" else self.right

    def index_of(self, side: Side, line: int) -> int:
        """Which line of the text (the header is 0) shows that line of that side. Raises ValueError."""
        span, absent = self.span(side), "+" if side == "LEFT" else "-"
        number = span.start
        for index, text in enumerate(self.text.split("\n")[1:], start=1):
            if text[:1] in (absent, "\\"):
                continue
            if number == line:
                return index
            number += 1
        raise ValueError(f"line {line} is not in {span}")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed file. `blob` is the new blob's SHA, the old one's where the file is removed."""

    path: str
    previous_path: str | None
    status: str
    blob: str
    additions: int
    deletions: int
    hunks: tuple[Hunk, ...]
    patch: str | None

    def hunk_at(self, side: Side, line: int) -> Hunk | None:
        """The hunk that shows a line, or None."""
        return next((hunk for hunk in self.hunks if line in hunk.span(side)), None)

    def place(self, side: Side, line: int) -> tuple[int, str] | None:
        """GitHub's `position` (lines below the first hunk header) and `diff_hunk` of a line, or None."""
        above = 0
        for hunk in self.hunks:
            shown = hunk.text.split("\n")
            if line in hunk.span(side):
                index = hunk.index_of(side, line)
                return above + index, "\n".join(shown[: index + 1])
            above += len(shown)
        return None


@dataclass(frozen=True, slots=True)
class Diff:
    """A whole range. `text` is git's own diff; `lines` counts every line of it."""

    files: tuple[FileDiff, ...]
    text: bytes
    lines: int

    def file(self, path: str) -> FileDiff | None:
        """The change of one file, by its present name."""
        return next((file for file in self.files if file.path == path), None)


@lru_cache(maxsize=256)
def read_diff(repository: Path, base: str, head: str) -> Diff:
    """The two-dot diff of two commits: give the merge base for GitHub's three-dot one."""
    told = git.run(repository, "diff", "--raw", "--patch", "--no-abbrev", *_OPTIONS, base, head, "--")
    raw, _, text = told.partition(b"\n\n")
    if b'\t"' in raw:  # names that git writes quoted: asked for as they are
        raw = git.run(repository, "diff", "--raw", "-z", "--no-abbrev", *_OPTIONS, base, head, "--")
    else:
        raw = raw.replace(b"\t", b"\x00").replace(b"\n", b"\x00")
    segments = iter(_FILE.split(text)[1:])
    files, lines, size = [], 0, 0
    for status, old, new, previous, path in _read_raw(raw.decode(errors="surrogateescape")):
        parts = [next(segments) for _ in range(2 if status == "T" else 1)]  # a new type: removed and added
        hunks = tuple(hunk for part in parts for hunk in _read_hunks(part.decode(errors="replace")))
        patch = "\n".join(hunk.text for hunk in hunks)
        lines += patch.count("\n") + 1
        size += len(patch)
        shown = hunks and lines <= MAX_LINES and size <= MAX_BYTES and len(patch) <= MAX_FILE_BYTES
        added, deleted = (sum(_count(hunk, sign) for hunk in hunks) for sign in "+-")
        blob = old if new == NO_BLOB else new
        name = path.encode(errors="surrogateescape").decode(errors="replace")
        files.append(FileDiff(name, previous, _STATUS[status], blob, added, deleted, hunks, patch if shown else None))
    return Diff(tuple(files), text, text.count(b"\n"))


def three_dot(repository: Path, base: str, head: str) -> Diff:
    """What `head` brings since it left `base`. Raises git.NoCommonHistoryError."""
    return read_diff(repository, git.merge_base(repository, base, head), head)


def map_line(repository: Path, old: str, new: str, path: str, line: int) -> int | None:
    """Where a line of `path` in one commit is in another, or None where it was changed or is gone."""
    if old == new:
        return line
    arguments = ("diff", *_OPTIONS[:3], "--unified=0", old, new, "--", f":(literal){path}")
    shift = 0
    for header in _HEADER.finditer(git.run(repository, *arguments).decode(errors="replace")):
        start, before, _, after = _numbers(header)
        last = start + before - 1 if before else start
        if line < start or (not before and line == start):
            break
        if before and line <= last:
            return None
        shift += after - before
    return None if git.find_entry(repository, new, path) is None else line + shift


def _read_raw(raw: str) -> Iterator[tuple[str, str, str, str | None, str]]:
    fields = iter(raw.split("\x00"))
    for facts in fields:
        if not facts:
            return
        _, _, old, new, status = facts.removeprefix(":").split(" ")
        previous = next(fields) if status[0] in "RC" else None
        yield status[0], old, new, previous, next(fields)


def _numbers(header: re.Match[str]) -> tuple[int, int, int, int]:
    start, length, new_start, new_length = header.groups()
    return int(start), int(length or "1"), int(new_start), int(new_length or "1")


def _read_hunks(segment: str) -> Iterator[Hunk]:
    headers = list(_HEADER.finditer(segment))
    for index, header in enumerate(headers):
        end = headers[index + 1].start() if index + 1 < len(headers) else len(segment)
        start, length, new_start, new_length = _numbers(header)
        text = segment[header.start() : end].rstrip("\n")
        yield Hunk(text, range(start, start + length), range(new_start, new_start + new_length))


def _count(hunk: Hunk, sign: str) -> int:
    return sum(line.startswith(sign) for line in hunk.text.split("\n")[1:])
