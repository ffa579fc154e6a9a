"""What a review is made from is written whole and read whole; whatever it gains is looked at before it is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.budget.reserving import Standing
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.snapshot import Snapshot
from app.core.plain import NotPlain, list_fields
from app.flows.review.forge import History
from app.flows.review.inputs import (
    Inputs,
    Means,
    Standings,
    read_inputs,
    read_standings,
    write_inputs,
    write_standings,
)

POLICIES = [
    Policy(),
    Policy.model_validate({"mode": "advisory", "budget": {"review_usd": 2}}),
    Policy.model_validate({"review": {"rules": [{"paths": ["a/**"], "text": "No globals."}]}}),
    Policy.model_validate({"people": {"sensitive": [{"paths": ["a/**"], "owners": ["@mona"]}]}}),
    Policy.model_validate({"floor": {"mode": "gate", "review": {"max_comments": 3}}}),
]
st.register_type_strategy(Policy, st.sampled_from(POLICIES))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False, places=4))
INPUTS = st.from_type(Inputs)


def through_json(content: Any) -> Any:
    return json.loads(json.dumps(content, ensure_ascii=True, allow_nan=False))


@given(INPUTS)
def test_inputs_are_read_as_they_were_written(inputs: Inputs) -> None:
    read = read_inputs(through_json(write_inputs(inputs)))
    assert read == inputs
    assert read.snapshot.policy.digest == inputs.snapshot.policy.digest


@given(st.lists(st.from_type(Standing)).map(tuple))
def test_what_accounts_held_is_read_as_it_was_written(standings: tuple[Standing, ...]) -> None:
    assert read_standings(through_json(write_standings(standings))) == standings


def make_inputs() -> Inputs:
    snapshot = Snapshot(
        repository="octo/shop",
        repository_id=1,
        installation_id=2,
        number=3,
        open=True,
        draft=False,
        merged=False,
        author="hubert",
        author_is_bot=False,
        title="A title \ud800 with half a character",
        base_ref="main",
        base_sha="b" * 40,
        head_sha="a" * 40,
        merge_base="c" * 40,
        policy=PolicyFault("lintel.yml", 1, 2, "unknown key"),
    )
    return Inputs(snapshot=snapshot, history=History(), means=Means(), program="1.0")


def test_half_a_character_in_a_title_survives() -> None:
    inputs = make_inputs()
    assert read_inputs(through_json(write_inputs(inputs))) == inputs


def test_a_record_with_a_field_that_this_program_does_not_know_is_refused() -> None:
    content = through_json(write_inputs(make_inputs()))
    content["history"]["telepathy"] = True
    with pytest.raises(NotPlain, match=r"Inputs\.history: 1 fields"):
        read_inputs(content)


def test_what_is_recorded_is_written_down_field_by_field(check_golden: Callable[[str, str], None]) -> None:
    """A field more: does its default stand for what older reviews were made from, and does a replay make use of it?"""
    fields = [*list_fields(Inputs), *list_fields(Standings)]
    check_golden("recorded_fields.txt", "\n".join(fields) + "\n")
