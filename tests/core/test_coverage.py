"""The ledger adds up: each changed line of each file was read once, or is left out for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.chunking import plan_review
from app.core.change.classes.attributes import Attributes
from app.core.change.classes.exclusion import ExcludeRule
from app.core.change.coverage import UNACCOUNTED, Coverage, account
from app.core.change.diff import FilePatch, FileStatus, Hunk, LineKind, Patch
from app.core.change.plan import Chunk, ChunkFile, FileClass, LeftOut, Plan, PlannedFile, Sweep
from app.core.gate.policy import Policy
from app.core.gate.verdict import Conclusion, GateFacts, decide
from tests.core.changes import change_file, patches

EXCLUDE = [ExcludeRule("vendor/**", ".github/lintel.yml"), ExcludeRule("a/**", ".github/lintel.yml")]
ATTRIBUTES = Attributes.parse("docs/* linguist-generated\n*.go -diff\n")
DOWN = "the model was overloaded"


def lines_left_out(coverage: Coverage, path: str) -> int:
    return sum(item.lines for item in coverage.left_out if item.path == path)


def assert_adds_up(coverage: Coverage, files: Iterable[FilePatch]) -> None:
    changed = {file.path: file.changed_lines for file in files}
    assert {file.path: file.changed_lines for file in coverage.files} == changed
    for file in coverage.files:
        assert 0 <= file.swept_lines <= file.reviewed_lines <= file.changed_lines
        assert lines_left_out(coverage, file.path) == file.left_out_lines
    assert coverage.changed_lines == coverage.reviewed_lines + coverage.left_out_lines == sum(changed.values())
    assert all(item.lines >= 0 and item.path in changed for item in coverage.left_out)
    rows = Counter((item.path, item.reason, item.rule) for item in coverage.left_out)
    assert max(rows.values(), default=1) == 1


@given(patches(), st.sampled_from([40, 150, 45_000]), st.data())
def test_lines_add_up_for_any_change_and_whatever_was_not_read(patch: Patch, target: int, data: st.DataObject) -> None:
    plan = plan_review(patch, exclude=EXCLUDE, attributes=ATTRIBUTES, target_tokens=target)
    numbers = [chunk.number for chunk in plan.chunks]
    unread = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
    coverage = account(plan, dict.fromkeys(unread, DOWN))

    assert_adds_up(coverage, patch.files)
    assert not [item for item in coverage.left_out if item.reason == UNACCOUNTED]
    assert coverage.reviewed_lines == sum(chunk.changed_lines for chunk in plan.chunks if chunk.number not in unread)
    assert all((item.rule is not None) == item.excused for item in coverage.left_out)


def a_plan(files: Sequence[FilePatch], *chunks: Chunk, left_out: Sequence[LeftOut] = ()) -> Plan:
    return Plan(tuple(PlannedFile(file, FileClass.SOURCE) for file in files), chunks, tuple(left_out))


def a_chunk(number: int, *parts: tuple[FilePatch, Sequence[Hunk]], sweeps: Sequence[Sweep] = ()) -> Chunk:
    files = tuple(ChunkFile(file, FileClass.SOURCE, tuple(hunks)) for file, hunks in parts)
    return Chunk(number, files, 100, tuple(sweeps))


OLD = [f"line {number}" for number in range(60)]
FILE = change_file("a.py", OLD, [*OLD[:10], "new 10", *OLD[11:40], "new 40", *OLD[41:]])
OTHER = change_file("b.py", ["x = 1"], ["x = 2"])
FIRST, SECOND = FILE.hunks


@given(st.lists(st.lists(st.integers(0, 2), max_size=5), max_size=4), st.lists(st.integers(0, 9), max_size=3))
def test_a_plan_that_forgets_or_repeats_lines_never_counts_as_read(
    chosen: Sequence[Sequence[int]], left: Sequence[int]
) -> None:
    pool = [(FILE, FIRST), (FILE, SECOND), (OTHER, OTHER.hunks[0])]
    chunks = [
        a_chunk(number, *((pool[index][0], [pool[index][1]]) for index in indexes))
        for number, indexes in enumerate(chosen, start=1)
    ]
    plan = a_plan([FILE, OTHER], *chunks, left_out=[LeftOut("b.py", lines, "why", excused=True) for lines in left])
    coverage = account(plan, {})
    shown = Counter(index for indexes in chosen for index in indexes)

    assert_adds_up(coverage, [FILE, OTHER])
    whole = shown[0] == shown[1] == 1
    assert next(file.reviewed_lines for file in coverage.files) == (4 if whole else 0)
    assert whole or "a.py" in {item.path for item in coverage.unexcused}
    assert shown[2] < 2 or "b.py" in {item.path for item in coverage.unexcused}


@pytest.mark.parametrize(
    "chunks",
    [
        [a_chunk(1, (FILE, [FIRST, FIRST]), (OTHER, OTHER.hunks))],
        [a_chunk(1, (FILE, [FIRST]), (OTHER, OTHER.hunks)), a_chunk(2, (FILE, [FIRST]))],
        [a_chunk(1, (OTHER, OTHER.hunks)), a_chunk(2, (FILE, [FIRST]))],
    ],
    ids=["one hunk twice for two", "in two chunks", "one is forgotten"],
)
def test_equal_sums_do_not_hide_a_line_that_was_shown_twice(chunks: list[Chunk]) -> None:
    coverage = account(a_plan([FILE, OTHER], *chunks), {})

    assert coverage.left_out == (LeftOut("a.py", 4, UNACCOUNTED, excused=False),)
    assert coverage.reviewed_lines == 2
    assert decide(GateFacts(policy=Policy(), coverage=coverage)).conclusion is Conclusion.ACTION_REQUIRED


def test_a_file_replaced_as_a_whole_has_lines_of_its_own_on_either_side() -> None:
    removed = Hunk(1, 3, 0, 0, "", "-a\n-b\n-c")
    added = Hunk(0, 0, 1, 2, "", "+x\n+y\n\\ No newline at end of file")
    file = FilePatch("link", "link", FileStatus.TYPE_CHANGED, hunks=(removed, added), additions=2, deletions=3)

    assert account(a_plan([file], a_chunk(1, (file, file.hunks))), {}).reviewed_lines == 5


def test_pieces_that_show_the_same_context_share_no_changed_line() -> None:
    first, second = (
        Hunk(5, 3, 5, 3, "", " signature\n-a\n+b\n context"),
        Hunk(7, 2, 7, 2, "", " context\n-c\n+d"),
    )
    file = FilePatch("a.py", "a.py", FileStatus.MODIFIED, hunks=(first, second), additions=2, deletions=2)

    assert account(a_plan([file], a_chunk(1, (file, [first])), a_chunk(2, (file, [second]))), {}).complete


def test_a_giant_file_in_many_unread_chunks_is_named_once_with_all_its_lines() -> None:
    new = [f"value_{number} = {number}" for number in range(2_000)]
    file = change_file("big.py", [], new)
    plan = plan_review(Patch("m" * 40, "h" * 40, (file,)), target_tokens=2_000)
    read, *unread = [chunk.number for chunk in plan.chunks]
    coverage = account(plan, dict.fromkeys(unread, DOWN))

    assert len(unread) > 3
    assert [(item.path, item.reason, item.excused) for item in coverage.left_out] == [("big.py", DOWN, False)]
    assert coverage.left_out[0].lines == 2_000 - plan.chunks[read - 1].changed_lines
    assert sum(span.last - span.first + 1 for span in coverage.files[0].unread) == coverage.left_out[0].lines


@given(patches(max_files=2), st.integers(0, 9), st.data())
def test_where_unread_lines_stand_is_told_of_files_that_were_partly_read(
    patch: Patch, dear: int, data: st.DataObject
) -> None:
    whole = plan_review(patch, target_tokens=60)
    # What is over the budget is no chunk of the plan any more.
    plan = replace(whole, chunks=whole.chunks[:-dear] if dear else whole.chunks)
    missing = [
        LeftOut(part.file.path, part.changed_lines, "dear", excused=False)
        for chunk in whole.chunks[len(plan.chunks) :]
        for part in chunk.parts
    ]
    plan = replace(plan, left_out=(*whole.left_out, *missing))
    numbers = [chunk.number for chunk in plan.chunks]
    unread = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
    coverage = account(plan, dict.fromkeys(unread, DOWN))
    read = {
        (part.file.path, line.side, line.number)
        for chunk in plan.chunks
        if chunk.number not in unread
        for part in chunk.parts
        for hunk in part.hunks
        for line in hunk.lines
        if line.changed
    }

    assert not [item for item in coverage.left_out if item.reason == UNACCOUNTED]
    for file in coverage.files:
        lines = [line for hunk in patch.by_path[file.path].hunks for line in hunk.lines if line.changed]
        told = [
            line
            for line in lines
            for span in file.unread
            if line.side is span.side and span.first <= line.number <= span.last
        ]
        partly = 0 < file.reviewed_lines < file.changed_lines
        assert told == [line for line in lines if partly and (file.path, line.side, line.number) not in read]


def test_the_places_of_a_sweep_count_as_read_with_their_chunk_and_are_told_apart() -> None:
    files = [change_file(f"src/{name}.py", ["import old"], ["import new"]) for name in "abcd"]
    sites = tuple(ChunkFile(file, FileClass.SOURCE, file.hunks) for file in files[1:])
    sweep = Sweep("old becomes new", sites)
    plan = a_plan(files, a_chunk(1, (files[0], files[0].hunks), sweeps=[sweep]))
    read, unread = account(plan, {}), account(plan, {1: DOWN})

    assert (read.reviewed_lines, read.swept_lines) == (8, 6)
    assert [file.swept_lines for file in read.files] == [0, 2, 2, 2]
    assert (unread.reviewed_lines, unread.swept_lines, len(unread.left_out)) == (0, 0, 4)
    assert_adds_up(read, files)
    assert_adds_up(unread, files)


def test_what_the_base_excuses_carries_its_rule_as_it_stands_there() -> None:
    files = [
        change_file("vendor/x.py", [], ["a = 1"]),
        change_file("docs/api.md", [], ["# made"]),
        change_file("x.go", [], ["package x"]),
        replace(change_file("logo.png", [], []), binary=True, hunks=()),
    ]
    plan = plan_review(Patch("m" * 40, "h" * 40, tuple(files)), exclude=EXCLUDE, attributes=ATTRIBUTES)
    rules = {item.path: (item.rule, item.excused) for item in account(plan, {}).left_out}

    assert rules == {
        "vendor/x.py": ("vendor/**", True),
        "docs/api.md": ("linguist-generated", True),
        "x.go": ("-diff", True),
        "logo.png": (None, False),
    }


@given(st.lists(st.sampled_from(list(LineKind)), max_size=12), st.integers(1, 50))
def test_hunks_side_by_side_never_count_as_sharing_lines(kinds: list[LineKind], start: int) -> None:
    body = "\n".join(f"{kind}text" for kind in kinds)
    olds, news = (sum(kind is not other for kind in kinds) for other in (LineKind.ADDED, LineKind.REMOVED))
    first = Hunk(start - (not olds), olds, start - (not news), news, "", body)
    second = Hunk(start + olds - (not olds), olds, start + news - (not news), news, "", body)
    lines = [sum(kind is wanted for kind in kinds) * 2 for wanted in (LineKind.ADDED, LineKind.REMOVED)]
    file = FilePatch("a", "a", FileStatus.MODIFIED, hunks=(first, second), additions=lines[0], deletions=lines[1])

    assert account(a_plan([file], a_chunk(1, (file, file.hunks))), {}).complete
