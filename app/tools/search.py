"""Goes through many files of the tree for lines that are meant, piece by piece, and names what it could not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.text.plural import count
from app.tools.reader import Reader
from app.tools.rows import point_at
from app.tools.tree import Entry, Unread

MAX_HITS = 40
"""Lines that one answer shows."""
MAX_COUNTED = 1000
"""Lines after which nobody goes on counting."""
_PIECE_BYTES = 2 << 20
_PIECE_FILES = 1000

_REASONS = {
    Unread.ABSENT: ("missing file", "missing files"),
    Unread.LINK: ("symbolic link", "symbolic links"),
    Unread.SUBMODULE: ("submodule", "submodules"),
    Unread.MISSING: ("file that was not fetched", "files that were not fetched"),
    Unread.TOO_LARGE: ("file too large", "files too large"),
    Unread.BINARY: ("binary file", "binary files"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A line that is meant, by its number; `at` is the column in it, `kind` what it is taken for."""

    number: int
    text: str
    at: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that is meant, and where."""

    shown: str
    found: Found

    @property
    def row(self) -> str:
        """The line as an answer shows it."""
        return point_at(self.shown, self.found.number, self.found.text, self.found.at, self.found.kind)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to. `whole`: it did not stop because there was too much."""

    hits: Sequence[Hit]
    files: int
    unread: Mapping[Unread, int]
    whole: bool

    @property
    def caveat(self) -> str:
        """What was not searched, as a sentence with a space before it; empty where that is nothing."""
        parts = [
            f"{number:,} {_REASONS[why][number != 1]}"
            for why, number in sorted(self.unread.items(), key=lambda item: item[0].name)
        ]
        return f" Not searched: {', '.join(parts)}." if parts else ""


Look = Callable[[str, str, int], Sequence[Found]]
"""Path, text and how many lines at most → the lines of that text that are meant, in order."""


async def search(reader: Reader, entries: Sequence[Entry], look: Look) -> Searched:
    """What `look` finds in these files, in their order. Raises TreeUnreadable.

    Whoever waits may stop waiting at any time: what is at work then ends with the file that it is at.
    """
    hits: list[Hit] = []
    unread: Counter[Unread] = Counter()
    files = 0
    for piece in _pieces(entries):
        texts = await reader.tree.read([entry.path for entry in piece])
        unread.update(text for text in texts.values() if isinstance(text, Unread))
        files += sum(isinstance(text, str) for text in texts.values())
        work = _Work(piece, texts, look, MAX_COUNTED + 1 - len(hits))
        try:
            hits += await reader.offload(work.do)
        finally:
            work.wanted = False
        if len(hits) > MAX_COUNTED:
            return Searched(hits[:MAX_COUNTED], files, unread, whole=False)
    return Searched(hits, files, unread, whole=True)


@dataclass(slots=True)
class _Work:
    """One piece. It is done somewhere else, where it can only be told that nobody wants it any more."""

    piece: Sequence[Entry]
    texts: Mapping[str, str | Unread]
    look: Look
    room: int
    wanted: bool = True

    def do(self) -> list[Hit]:
        hits: list[Hit] = []
        for entry in self.piece:
            if not self.wanted:
                break
            text = self.texts[entry.path]
            if isinstance(text, str) and len(hits) < self.room:
                hits += [Hit(entry.shown, found) for found in self.look(entry.path, text, self.room - len(hits))]
        return hits


def tell_count(searched: Searched, number: int, noun: str) -> str:
    """`3 lines`, or `more than 1,000 lines` where counting stopped."""
    return count(number, noun) if searched.whole else f"more than {count(number, noun)}"


def show_hits(*groups: Sequence[Hit]) -> list[str]:
    """The rows of at most `MAX_HITS` hits, group by group, of each from as many files as there is room for."""
    rows: list[str] = []
    for group in groups:
        rows += [hit.row for hit in _spread(group, MAX_HITS - len(rows))]
    return rows


def tell_shown(hits: Sequence[Hit]) -> str:
    """That not all of these are shown, as a sentence with a space before it; empty where they are."""
    return f" {MAX_HITS} are shown, from as many files as possible." if len(hits) > MAX_HITS else ""


def _spread(hits: Sequence[Hit], most: int) -> list[Hit]:
    """At most so many of the hits, in their order: the first of each file go before any second one."""
    seen: Counter[str] = Counter()
    turns: list[tuple[int, int]] = []
    for index, hit in enumerate(hits):
        turns.append((seen[hit.shown], index))
        seen[hit.shown] += 1
    return [hits[index] for index in sorted(index for _, index in sorted(turns)[:most])]


def _pieces(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    piece: list[Entry] = []
    size = 0
    for entry in entries:
        if piece and (size + (entry.size or 0) > _PIECE_BYTES or len(piece) == _PIECE_FILES):
            yield piece
            piece, size = [], 0
        piece.append(entry)
        size += entry.size or 0
    if piece:
        yield piece
