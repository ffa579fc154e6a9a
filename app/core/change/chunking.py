"""Plans a review: what is read, in which chunks, and what is not read and why. No line is forgotten.

Quality falls sharply when more is stuffed into one question, so chunks aim at 45,000 tokens of annotated diff. Only
the base branch's policy and attributes excuse a line from being read; what our own table calls generated, vendored or
a lock file is read too, last. What has no line that could be read (a submodule's content, a mode, what a rename
brings along) is left out by name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.classify import classify
from app.core.change.classes.exclusion import ExcludeRule, read_exclusion
from app.core.change.classes.risk import rate_risk
from app.core.change.diff import Hunk, Patch
from app.core.change.memory.recollection import NOTHING, Recollection
from app.core.change.plan import Chunk, ChunkFile, LeftOut, Plan, PlannedFile, ReadBefore, Sweep
from app.core.change.planning.neighbourhood import group_files
from app.core.change.planning.packing import Room, pack
from app.core.change.planning.piece import Load, Packed, SweepPiece, list_sweep, load_file
from app.core.change.planning.size import measure_hunks
from app.core.change.planning.splitting import MAX_SECTION, Part, Rows, measure_heading
from app.core.change.sweep.search import find_sweeps
from app.core.change.tokens import DEFAULT_RATE, TokenRate

TARGET_TOKENS = 45_000
"""Tokens of annotated diff that a chunk aims at."""

TOO_LONG = "a line is too long to be read"

SMALL = 16
"""Such a part of the room for one line is the most that an example, a row or the heading of a sweep takes."""

_HEADING_BOUND = MAX_SECTION + len("@@  @@\n")


def plan_review(  # noqa: PLR0913 - each is a fact of its own, and all but the patch have a default
    patch: Patch,
    *,
    exclude: Sequence[ExcludeRule] = (),
    attributes: Attributes | None = None,
    plain: Container[str] = frozenset(),
    target_tokens: int = TARGET_TOKENS,
    limit_tokens: int | None = None,
    rate: TokenRate = DEFAULT_RATE,
    before: Recollection = NOTHING,
) -> Plan:
    """The plan for a change. `attributes` and `exclude` are the base branch's. Chunks never pass `limit_tokens`.

    `plain` are the files whose new version is known to hold no literal of several lines. The limit is above the target,
    by a quarter unless given. What was read `before` stands in no chunk, and a file of which some was is in no sweep.
    The order of chunks does not depend on the order of files in the patch. Raises BadGlob, and ValueError for a limit
    that is not above the target.
    """
    room = _open_room(target_tokens, limit_tokens, rate)
    attributes = attributes or Attributes()
    exclusion = read_exclusion(exclude, attributes)
    files: list[PlannedFile] = []
    left_out: list[LeftOut] = []
    read: list[PlannedFile] = []
    for file in patch.files:
        planned = PlannedFile(file, classify(file, attributes))
        missing = exclusion.leave_out(file)
        if missing is None:
            planned = replace(planned, risk=rate_risk(planned))
            read.append(planned)
            left_out += exclusion.leave_out_unshown(file)
        else:
            left_out.append(missing)
        files.append(planned)
    new = [planned for planned in read if not before.of(planned.file)]
    sweeps = find_sweeps(new, largest=room.widest // SMALL, plain=plain)
    groups: list[list[Load | SweepPiece]] = []
    for group in group_files(read):
        loads = [_load(planned, _leave(sweeps.keep(planned), planned, before), room) for planned in group]
        groups.append([load for load, _ in loads if load.parts])
        left_out += [missing for _, missing in loads if missing is not None]
        groups += [[_piece(sweep, room)] for sweep in sweeps.beside([planned.file.path for planned in group])]
    chunks = tuple(_chunk(number, packed, rate) for number, packed in enumerate(pack(groups, room), start=1))
    order = {planned.file.path: index for index, planned in enumerate(files)}
    held = tuple(one for planned in read for one in _hold(planned, before))
    return Plan(tuple(files), chunks, tuple(sorted(left_out, key=lambda item: order[item.path])), held)


def _open_room(target: int, limit: int | None, rate: TokenRate) -> Room:
    """The room of a chunk, in bytes. Raises ValueError for a limit that is not above the target."""
    most = max(target * 5 // 4, target + 1) if limit is None else limit
    if not 0 < target < most:
        raise ValueError(f"a limit of {most} tokens is not above the target of {target}")
    # The target is rounded up and the limit down: so both hold for the estimates too.
    return Room(rate.bytes_up(target), rate.bytes_down(most))


def _leave(hunks: tuple[Hunk, ...], planned: PlannedFile, before: Recollection) -> tuple[Hunk, ...]:
    """Those of the hunks that nobody has read."""
    known = before.of(planned.file)
    return tuple(hunk for index, hunk in enumerate(hunks) if index not in known) if known else hunks


def _hold(planned: PlannedFile, before: Recollection) -> list[ReadBefore]:
    """The hunks of a file that were read before, head by head."""
    heads: dict[str, list[Hunk]] = {}
    for index, head in sorted(before.of(planned.file).items()):
        heads.setdefault(head, []).append(planned.file.hunks[index])
    return [
        ReadBefore(ChunkFile(planned.file, planned.file_class, tuple(hunks)), head) for head, hunks in heads.items()
    ]


def _load(planned: PlannedFile, hunks: tuple[Hunk, ...], room: Room) -> tuple[Load, LeftOut | None]:
    """These hunks of a file, without the lines that fit into no chunk, and how many of these changed."""
    load = load_file(ChunkFile(planned.file, planned.file_class, hunks))
    if load.whole_size + _HEADING_BOUND <= room.widest:
        return load, None
    parts: list[Hunk | Part] = []
    too_long = 0
    for hunk in hunks:
        if measure_hunks((hunk,), crlf=load.crlf) + load.heading + _HEADING_BOUND <= room.widest:
            parts.append(hunk)
            continue
        heading = load.heading + max(measure_heading(hunk.section), _HEADING_BOUND)
        for part, fits in _apart(Rows.of(hunk, crlf=load.crlf), room.widest - heading):
            if fits and part.changed:
                parts.append(part)
            elif not fits:
                too_long += part.make_hunk().changed_lines
    size = sum(measure_hunks((part,), crlf=load.crlf) if isinstance(part, Hunk) else part.size for part in parts)
    missing = LeftOut(planned.file.path, too_long, TOO_LONG, excused=False) if too_long else None
    return replace(load, parts=tuple(parts), size=size), missing


def _apart(rows: Rows, widest: int) -> Iterator[tuple[Part, bool]]:
    """The runs of lines that are at most `widest`, and those that are not, in order."""
    rest = Part.whole(rows)
    sizes = rest.line_sizes()
    if max(sizes) <= widest:
        yield rest, True
        return
    runs = [(fits, len(list(run))) for fits, run in groupby(size <= widest for size in sizes)]
    for fits, count in runs[:-1]:
        first, rest = rest.cut(count)
        yield first, fits
    yield rest, runs[-1][0]


def _piece(sweep: Sweep, room: Room) -> SweepPiece:
    return list_sweep(sweep, room.widest // SMALL)


def _chunk(number: int, packed: Packed, rate: TokenRate) -> Chunk:
    return Chunk(number, tuple(packed.files), rate.tokens(packed.size), tuple(packed.sweeps))
