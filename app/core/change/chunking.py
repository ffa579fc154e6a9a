"""Plans a review: what is read, in which chunks, and what is not read and why. No line is forgotten.

Quality falls sharply when more is stuffed into one question, so chunks aim at 45,000 tokens of annotated diff. Only
the base branch's policy and attributes excuse a line from being read; what our own table calls generated, vendored or
a lock file is read too, last. What has no line that could be read (a submodule's content, a mode, what a rename
brings along) is left out by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from app.core.change.annotate import ends_crlf, head_file, show_line
from app.core.change.attributes import Attributes
from app.core.change.classify import classify
from app.core.change.diff import Patch
from app.core.change.exclusion import ExcludeRule, read_exclusion
from app.core.change.neighbourhood import group_files
from app.core.change.packing import Packed, Piece, Room, cut_piece, measure_hunk_heading, pack
from app.core.change.plan import Chunk, ChunkFile, LeftOut, Plan, PlannedFile
from app.core.change.splitting import MAX_SECTION
from app.core.change.tokens import DEFAULT_RATE, TokenRate, count_bytes

TARGET_TOKENS = 45_000
"""Tokens of annotated diff that a chunk aims at."""

TOO_LONG = "a line is too long to be read"

_HEADING_BOUND = MAX_SECTION + len("@@  @@\n")


def plan_review(
    patch: Patch,
    *,
    exclude: Sequence[ExcludeRule] = (),
    attributes: Attributes | None = None,
    target_tokens: int = TARGET_TOKENS,
    limit_tokens: int | None = None,
    rate: TokenRate = DEFAULT_RATE,
) -> Plan:
    """The plan for a change. `attributes` and `exclude` are the base branch's. Chunks never pass `limit_tokens`.

    The limit is above the target, by a quarter unless given. The order of chunks does not depend on the order of files
    in the patch. Raises BadGlob, and ValueError for a limit that is not above the target.
    """
    limit = max(target_tokens * 5 // 4, target_tokens + 1) if limit_tokens is None else limit_tokens
    if not 0 < target_tokens < limit:
        raise ValueError(f"a limit of {limit} tokens is not above the target of {target_tokens}")
    # The target is rounded up and the limit down: so both hold for the estimates too.
    room = Room(rate.bytes_up(target_tokens), rate.bytes_down(limit))
    attributes = attributes or Attributes()
    exclusion = read_exclusion(exclude, attributes)
    files = tuple(PlannedFile(file, classify(file, attributes)) for file in patch.files)
    left_out: list[LeftOut] = []
    read: list[PlannedFile] = []
    for planned in files:
        missing = exclusion.leave_out(planned.file)
        if missing is None:
            read.append(planned)
            left_out += exclusion.leave_out_unshown(planned.file)
        else:
            left_out.append(missing)
    groups: list[list[list[Piece]]] = []
    for group in group_files(read):
        groups.append([])
        for planned in group:
            pieces, unread = _measure(planned, room)
            groups[-1].append(pieces)
            left_out.extend(unread)
    chunks = tuple(_chunk(number, packed, rate) for number, packed in enumerate(pack(groups, room), start=1))
    order = {planned.file.path: index for index, planned in enumerate(files)}
    return Plan(files, chunks, tuple(sorted(left_out, key=lambda item: order[item.path])))


def _measure(planned: PlannedFile, room: Room) -> tuple[list[Piece], list[LeftOut]]:
    """The hunks of a file with their sizes, without the lines that fit into no chunk, and how many of these changed."""
    file = planned.file
    crlf = ends_crlf(file)
    heading = count_bytes(head_file(file, crlf=crlf))
    pieces: list[Piece] = []
    too_long = 0
    for hunk in file.hunks:
        hunk_heading = measure_hunk_heading(hunk)
        sizes = tuple(count_bytes(show_line(line, crlf=crlf)) for line in hunk.lines)
        whole = Piece(file, planned.file_class, hunk, heading, sizes, hunk_heading + sum(sizes))
        widest = room.widest - heading - max(hunk_heading, _HEADING_BOUND)
        for piece, fits in _apart(whole, widest):
            if fits and any(line.changed for line in piece.hunk.lines):
                pieces.append(piece)
            elif not fits:
                too_long += piece.hunk.changed_lines
    unread = [LeftOut(file.path, too_long, TOO_LONG, excused=False)] if too_long else []
    return pieces, unread


def _apart(piece: Piece, widest: int) -> Iterator[tuple[Piece, bool]]:
    """The runs of lines that are at most `widest`, and those that are not, in order."""
    runs = [(fits, len(list(run))) for fits, run in groupby(size <= widest for size in piece.line_sizes)]
    for fits, count in runs[:-1]:
        first, piece = cut_piece(piece, count)
        yield first, fits
    if runs:
        yield piece, runs[-1][0]


def _chunk(number: int, packed: Packed, rate: TokenRate) -> Chunk:
    files = tuple(_chunk_file(list(pieces)) for _, pieces in groupby(packed.pieces, key=lambda piece: id(piece.file)))
    return Chunk(number, files, rate.tokens(packed.size))


def _chunk_file(pieces: Sequence[Piece]) -> ChunkFile:
    return ChunkFile(pieces[0].file, pieces[0].file_class, tuple(piece.hunk for piece in pieces))
