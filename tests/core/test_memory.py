"""What counts as read before: laws over any two changes, and each way in which somebody could abuse it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.chunking import plan_review
from app.core.change.coverage import ReadAt, account
from app.core.change.diff import FilePatch, FileStatus, Hunk, Patch
from app.core.change.memory.hunks import Memory, ReadHunk, digest_hunk
from app.core.change.memory.readers import Reader, read_reader
from app.core.change.memory.recollection import Recollection, memorise, recollect
from app.core.change.memory.since import MOST_LINES, Around, Since, look_since
from app.core.change.plan import Plan
from app.core.report.summary import check_summary
from app.core.report.words import Links
from tests.build import a_report
from tests.core.changes import AWKWARD, change, change_file, diff_texts, patches, patient

HEAD = "3f2a" * 10
NEXT = "9c81" * 10
LINKS = Links("https://github.com")


def one_reader(path: str) -> str:
    del path
    return "reader"


def read_whole(plan: Plan, head: str = HEAD, *, unread: Sequence[int] = (), unsettled: Sequence[str] = ()) -> Memory:
    read = {chunk.number for chunk in plan.chunks} - set(unread)
    return Memory(head, "main", memorise(plan, head, read=read, unsettled=unsettled, reader_of=one_reader))


def plan_again(patch: Patch, memory: Memory, since: Since | None = None) -> Plan:
    return plan_review(patch, before=recollect(patch.files, memory, since or Since(), one_reader), target_tokens=450)


def known(plan: Plan) -> dict[str, int]:
    """Lines that were read before, by path."""
    lines: dict[str, int] = {}
    for earlier in plan.read_before:
        lines[earlier.part.file.path] = lines.get(earlier.part.file.path, 0) + earlier.part.changed_lines
    return lines


def changed_rows(path: str, hunks: Sequence[Hunk]) -> Iterator[tuple[str, str, int, str]]:
    for hunk in hunks:
        yield from ((path, line.kind, line.number, line.text) for line in hunk.lines if line.changed)


def rows_of(plan: Plan) -> dict[str, list[tuple[str, str, int, str]]]:
    new = [part for chunk in plan.chunks for part in chunk.parts]
    old = [earlier.part for earlier in plan.read_before]
    return {
        "new": [row for part in new for row in changed_rows(part.file.path, part.hunks)],
        "read before": [row for part in old for row in changed_rows(part.file.path, part.hunks)],
    }


few = st.one_of(st.sampled_from(AWKWARD), st.integers(0, 5).map(lambda number: f"    call({number})"))


@patient
@given(patches(texts=few), patches(texts=few), st.data())
def test_each_changed_line_of_a_second_change_is_new_or_read_before_or_left_out(
    first: Patch, second: Patch, data: st.DataObject
) -> None:
    kept = [file for file in first.files if data.draw(st.booleans())]
    names = {file.path for file in kept}
    second = change(*kept, *(file for file in second.files if file.path not in names))
    memory = read_whole(plan_review(first, target_tokens=450))
    plan = plan_again(second, memory)
    rows = rows_of(plan)
    everything = sorted(row for file in second.files for row in changed_rows(file.path, file.hunks))
    coverage = account(plan, {})

    assert not set(rows["new"]) & set(rows["read before"])
    assert sorted(rows["new"] + rows["read before"]) == everything or plan.left_out
    assert coverage.changed_lines == coverage.reviewed_lines + sum(row.lines for row in coverage.left_out)
    # What stands as read before stood so, to the last letter and under the same name, in the first change.
    told = {(path, kind, text) for file in first.files for path, kind, _, text in changed_rows(file.path, file.hunks)}
    assert all((path, kind, text) in told for path, kind, _, text in rows["read before"])
    assert sum(one.lines for one in coverage.before) == len(rows["read before"])


@patient
@given(patches(texts=few))
def test_what_was_read_whole_leaves_nothing_to_read(patch: Patch) -> None:
    plan = plan_review(patch, target_tokens=450)
    again = plan_again(patch, read_whole(plan))

    assert not again.chunks or plan.left_out or any(chunk.sweeps for chunk in plan.chunks)
    assert plan_again(patch, read_whole(again, NEXT)).chunks == again.chunks


@patient
@given(patches(texts=few), st.data())
def test_a_chunk_that_was_not_read_is_new(patch: Patch, data: st.DataObject) -> None:
    plan = plan_review(patch, target_tokens=450)
    unread = [chunk.number for chunk in plan.chunks if data.draw(st.booleans())]
    again = plan_again(patch, read_whole(plan, unread=unread))
    unread_rows = {
        row
        for chunk in plan.chunks
        if chunk.number in unread
        for part in chunk.parts
        for row in changed_rows(part.file.path, part.hunks)
    }

    assert not unread_rows & set(rows_of(again)["read before"])


OLD = [f"line {number}" for number in range(40)]


def edited(*places: int, word: str = "other") -> list[str]:
    return [f"{word} {number}" if number in places else text for number, text in enumerate(OLD)]


def remember_file(file: FilePatch) -> Memory:
    return Memory(HEAD, "main", tuple(ReadHunk(digest_hunk(file, hunk), "reader", HEAD) for hunk in file.hunks))


READ = change_file("a.py", OLD, edited(20), section="def pay(order):")


@pytest.mark.parametrize(
    "disguised",
    [
        pytest.param(change_file("a.py", OLD, edited(20), section="def refund(order):"), id="in another function"),
        pytest.param(change_file("b.py", OLD, edited(20), section="def pay(order):"), id="in another file"),
        pytest.param(
            change_file("a.py", OLD, edited(20), section="def pay(order):", old_path="b.py"), id="in a renamed file"
        ),
        pytest.param(change_file("a.py", OLD, edited(20, word="evil"), section="def pay(order):"), id="other words"),
        pytest.param(change_file("a.py", OLD, edited(20, 22), section="def pay(order):"), id="one line more"),
        pytest.param(
            change_file("a.py", [*OLD[:18], "if False:", *OLD[19:]], [*OLD[:18], "if False:", *edited(20)[19:]]),
            id="in other context",
        ),
        pytest.param(
            change_file("a.py", ["more", *OLD], ["more", *edited(20)], section="def pay(order):"),
            id="elsewhere in the old version",
        ),
        pytest.param(replace(READ, new_mode="100755"), id="in a file that can be run"),
        pytest.param(replace(READ, status=FileStatus.COPIED), id="in a copy"),
    ],
)
def test_a_hunk_in_disguise_is_new(disguised: FilePatch) -> None:
    assert plan_again(change(READ), remember_file(READ)).chunks == ()
    assert known(plan_again(change(disguised), remember_file(READ))) == {}


def test_of_two_equal_hunks_each_needs_its_own_reading() -> None:
    block = ["a", "b", "c", "old", "d", "e", "f", *(f"between {number}" for number in range(9))]
    once = change_file("a.txt", block * 2, [*block[:3], "new", *block[4:], *block])
    twice = change_file("a.txt", block * 2, [*block[:3], "new", *block[4:]] * 2)

    assert [hunk.body for hunk in twice.hunks] == [once.hunks[0].body] * 2
    assert known(plan_again(change(twice), remember_file(once))) == {"a.txt": 2}


def test_another_reader_has_read_nothing() -> None:
    assert recollect([READ], remember_file(READ), Since(), lambda _: "another reader") == Recollection()


@pytest.mark.parametrize(
    ("held", "wanted", "reads", "decides"),
    [
        ("then lens:a rule:b", "then lens:a rule:b", False, False),
        ("then lens:a rule:b", "then lens:a", False, False),
        ("then lens:a", "then lens:a rule:b", True, True),
        ("then lens:a rule:b", "now lens:a", True, False),
        ("then lens:a", "now lens:a rule:b", True, True),
        ("digest-of-an-older-program", "now lens:a", True, True),
    ],
)
def test_who_was_asked_for_less_has_not_read_it_and_new_prompts_are_for_who_reads(
    held: str, wanted: str, reads: bool, decides: bool
) -> None:
    (hunk,) = remember_file(READ).hunks
    memory = Memory(HEAD, "main", (replace(hunk, reader=held),))

    for by_policy, anew in ((False, reads), (True, decides)):
        found = recollect([READ], memory, Since(), lambda _: wanted, by_policy=by_policy)
        assert (found == Recollection()) is anew


def test_of_hunks_that_are_alike_each_needs_a_reading_of_its_own_whoever_read_the_others() -> None:
    (hunk,) = remember_file(READ).hunks
    memory = Memory(HEAD, "main", (replace(hunk, reader="then lens:b"), replace(hunk, reader="then lens:a lens:b")))

    assert recollect([READ], memory, Since(), lambda _: "then lens:a").of(READ) == {0: HEAD}
    assert recollect([READ], memory, Since(), lambda _: "then lens:c") == Recollection()


@given(st.sets(st.text("abcdefgh", min_size=1, max_size=8), max_size=200))
def test_a_reader_reads_as_it_is_written_and_stays_short(names: set[str]) -> None:
    reader = Reader.of("m" * 64, {f"rule:{name}" for name in names})

    assert read_reader(str(reader)) == reader
    assert len(str(reader)) < 1500
    assert reader.stands_for(reader)


def test_lines_added_above_do_not_make_a_hunk_another() -> None:
    (moved,) = change_file("a.py", OLD, ["first", "second", *edited(20)], section="def pay(order):").hunks[1:]

    assert moved.new_start != READ.hunks[0].new_start
    assert digest_hunk(READ, moved) == digest_hunk(READ, READ.hunks[0])


def bears(delta: FilePatch, on: FilePatch = READ) -> bool:
    since = look_since(change(delta), change(delta))
    around = Around(on.hunks, on.path)
    return since is None or any(since.bears(on, hunk, around) for hunk in on.hunks)


NAMES_TOTAL = change_file("page.py", ["x"], ["x", "    return total(cart)"])
HAS_TOTAL = change_file("sum.py", ["def total(cart):", "    return 1"], ["def total(cart):", "    return 2"])


@pytest.mark.parametrize(
    ("delta", "on"),
    [
        pytest.param(HAS_TOTAL, NAMES_TOTAL, id="what it calls has changed"),
        pytest.param(NAMES_TOTAL, HAS_TOTAL, id="somebody else calls it"),
        pytest.param(
            change_file("sum.js", ["a"], ["b"], section="export const total = (cart) => {"), NAMES_TOTAL, id="arrow"
        ),
        pytest.param(
            change_file("Sum.java", ["  int total(Cart cart) {"], ["  int total(Cart c) {"]), NAMES_TOTAL, id="method"
        ),
        pytest.param(change_file("sum.go", ["func (c *Cart) total(x int) {"], []), NAMES_TOTAL, id="taken back"),
        pytest.param(change_file("limits.py", ["total = 5"], ["total = 0"]), NAMES_TOTAL, id="a constant"),
        pytest.param(change_file("sum.rb", ["x"], ["y"], section="total"), NAMES_TOTAL, id="a section alone"),
        pytest.param(change_file("a.py", ["q"], ["z"]), READ, id="its own file"),
        pytest.param(change_file("b.py", ["q"], ["z"], old_path="a.py"), READ, id="its file was renamed"),
        pytest.param(replace(change_file("z.py", ["q"], ["z"]), hunks=(), fault="unreadable"), READ, id="unreadable"),
        pytest.param(replace(change_file("sub", ["q"], ["z"]), new_mode="160000"), READ, id="a submodule"),
        pytest.param(change_file("big.txt", [], ["q"] * (MOST_LINES + 1)), READ, id="too much"),
    ],
)
def test_what_bears_on_a_hunk_makes_it_new(delta: FilePatch, on: FilePatch) -> None:
    assert bears(delta, on)


METHOD = ["class Cart:", "    def total(self):", *(f"        step({number})" for number in range(30))]


def test_a_change_deep_in_a_method_bears_on_whoever_names_the_method_and_the_other_way_round() -> None:
    edited_method = [*METHOD[:-1], "        return 0"]
    deep = replace(
        change_file("basket.py", METHOD, edited_method), hunks=diff_texts(METHOD, edited_method, context=200)
    )
    narrow = change_file("basket.py", METHOD, edited_method)
    caller = Since(frozenset({"page.py"}), Around(()).reach(NAMES_TOTAL.hunks[0]))
    memory = remember_file(narrow)

    assert bears(deep, NAMES_TOTAL)
    assert not bears(narrow, NAMES_TOTAL)
    assert recollect([narrow], memory, caller, one_reader, change(deep)) == Recollection()
    assert recollect([narrow], memory, Since(), one_reader, change(deep)).of(narrow) == {0: HEAD}


@pytest.mark.parametrize(
    "delta",
    [
        change_file("README.md", ["# Shop"], ["# Shop", "", "Open on Sundays."]),
        change_file("other.py", ["def ship(parcel):", "    pass"], ["def ship(parcel):", "    return parcel"]),
        change_file("other.py", ["if x:", "    pass"], ["if x:", "    return"]),
    ],
)
def test_what_has_nothing_to_do_with_a_hunk_leaves_it_read(delta: FilePatch) -> None:
    assert not bears(delta, NAMES_TOTAL)


def test_a_giant_hunk_is_read_when_all_its_parts_are() -> None:
    patch = change(change_file("a.py", [], [f"value_{number} = {number}" for number in range(400)]))
    plan = plan_review(patch, target_tokens=450)

    assert len(plan.chunks) > 2
    assert known(plan_again(patch, read_whole(plan))) == {"a.py": 400}
    assert known(plan_again(patch, read_whole(plan, unread=[2]))) == {}


@pytest.mark.parametrize("where", [0, 400])
def test_so_is_one_whose_first_or_last_part_only_adds_lines_or_takes_them(where: int) -> None:
    long = [f"value_{number} = {number}" for number in range(400)]
    grown = [*long[:where], "top = 1", *long[where:]]
    for old, new in ((["top = 1"], grown), (grown, ["top = 1"])):
        patch = change(change_file("a.py", old, new))
        plan = plan_review(patch, target_tokens=450)

        assert len(plan.chunks) > 2
        assert known(plan_again(patch, read_whole(plan))) == {"a.py": 400}


def test_places_that_were_only_listed_are_new() -> None:
    files = [
        change_file(
            f"src/d{number % 7}/f{number}.py",
            [f"x{number} = 1", "use(old_name)", "y = 2"],
            [f"x{number} = 1", "use(new_name)", "y = 2"],
        )
        for number in range(40)
    ]
    plan = plan_review(change(*files))
    listed = {site.file.path for chunk in plan.chunks for sweep in chunk.sweeps for site in sweep.sites}

    assert listed
    assert not listed & set(known(plan_again(change(*files), read_whole(plan))))


def test_a_chunk_with_a_claim_that_nobody_verified_is_to_be_read_again() -> None:
    plan = plan_review(change(READ))

    assert read_whole(plan, unsettled=["a.py"]).hunks == ()
    again = plan_again(change(READ), remember_file(READ))
    assert again.chunks == ()
    assert memorise(again, NEXT, read=(), unsettled=["a.py"], reader_of=one_reader) == ()


def test_a_file_of_which_some_was_read_shows_only_the_rest() -> None:
    file = change_file("a.py", OLD, edited(3, 20, 35))
    memory = replace(remember_file(file), hunks=remember_file(file).hunks[1:2])
    plan = plan_again(change(file), memory)
    coverage = account(plan, {1: "the model was overloaded"})

    assert [hunk.old_start for chunk in plan.chunks for part in chunk.files for hunk in part.hunks] == [1, 33]
    assert coverage.reviewed_lines == 2
    assert coverage.files[0].before == (ReadAt(HEAD, 2),)
    assert {span.first for span in coverage.files[0].unread} == {4, 36}


def test_the_check_says_what_was_read_at_which_head() -> None:
    file = change_file("a.py", OLD, edited(20))
    other = change_file("b.py", OLD, edited(20))
    plan = plan_again(change(file, other), remember_file(file))
    words = check_summary(a_report(plan=plan, coverage=account(plan, {})), LINKS).text
    unasked = plan_again(change(file), remember_file(file))
    whole = check_summary(a_report(plan=unasked, coverage=account(unasked, {}), models=()), LINKS).text

    assert f"4 of 4 changed lines read by a model. 2 of them were read at `{HEAD[:12]}`, unchanged since." in words
    assert f"All of them were read at `{HEAD[:12]}`, unchanged since: no model was asked about this head." in whole
    assert "No model was asked about this head · analyzers" in whole


def test_text_of_hunks_never_reaches_what_is_remembered() -> None:
    (one,) = remember_file(READ).hunks

    assert one == ReadHunk(digest_hunk(READ, READ.hunks[0]), "reader", HEAD)
    assert len(one.digest) == 64
    assert diff_texts(OLD, edited(20))[0].body not in one.digest
