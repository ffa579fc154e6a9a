"""What chunks are filled with: the hunks of a file, one hunk or a part of it, a sweep. Each can be cut.

Sizes are bytes of the annotated diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import NamedTuple, Protocol

from app.core.change.annotate import ends_crlf, head_file, head_sweep, measure_site
from app.core.change.diff import FilePatch, Hunk
from app.core.change.plan import ChunkFile, Sweep
from app.core.change.planning.size import measure_hunks
from app.core.change.planning.splitting import Part, Rows
from app.core.change.tokens import count_bytes


@dataclass(slots=True)
class Packed:
    """What one chunk holds, in order, and its size with all headings. `open_file`: more of it needs no new heading."""

    files: list[ChunkFile] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    size: int = 0
    open_file: FilePatch | None = None


class Span(NamedTuple):
    """What the first part of a cut may take, with all its headings: `low`..`high`, best at most `wish`."""

    low: int
    wish: int
    high: int


class Piece(Protocol):
    """What is put into a chunk whole, or cut."""

    @property
    def path(self) -> str:
        """A path that it is of."""
        ...

    def cost(self, chunk: Packed) -> int:
        """What it would take in this chunk, with all headings."""
        ...

    def put(self, chunk: Packed) -> None:
        """Put it into the chunk."""
        ...

    def cut(self, chunk: Packed, span: Span) -> list[Piece] | None:
        """The parts, the first for this chunk, without those in which nothing changed; None if there is no cut."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """All that is read of one file: `heading` is the size of the file's heading, `size` that of all the rest."""

    shown: ChunkFile
    heading: int
    size: int
    crlf: bool
    parts: tuple[Hunk | Part, ...]

    @property
    def whole_size(self) -> int:
        """What it takes in a chunk that holds it whole."""
        return self.heading + self.size

    def put_all(self, chunk: Packed) -> None:
        """Put the whole file into the chunk."""
        chunk.files.append(self.shown if self.parts is self.shown.hunks else self._made())
        chunk.size += self.whole_size
        chunk.open_file = self.shown.file

    def _made(self) -> ChunkFile:
        return replace(self.shown, hunks=tuple(p if isinstance(p, Hunk) else p.make_hunk() for p in self.parts))

    def pieces(self) -> Iterator[Piece]:
        """One piece for each hunk."""
        for part in self.parts:
            size = measure_hunks((part,), crlf=self.crlf) if isinstance(part, Hunk) else part.size
            yield HunkPiece(self, part, size)


def load_file(shown: ChunkFile) -> Load:
    """The hunks of a file, none of which has too wide a line."""
    crlf = ends_crlf(shown.file)
    heading = count_bytes(head_file(shown.file, crlf=crlf))
    return Load(shown, heading, measure_hunks(shown.hunks, crlf=crlf), crlf, shown.hunks)


@dataclass(frozen=True, slots=True)
class HunkPiece:
    """One hunk of one file, or a part of it."""

    load: Load
    part: Hunk | Part
    size: int

    @property
    def path(self) -> str:
        """The file's path."""
        return self.load.shown.file.path

    def cost(self, chunk: Packed) -> int:
        """What it would take in this chunk, with all headings."""
        return self.size + self._file_heading(chunk)

    def put(self, chunk: Packed) -> None:
        """Put it into the chunk, below the heading of its file if that is the last one there."""
        hunk = self.part if isinstance(self.part, Hunk) else self.part.make_hunk()
        chunk.size += self.cost(chunk)
        if chunk.open_file is self.load.shown.file:
            chunk.files[-1] = replace(chunk.files[-1], hunks=(*chunk.files[-1].hunks, hunk))
        else:
            chunk.files.append(replace(self.load.shown, hunks=(hunk,)))
            chunk.open_file = self.load.shown.file

    def cut(self, chunk: Packed, span: Span) -> list[Piece] | None:
        """Both parts of the best cut, without one in which nothing changed."""
        whole = self.part if isinstance(self.part, Part) else Part.whole(Rows.of(self.part, crlf=self.load.crlf))
        low, wish, high = (size - self._file_heading(chunk) - whole.heading for size in span)
        count = whole.best_cut(max(low, wish * 4 // 5), wish) or whole.best_cut(low, high)
        if count is None:
            return None
        return [HunkPiece(self.load, part, part.size) for part in whole.cut(count) if part.changed]

    def _file_heading(self, chunk: Packed) -> int:
        return 0 if chunk.open_file is self.load.shown.file else self.load.heading


class Row(NamedTuple):
    """One row of a sweep's list, and what it takes."""

    site: ChunkFile
    size: int


@dataclass(frozen=True, slots=True)
class SweepPiece:
    """A sweep, or a part of one. `fixed` is what examples and heading take, `largest` bounds an example and a row.

    Wherever a part of the list stands, an example of it is shown in full: from one cut on, the next site that is small
    enough is shown in place of being listed. So no chunk lists what it does not show, and sites count as read only
    where an example of theirs was.
    """

    edit: str
    examples: tuple[ChunkFile, ...]
    fixed: int
    rows: tuple[Row, ...]
    largest: int

    @property
    def path(self) -> str:
        """The path of the first example."""
        return self.examples[0].file.path

    @property
    def whole_size(self) -> int:
        """What examples, heading and list take."""
        return self.fixed + sum(row.size for row in self.rows)

    def cost(self, chunk: Packed) -> int:  # noqa: ARG002 - a sweep takes the same in every chunk
        """What it would take in this chunk, with all headings."""
        return self.whole_size

    def put(self, chunk: Packed) -> None:
        """Put the examples among the files of the chunk, and the list below them."""
        chunk.size += self.whole_size
        chunk.files += self.examples
        chunk.sweeps.append(Sweep(self.edit, tuple(row.site for row in self.rows), self.examples))
        chunk.open_file = None

    def cut(self, chunk: Packed, span: Span) -> list[Piece] | None:  # noqa: ARG002 - as above
        """The list cut between two rows."""
        totals = list(accumulate((row.size for row in self.rows), initial=self.fixed))
        counts = [count for count, total in enumerate(totals) if count and span.low <= total <= span.high]
        if not counts:
            return None
        count = max((count for count in counts if totals[count] <= span.wish), default=counts[0])
        return [replace(self, rows=self.rows[:count]), *self._others(self.rows[count:])]

    def _others(self, rows: tuple[Row, ...]) -> list[Piece]:
        """The rest of the list, below an example of its own; where no site is small enough to be one, all are shown."""
        for index, (site, _) in enumerate(rows):
            for place, hunk in enumerate(site.hunks):
                example = replace(site, hunks=(hunk,))
                if load_file(example).whole_size > self.largest:
                    continue
                left = replace(site, hunks=site.hunks[:place] + site.hunks[place + 1 :])
                listed = (*rows[:index], *_make_rows(left, self.largest), *rows[index + 1 :])
                if not listed:
                    return list(load_file(example).pieces())
                fixed = _measure_fixed(self.edit, (example,))
                return [replace(self, examples=(example,), fixed=fixed, rows=listed)]
        return [piece for row in rows for piece in load_file(row.site).pieces()]


def list_sweep(sweep: Sweep, largest: int) -> SweepPiece:
    """A sweep whose examples, heading and single places each take at most `largest` bytes, ready to be packed."""
    rows = tuple(row for site in sweep.sites for row in _make_rows(site, largest))
    return SweepPiece(sweep.edit, sweep.examples, _measure_fixed(sweep.edit, sweep.examples), rows, largest)


def _measure_fixed(edit: str, examples: tuple[ChunkFile, ...]) -> int:
    heading = count_bytes(head_sweep(Sweep(edit, (), examples)))
    return heading + sum(load_file(example).whole_size for example in examples)


def _make_rows(site: ChunkFile, largest: int) -> list[Row]:
    """The rows that the places of one file fill."""
    rows: list[Row] = []
    bare, sizes = measure_site(site)
    first, size = 0, bare
    for end, more in enumerate(sizes):
        if end > first and size + more > largest:
            rows.append(Row(replace(site, hunks=site.hunks[first:end]), size))
            first, size = end, bare
        size += more
    return [*rows, Row(replace(site, hunks=site.hunks[first:]), size)] if site.hunks else []
