"""Which hunks of a change need no reading again, and what of a review is to be remembered as read. Pure.

When in doubt a hunk is new. Another base branch, a reader who was asked less (policy, rules) or reads otherwise
(prompts, models, guidance), another place or text, something else around it than at the head at which it was read, a
definition it names that changed since: each makes it new. What was only listed as a place of a sweep, or stands in a
chunk that somebody could not read, was never read.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.core.change.context.extent import ends, firsts
from app.core.change.diff import FilePatch, Hunk, Patch
from app.core.change.memory.hunks import Memory, ReadHunk, digest_hunk
from app.core.change.memory.readers import Reader, read_reader
from app.core.change.memory.since import Around, Since
from app.core.change.plan import ChunkFile, Plan

ReaderOf = Callable[[str], str]
"""Who reads a file of this path, as `readers.Reader` is written."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """Of files by path, the hunks by their index in the file that were read before, with the head where."""

    heads: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def of(self, file: FilePatch) -> Mapping[int, str]:
        """Those of one file."""
        return self.heads.get(file.path, {})


NOTHING = Recollection()


def recollect(
    files: Iterable[FilePatch],
    memory: Memory,
    since: Since,
    reader_of: ReaderOf,
    wide: Patch | None = None,
    *,
    by_policy: bool = False,
) -> Recollection:
    """What of these files was read before and still is what it was.

    `wide` is the same change with more context, in which the definitions are found that hunks stand in. `by_policy`:
    of its readers only what a policy asks of them counts.
    """
    held: dict[str, list[ReadHunk]] = {}
    for one in memory.hunks:
        held.setdefault(one.digest, []).append(one)
    found: dict[str, dict[int, str]] = {}
    for file in files if held else ():
        reader, same = read_reader(reader_of(file.path)), wide.by_path.get(file.path) if wide else None
        if wide is not None and (same is None or same.fault is not None):
            continue
        around = Around(same.hunks if same else (), file.path)
        for index, hunk in enumerate(file.hunks):
            # A reading stands for one hunk: of two that are alike to the last byte, one is new.
            head = _take(held.get(digest_hunk(file, hunk), []), reader, by_policy=by_policy)
            if head is not None and not since.bears(file, hunk, around):
                found.setdefault(file.path, {})[index] = head
    return Recollection(found)


def _take(readings: list[ReadHunk], wanted: Reader, *, by_policy: bool) -> str | None:
    """The head of one of these readings that stands for the one that is wanted, which then is none of them any more."""
    for index, one in enumerate(readings):
        if read_reader(one.reader).stands_for(wanted, by_policy=by_policy):
            return readings.pop(index).head
    return None


def memorise(
    plan: Plan, head: str, *, read: Container[int], unsettled: Container[str], reader_of: ReaderOf
) -> tuple[ReadHunk, ...]:
    """The hunks that count as read after a review at `head`, those of earlier heads among them.

    `read` are the numbers of the chunks that everybody read who has to; `unsettled` the paths of claims that nobody
    could verify: what stands in a chunk with one of them is to be read again.
    """
    kept: dict[tuple[str, str], ReadHunk] = {}
    for before in plan.read_before:
        file = before.part.file
        if file.path not in unsettled:
            _keep(kept, file, before.part.hunks, before.head, reader_of)
    for part in _join_parts(plan, read, unsettled):
        _keep(kept, part.file, _find_whole(part), head, reader_of)
    return tuple(kept.values())


def _join_parts(plan: Plan, read: Container[int], unsettled: Container[str]) -> list[ChunkFile]:
    """All that was shown in full of each file, in chunks that were read and about which nothing is open."""
    shown: dict[str, ChunkFile] = {}
    for chunk in plan.chunks:
        if chunk.number not in read or any(path in unsettled for path in chunk.paths):
            continue
        for part in chunk.files:
            before = shown.get(part.file.path)
            shown[part.file.path] = replace(part, hunks=(*before.hunks, *part.hunks)) if before else part
    return list(shown.values())


def _find_whole(shown: ChunkFile) -> list[Hunk]:
    """The hunks of a file of which each changed line was shown, in one piece or in several."""
    same = {id(hunk) for hunk in shown.hunks}
    whole = {id(hunk) for hunk in shown.file.hunks} & same
    pieces = [hunk for hunk in shown.hunks if id(hunk) not in whole]
    return [
        hunk
        for hunk in shown.file.hunks
        if id(hunk) in whole or (pieces and sum(_count_within(piece, hunk) for piece in pieces) == hunk.changed_lines)
    ]


def _count_within(piece: Hunk, hunk: Hunk) -> int:
    """The changed lines of a piece, if it is one of this hunk."""
    spans = zip(firsts(hunk), firsts(piece), ends(hunk), strict=True)
    return piece.changed_lines if all(first <= at <= end for first, at, end in spans) else 0


def _keep(
    kept: dict[tuple[str, str], ReadHunk], file: FilePatch, hunks: Iterable[Hunk], head: str, reader_of: ReaderOf
) -> None:
    for hunk in hunks:
        one = ReadHunk(digest_hunk(file, hunk), reader_of(file.path), head)
        kept.setdefault((one.digest, one.reader), one)
