"""The hunks of one file, from git's text, read by unidiff behind guards."""

from __future__ import annotations

import re

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from app.core.change.diff import Hunk, Line, LineKind

MAX_LINE_BYTES = 4 << 20
_HEADERS = "--- a/file\n+++ b/file\n"
_HUNK_LINE = re.compile(rb"^@@[^\n]*", re.MULTILINE)
# ten digits hold every line number git can write; more of them would be a ValueError deep in the library
_HUNK_HEADER = re.compile(rb"@@ -[0-9]{1,10}(?:,[0-9]{1,10})? \+[0-9]{1,10}(?:,[0-9]{1,10})? @@.*", re.DOTALL)
_KINDS = {kind.value: kind for kind in LineKind}
_MARKER = "\\"


class HunksUnreadableError(Exception):
    """The text of a file's change cannot be trusted; the message says why, in words for people."""


def read_hunks(body: bytes) -> tuple[Hunk, ...]:
    """The hunks of `body`: the part of one file's diff that begins at its first `@@`.

    Bytes that are not UTF-8 become U+FFFD, which keeps every line where it is: lines end at line feeds alone.
    Raises HunksUnreadableError.
    """
    if not body.startswith(b"@@"):
        raise HunksUnreadableError("git's text of the change does not begin with a hunk")
    if _longest_line(body) > MAX_LINE_BYTES:
        raise HunksUnreadableError(f"a line is longer than {MAX_LINE_BYTES >> 20} MB")
    if not all(_HUNK_HEADER.fullmatch(line) for line in _HUNK_LINE.findall(body)):
        raise HunksUnreadableError("a hunk's header is not one that git writes")
    text = body.decode("utf-8", "replace")
    try:
        files = PatchSet(f"{_HEADERS}{text}" if text.endswith("\n") else f"{_HEADERS}{text}\n")
    except (UnidiffParseError, ValueError) as error:
        raise HunksUnreadableError(f"git's text of the change could not be parsed ({type(error).__name__})") from error
    if len(files) != 1:
        raise HunksUnreadableError("git's text of one file's change reads like several files")
    return tuple(_convert(files[0]))


def _longest_line(body: bytes) -> int:
    return max(map(len, body.split(b"\n")))


def _convert(file: PatchedFile) -> list[Hunk]:
    hunks = []
    for hunk in file:
        lines: list[Line] = []
        for line in hunk:
            if line.line_type == _MARKER:
                last = lines[-1]
                lines[-1] = Line(last.kind, last.old, last.new, last.text, no_newline=True)
            else:
                lines.append(Line(_KINDS[line.line_type], line.source_line_no, line.target_line_no, line.value[:-1]))
        hunks.append(
            Hunk(
                hunk.source_start,
                hunk.source_length,
                hunk.target_start,
                hunk.target_length,
                hunk.section_header,
                tuple(lines),
            )
        )
    return hunks
