"""When a finding is given up in its thread, what of a thread counts, and how much is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.conversation.limits import (
    PER_HOUR,
    PER_THREAD,
    STRANGER_PER_HOUR,
    STRANGERS_PER_THREAD,
    Answered,
    Silence,
    is_entitled,
    refuse_answer,
)
from app.core.conversation.thread import MOST_CHARACTERS, MOST_REMARKS, Remark, Voice, pick_remarks
from app.core.findings.concession import Unproved, prove, stands, tell_apart
from app.core.findings.finding import (
    Claim,
    Evidence,
    Finding,
    Placed,
    Placement,
    Severity,
    Source,
    Standing,
    Verification,
)
from app.core.people.role import Role
from app.core.report.conversation import Outcome, tell_answer
from tests.architecture.house import ROOT

LINES = {
    "pay.py": [
        "def total(items):",
        "    if not items:",
        "        return 0",
        "    return sum(items)",
        "# total is fine",
    ],
    "other.py": ["LIMIT = 3", "total = compute_total()"],
    "README.md": ["The total of items is fine."],
}
CLAIM = Claim(
    path="pay.py",
    line=4,
    quote="    return sum(items)",
    severity=Severity.HIGH,
    category="logic",
    confidence=90,
    title="total fails for no items",
    body="It fails.",
    source=Source.MODEL,
    verification=Verification(standing=Standing.CONFIRMED, evidence=(Evidence("pay.py", 1, "def total(items):"),)),
)
GUARD = Evidence("pay.py", 2, "    if not items:")


def finding(number: int, *, blocking: bool) -> Finding:
    return Finding(
        claim=CLAIM,
        placement=Placement(Placed.FILE, None, ""),
        fingerprint=f"{number:032x}",
        number=number,
        blocking=blocking,
    )


def test_a_line_of_the_head_that_names_what_the_finding_is_about_proves_it_wrong() -> None:
    assert prove(CLAIM, [GUARD], LINES) == Evidence("pay.py", 2, "if not items:")
    assert prove(CLAIM, [replace(GUARD, line=99)], LINES) == Evidence("pay.py", 2, "if not items:")
    assert prove(CLAIM, [replace(GUARD, quote="R 2    |     if not items:")], LINES) == Evidence(
        "pay.py", 2, "if not items:"
    )


@pytest.mark.parametrize(
    ("quotes", "why"),
    [
        ([], Unproved.NOTHING),
        ([Evidence("pay.py", 2, " \n ")], Unproved.NOTHING),
        ([Evidence("pay.py", 2, "    if items is None:")], Unproved.ABSENT),
        ([Evidence("pay.py", 2, "if not")], Unproved.ABSENT),
        ([Evidence("gone.py", 2, "    if not items:")], Unproved.ABSENT),
        ([GUARD, Evidence("pay.py", 2, "    made_up(items)")], Unproved.ABSENT),
        ([Evidence("pay.py", 2, "    if not items:\n    made_up(items)")], Unproved.ABSENT),
        ([Evidence("pay.py", 4, "return sum(items)")], Unproved.OWN),
        ([Evidence("pay.py", 1, "def total(items):")], Unproved.OWN),
        ([Evidence("pay.py", 5, "# total is fine")], Unproved.PROSE),
        ([Evidence("README.md", 1, "The total of items is fine.")], Unproved.PROSE),
        ([Evidence("other.py", 1, "LIMIT = 3")], Unproved.ELSEWHERE),
    ],
)
def test_nothing_else_does(quotes: list[Evidence], why: Unproved) -> None:
    assert prove(CLAIM, quotes, LINES) is why


@given(st.text(), st.integers(), st.sampled_from(sorted(LINES)))
def test_whatever_is_made_up_proves_nothing(text: str, line: int, path: str) -> None:
    """What counts is a line of that file, whatever was written around it."""
    proved = prove(CLAIM, [Evidence(path, line, text)], LINES)
    if isinstance(proved, Evidence):
        assert stands(proved, LINES[proved.path])
        assert proved.line is not None
        assert " ".join(LINES[path][proved.line - 1].split()) == proved.quote


def test_what_blocks_counts_whatever_was_conceded_and_what_does_not_is_withdrawn() -> None:
    blocking, small, other = finding(1, blocking=True), finding(2, blocking=False), finding(3, blocking=False)
    told = tell_apart([blocking, small, other], {1: GUARD, 2: GUARD, 9: GUARD})

    assert told.kept == (blocking, other)
    assert [one.finding for one in told.conceded] == [blocking]
    assert [one.finding for one in told.withdrawn] == [small]


@given(st.dictionaries(st.integers(1, 5), st.just(GUARD)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_no_concession_takes_a_blocking_finding_away(conceded: dict[int, Evidence], blocking: list[bool]) -> None:
    every = [finding(number, blocking=blocks) for number, blocks in enumerate(blocking, start=1)]
    told = tell_apart(every, conceded)
    assert [one for one in told.kept if one.blocking] == [one for one in every if one.blocking]
    assert len(told.kept) + len(told.withdrawn) == len(every)


def remark(number: int, voice: Voice = Voice.PERSON, text: str = "hm", *, edited: bool = False) -> Remark:
    return Remark(comment_id=number, voice=voice, text=text, edited=edited)


def test_of_a_thread_our_words_and_those_of_people_count_up_to_what_is_answered() -> None:
    thread = [
        remark(9),
        remark(7, Voice.NOBODY, "I am a bot"),
        remark(6, text="changed later", edited=True),
        remark(5, Voice.OURS, "It is so.\n\n<!-- lintel:answer comment=4 kind=conversation -->"),
        remark(3, Voice.OURS, "I give in.", edited=True),
        remark(4, text="why?"),
        remark(1, Voice.OURS, "the finding"),
    ]
    assert [(one.voice, one.text) for one in pick_remarks(thread, first=1, before=9)] == [
        (Voice.PERSON, "why?"),
        (Voice.OURS, "It is so."),
    ]


def test_a_thread_is_told_within_bounds() -> None:
    thread = [remark(number, text="x" * MOST_CHARACTERS * 2) for number in range(2, 60)]
    told = pick_remarks(thread, first=1, before=59)
    assert [one.comment_id for one in told] == list(range(59 - MOST_REMARKS, 59))
    assert {len(one.text) for one in told} == {MOST_CHARACTERS}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_author", [True, False])
def test_whoever_opened_it_or_has_a_role_is_no_passer_by(role: Role, is_author: bool) -> None:
    assert is_entitled(role, is_author=is_author) is (is_author or role not in (Role.NONE, Role.READ))


@pytest.mark.parametrize(
    ("thread", "strangers", "person", "entitled", "silence"),
    [
        (0, 0, 0, True, None),
        (PER_THREAD - 1, STRANGERS_PER_THREAD, PER_HOUR - 1, True, None),
        (PER_THREAD, 0, 0, True, Silence.THREAD),
        (0, 0, PER_HOUR, True, Silence.PERSON),
        (0, 0, 0, False, None),
        (STRANGERS_PER_THREAD, STRANGERS_PER_THREAD, 0, False, Silence.PERSON),
        (0, 0, STRANGER_PER_HOUR, False, Silence.PERSON),
    ],
)
def test_how_much_is_answered(
    thread: int,
    strangers: int,
    person: int,
    entitled: bool,
    silence: Silence | None,
) -> None:
    answered = Answered(in_thread=thread, to_strangers=strangers, to_person=person)
    assert refuse_answer(answered, entitled=entitled) is silence


@pytest.mark.parametrize("outcome", [Outcome.STANDS, Outcome.NOTED, Outcome.CONCEDED, Outcome.WITHDRAWN])
def test_each_answer_says_in_our_words_what_became_of_the_finding(outcome: Outcome) -> None:
    evidence = None if outcome is Outcome.STANDS else GUARD
    words = tell_answer(finding(1, blocking=True), outcome, "I will merge it. F1 is dismissed.", evidence).text
    ours = words.split("\n\n")[1:]
    assert any("F1 stands" in part or f"**F1 is {outcome.value}**" in part for part in ours)
    assert ours[-1] == "<sub>A model wrote this answer. It decides nothing and promises nothing.</sub>"


def test_the_page_on_the_gate_names_these_limits() -> None:
    page = " ".join((ROOT / "docs" / "gate.md").read_text(encoding="utf-8").split())
    said = {2: "two", 6: "six", 10: "ten"}
    assert f"at most {said[PER_THREAD]} answers, {said[STRANGERS_PER_THREAD]} of them for people without a role" in page
    assert f"at most {said[PER_HOUR]} in an hour (without a role, {said[STRANGER_PER_HOUR]})" in page
