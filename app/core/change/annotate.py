"""The diff as a model reads it: each line with its side, its own number and its sign, so that it can be pointed at.

    === FILE src/pay.py (modified) ===
    @@ def charge @@
    R 118   |     total = order.total
    L 119   |-    if total > 0:
    R 119   |+    if total >= 0:

A renamed or copied file has a second heading, `=== WAS old/path ===`. A file whose shown lines all end in carriage
return and line feed has the status `modified, CRLF`, and the carriage returns are not shown one by one. Unseen
characters are revealed. Changed lines are always whole. A *context* line above 4,000 characters is cut in its middle,
where it says so: nobody changed it, so nothing goes unread. What cannot be shown whole is left out by the plan.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.core.change.diff import FilePatch, Hunk, Line, LineKind, Side
from app.core.change.plan import Chunk
from app.core.text.unicode import conceal, reveal

MAX_CONTEXT_LINE = 4000
"""Characters above which a line that was not changed is cut."""

CUT = re.compile(r"‹… [0-9,]+ characters cut …›")
"""What stands in a context line for its middle."""

_KEPT_BEFORE = 2500
_KEPT_AFTER = 1000
_CARRIAGE_RETURN = "\r"
_NO_NEWLINE = "\\ No newline at end of file"
_LETTERS = {Side.RIGHT: "R", Side.LEFT: "L"}
_SIDES = {letter: side for side, letter in _LETTERS.items()}

_FILE = re.compile(r"=== FILE (.*) \([a-z_]+(, CRLF)?\) ===")
_WAS = re.compile(r"=== WAS .* ===")
_HUNK = re.compile(r"@@ (?:.* )?@@")
_LINE = re.compile(r"([RL]) (\d+) +\|[-+ ](.*)")


class NotAnnotated(ValueError):
    """A text is not what `annotate` makes. The message has the number of the first such line."""


class AnnotatedLine(NamedTuple):
    """One line as it can be pointed at; `text` is the file's own."""

    path: str
    side: Side
    number: int
    text: str


def annotate(chunk: Chunk) -> str:
    """The whole chunk in the form above; each line ends in a line feed."""
    out: list[str] = []
    for part in chunk.files:
        crlf = ends_crlf(part.file)
        out.append(head_file(part.file, crlf=crlf))
        for hunk in part.hunks:
            out.append(head_hunk(hunk))
            out.extend(show_line(line, crlf=crlf) for line in hunk.lines)
    return "".join(out)


def ends_crlf(file: FilePatch) -> bool:
    """Whether all lines of the change, both versions, end in carriage return and line feed."""
    return bool(file.hunks) and all(line.text.endswith(_CARRIAGE_RETURN) for hunk in file.hunks for line in hunk.lines)


def head_file(file: FilePatch, *, crlf: bool) -> str:
    """The heading of a file. A path cannot end it early: line feeds in it are revealed."""
    heading = f"=== FILE {_on_one_line(file.shown_path)} ({file.status}{', CRLF' if crlf else ''}) ===\n"
    return heading if file.old_path == file.path else f"{heading}=== WAS {_on_one_line(file.shown_old_path)} ===\n"


def head_hunk(hunk: Hunk) -> str:
    """The heading of a hunk."""
    return f"@@ {_on_one_line(hunk.section)} @@\n" if hunk.section else "@@ @@\n"


def show_line(line: Line, *, crlf: bool) -> str:
    """One line, with the line feed that ends it."""
    text = line.text.removesuffix(_CARRIAGE_RETURN) if crlf else line.text
    if line.kind is LineKind.CONTEXT and len(text) > MAX_CONTEXT_LINE:
        cut = f"‹… {len(text) - _KEPT_BEFORE - _KEPT_AFTER:,} characters cut …›"
        shown = reveal(text[:_KEPT_BEFORE]) + cut + reveal(text[-_KEPT_AFTER:])
    else:
        shown = reveal(text)
    ending = f"\n{_NO_NEWLINE}\n" if line.no_newline else "\n"
    return f"{_LETTERS[line.side]} {line.number:<5} |{line.kind}{shown}{ending}"


def parse_annotated(text: str) -> list[AnnotatedLine]:
    """What `annotate` showed, line by line; a context line that was cut stays cut. Raises NotAnnotated."""
    lines: list[AnnotatedLine] = []
    path, ending = "", ""
    for count, row in enumerate(text.removesuffix("\n").split("\n") if text else [], start=1):
        if found := _LINE.fullmatch(row):
            lines.append(AnnotatedLine(path, _SIDES[found[1]], int(found[2]), conceal(found[3]) + ending))
        elif found := _FILE.fullmatch(row):
            path, ending = conceal(found[1]), _CARRIAGE_RETURN if found[2] else ""
        elif row != _NO_NEWLINE and not _WAS.fullmatch(row) and not _HUNK.fullmatch(row):
            raise NotAnnotated(f"line {count} is no line of an annotated diff")
    return lines


def _on_one_line(text: str) -> str:
    return reveal(text).replace("\n", "‹U+000A›").replace("\t", "‹U+0009›")
