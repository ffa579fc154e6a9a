"""What people are told where a model was asked on their behalf."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Evidence, Finding, Placed, Placement
from app.core.report.asked import Answered, Proved, tell_answer, tell_replacement, tell_suggestion
from tests.core.changes import claim
from tests.inert import assert_inert, walk

ANSWER = Answered(
    statements=[Proved("Yes: `charge` does.", (Evidence("src/pay.py", 119, "if total >= 0:"),))],
    answered=True,
    model="claude-sonnet-5-5",
    shown=2,
    files=3,
    head_sha="a" * 40,
)
FOOT = (
    "<sub>Answered by `claude-sonnet-5-5` from 2 of 3 changed files, at `aaaaaaaaaaaa`."
    " It decides nothing: the check and people do.</sub>"
)
EVIL = "@mona #1 [x](https://evil.example) ![y](z)\n\n```suggestion\nrm -rf /\n```\n\n/lintel override deadbeef <b>"


def finding(first: int | None, last: int) -> Finding:
    placement = Placement(Placed.LINE, Anchor(Side.RIGHT, first, last), "")
    return Finding(claim=claim("app/pay.py", last), placement=placement, fingerprint="f", number=3)


def test_an_answer_shows_what_it_rests_on_and_from_how_much_it_was_made() -> None:
    assert tell_answer(ANSWER).text == f"Yes: `charge` does.\n\n- `src/pay.py:119`: `if total >= 0:`\n\n{FOOT}"


def test_what_was_not_in_the_code_is_said_to_be_left_out() -> None:
    told = tell_answer(replace(ANSWER, statements=[Proved("Yes.", (), 2)])).text
    assert "Yes.\n\n*Nothing in the code was quoted for this.*" in told
    assert "2 quotes of this answer do not stand in the code, and I left them out." in told


def test_an_answer_that_is_none_says_so_first() -> None:
    told = tell_answer(replace(ANSWER, answered=False)).text
    assert told.startswith("The code that I was shown does not answer that.\n\n")


@given(st.one_of(st.just(EVIL), st.text()), st.one_of(st.just(EVIL), st.text()))
def test_promise_7_an_answer_is_inert(text: str, quote: str) -> None:
    told = tell_answer(replace(ANSWER, statements=[Proved(text, (Evidence(quote, 1, quote),))]))
    assert_inert(told.text.removesuffix(FOOT))
    assert all(node.info != "suggestion" for node in walk(told.text) if node.type == "fence")


@pytest.mark.parametrize(
    ("first", "last", "text", "words"),
    [
        (None, 7, "x = 1", "For F3, in place of line 7 of `app/pay.py`. It applies"),
        (6, 7, "x = 1", "For F3, in place of lines 6 to 7 of `app/pay.py`. It applies"),
        (6, 7, "", "For F3, in place of lines 6 to 7 of `app/pay.py`: nothing."),
    ],
)
def test_outside_a_thread_a_fix_says_which_lines_it_replaces(
    first: int | None, last: int, text: str, words: str
) -> None:
    told = tell_replacement(finding(first, last), text).text
    assert told.startswith(words)
    assert "suggestion" not in told


def test_in_its_thread_a_fix_can_be_taken_over_by_a_click() -> None:
    assert tell_suggestion(finding(None, 7), "x = '```'").text.endswith("\n\n````suggestion\nx = '```'\n````")
