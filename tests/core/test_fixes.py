"""A suggestion is offered only where it applies, keeps its shape and fits its file; it changes exactly its lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.core.change.diff import Side
from app.core.findings.finding import (
    Anchor,
    Evidence,
    Finding,
    Placed,
    Placement,
    Severity,
    Source,
    Standing,
    Verification,
)
from app.core.findings.fixes import (
    MOST_LINES,
    Replacement,
    is_about_behaviour,
    is_fixable,
    plan_replacement,
    read_rows,
    tidy,
)
from app.core.text.markdown import fence
from tests.core.changes import claim
from tests.syntax.judging import find_flaw

PYTHON = "def pay(order):\n    total = 0\n    return total\n"


@pytest.mark.parametrize(
    ("suggestion", "flaw"),
    [
        ("    total = order.total", None),
        ("    total = order.total\n", None),
        ("    if order:\n        total = order.total\n    else:\n        total = 0", None),
        ("    total = 0", "it changes nothing"),
        ("total = order.total", "its indentation is another"),
        ("\ttotal = order.total", "its indentation is another"),
        ("    total = 1\nprint(total)", "its indentation is another"),
        ("    total = (order.total", "the file would not parse"),
        ("    if order:", "the file would not parse"),
        ("    total = '‹secret:jwt›'", "it holds what was covered, or what nobody sees"),
        ("    total = '\u202e'", "it holds what was covered, or what nobody sees"),
        ("    key = 'AKIAQ3EGRXK7PLM5VZTN'", "it holds what was covered, or what nobody sees"),
        ("", None),
        ("\n", "it is blank"),
        ("    ", "it is blank"),
        ("    total = 1\r", "it holds what was covered, or what nobody sees"),
        ("    total = 0  # none", "it changes nothing but white space or comments"),
        ("\n".join(["    total = 1"] * (MOST_LINES + 1)), "it is too long"),
        (f"    total = '{'x' * 400}'", "it is too long"),
    ],
)
def test_a_python_fix_must_fit_its_lines_and_parse(suggestion: str, flaw: str | None) -> None:
    assert find_flaw("app/pay.py", PYTHON, range(2, 3), suggestion) == flaw


@pytest.mark.parametrize("lines", [range(0), range(1), range(4, 5), range(5, 6), range(3, 9)])
def test_lines_that_are_not_there_cannot_be_replaced(lines: range) -> None:
    assert find_flaw("app/pay.py", PYTHON, lines, "    total = 1") == "the lines are not there"


def apply(text: str, lines: range, suggestion: str) -> str:
    plan = plan_replacement("a.txt", text, lines, suggestion)
    assert isinstance(plan, Replacement)
    return plan.after


@pytest.mark.parametrize(
    ("text", "lines", "suggestion", "after"),
    [
        ("a\nb\nc\n", range(2, 3), "x", "a\nx\nc\n"),
        ("a\nb\nc\n", range(2, 3), "x\n", "a\nx\nc\n"),
        ("a\nb\nc\n", range(2, 3), "x\n\n", "a\nx\n\nc\n"),
        ("a\nb\nc\n", range(2, 3), "x\ny", "a\nx\ny\nc\n"),
        ("a\nb\nc\n", range(1, 4), "x", "x\n"),
        ("a\nb\nc\n", range(2, 3), "", "a\nc\n"),
        ("a\nb\nc", range(3, 4), "x\ny", "a\nb\nx\ny"),
        ("a\nb\nc", range(3, 4), "", "a\nb\n"),
        ("a\r\nb\r\nc\r\n", range(2, 3), "x\ny", "a\r\nx\r\ny\r\nc\r\n"),
        ("a\r\nb\r\nc", range(3, 4), "x\ny", "a\r\nb\r\nx\r\ny"),
        ("a\n\tb\nc\n", range(2, 3), "\tx\n\t\ty", "a\n\tx\n\t\ty\nc\n"),
        ("a\né \u2028 b\nc\n", range(2, 3), "ü", "a\nü\nc\n"),
        ("a\rb\nc\n", range(2, 3), "x", "a\rb\nx\n"),
        ("a", range(1, 2), "x", "x"),
    ],
)
def test_a_suggestion_takes_the_place_of_exactly_its_lines(
    text: str, lines: range, suggestion: str, after: str
) -> None:
    assert apply(text, lines, suggestion) == after


ROWS = st.text(st.sampled_from("ab`~ \té→𝒳\x0b\x0c\x85\u2028\r"), max_size=8)
NEW_ROWS = st.lists(st.text(st.sampled_from("ab`~é→𝒳{"), min_size=1, max_size=8), max_size=MOST_LINES)


@given(st.lists(ROWS, min_size=1, max_size=9), st.sampled_from(["\n", "\r\n"]), st.booleans(), NEW_ROWS, st.data())
def test_all_other_lines_stay_byte_by_byte(
    rows: list[str], ending: str, closed: bool, new: list[str], data: st.DataObject
) -> None:
    text = ending.join([*rows, ""] if closed else rows)
    lines = text.split("\n")[: -1 if text.endswith("\n") else None]
    first = data.draw(st.integers(1, max(len(lines), 1)))
    last = data.draw(st.integers(first, max(len(lines), 1)))
    plan = plan_replacement("a.txt", text, range(first, last + 1), "\n".join(new))
    if isinstance(plan, Replacement):
        before, after = text.encode(), plan.after.encode()
        head = sum(len(line.encode()) + 1 for line in lines[: first - 1])
        tail = sum(len(line.encode()) + 1 for line in lines[last:]) - (bool(lines[last:]) and not text.endswith("\n"))
        assert after[:head] == before[:head]
        assert not tail or after[-tail:] == before[-tail:]
        middle = after[head : len(after) - tail].decode()
        put = middle.removesuffix("\n").split("\n") if middle else []
        assert [row.removesuffix("\r") for row in put] == new


@given(st.text(st.sampled_from("ab `~\n\té"), max_size=30), st.booleans())
def test_a_suggestion_is_read_from_its_block_as_it_was_weighed(text: str, ticks: bool) -> None:
    suggestion = tidy(f"{text}````" if ticks else text)
    (block,) = MarkdownIt().parse(fence(suggestion, "suggestion").text)
    assert (block.type, block.info) == ("fence", "suggestion")
    assert block.content == "".join(f"{row}\n" for row in read_rows(suggestion))
    assert read_rows(tidy(suggestion)) == read_rows(suggestion)


@pytest.mark.parametrize("suggestion", ["", "a", "a\n", "a\n\n", "\n", "\n\n", "a\n\n\n"])
def test_no_blank_line_is_lost_by_tidying(suggestion: str) -> None:
    if suggestion.strip():
        assert read_rows(tidy(suggestion)) == read_rows(suggestion)


def test_a_file_of_deep_nesting_breaks_nothing() -> None:
    assert find_flaw("a.py", "(" * 100_000 + "\nx = 0\n", range(2, 3), "x = 1") == "the file would not parse"
    assert find_flaw("a.json", "[" * 100_000 + "\n1\n", range(2, 3), "2") == "the file would not parse"


def finding(*, standing: Standing | None = Standing.CONFIRMED, side: Side = Side.RIGHT, lines: int = 1) -> Finding:
    verification = None if standing is None else Verification(standing=standing, evidence=(Evidence("a", 1, "b"),))
    said = claim("a.py", 9 + lines, "x", severity=Severity.HIGH, side=side, verification=verification)
    anchor = Anchor(side, None if lines == 1 else 10, 9 + lines)
    return Finding(claim=said, placement=Placement(Placed.LINE, anchor, ""), fingerprint="f" * 32, number=1)


def test_fixes_are_asked_for_what_is_confirmed_on_a_few_lines_of_the_new_version() -> None:
    assert is_fixable(finding())
    assert is_fixable(finding(lines=MOST_LINES))
    assert not is_fixable(finding(lines=MOST_LINES + 1))
    assert not is_fixable(finding(side=Side.LEFT))
    assert not any(is_fixable(finding(standing=one)) for one in (Standing.UNCERTAIN, Standing.UNVERIFIED, None))


@pytest.mark.parametrize(
    ("category", "source", "about"),
    [
        ("logic", Source.MODEL, True),
        ("security", Source.MODEL, True),
        ("rule", Source.MODEL, False),
        ("steering", Source.MODEL, False),
        ("logic", Source.ANALYZER, False),
    ],
)
def test_what_is_claimed_tells_whether_words_alone_can_mend_it(category: str, source: Source, about: bool) -> None:
    said = claim("a.py", 1, "x", severity=Severity.HIGH, category=category, source=source)
    place = Placement(Placed.LINE, Anchor(Side.RIGHT, None, 1), "")
    assert is_about_behaviour(Finding(claim=said, placement=place, fingerprint="f" * 32, number=1)) == about
