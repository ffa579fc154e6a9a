"""The reading guide as people see it: short, in order, and harmless whatever the change is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import FileStatus
from app.core.change.plan import FileClass, Plan, PlannedFile
from app.core.fit.guide import Group, Passage, ReadingGuide
from app.core.report.fitting import fit
from app.core.report.reading_guide import name_share, tell_guide, write_guide
from app.core.report.report import Report
from app.core.report.words import Links
from tests.build import a_report
from tests.core.changes import change_file
from tests.inert import assert_posted_inert

LINKS = Links("https://github.com")


def passage(group: Group, path: str, lines: int, risk: int = 0, why: str = "", *points: tuple[str, int]) -> Passage:
    return Passage(group, path, 12, lines, risk, why, points)


GUIDE = ReadingGuide(
    (
        passage(Group.SUBSTANTIVE, "auth/session.py", 31, 84, "Can anybody pass for somebody else here?",
                ("about who somebody is", 40), ("breaks a rule of the architecture", 30), ("31 changed lines", 14)),
        passage(Group.SUBSTANTIVE, "shop/parse.py", 6, 43, "Who calls `parse` as it was? 14 modules use its module.",
                ("`parse` is called in another way, 14 modules in reach", 28), ("source", 10),
                ("14 modules use this one", 5)),
        passage(Group.SUBSTANTIVE, "shop/old.py", 3, 10, "Who still uses `close`?", ("source", 10)),
        passage(Group.TEST, "tests/test_parse.py", 40, 0, "Would these tests fail without the change?"),
        *(passage(Group.MECHANICAL, f"shop/part_{number}.py", 2, 0, "The same edit in 61 places: read another one.")
          for number in range(60)),
        passage(Group.MOVED, "shop/till.py", 200, 0, "Only moved."),
        passage(Group.FORMATTING, "shop/list.py", 80, 0, "White space alone: both versions have the same syntax tree."),
        passage(Group.GENERATED, "uv.lock", 420, 0, "Written by a package manager: read the manifest."),
    )
)  # fmt: skip


def report() -> Report:
    lines = [f"x{number}" for number in range(20)]
    kept = [change_file(path, lines, [*lines, "y"]) for path in ("auth/session.py", "shop/parse.py")]
    gone = change_file("shop/old.py", lines, [], status=FileStatus.REMOVED)
    return a_report(plan=Plan(tuple(PlannedFile(file, FileClass.SOURCE) for file in (*kept, gone)), (), ()))


def show(path: str) -> str:
    return path


def test_the_guide_reads_well_in_the_summary(check_golden: Callable[[str, str], None]) -> None:
    check_golden("reading-guide.md", f"{tell_guide(GUIDE, report(), LINKS).lengths[0]}\n")


def test_the_guide_reads_well_in_a_terminal(check_golden: Callable[[str, str], None]) -> None:
    check_golden("reading-guide.txt", write_guide(GUIDE, show))


def test_each_length_is_shorter_than_the_one_before() -> None:
    many = ReadingGuide(tuple(passage(Group.SUBSTANTIVE, f"a/{number}.py", 3, 10, "What?") for number in range(50)))
    sizes = [length.size for length in tell_guide(many, report(), LINKS).lengths]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
    assert fit([tell_guide(many, report(), LINKS)], 200).size <= 200


@pytest.mark.parametrize(
    ("groups", "share"),
    [
        ([Group.SUBSTANTIVE, Group.GENERATED], "Read 4 of 8 changed lines first"),
        ([Group.SUBSTANTIVE, Group.TEST], "Where to begin: 8 changed lines, the riskiest first"),
        ([Group.FORMATTING], "None of the 4 changed lines needs a person's reading"),
    ],
)
def test_the_share_is_told_as_it_is(groups: list[Group], share: str) -> None:
    assert name_share(ReadingGuide(tuple(passage(group, "a.py", 4) for group in groups))) == share


def test_a_change_without_lines_has_no_guide() -> None:
    assert fit([tell_guide(ReadingGuide(), report(), LINKS)]).text == ""
    assert write_guide(ReadingGuide(), show) == ""


def test_only_what_the_head_has_is_linked() -> None:
    text = tell_guide(GUIDE, report(), LINKS).lengths[0].text
    assert "/auth/session.py#L12" in text
    assert "/shop/old.py#L12" not in text
    assert "`shop/old.py:12`" in text


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_path_and_no_question_does_anything_on_github(path: str, why: str) -> None:
    guide = ReadingGuide((passage(Group.SUBSTANTIVE, path, 3, 10, why, (why, 10)),))
    for length in tell_guide(guide, report(), LINKS).lengths:
        assert_posted_inert(length.text, links_below="https://github.com/")


@given(st.text(max_size=60))
def test_no_path_steers_a_terminal(path: str) -> None:
    guide = ReadingGuide((passage(Group.SUBSTANTIVE, path, 3, 10, path, (path, 10)),))
    text = write_guide(guide, show)
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
    assert "\x1b" not in text
    assert len(text.split("\n")) <= 7 + 3 * path.count("\n")
