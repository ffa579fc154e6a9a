"""Coverage is told at whatever length there is room for: the totals and the reasons always stand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.budget.limits import Account, name_overdraft
from app.core.change.coverage import Coverage, FileCoverage, Span, account
from app.core.change.diff import Patch, Side
from app.core.change.plan import Chunk, ChunkFile, FileClass, LeftOut, Plan, PlannedFile, Sweep
from app.core.findings.finding import Placed
from app.core.gate.policy import ModelUse, Policy
from app.core.gate.verdict import NO_MODEL_REASON
from app.core.report.export import to_json
from app.core.report.fitting import MAX_BYTES
from app.core.report.progress import Progress, in_progress
from app.core.report.report import Report
from app.core.report.summary import add_notes, check_summary, check_text, summary
from app.core.report.words import Links
from app.core.text.markdown import comment_marker
from tests.build import a_coverage, a_finding, a_report
from tests.core.changes import change_file
from tests.inert import assert_posted_inert

LINKS = Links("https://github.com")
MARKER = comment_marker("summary")
GITHUB_BYTES = 65_535
BUSY = "the model was overloaded"
RULE = "src/web/**"


@cache
def three_thousand_files() -> Report:
    """Some read, some as places of one edit, some not, some excused."""
    files: list[FileCoverage] = []
    left_out: list[LeftOut] = []
    for number in range(3_000):
        path = f"src/{('api', 'core', 'web')[number % 3]}/area_{number % 40}/file_{number}.py"
        lines = number % 61 + 1
        read = lines
        if number % 3 == 2:
            left_out.append(LeftOut(path, lines, f"excluded by {RULE} in .github/lintel.yml", excused=True, rule=RULE))
            read = 0
        elif number % 7 == 0:
            left_out.append(LeftOut(path, lines, BUSY, excused=False))
            read = 0
        files.append(FileCoverage(path, lines, read, read if number % 5 == 0 else 0))
    return a_report(coverage=Coverage(tuple(files), tuple(left_out)))


def test_three_thousand_files_read_well(check_golden: Callable[[str, str], None]) -> None:
    check_golden("summary-large.md", summary(three_thousand_files(), LINKS, MARKER).text + "\n")


def test_the_check_lists_as_many_files_as_github_takes() -> None:
    text = check_text(three_thousand_files()).text
    rows = [row for row in text.split("\n") if row.startswith("| `")]

    assert MAX_BYTES - 1_500 < len(text.encode()) <= MAX_BYTES
    assert f"…and {3_000 - len(rows):,} more files, all in Lintel's ledger." in text
    assert BUSY in rows[0]


def test_few_files_are_all_listed_with_what_was_left_out_and_by_which_rule() -> None:
    left_out = (
        LeftOut("app/a|b.py", 8, BUSY, excused=False),
        LeftOut("vendor/x.py", 30, "excluded by vendor/** in .github/lintel.yml", excused=True, rule="vendor/**"),
    )
    files = (FileCoverage("app/a|b.py", 20, 12), FileCoverage("vendor/x.py", 30, 0), FileCoverage("c.py", 4, 4, 4))
    report = a_report(coverage=Coverage(files, left_out))

    assert check_text(report).text.split("\n")[2:] == [
        "| file | changed | read | left out | why |",
        "| --- | ---: | ---: | ---: | --- |",
        r"| `app/a\|b.py` | 20 | 12 | 8 | the model was overloaded **(keeps the gate shut)** |",
        "| `vendor/x.py` | 30 | 0 | 30 | excluded by `vendor/**` in .github/lintel.yml |",
        "| `c.py` | 4 | 4 | 0 | the same edit as elsewhere, reviewed once |",
    ]
    assert (
        "- `vendor/x.py`, 30 lines: excluded by `vendor/**` in .github/lintel.yml"
        in summary(report, LINKS, MARKER).text
    )


def test_where_the_unread_lines_of_a_file_stand_is_told() -> None:
    spans = (
        Span(Side.RIGHT, 120, 980),
        Span(Side.LEFT, 7, 7),
        *(Span(Side.RIGHT, n, n + 1) for n in range(1_000, 1_009)),
    )
    coverage = Coverage(
        (FileCoverage("a.py", 2_000, 1_100, unread=spans),), (LeftOut("a.py", 900, BUSY, excused=False),)
    )
    row = (
        "| `a.py` | 2,000 | 1,100 | 900 | the model was overloaded **(keeps the gate shut)**; "
        "lines 120–980, old 7, 1000–1001, 1001–1002 and 7 more places |"
    )

    assert row in summary(a_report(coverage=coverage), LINKS, MARKER).text


@pytest.mark.parametrize(("use", "shut"), [(ModelUse.OPTIONAL, False), (ModelUse.REQUIRED, True)])
def test_only_what_holds_the_gate_is_said_to_hold_it(use: ModelUse, shut: bool) -> None:
    report = a_report(
        policy=Policy().with_model(use),
        coverage=a_coverage(10, 0, LeftOut("app/pay.py", 10, NO_MODEL_REASON, excused=False)),
        model_configured=False,
    )

    assert ("keeps the gate shut" in check_summary(report, LINKS).text) is shut


def test_the_edits_that_were_read_once_are_named() -> None:
    files = [change_file(f"{name}.py", ["import old"], ["import new"]) for name in "abc"]
    parts = [ChunkFile(file, FileClass.SOURCE, file.hunks) for file in files]
    chunk = Chunk(1, (parts[0],), 9, (Sweep("@old becomes @new", tuple(parts[1:])),))
    plan = Plan(tuple(PlannedFile(file, FileClass.SOURCE) for file in files), (chunk,), ())
    text = summary(a_report(plan=plan, coverage=account(plan, {})), LINKS, MARKER).text

    assert "6 of 6 changed lines read by a model, 4 of them as the same edit in many places" in text
    assert "- 4 lines: @\u200bold becomes @\u200bnew" in text
    assert "read once" not in summary(a_report(plan=plan, coverage=account(plan, {1: BUSY})), LINKS, MARKER).text


def test_what_was_too_dear_comes_with_how_to_allow_more() -> None:
    left_out = LeftOut("a.py", 4, name_overdraft(Account.REVIEW, Decimal(5)), excused=False)
    text = check_summary(a_report(coverage=Coverage((FileCoverage("a.py", 9, 5),), (left_out,))), LINKS).text

    assert "`LINTEL_REVIEW_BUDGET_USD`" in text
    assert "`budget: review_usd`" in text
    assert r"4 changed lines in 1 file not reviewed: over the review budget of \$5.00." in text


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
rows = st.builds(LeftOut, st.sampled_from(["a.py", "b/c.py", "é" * 900]), st.integers(0, 99), words, st.booleans())


SHORT = [a_finding(number, title="word " * 60, blocking=True) for number in range(1_500)]
LONG = [a_finding(number, body="🧨" * 2_000, title="🧨" * 200, placed=Placed.SUMMARY) for number in range(40)]
FOUND = {"none": [], "many on lines": SHORT, "long ones on no line": LONG, "both": [*SHORT, *LONG]}


@settings(max_examples=30)
@given(st.lists(rows, max_size=60), st.sampled_from(list(FOUND)), words)
def test_whatever_is_told_fits_and_the_totals_stand(left_out: list[LeftOut], found: str, note: str) -> None:
    coverage = Coverage((FileCoverage("a.py", 9_999, 1_234),), tuple(left_out))
    report = a_report(*FOUND[found], coverage=coverage)
    told = add_notes(check_summary(report, LINKS), [note * 20] * 900)

    for text in (summary(report, LINKS, MARKER), told, check_text(report)):
        assert text.size <= GITHUB_BYTES
        assert "1,234 of 9,999 changed lines read by a model." in text.text


def test_reasons_stand_when_there_is_hardly_room() -> None:
    wide = [LeftOut(f"{'d' * 100}/{number}/x", 1, f"reason {number % 29}", excused=False) for number in range(3_000)]
    found = [a_finding(number, body="word " * 4_000, placed=Placed.SUMMARY) for number in range(40)]
    text = summary(a_report(*found, coverage=Coverage((), tuple(wide))), LINKS, MARKER).text

    assert all(f" lines in {104 - (number > 12)} files: reason {number} **" in text for number in range(29))


@given(st.lists(rows, min_size=1, max_size=50))
def test_nothing_in_a_path_a_reason_or_a_rule_is_alive(left_out: list[LeftOut]) -> None:
    hostile = [
        LeftOut(f"@octo/#1 [x](y)|{item.path}", 1, item.reason, excused=True, rule="@all/**") for item in left_out
    ]
    files = tuple(FileCoverage(item.path, 2, 1) for item in hostile)
    report = a_report(coverage=Coverage(files, tuple(hostile)))

    for text in (summary(report, LINKS, MARKER), check_summary(report, LINKS), check_text(report)):
        assert_posted_inert(text.text, links_below="https://github.com/octo/shop/blob/")


def test_the_json_has_each_file_and_the_rule_of_what_was_left_out() -> None:
    told = to_json(three_thousand_files())["coverage"]

    assert (told["changed_lines"], len(told["files"])) == (three_thousand_files().coverage.changed_lines, 3_000)
    assert told["files"][3] == {"path": "src/api/area_3/file_3.py", "changed_lines": 4, "reviewed_lines": 4}
    assert {(item["rule"], item["excused"]) for item in told["left_out"]} == {(RULE, True), (None, False)}
    assert sum(item["lines"] for item in told["left_out"]) == told["changed_lines"] - told["reviewed_lines"]


def test_progress_says_how_much_is_the_same_edit_and_what_will_not_be_read() -> None:
    files = [change_file(f"{name}.py", ["import old"], ["import new"]) for name in "abc"]
    parts = [ChunkFile(file, FileClass.SOURCE, file.hunks) for file in files]
    chunk = Chunk(1, (parts[0],), 9, (Sweep("old becomes new", tuple(parts[1:])),))
    planned = tuple(PlannedFile(file, FileClass.SOURCE) for file in Patch("m", "h", tuple(files)).files)
    plan = Plan(
        planned, (chunk, chunk), (LeftOut("c.py", 1, "x", excused=False), LeftOut("c.py", 0, "y", excused=False))
    )

    assert in_progress(Progress(), plan)[0] == "Reading the change"
    name, text = in_progress(Progress(1, 6), plan)
    assert name == "1 of 6 questions answered"
    assert text.text == (
        "3 files, 6 changed lines, in 2 chunks. 8 lines of these are the same edit in many places: read once, with all "
        "places listed. 1 file left out, named at the end."
    )
