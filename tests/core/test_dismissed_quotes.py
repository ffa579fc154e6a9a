"""What a dismissal covers: the line in the definition that it stood in, for the base branch that it was made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Hunk, Patch
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Anchor, Placed, Placement, Severity
from app.core.findings.identity import Circumstances, Identified, identify
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.quotes import Quotes
from tests.core.changes import change, change_file, claim, diff_texts, patient
from tests.core.test_identity import always, numbers, remember, review

FREE = ["def free_total(items):", "    return sum(item.price * 0 for item in items)"]
FULL = ["def total(items):", "    return sum(item.price for item in items)"]
BAIT = ["def total(items):", "    return sum(item.price * 0 for item in items)"]
BUG = claim(quote=FREE[1].strip(), severity=Severity.HIGH)


def patch_of(old: Sequence[str], new: Sequence[str], section: str = "") -> Patch:
    return change(change_file("a.py", old, new, section=section))


def dismissed(patch: Patch, line: int) -> list[KnownFinding]:
    return remember(review(patch, [replace(BUG, line=line)]), F1=FindingState.DISMISSED)


def again(patch: Patch, line: int, kept: Sequence[KnownFinding]) -> list[int]:
    return numbers(review(patch, [replace(BUG, line=line)], kept, next_number=2))


def test_it_does_not_cover_the_same_line_in_another_definition() -> None:
    kept = dismissed(patch_of(FULL, [*FULL, "", *FREE]), 5)
    assert again(patch_of(FULL, [*FULL, "", "", *FREE]), 6, kept) == []
    assert again(patch_of(FULL, BAIT), 2, kept) == [2]


def test_nor_where_that_definition_is_only_in_the_heading() -> None:
    kept = dismissed(patch_of(FULL, [*FULL, "", *FREE]), 5)
    old = [FULL[0], *(f"    part_{n} = {n}" for n in range(5)), FULL[1]]
    assert again(patch_of(old, [*old[:-1], BAIT[1]], section=FULL[0]), 7, kept) == [2]


def test_it_holds_where_its_definition_moves_into_the_heading() -> None:
    parts = [f"    part_{n} = {n}" for n in range(5)]
    kept = dismissed(patch_of([FREE[0]], FREE), 2)
    below = patch_of([FREE[0], *parts], [FREE[0], *parts, FREE[1]], section=FREE[0])
    assert again(below, 7, kept) == []


def test_what_stands_in_no_definition_is_covered_wherever_it_stands_alone() -> None:
    top = replace(BUG, quote="total = price * 0")
    first = patch_of(["import os"], ["import os", "total = price * 0"])
    kept = remember(review(first, [replace(top, line=2)]), F1=FindingState.DISMISSED)
    moved = patch_of(["import os"], ["import os", "import re", "def f():", "    pass", "total = price * 0"])
    assert numbers(review(moved, [replace(top, line=5)], kept, next_number=2)) == []


def test_one_that_stood_off_the_diff_does_not_cover_a_line_that_the_change_makes() -> None:
    kept = [replace(item, placed=Placed.FILE, symbol="file") for item in dismissed(patch_of([], FREE), 2)]
    assert again(patch_of(FULL, BAIT), 2, [replace(item, fingerprint="f" * 32) for item in kept]) == [2]


def judge(kept: Sequence[KnownFinding], base_ref: str) -> Identified:
    patch = patch_of([], FREE)
    placed = anchor_claims([replace(BUG, line=2)], patch).placed
    now = Circumstances(completed=always, blocks=lambda _: True, base_ref=base_ref)
    return identify(placed, patch, kept, next_number=2, now=now)


@pytest.mark.parametrize(("base_ref", "counts"), [("side", False), ("main", True)])
def test_it_holds_for_the_base_that_it_was_made_for(base_ref: str, *, counts: bool) -> None:
    kept = [replace(item, base_ref="side") for item in dismissed(patch_of([], FREE), 2)]
    found = judge(kept, base_ref)
    assert (numbers(found), [item.number for item in found.reinstated]) == (([1], [1]) if counts else ([], []))


definitions = st.one_of(st.integers(0, 9).map(lambda n: f"def f_{n}():"), st.just("y" * 79 + "é = 1"))
others = st.one_of(st.sampled_from(["", "}", "@wraps"]), st.integers(0, 9).map(lambda n: f"    part_{n} = {n}"))


def _tell_apart(rows: Sequence[str]) -> list[str]:
    return [row for at, row in enumerate(rows) if not row[:1].isalpha() or row not in rows[:at]]


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A file before and after some rows were put in place of others; no two definitions in one read alike."""
    old = draw(st.lists(st.one_of(definitions, others), min_size=8, max_size=40))
    new = list(old)
    for at in draw(st.sets(st.integers(0, len(old) - 1), max_size=3)):
        new[at : at + 1] = draw(st.lists(st.one_of(definitions, others), max_size=2))
    return _tell_apart(old), _tell_apart(new)


def _follow(last: str, row: str) -> str:
    return row if row[:1].isalpha() else last


def show(old: Sequence[str], new: Sequence[str], context: int) -> tuple[Hunk, ...]:
    """The hunks with git's headings: the last line of the old version above them that begins like a definition."""
    names = list(accumulate(["", *old], _follow))
    hunks = diff_texts(old, new, context=context)
    above = [names[hunk.old_start - (hunk.old_count > 0)].encode()[:80].decode("utf-8", "replace") for hunk in hunks]
    return tuple(replace(hunk, section=heading) for hunk, heading in zip(hunks, above, strict=True))


@patient
@given(edits())
def test_the_definition_of_a_changed_line_does_not_depend_on_where_hunks_begin(
    edited: tuple[list[str], list[str]],
) -> None:
    (old, new), told = edited, []
    for context in (1, 3, 50):
        file = replace(change_file("a.py", old, new), hunks=show(old, new, context))
        quotes = Quotes(change(file))
        changed = [line for hunk in file.hunks for line in hunk.lines if line.changed]
        anchors = [Anchor(line.side, None, line.number) for line in changed]
        told.append([quotes.look_up("a.py", Placement(Placed.LINE, anchor, "")).symbol for anchor in anchors])
    assert told[0] == told[1] == told[2]
