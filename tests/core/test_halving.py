"""A chunk that was too much is asked in halves: together they hold what it held."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import annotate
from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.core.change.plan import Chunk, ChunkFile, FileClass, Sweep
from app.core.change.planning.halving import halve
from app.core.change.tokens import estimate
from tests.core.changes import change, change_file, patches, patient


def changed_in(*chunks: Chunk) -> Counter[tuple[str, str, int]]:
    return Counter(
        (part.file.path, line.side.value, line.number)
        for chunk in chunks
        for part in chunk.parts
        for hunk in part.hunks
        for line in hunk.lines
        if line.changed
    )


@patient
@given(patches(max_files=4), st.integers(0, 3))
def test_both_halves_hold_what_the_whole_held_and_each_is_less(patch: Patch, times: int) -> None:
    for chunk in plan_review(patch).chunks:
        parts = [chunk]
        for _ in range(times):
            parts = [half for part in parts for half in halve(part) or (part,)]
        assert changed_in(*parts) == changed_in(chunk)
        assert {part.number for part in parts} == {chunk.number}
        assert all(part.tokens == estimate(annotate(part)) for part in parts)
        for part in parts:
            assert all(half.tokens < part.tokens for half in halve(part))


def test_one_hunk_is_cut_in_its_middle_and_one_line_is_not_cut() -> None:
    old = ["first = 0"]
    new = ["first = 0", *(f"value_{number} = {number}" for number in range(100))]
    (chunk,) = plan_review(change(change_file("a.py", old, new))).chunks
    one, other = halve(chunk)
    assert abs(one.changed_lines - other.changed_lines) <= 60
    assert changed_in(one, other) == changed_in(chunk)
    (line,) = plan_review(change(change_file("a.py", [], ["x"]))).chunks
    assert halve(line) == ()


def test_the_places_of_a_sweep_stay_below_an_example_of_it() -> None:
    files = [change_file(f"f{number}.py", ["old = 1"], ["new = 1"]) for number in range(30)]
    parts = [ChunkFile(file, FileClass.SOURCE, file.hunks) for file in files]
    sweep = Sweep("`old` becomes `new`", tuple(parts[3:]), tuple(parts[:3]))
    other = change_file("other.py", [f"a{n}" for n in range(40)], [f"b{n}" for n in range(40)])
    chunk = Chunk(7, (*parts[:3], ChunkFile(other, FileClass.SOURCE, other.hunks)), 1, (sweep,))
    quarters = [quarter for half in halve(chunk) for quarter in halve(half)]
    for part in quarters:
        shown = {file.file.path for file in part.files}
        for listed in part.sweeps:
            assert listed.sites
            assert {example.file.path for example in listed.examples} <= shown
    assert changed_in(*quarters).keys() == changed_in(chunk).keys()
