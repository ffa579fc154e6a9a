"""Hunks that were read before, shown beside the new ones of their file: for context, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.core.change.annotate import ends_crlf, head_hunk
from app.core.change.context.extent import cover
from app.core.change.diff import Hunk
from app.core.change.plan import Chunk, ChunkFile, ReadBefore
from app.core.change.planning.size import measure_hunks
from app.core.change.tokens import TokenRate, count_bytes

MOST_TOKENS = 4_000
"""What a chunk shows of hunks that were read before: they are there to be understood by, not to be read again."""

_LINE = Hunk(1, 1, 1, 1, "", " ")
_MARK = count_bytes(head_hunk(_LINE, read=True)) - count_bytes(head_hunk(_LINE))


def show_beside(
    chunk: Chunk, before: Sequence[ReadBefore], texts: Mapping[str, str], limit_tokens: int, rate: TokenRate
) -> Chunk:
    """The chunk with what was read before of its files, as far as there is room below `limit_tokens`.

    `texts` holds the new versions, without secrets, by path: what the whole file betrays as a secret is covered in
    these hunks too. Of a file without its text nothing more is shown. Equal arguments give equal chunks.
    """
    held: dict[str, list[Hunk]] = {}
    for earlier in before:
        held.setdefault(earlier.part.file.path, []).extend(earlier.part.hunks)
    size = rate.bytes_down(chunk.tokens)
    room = least = min(rate.bytes_down(limit_tokens) - size, rate.bytes_down(MOST_TOKENS))
    files: list[ChunkFile] = []
    for part in chunk.files:
        text = texts.get(part.file.path)
        # A file may stand in a chunk twice: the first time is enough.
        hunks = held.pop(part.file.path, []) if text is not None else []
        taken: list[Hunk] = []
        for hunk in _order(hunks, part, (text or "").split("\n")):
            cost = measure_hunks((hunk,), crlf=ends_crlf(part.file)) + _MARK
            if cost <= room:
                room -= cost
                taken.append(hunk)
        files.append(replace(part, before=tuple(taken)) if taken else part)
    return replace(chunk, files=tuple(files), tokens=rate.tokens(size + least - room))


def _order(hunks: Sequence[Hunk], part: ChunkFile, lines: Sequence[str]) -> list[Hunk]:
    """The hunks that are of these lines, without secrets, those nearest to a new one first."""
    covered = [hunk for hunk in (cover(hunk, lines) for hunk in hunks) if hunk is not None]
    starts = [hunk.new_start for hunk in part.hunks]
    return sorted(covered, key=lambda hunk: (min(abs(hunk.new_start - start) for start in starts), hunk.new_start))
