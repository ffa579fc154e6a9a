"""A suggestion is offered only where it applies, keeps its shape and parses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Evidence, Finding, Placed, Placement, Severity, Standing, Verification
from app.core.findings.fixes import MOST_LINES, find_flaw, is_fixable
from tests.core.changes import claim

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
        ("", "it holds what was covered, or what nobody sees"),
        ("\n".join(["    total = 1"] * (MOST_LINES + 1)), "it is too long"),
        (f"    total = '{'x' * 400}'", "it is too long"),
    ],
)
def test_a_python_fix_must_fit_its_lines_and_parse(suggestion: str, flaw: str | None) -> None:
    assert find_flaw("app/pay.py", PYTHON, range(2, 3), suggestion) == flaw


@pytest.mark.parametrize("lines", [range(0), range(1), range(5, 6), range(4, 9)])
def test_lines_that_are_not_there_cannot_be_replaced(lines: range) -> None:
    assert find_flaw("app/pay.py", PYTHON, lines, "    total = 1") == "the lines are not there"


@pytest.mark.parametrize(
    ("path", "before", "good", "bad"),
    [
        ("a.json", '{\n  "a": 1\n}', '  "a": 2', '  "a": 2,'),
        ("a.toml", "[x]\na = 1\n", "a = 2", "a = "),
        ("a.yml", "x:\n  a: 1\n", "  a: 2", "  a: [2"),
        ("a.go", "func f() {\n\tg(1)\n}", "\tg(2)", "\tg(2"),
        ("a.js", "f(() => {\n  g('a')\n})", "  g('b')", "  g('b)"),
        ("Makefile", "x:\n\techo (a)\n", "\techo (b)", "\techo )b("),
    ],
)
def test_other_languages_have_their_parsers_or_at_least_brackets_and_strings(
    path: str, before: str, good: str, bad: str
) -> None:
    assert find_flaw(path, before, range(2, 3), good) is None
    assert find_flaw(path, before, range(2, 3), bad) == "the file would not parse"


def test_an_open_bracket_may_stay_open() -> None:
    assert find_flaw("a.go", "f(\n\tg(1,\n\t2))", range(2, 3), "\tg(3,") is None
    assert find_flaw("a.go", "f(\n\tg(1,\n\t2))", range(2, 3), "\tg(3),") is not None


def test_a_file_that_does_not_parse_today_gets_no_fix() -> None:
    assert find_flaw("a.py", "print 'x'\ntotal = 0\n", range(2, 3), "total = 1") == "the file would not parse"


def test_a_file_of_deep_nesting_breaks_nothing() -> None:
    assert find_flaw("a.py", "(" * 100_000 + "\nx = 0\n", range(2, 3), "x = 1") == "the file would not parse"
    assert find_flaw("a.json", "[" * 100_000 + "\n1\n", range(2, 3), "2") == "the file would not parse"


def test_line_ends_of_the_file_are_kept() -> None:
    assert find_flaw("a.py", "if x:\r\n    a = 1\r\n", range(2, 3), "    a = 2") is None


@given(st.integers(0, 9), st.text(max_size=40))
def test_what_is_offered_parses_in_its_place(value: int, suggestion: str) -> None:
    text = f'{{\n"a": {value}\n}}'
    if find_flaw("a.json", text, range(2, 3), suggestion) is None:
        json.loads("\n".join(["{", suggestion.removesuffix("\n"), "}"]))


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
