from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import TOO_LONG, plan_review
from app.core.change.classes.attributes import Attributes
from app.core.change.classes.exclusion import ExcludeRule
from app.core.change.coverage import account
from app.core.change.diff import FilePatch, FileStatus, Hunk, LineKind, Patch
from app.core.change.plan import Plan
from app.core.change.tokens import estimate
from app.core.text.globs import BadGlob
from tests.core.changes import change, change_file, patches, patient, texts

lines = st.one_of(texts, st.text("xy ", min_size=20, max_size=400))


def changed_in(plan: Plan) -> Counter[tuple[str, str, int, str]]:
    return Counter(
        (part.file.path, line.side.value, line.number, line.text)
        for chunk in plan.chunks
        for part in chunk.parts
        for hunk in part.hunks
        for line in hunk.lines
        if line.changed
    )


def check_counts(hunk: Hunk) -> None:
    old = [line.old for line in hunk.lines if line.old is not None]
    new = [line.new for line in hunk.lines if line.new is not None]
    for numbers, start, count in ((old, hunk.old_start, hunk.old_count), (new, hunk.new_start, hunk.new_count)):
        assert len(numbers) == count
        if numbers:
            assert numbers == list(range(start, start + count))


@patient
@given(patches(texts=lines), st.integers(20, 600), st.integers(0, 3))
def test_every_changed_line_is_in_one_chunk_or_left_out(patch: Patch, target: int, exclude: int) -> None:
    rules = [ExcludeRule(pattern, "lintel.yml") for pattern in ("vendor/**", "**/*.go", "a.py")][:exclude]
    plan = plan_review(patch, exclude=rules, target_tokens=target)
    seen = changed_in(plan)
    assert set(seen.values()) <= {1}
    for file in patch.files:
        read = sum(count for (path, *_), count in seen.items() if path == file.path)
        out = sum(item.lines for item in plan.left_out if item.path == file.path)
        assert read + out == file.changed_lines
        present = {(file.path, ln.side.value, ln.number, ln.text) for hunk in file.hunks for ln in hunk.lines}
        assert {key for key in seen if key[0] == file.path} <= present
    assert account(plan, {}).complete is not any(not item.excused for item in plan.left_out)


@patient
@given(patches(texts=lines, max_files=8), st.integers(20, 600), st.integers(1, 400))
def test_chunks_are_few_and_never_pass_the_limit(patch: Patch, target: int, more: int) -> None:
    plan = plan_review(patch, target_tokens=target, limit_tokens=target + more)
    assert len(plan.chunks) <= 1.25 * math.ceil(plan.tokens / target) + 1
    assert [chunk.number for chunk in plan.chunks] == list(range(1, len(plan.chunks) + 1))
    for chunk in plan.chunks:
        assert chunk.tokens == estimate(annotate(chunk)) <= target + more
        assert chunk.changed_lines
        for part in chunk.files:
            for hunk in part.hunks:
                check_counts(hunk)


@patient
@given(patches(texts=lines), st.randoms(use_true_random=False), st.integers(30, 300))
def test_the_order_of_files_in_the_patch_does_not_matter(patch: Patch, random: object, target: int) -> None:
    shuffled = list(patch.files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert (
        plan_review(change(*shuffled), target_tokens=target).chunks == plan_review(patch, target_tokens=target).chunks
    )


def test_hunks_that_do_not_pair_up_are_cut_rather_than_spread_over_half_empty_chunks() -> None:
    body = [f"    value_{i} = compute({i})" for i in range(50)]
    size = plan_review(change(change_file("a.py", [], body))).tokens
    target = size * 5 // 3
    plan = plan_review(
        change(*(change_file(f"a{i:02}.py", [], body) for i in range(40))),
        target_tokens=target,
        limit_tokens=target + 60,
    )
    assert len(plan.chunks) <= 1.25 * math.ceil(plan.tokens / target) + 1
    assert changed_in(plan).total() == 40 * 50


def test_a_side_without_lines_starts_at_the_line_before_as_in_git() -> None:
    added = plan_review(change(change_file("a.py", [], [f"x{i}" for i in range(300)])), target_tokens=300)
    assert {part.old_start for chunk in added.chunks for part in chunk.files[0].hunks} == {0}
    old = [f"x{i}" for i in range(20)]
    new = [*old[:10], *(f"y{i}" for i in range(300)), *old[10:]]
    inserted = plan_review(change(change_file("a.py", old, new)), target_tokens=300)
    empty = [h for chunk in inserted.chunks for h in chunk.files[0].hunks if not h.old_count]
    assert empty
    assert {hunk.old_start for hunk in empty} == {10}


def test_a_giant_hunk_is_cut_before_a_definition_and_keeps_its_numbers() -> None:
    body = [line for i in range(60) for line in (f"def f{i}():", "    a = 1", "", "    return a", "", "")]
    plan = plan_review(change(change_file("a.py", [], body)), target_tokens=900)
    assert len(plan.chunks) > 2
    for before, chunk in zip(plan.chunks, plan.chunks[1:], strict=False):
        hunk = chunk.files[0].hunks[0]
        assert hunk.lines[0].text.startswith("def f")
        assert hunk.section.startswith("def f")
        assert hunk.section == before.files[0].hunks[-1].lines[-6].text
    text = [line.text for chunk in plan.chunks for line in parse_annotated(annotate(chunk))]
    assert text == body


def test_a_removed_line_is_not_cut_from_what_replaces_it() -> None:
    old, new = [f"a{i}" for i in range(400)], [f"b{i}" if i % 5 == 0 else f"a{i}" for i in range(400)]
    plan = plan_review(change(change_file("a.py", old, new)), target_tokens=300)
    starts = [chunk.files[0].hunks[0].lines[0].kind for chunk in plan.chunks]
    assert len(starts) > 5
    assert LineKind.ADDED not in starts


def test_a_test_is_read_with_its_subject_and_machines_last() -> None:
    names = ["yarn.lock", "web/b.ts", "tests/core/test_pay.py", "app/web/pay.py", "app/core/pay.py", "vendor/z.go"]
    plan = plan_review(change(*(change_file(name, ["a"], ["b"]) for name in names)))
    assert plan.chunks[0].paths == (
        "app/core/pay.py", "tests/core/test_pay.py", "app/web/pay.py", "web/b.ts", "yarn.lock", "vendor/z.go",
    )  # fmt: skip


def test_only_the_base_excuses_and_the_reason_names_its_rule() -> None:
    files = [change_file(name, ["a"], ["b"]) for name in ("vendor/a.go", "gen/a.go", "x.snap", "go.sum", "data.csv")]
    attributes = Attributes.parse("gen/* linguist-generated\n*.csv -diff")
    plan = plan_review(change(*files), exclude=[ExcludeRule("**/*.snap", ".github/lintel.yml")], attributes=attributes)
    assert [(item.path, item.lines, item.reason, item.excused) for item in plan.left_out] == [
        ("gen/a.go", 2, "excluded by linguist-generated of the base branch's .gitattributes", True),
        ("x.snap", 2, "excluded by **/*.snap in .github/lintel.yml", True),
        ("data.csv", 2, "excluded by -diff of the base branch's .gitattributes", True),
    ]
    assert set(plan.chunks[0].paths) == {"vendor/a.go", "go.sum"}


def test_a_rename_into_an_excluded_directory_is_read() -> None:
    rules = [ExcludeRule("vendor/**", "lintel.yml")]
    plan = plan_review(change(change_file("vendor/a.go", ["a"], ["b"], old_path="src/a.go")), exclude=rules)
    assert plan.left_out == ()
    assert plan.chunks[0].paths == ("vendor/a.go",)


def test_what_cannot_be_read_is_named_and_not_excused() -> None:
    binary = FilePatch("a.png", "a.png", FileStatus.ADDED, binary=True)
    faulty = FilePatch("b.py", "b.py", FileStatus.MODIFIED, additions=3, deletions=4, fault="not parsed")
    textless = FilePatch("c.py", "c.py", FileStatus.MODIFIED, additions=1)
    plan = plan_review(change(binary, faulty, textless))
    assert [(item.path, item.lines, item.excused) for item in plan.left_out] == [
        ("a.png", 0, False), ("b.py", 7, False), ("c.py", 1, False),
    ]  # fmt: skip
    assert plan.left_out[1].reason == "not parsed"
    assert not account(plan, {}).complete


def test_a_pure_rename_has_nothing_to_read_while_a_link_has() -> None:
    pure = FilePatch("b.py", "a.py", FileStatus.RENAMED)
    link = replace(change_file("link", ["a"], ["/etc/passwd"]), old_mode="120000", new_mode="120000")
    plan = plan_review(change(pure, link))
    assert plan.left_out == ()
    assert plan.chunks[0].paths == ("link",)
    assert len(plan.files) == 2


def test_a_monstrous_line_is_left_out_and_its_neighbours_are_read() -> None:
    new = ["a", "x" * 100_000, "b"]
    plan = plan_review(change(change_file("app.js", [], new)))
    assert [(item.path, item.lines, item.reason, item.excused) for item in plan.left_out] == [
        ("app.js", 1, TOO_LONG, False)
    ]
    assert [line.number for line in parse_annotated(annotate(plan.chunks[0]))] == [1, 3]


def test_a_bad_glob_and_a_limit_below_the_target_are_refused() -> None:
    with pytest.raises(BadGlob):
        plan_review(change(), exclude=[ExcludeRule("a**", "lintel.yml")])
    with pytest.raises(ValueError, match="above the target"):
        plan_review(change(), target_tokens=10, limit_tokens=10)
