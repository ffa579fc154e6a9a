"""A chunk in two halves, where the whole was more than a model could take or answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from app.core.change.annotate import annotate, ends_crlf
from app.core.change.diff import Hunk
from app.core.change.plan import Chunk, ChunkFile, Sweep
from app.core.change.planning.splitting import Part, Rows
from app.core.change.tokens import DEFAULT_RATE, TokenRate, estimate


@dataclass(frozen=True, slots=True)
class _Piece:
    """One hunk: shown in full, or a place of `sweep`."""

    part: ChunkFile
    hunk: Hunk
    sweep: Sweep | None = None


def halve(chunk: Chunk, rate: TokenRate = DEFAULT_RATE) -> tuple[Chunk, ...]:
    """Two chunks that hold what this one holds, about as much each, under its number; none if it is one line.

    Hunks stay whole unless there is but one. The places of a sweep stay below an example of it: an example may be in
    both halves.
    """
    pieces = list(_pieces(chunk))
    if len(pieces) == 1:
        pieces = [replace(pieces[0], hunk=hunk) for hunk in _cut(pieces[0])]
    if len(pieces) < 2:
        return ()
    middle = _find_middle([len(piece.hunk.body) if piece.sweep is None else 1 for piece in pieces])
    return tuple(_assemble(chunk, half, rate) for half in (pieces[:middle], pieces[middle:]))


def _pieces(chunk: Chunk) -> Iterator[_Piece]:
    for part in chunk.files:
        yield from (_Piece(part, hunk) for hunk in part.hunks)
    for sweep in chunk.sweeps:
        for site in sweep.sites:
            yield from (_Piece(site, hunk, sweep) for hunk in site.hunks)


def _cut(piece: _Piece) -> list[Hunk]:
    rows = Rows.of(piece.hunk, crlf=ends_crlf(piece.part.file))
    if len(rows) < 2:
        return []
    whole = Part.whole(rows)
    size = rows.totals[-1]
    place = whole.best_cut(size // 4, size * 3 // 4) or len(rows) // 2
    return [part.make_hunk() for part in whole.cut(place) if part.changed]


def _find_middle(sizes: Sequence[int]) -> int:
    """How many come before the border that parts them most evenly."""
    totals = list(accumulate(sizes))
    return min(range(1, len(sizes)), key=lambda count: abs(2 * totals[count - 1] - totals[-1]))


def _assemble(chunk: Chunk, pieces: Sequence[_Piece], rate: TokenRate) -> Chunk:
    shown = _files([piece for piece in pieces if piece.sweep is None])
    sweeps: list[Sweep] = []
    for sweep in chunk.sweeps:
        sites = _files([piece for piece in pieces if piece.sweep is sweep])
        if not sites:
            continue
        held = {(part.file.path, hunk) for part in shown for hunk in part.hunks}
        examples = tuple(part for part in sweep.examples if all((part.file.path, hunk) in held for hunk in part.hunks))
        if not examples:
            examples = sweep.examples[:1]
            shown = (*shown, *examples)
        sweeps.append(replace(sweep, sites=sites, examples=examples))
    half = replace(chunk, files=shown, sweeps=tuple(sweeps))
    return replace(half, tokens=estimate(annotate(half), rate))


def _files(pieces: Sequence[_Piece]) -> tuple[ChunkFile, ...]:
    runs = (list(run) for _, run in groupby(pieces, key=lambda piece: id(piece.part)))
    return tuple(replace(run[0].part, hunks=tuple(piece.hunk for piece in run)) for run in runs)
