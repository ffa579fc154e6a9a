"""Two versions of a file, compared hunk by hunk as a review does it."""

from __future__ import annotations

from app.core.fit.compared import Compared, HunkCompared, find_blocks
from app.syntax.comparison import compare
from tests.core.changes import diff_texts
from tests.syntax.moments import NEVER


def told(path: str, old: str, new: str, *, context: int = 3) -> Compared | str:
    hunks = diff_texts(_lines(old), _lines(new), context=context)
    return compare(path, (old.encode(), new.encode()), [find_blocks(hunk) for hunk in hunks], NEVER)


def compared(path: str, old: str, new: str, *, context: int = 3) -> Compared:
    answer = told(path, old, new, context=context)
    assert isinstance(answer, Compared), answer
    return answer


def only(path: str, old: str, new: str) -> HunkCompared:
    (hunk,) = compared(path, old, new, context=50).hunks
    return hunk


def edits(path: str, old: str, new: str) -> list[str]:
    """The digests of its hunks, which are the lines that differ."""
    return [hunk.edit for hunk in compared(path, old, new, context=0).hunks]


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []
