from __future__ import annotations

from typing import Any

import pytest

from app.flows.replay.comparison import Difference, compare

FINDING: dict[str, Any] = {"id": "F1", "fingerprint": "ab", "blocking": True, "lenses": ["security"]}
BODY: dict[str, Any] = {"conclusion": "failure", "reasons": ["One."], "findings": [FINDING], "models": ["m"]}


def test_what_is_the_same_has_no_difference() -> None:
    assert compare(BODY, BODY) == ()


def test_by_which_program_it_was_made_is_no_difference() -> None:
    assert compare({**BODY, "program": "1", "prompts": {"a": "1"}}, {**BODY, "program": "2", "prompts": {}}) == ()


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"conclusion": "success"}, Difference("conclusion", "failure", "success")),
        ({"reasons": []}, Difference("reasons", ["One."], [])),
        ({"models": ["m", "n"]}, Difference("models", ["m"], ["m", "n"])),
        ({"findings": []}, Difference("finding F1", "ab", None)),
        ({"findings": [FINDING, {**FINDING, "id": "F2"}]}, Difference("finding F2", None, "ab")),
        ({"findings": [{**FINDING, "blocking": False}]}, Difference("finding F1: blocking", True, False)),
        ({"findings": [{**FINDING, "of_tomorrow": 1}]}, Difference("finding F1: of_tomorrow", None, 1)),
        ({"of_tomorrow": 1}, Difference("of_tomorrow", None, 1)),
        ({"of_tomorrow": None}, Difference("of_tomorrow", None, None)),
        ({"findings": [{**FINDING, "blocking": 1}]}, Difference("finding F1: blocking", True, 1)),
        ({"findings": [FINDING, FINDING]}, Difference("number of findings", 1, 2)),
        ({"findings": [{**FINDING, "blocking": False}, FINDING]}, Difference("number of findings", 1, 2)),
    ],
)
def test_every_difference_has_its_name(changed: dict[str, Any], difference: Difference) -> None:
    assert compare(BODY, {**BODY, **changed}) == (difference,)


def test_the_same_findings_in_another_order_are_different() -> None:
    two = {**FINDING, "id": "F2"}
    assert compare({**BODY, "findings": [FINDING, two]}, {**BODY, "findings": [two, FINDING]}) == (
        Difference("order of findings", ["F1", "F2"], ["F2", "F1"]),
    )
