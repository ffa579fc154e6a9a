from __future__ import annotations

import pytest

from app.core.gate.acts import Acts, Overridden
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.reverts import MOST_HINTS, Hints, Reverted, find_hints
from app.core.gate.verdict import GateFacts, Situation, decide

SHA = "0123456789abcdef0123456789abcdef01234567"
BACK = Reverted(7, SHA, ("It brings back what F1 of #3 is about: A total of zero",))


@pytest.mark.parametrize(
    ("title", "body", "hints"),
    [
        ('Revert "A change"', "Reverts octo/shop#7", Hints((7,))),
        ('Revert "A change"', f"This reverts commit {SHA}.", Hints((), (SHA,))),
        ("Revert #7", "", Hints((7,))),
        ("revert: a change", "Reverts pull request #7, and reverts #9", Hints((7, 9))),
        ("", f"reverts #7\nReverts #7\nThis reverts commit {SHA.upper()}", Hints((7,), (SHA,))),
        ("A change", "It is like #7, which it does not revert", Hints()),
        ("A change", f"See commit {SHA}", Hints()),
        ("A change", "reverts #12345678901234567890", Hints()),
        ("", "".join(f"reverts #{number} " for number in range(1, 50)), Hints(tuple(range(1, MOST_HINTS + 1)))),
    ],
)
def test_what_a_pull_request_says_that_it_takes_back(title: str, body: str, hints: Hints) -> None:
    assert find_hints(title, body) == hints


def test_long_words_are_read_in_no_time() -> None:
    assert not find_hints("revert " * 10_000, "reverts a/" * 10_000 + "." * 50_000)


def test_the_way_back_passes_and_names_what_comes_back() -> None:
    verdict = decide(GateFacts(policy=Policy(), reverted=BACK))

    assert (verdict.conclusion, verdict.situation, verdict.of) == ("success", Situation.REVERTED, 7)
    assert "A total of zero" in verdict.reasons[1]


@pytest.mark.parametrize(
    ("facts", "situation"),
    [
        (GateFacts(policy=Policy(), reverted=BACK, ended=Situation.CLOSED), Situation.CLOSED),
        (GateFacts(policy=PolicyFault("lintel.yml", 1, 1, "unknown key"), reverted=BACK), Situation.POLICY_FAULT),
        (GateFacts(policy=Policy(), reverted=BACK, elsewhere={4: (1,)}), Situation.ELSEWHERE),
        (GateFacts(policy=Policy(), reverted=BACK, acts=Acts(paused_by="ann")), Situation.PAUSED),
        (
            GateFacts(
                policy=Policy(),
                reverted=BACK,
                acts=Acts(overridden=Overridden(login="ann", role="admin", reason="it must")),
            ),
            Situation.OVERRIDDEN,
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Situation) else "",
)
def test_what_comes_before_a_revert(facts: GateFacts, situation: Situation) -> None:
    assert decide(facts).situation is situation
