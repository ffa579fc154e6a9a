from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.attendance import Attendance
from app.core.gate.policy import CheckNaming, Mode, Policy, PolicyFault
from app.core.gate.sharing import SHARED_NAME, Offer, count_offers, name_checks, tell_offer
from app.core.gate.verdict import Conclusion, Situation, Verdict, share

PER_BASE, SHARED = Policy(), Policy(check=CheckNaming.SHARED)
FAULT = PolicyFault(".github/lintel.yml", 1, 1, "unknown key")
WORSE = [Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.ACTION_REQUIRED, Conclusion.FAILURE]


def an_offer(conclusion: Conclusion | None, number: int = 4) -> Offer:
    return Offer(number=number, base_ref="release", conclusion=conclusion.value if conclusion else None)


def a_verdict(conclusion: Conclusion) -> Verdict:
    return Verdict(conclusion, Situation.CLEAN, ("Because.",))


@pytest.mark.parametrize(
    ("policy", "standing", "names"),
    [
        (PER_BASE, (), ("lintel: main",)),
        (SHARED, (), ("lintel",)),
        (FAULT, (), ("lintel: main", "lintel")),
        (PER_BASE, ("lintel", "ci"), ("lintel: main", "lintel")),
        (SHARED, ("lintel: main", "lintel: release"), ("lintel", "lintel: main")),
        (PER_BASE, ("lintel: release", "lintel: main"), ("lintel: main",)),
    ],
)
def test_a_verdict_stands_under_the_names_that_may_be_asked_for(
    policy: Policy | PolicyFault, standing: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert name_checks(policy, "main", standing) == names
    assert SHARED_NAME == "lintel"


@pytest.mark.parametrize(
    ("own", "other", "shared", "situation"),
    [
        (Conclusion.SUCCESS, Conclusion.SUCCESS, Conclusion.SUCCESS, Situation.CLEAN),
        (Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SUCCESS, Situation.CLEAN),
        (Conclusion.SUCCESS, Conclusion.ACTION_REQUIRED, Conclusion.ACTION_REQUIRED, Situation.SHARED),
        (Conclusion.SUCCESS, None, Conclusion.ACTION_REQUIRED, Situation.SHARED),
        (Conclusion.SUCCESS, Conclusion.CANCELLED, Conclusion.ACTION_REQUIRED, Situation.SHARED),
        (Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.FAILURE, Situation.ELSEWHERE),
        (Conclusion.NEUTRAL, Conclusion.FAILURE, Conclusion.FAILURE, Situation.ELSEWHERE),
        (Conclusion.NEUTRAL, None, Conclusion.ACTION_REQUIRED, Situation.SHARED),
        (Conclusion.ACTION_REQUIRED, Conclusion.FAILURE, Conclusion.FAILURE, Situation.ELSEWHERE),
        (Conclusion.ACTION_REQUIRED, None, Conclusion.ACTION_REQUIRED, Situation.CLEAN),
        (Conclusion.FAILURE, Conclusion.SUCCESS, Conclusion.FAILURE, Situation.CLEAN),
        (Conclusion.CANCELLED, Conclusion.FAILURE, Conclusion.CANCELLED, Situation.CLEAN),
    ],
)
def test_the_shared_check_is_the_worst(
    own: Conclusion, other: Conclusion | None, shared: Conclusion, situation: Situation
) -> None:
    verdict = share(a_verdict(own), [an_offer(other)])
    assert (verdict.conclusion, verdict.situation) == (shared, situation)
    if situation is not Situation.CLEAN:
        assert "pull request 4 into release" in verdict.reasons[0]
        assert verdict.reasons[-1] == "Because."


HERE, THERE = Offer(number=4, base_ref="main"), Offer(number=5, base_ref="release", conclusion="failure")
DRAFT_HERE = Offer(number=6, base_ref="main", attendance=Attendance.DRAFT)
BOT_THERE = Offer(number=7, base_ref="release", attendance=Attendance.BOT)
ALL = (HERE, THERE, DRAFT_HERE, BOT_THERE)


@pytest.mark.parametrize(
    ("name", "mode", "counted"),
    [
        ("lintel: main", Mode.GATE, (HERE,)),
        ("lintel: main", Mode.ADVISORY, ()),
        ("lintel", Mode.GATE, (HERE, THERE, BOT_THERE)),
        ("lintel", Mode.ADVISORY, (THERE, BOT_THERE)),
    ],
)
def test_a_bases_own_check_counts_those_into_it_and_the_shared_one_all(
    name: str, mode: Mode, counted: tuple[Offer, ...]
) -> None:
    assert count_offers(ALL, name, "main", Policy(mode=mode)) == counted
    assert count_offers(ALL, name, "main", PolicyFault("lintel.yml", 1, 1, "unknown key", mode=mode)) == counted


@pytest.mark.parametrize(
    ("attendance", "why"),
    [
        (Attendance.DRAFT, "is a draft, which is not reviewed: make it ready, close it, or push a commit of its own"),
        (Attendance.BOT, "is a bot's, which `review: bots: false` there leaves out: close it, or push a commit of its"),
        (Attendance.OTHER_BRANCH, "as `review: branches:` there leaves that branch out: close it, or push a commit of"),
    ],
)
def test_one_that_nobody_is_going_to_judge_is_named_with_what_to_do(attendance: Attendance, why: str) -> None:
    offer = Offer(number=4, base_ref="release", attendance=attendance)
    held = share(a_verdict(Conclusion.SUCCESS), [offer])
    assert (held.conclusion, held.situation) == (Conclusion.ACTION_REQUIRED, Situation.SHARED)
    assert held.reasons[0] == tell_offer(offer)
    assert why in held.reasons[0]


@given(st.sampled_from(WORSE), st.lists(st.none() | st.sampled_from(WORSE), max_size=5))
def test_no_order_of_the_others_and_no_number_of_them_opens_what_one_holds(
    own: Conclusion, others: list[Conclusion | None]
) -> None:
    offers = [an_offer(conclusion, number) for number, conclusion in enumerate(others)]
    verdict = share(a_verdict(own), offers)
    assert verdict.conclusion is share(a_verdict(own), offers[::-1]).conclusion
    green = {Conclusion.SUCCESS, Conclusion.NEUTRAL}
    assert verdict.opens_gate == (own in green and all(other in green for other in others))
    assert (verdict.conclusion is Conclusion.FAILURE) == (Conclusion.FAILURE in (own, *others))
