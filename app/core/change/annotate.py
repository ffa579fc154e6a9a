"""The diff as a model reads it: each line with its side, its own number and its sign, so that it can be pointed at.

    === FILE src/pay.py (modified) ===
    @@ def charge @@
    R 118   |     total = order.total
    L 119   |-    if total > 0:
    R 119   |+    if total >= 0:

A renamed or copied file has a second heading, `=== WAS old/path ===`. A file whose shown lines all end in carriage
return and line feed has the status `modified, CRLF`, and the carriage returns are not shown one by one. Of a
hunk that was read at an earlier head and is shown as context, the heading begins with `(read before)`. Unseen
characters are revealed. Changed lines are always whole. A *context* line above 4,000 characters is cut in its middle,
where it says so: nobody changed it, so nothing goes unread. What cannot be shown whole is left out by the plan.

Below all files stand the places of each sweep, a row for a file, under a heading that points at its first example:

    === SAME EDIT AS AT src/pay.py R119: `total` becomes `gross` ===
    * src/shop.py: R12, R40-41
    * src/till.py (was src/desk.py): L7
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from app.core.change.diff import FilePatch, Hunk, Line, LineKind, Side
from app.core.change.plan import Chunk, ChunkFile, Sweep
from app.core.change.tokens import count_bytes
from app.core.text.unicode import conceal, reveal

MAX_CONTEXT_LINE = 4000
"""Characters above which a line that was not changed is cut."""

CUT = re.compile(r"‹… [0-9,]+ characters cut …›")
"""What stands in a context line for its middle."""

READ_BEFORE = "(read before) "
"""What the heading of a hunk begins with that is not new."""

_KEPT_BEFORE = 2500
_KEPT_AFTER = 1000
_CARRIAGE_RETURN = "\r"
_NO_NEWLINE = "\\ No newline at end of file"
_NUMBER_WIDTH = 5
_LETTERS = {Side.RIGHT: "R", Side.LEFT: "L"}
_SIDES = {letter: side for side, letter in _LETTERS.items()}

_FILE = re.compile(r"=== FILE (.*) \([a-z_]+(, CRLF)?\) ===")
_WAS = re.compile(r"=== WAS .* ===")
_HUNK = re.compile(r"(?:\(read before\) )?@@ (?:.* )?@@")
_LINE = re.compile(r"([RL]) (\d+) +\|[-+ ](.*)")
_SWEEP = re.compile(r"=== SAME EDIT AS AT .* ===")
_SITE = re.compile(r"\* .*: [RL]\d+(?:-\d+)?(?:, [RL]\d+(?:-\d+)?)*")
_UNPLACED = (_WAS, _HUNK, _SWEEP, _SITE)


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
        for hunk, read in _in_order(part):
            out.append(head_hunk(hunk, read=read))
            out.extend(show_rows(hunk, crlf=crlf))
    for sweep in chunk.sweeps:
        out.append(head_sweep(sweep))
        out.extend(map(show_site, sweep.sites))
    return "".join(out)


def _in_order(part: ChunkFile) -> list[tuple[Hunk, bool]]:
    """All hunks that are shown of a file, and of each whether it was read before."""
    if not part.before:
        return [(hunk, False) for hunk in part.hunks]
    both = [*((hunk, False) for hunk in part.hunks), *((hunk, True) for hunk in part.before)]
    return sorted(both, key=lambda item: (item[0].new_start, item[0].old_start))


def ends_crlf(file: FilePatch) -> bool:
    """Whether all lines of the change, both versions, end in carriage return and line feed."""
    if not file.hunks or not file.hunks[0].body.partition("\n")[0].endswith(_CARRIAGE_RETURN):
        return False
    text = "\n".join([*(hunk.body for hunk in file.hunks), ""])
    return text.count("\r\n") == text.count("\n") - text.count("\n\\")


def head_file(file: FilePatch, *, crlf: bool) -> str:
    """The heading of a file. A path cannot end it early: line feeds in it are revealed."""
    heading = f"=== FILE {_on_one_line(file.shown_path)} ({file.status}{', CRLF' if crlf else ''}) ===\n"
    return heading if file.old_path == file.path else f"{heading}=== WAS {_on_one_line(file.shown_old_path)} ===\n"


def head_hunk(hunk: Hunk, *, read: bool = False) -> str:
    """The heading of a hunk. Whether it was `read` before stands where no section can: the author chooses those."""
    mark = READ_BEFORE if read else ""
    return f"{mark}@@ {_on_one_line(hunk.section)} @@\n" if hunk.section else f"{mark}@@ @@\n"


def show_line(line: Line, *, crlf: bool) -> str:
    """One line, with the line feed that ends it."""
    ending = f"{_NO_NEWLINE}\n" if line.no_newline else ""
    return _show(_LETTERS[line.side], line.number, f"{line.kind}{line.text}", crlf=crlf) + ending


def show_rows(hunk: Hunk, *, crlf: bool) -> Iterator[str]:
    """All lines of a hunk as `show_line` does each, and every mark of a missing line feed, made from its text."""
    old, new = hunk.old_start, hunk.new_start
    for row in hunk.body.split("\n") if hunk.body else ():
        if row[0] == "+":
            yield _show("R", new, row, crlf=crlf)
            new += 1
        elif row[0] == "-":
            yield _show("L", old, row, crlf=crlf)
            old += 1
        elif row[0] == " ":
            yield _show("R", new, row, crlf=crlf)
            old += 1
            new += 1
        else:
            yield f"{_NO_NEWLINE}\n"


def _show(letter: str, number: int, row: str, *, crlf: bool) -> str:
    if crlf:
        row = row.removesuffix(_CARRIAGE_RETURN)
    if row[0] == LineKind.CONTEXT and len(row) > MAX_CONTEXT_LINE + 1:
        cut = f"‹… {len(row) - 1 - _KEPT_BEFORE - _KEPT_AFTER:,} characters cut …›"
        shown = reveal(row[: _KEPT_BEFORE + 1]) + cut + reveal(row[-_KEPT_AFTER:])
    else:
        shown = reveal(row)
    return f"{letter} {number:<{_NUMBER_WIDTH}} |{shown}\n"


def head_sweep(sweep: Sweep) -> str:
    """The heading of the places of a sweep: where its first example stands, and what the edit is."""
    first = sweep.examples[0]
    place = f"{_on_one_line(first.file.shown_path)} {_show_spans(first.hunks)}"
    return f"=== SAME EDIT AS AT {place}: {_on_one_line(sweep.edit)} ===\n"


def show_site(site: ChunkFile) -> str:
    """The places of a sweep in one file: the lines added, or removed where none is. A path cannot end it early."""
    file = site.file
    was = "" if file.old_path == file.path else f" (was {_on_one_line(file.shown_old_path)})"
    return f"* {_on_one_line(file.shown_path)}{was}: {_show_spans(site.hunks)}\n"


def measure_site(site: ChunkFile) -> tuple[int, list[int]]:
    """The bytes of a row as `show_site` makes it, without places, and what each hunk's places add."""
    bare = count_bytes(show_site(replace(site, hunks=()))) - len(", ")
    return bare, [len(", ") + len(_show_spans((hunk,))) for hunk in site.hunks]


def _show_spans(hunks: Sequence[Hunk]) -> str:
    spans = [span for hunk in hunks for span in find_spans(hunk)]
    return ", ".join(
        f"{letter}{first}" if first == last else f"{letter}{first}-{last}" for letter, first, last in spans
    )


def find_spans(hunk: Hunk) -> list[tuple[str, int, int]]:
    """The runs of changed lines: letter of the side, first and last number; of a replacement, what was added."""
    text = f"\n{hunk.body}"
    removed, added = text.find("\n-"), text.find("\n+")
    first = removed if 0 <= removed < added or added < 0 else added
    last = max(text.rfind("\n-"), text.rfind("\n+"))
    in_a_row = text.count("\n", first, last + 1) == hunk.changed_lines and (added < 0 or text.rfind("\n-") < added)
    if not in_a_row or first < 0 or "\n\\" in text:
        return _find_each_span(hunk)
    before = text.count("\n", 0, first)
    if added >= 0:
        return [("R", hunk.new_start + before, hunk.new_start + before + hunk.additions - 1)]
    return [("L", hunk.old_start + before, hunk.old_start + before + hunk.deletions - 1)]


def _find_each_span(hunk: Hunk) -> list[tuple[str, int, int]]:
    spans: list[tuple[str, int, int]] = []
    old, new = hunk.old_start, hunk.new_start
    removed = added = 0
    for sign in map(itemgetter(0), f"{hunk.body}\n ".split("\n")):
        if sign == "+":
            added += 1
        elif sign == "-" and not added:
            removed += 1
        elif sign != "\\":
            if added:
                spans.append(("R", new, new + added - 1))
            elif removed:
                spans.append(("L", old, old + removed - 1))
            old, new = old + removed + (sign == " "), new + added + (sign == " ")
            removed, added = int(sign == "-"), 0
    return spans


def parse_annotated(text: str) -> list[AnnotatedLine]:
    """What `annotate` showed, line by line; a context line that was cut stays cut. Raises NotAnnotated."""
    lines: list[AnnotatedLine] = []
    path, ending = "", ""
    for count, row in enumerate(text.removesuffix("\n").split("\n") if text else [], start=1):
        if found := _LINE.fullmatch(row):
            lines.append(AnnotatedLine(path, _SIDES[found[1]], int(found[2]), conceal(found[3]) + ending))
        elif found := _FILE.fullmatch(row):
            path, ending = conceal(found[1]), _CARRIAGE_RETURN if found[2] else ""
        elif row != _NO_NEWLINE and not any(mark.fullmatch(row) for mark in _UNPLACED):
            raise NotAnnotated(f"line {count} is no line of an annotated diff")
    return lines


def _on_one_line(text: str) -> str:
    return reveal(text).replace("\n", "‹U+000A›").replace("\t", "‹U+0009›")
