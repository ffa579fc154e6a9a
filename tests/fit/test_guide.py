"""The reading guide: every hunk in one group, what matters first, and nothing said that was not proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from app.architecture.guide.passages import make_guide
from app.architecture.guide.questions import CLASSES, DANGERS, FORMATTING, MOVED, QUESTIONS, TESTS, UNREAD, Reason
from app.core.change.classes.danger import ADDED_WORDS, NAMES, PATH_WORDS, REMOVED_WORDS
from app.core.change.diff import FileStatus
from app.core.change.plan import FileClass, PlannedFile
from app.core.fit.compared import Compared, HunkCompared, MovedEnd
from app.core.fit.delta import ApiChange, ApiChangeKind, Break, Cycle, Delta, Edge, Fan, NewDependency, Twin
from app.core.fit.guide import Group, Passage, ReadingGuide
from tests.core.changes import change_file

BEFORE = ["a = 1", "b = 2", "c = 3", *[f"x{number} = 0" for number in range(20)], "y = 1"]


def edit(path: str, *lines: int, kind: FileClass = FileClass.SOURCE, text: str = "changed") -> PlannedFile:
    """A file in which some lines (0-based, far from one another) became another text."""
    after = [text if number in lines else line for number, line in enumerate(BEFORE)]
    return PlannedFile(change_file(path, BEFORE, after), kind)


def same(edit_digest: str, old: str = "", new: str = "") -> Compared:
    return Compared((HunkCompared(edit=edit_digest, old_name=old, new_name=new),))


def groups(guide: ReadingGuide) -> list[tuple[str, Group]]:
    return [(passage.path, passage.group) for passage in guide.passages]


def only(guide: ReadingGuide) -> Passage:
    (passage,) = guide.passages
    return passage


def asked(delta: Delta, path: str = "shop/pay_.py", compared: Mapping[str, Compared | str] | None = None) -> Passage:
    return only(make_guide([edit(path, 1)], compared or {}, delta))


def test_the_same_edit_in_three_places_is_read_in_the_riskiest() -> None:
    planned = [edit("a/list.py", 1), edit("auth/session.py", 1), edit("z/list.py", 1)]
    guide = make_guide(planned, {one.file.path: same("e", "old", "new") for one in planned})
    assert groups(guide) == [
        ("auth/session.py", Group.SUBSTANTIVE),
        ("a/list.py", Group.MECHANICAL),
        ("z/list.py", Group.MECHANICAL),
    ]
    assert guide.passages[0].why == "The same edit in 3 places (`old` becomes `new`): read this one."
    assert guide.passages[1].why == "The same edit in 3 places (`old` becomes `new`): one of them is to be read."
    assert (guide.lines_to_read, guide.lines) == (2, 6)


def test_the_same_edit_in_two_places_is_read_in_both() -> None:
    planned = [edit("a.py", 1), edit("b.py", 1)]
    assert {group for _, group in groups(make_guide(planned, {one.file.path: same("e") for one in planned}))} == {
        Group.SUBSTANTIVE
    }


def test_the_same_edit_in_three_languages_is_three_edits() -> None:
    planned = [edit("a.py", 1), edit("b.go", 1), edit("c.rs", 1)]
    guide = make_guide(planned, {one.file.path: same("e") for one in planned})
    assert {group for _, group in groups(guide)} == {Group.SUBSTANTIVE}


def test_an_edit_of_tests_and_source_is_read_in_the_source() -> None:
    planned = [*(edit(f"tests/test_{name}.py", 1, kind=FileClass.TEST) for name in "abc"), edit("src/z.py", 1)]
    guide = make_guide(planned, {one.file.path: same("e") for one in planned})
    assert groups(guide)[0] == ("src/z.py", Group.SUBSTANTIVE)
    assert [group for _, group in groups(guide)[1:]] == [Group.MECHANICAL] * 3


def test_groups_come_in_the_order_in_which_they_are_best_read() -> None:
    lines = ["def f():", "    return 1"]
    planned = [
        PlannedFile(change_file("g.py", lines, []), FileClass.SOURCE),
        PlannedFile(change_file("h.py", [], lines), FileClass.SOURCE),
        edit("made.py", 1, kind=FileClass.GENERATED),
        edit("test_a.py", 1, kind=FileClass.TEST),
        edit("white.py", 1),
        edit("real.py", 1),
    ]
    end = MovedEnd("f", 1, 2, "d")
    compared: dict[str, Compared | str] = {
        "g.py": Compared((HunkCompared(),), gone=(end,)),
        "h.py": Compared((HunkCompared(),), come=(end,)),
        "white.py": Compared((HunkCompared(formatting=True),)),
    }
    guide = make_guide(planned, compared)
    assert groups(guide) == [
        ("real.py", Group.SUBSTANTIVE),
        ("test_a.py", Group.TEST),
        ("g.py", Group.MOVED),
        ("h.py", Group.MOVED),
        ("white.py", Group.FORMATTING),
        ("made.py", Group.GENERATED),
    ]
    assert [passage.why for passage in guide.passages][1:5] == [TESTS, MOVED, MOVED, FORMATTING]


@pytest.mark.parametrize(
    ("gone", "come"),
    [
        ([], [MovedEnd("f", 1, 2, "d")]),
        ([MovedEnd("f", 1, 2, "other")], [MovedEnd("f", 1, 2, "d")]),
        ([MovedEnd("g", 1, 2, "d")], [MovedEnd("f", 1, 2, "d")]),
        ([MovedEnd("f", 1, 2, "d")], [MovedEnd("f", 1, 1, "d")]),
        ([MovedEnd("f", 1, 2, "d"), MovedEnd("f", 1, 2, "d")], [MovedEnd("f", 1, 2, "d")]),
    ],
)
def test_a_hunk_is_moved_only_if_all_of_it_has_another_end(gone: list[MovedEnd], come: list[MovedEnd]) -> None:
    planned = [PlannedFile(change_file("h.py", [], ["def f():", "    return 1"]), FileClass.SOURCE)]
    planned.append(PlannedFile(change_file("g.py", ["def f():", "    return 1"], []), FileClass.SOURCE))
    compared: dict[str, Compared | str] = {
        "h.py": Compared((HunkCompared(),), come=tuple(come)),
        "g.py": Compared((HunkCompared(),), gone=tuple(gone)),
    }
    assert dict(groups(make_guide(planned, compared)))["h.py"] is Group.SUBSTANTIVE


def test_what_leaves_the_source_for_the_tests_is_no_move() -> None:
    lines = ["def f():", "    return 1"]
    planned = [
        PlannedFile(change_file("g.py", lines, []), FileClass.SOURCE),
        PlannedFile(change_file("test_h.py", [], lines), FileClass.TEST),
    ]
    end = MovedEnd("f", 1, 2, "d")
    compared: dict[str, Compared | str] = {
        "g.py": Compared((HunkCompared(),), gone=(end,)),
        "test_h.py": Compared((HunkCompared(),), come=(end,)),
    }
    assert dict(groups(make_guide(planned, compared))) == {"g.py": Group.SUBSTANTIVE, "test_h.py": Group.TEST}


def test_what_makes_a_file_is_read_instead_of_it() -> None:
    kinds = (FileClass.GENERATED, FileClass.VENDORED, FileClass.LOCK)
    guide = make_guide([edit(f"{kind}.py", 1, kind=kind) for kind in kinds], {})
    assert {group for _, group in groups(guide)} == {Group.GENERATED}
    assert guide.lines_to_read == 0


def test_a_file_that_could_not_be_read_is_a_passage() -> None:
    file = replace(change_file("big.py", [], []), fault="it is too large", additions=900)
    passage = only(make_guide([PlannedFile(file, FileClass.SOURCE)], {}))
    assert (passage.lines, passage.why, passage.group) == (900, UNREAD, Group.SUBSTANTIVE)


EDGE = Edge("shop/pay_.py", "shop/till.py", "shop/pay_.py", 2)


@pytest.mark.parametrize(
    ("delta", "label", "question"),
    [
        (Delta(api=(ApiChange(ApiChangeKind.SIGNATURE, "shop/pay_.py", 2, "parse", users=14),)),
         "`parse` is called in another way, 14 modules in reach",
         "Who calls `parse` as it was? 14 modules use its module."),
        (Delta(api=(ApiChange(ApiChangeKind.REMOVED, "shop/pay_.py", 2, "parse", users=1),)),
         "`parse` is no longer public, 1 module in reach", "Who still uses `parse`? 1 module uses its module."),
        (Delta(api=(ApiChange(ApiChangeKind.REMOVED, "shop/pay_.py", 2, "<img src=x>"),)),
         "something public is no longer public", "Who still uses it?"),
        (Delta(breaks=(Break("web above core", "", EDGE),)), "breaks a rule of the architecture",
         "Must this dependency be? A rule of the base branch forbids it."),
        (Delta(cycles=(Cycle(("shop/pay_.py", "shop/till.py"), (EDGE,), hard=True),)), "closes a cycle of modules",
         "Can either of the two still be changed without the other? This closes a cycle."),
        (Delta(new_edges=(EDGE,)), "depends on another module than before",
         "Should this module know the other one? It did not before."),
        (Delta(dependencies=(NewDependency("left-pad", "pypi", "shop/pay_.py", 2),)), "asks for a new package",
         "Is the new package needed, kept up, and the one that is meant?"),
        (Delta(fans=(Fan("shop", 33, 33, 1, 1),)), "33 modules use this one",
         "33 modules use it. Which of them relies on what changes here?"),
        (Delta(twins=(Twin("shop/pay_.py", 2, "fmt", "", "b.py", 3, "format", "", 0.9),)),
         "resembles what was there already", "Why is `fmt` new? Something that was there resembles it."),
    ],
)  # fmt: skip
def test_the_heaviest_reason_asks(delta: Delta, label: str, question: str) -> None:
    passage = asked(delta)
    assert label in dict(passage.points)
    assert passage.why == question
    assert passage.risk > asked(Delta()).risk


def test_a_fact_of_another_line_or_file_says_nothing() -> None:
    far = Edge("shop/pay_.py", "b.py", "shop/pay_.py", 22)
    other = ApiChange(ApiChangeKind.REMOVED, "b.py", 2, "parse")
    assert asked(Delta(new_edges=(far,), api=(other,), breaks=(Break("r", "", far),))) == asked(Delta())


def test_a_function_that_is_harder_to_follow_asks_for_its_branches() -> None:
    grown = Compared((HunkCompared(grown=6, grown_in="settle"),))
    passage = asked(Delta(), compared={"shop/pay_.py": grown})
    assert passage.why == "What happens on the new branches of `settle`, one by one, and which test goes there?"
    assert ("`settle` is harder to follow by 6", 12) in passage.points


def test_a_secret_that_passes_for_a_name_is_not_shown() -> None:
    name = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"[:36]
    passage = asked(Delta(), compared={"shop/pay_.py": Compared((HunkCompared(grown=6, grown_in=name),))})
    assert name not in repr(passage)


def test_a_test_in_the_change_takes_its_point_away() -> None:
    source = PlannedFile(change_file("shop/pay_.py", [], ["a", "b", "c"]), FileClass.SOURCE)
    alone = only(make_guide([source], {}))
    tested = make_guide([source, edit("tests/test_pay_.py", 1, kind=FileClass.TEST)], {}).passages[0]
    assert "no test of this file is in the change" in dict(alone.points)
    assert tested.risk == alone.risk - 8


def test_words_of_the_lines_themselves_weigh_and_ask() -> None:
    quiet = only(make_guide([edit("shop/list_.py", 1)], {}))
    loud = only(make_guide([edit("shop/list_.py", 1, text="subprocess.run(word, shell=True)")], {}))
    assert loud.risk > quiet.risk
    assert loud.why == DANGERS["runs code or commands"]


@pytest.mark.parametrize("kind", [FileClass.CI, FileClass.MIGRATION, FileClass.CONFIG, FileClass.DOCS])
def test_a_file_of_a_kind_of_its_own_is_asked_about_its_kind(kind: FileClass) -> None:
    assert only(make_guide([edit("thing", 1, kind=kind)], {})).why == CLASSES[kind]


def test_removed_files_are_numbered_as_in_the_base() -> None:
    gone = change_file("a.py", ["a", "b"], [], status=FileStatus.REMOVED)
    assert only(make_guide([PlannedFile(gone, FileClass.SOURCE)], {})).start_line == 1


def test_a_removed_line_stands_where_it_would_be_at_head() -> None:
    after = [line for number, line in enumerate(BEFORE) if number != 10]
    file = PlannedFile(change_file("a.py", BEFORE, after), FileClass.SOURCE)
    assert only(make_guide([file], {})).start_line == 11


def test_every_reason_and_every_danger_has_a_question() -> None:
    dangers: Sequence[str] = [row.why for row in (*PATH_WORDS, *NAMES, *ADDED_WORDS, *REMOVED_WORDS)]
    assert set(QUESTIONS) == set(Reason)
    assert set(dangers) == set(DANGERS)
