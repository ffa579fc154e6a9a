from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.budget import (
    DEFAULT_LIMIT,
    OWN_TOKENS,
    SHARED_TOKENS,
    Limit,
    Readers,
    estimate_cost,
    find_contradiction,
    limit_in_force,
    limit_spending,
    price_plan,
    show_usd,
)
from app.core.change.chunking import plan_review
from app.core.change.coverage import account
from app.core.change.diff import Patch
from app.core.change.plan import Chunk, Plan
from app.core.change.tokens import count_bytes, estimate
from app.core.model import Stage
from app.core.prices import HAIKU, OPUS, SONNET
from app.lenses.contracts import CONTRACTS
from app.lenses.correctness import CORRECTNESS
from app.lenses.security import SECURITY
from tests.core.changes import change, change_file, patches, patient

UNLISTED = "some-local-model"


def plan_of(files: int, target: int = 300) -> Plan:
    body = [f"    value_{number} = compute({number})" for number in range(30)]
    return plan_review(
        change(*(change_file(f"a{number:02}.py", [], body) for number in range(files))), target_tokens=target
    )


def asked(model: str, questions: int = 3) -> Readers:
    """One model answers all stages."""
    return Readers(dict.fromkeys(Stage, model), questions)


READERS = asked(SONNET)


def dollars(text: str) -> Limit:
    return Limit(Decimal(text), chosen=True)


def total(plan: Plan) -> Decimal:
    amount = price_plan(plan, READERS).total
    assert amount is not None
    return amount


def apart(plan: Plan) -> tuple[Chunk, ...]:
    return tuple(replace(chunk, together=False) for chunk in plan.chunks)


@patient
@given(patches(), st.integers(30, 300), st.integers(0, 120))
def test_every_changed_line_is_read_or_named_whatever_the_budget(patch: Patch, target: int, cents: int) -> None:
    plan = plan_review(patch, target_tokens=target)
    kept = limit_spending(plan, READERS, Limit(Decimal(cents) / 100))
    coverage = account(kept, {})
    left_out: dict[str, int] = {}
    for item in coverage.left_out:
        left_out[item.path] = left_out.get(item.path, 0) + item.lines
    assert apart(kept) == plan.chunks[: len(kept.chunks)]
    assert kept.files == plan.files
    assert {file.path: file.changed_lines - file.reviewed_lines for file in coverage.files} == {
        file.path: left_out.get(file.path, 0) for file in coverage.files
    }
    assert coverage.complete is (account(plan, {}).complete and len(kept.chunks) == len(plan.chunks))


@patient
@given(patches(), st.integers(30, 300), st.integers(0, 120))
def test_what_is_read_fits_and_one_chunk_more_would_not(patch: Patch, target: int, cents: int) -> None:
    plan = plan_review(patch, target_tokens=target)
    limit = Limit(Decimal(cents) / 100)
    kept = limit_spending(plan, READERS, limit)
    spent = total(kept)
    assert spent <= limit.usd
    joined = replace(plan, chunks=tuple(replace(chunk, together=True) for chunk in plan.chunks))
    if len(kept.chunks) < len(plan.chunks):
        assert total(replace(joined, chunks=joined.chunks[: len(kept.chunks) + 1])) > limit.usd
    alone = [not chunk.together for chunk in kept.chunks]
    assert alone == sorted(alone, reverse=True)
    if not all(alone):
        next_one = alone.index(False)
        chunks = (*plan.chunks[: next_one + 1], *joined.chunks[next_one + 1 : len(kept.chunks)])
        assert total(replace(plan, chunks=chunks)) > limit.usd


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans(), st.booleans())
def test_more_tokens_never_cost_less(one: int, other: int, first: bool, together: bool) -> None:
    few, many = (estimate_cost(READERS, tokens, first=first, together=together) for tokens in sorted((one, other)))
    assert few is not None
    assert many is not None
    assert 0 < few <= many


def test_what_is_left_unread_is_named_once_a_file_with_the_limit() -> None:
    plan = plan_of(6)
    limit = dollars("0.30")
    kept = limit_spending(plan, READERS, limit)
    assert 0 < len(kept.chunks) < len(plan.chunks)
    assert {(item.reason, item.excused, item.rule) for item in kept.left_out} == {
        ("over the review budget of $0.30", False, None)
    }
    paths = [item.path for item in kept.left_out]
    assert paths == sorted(set(paths))


def test_without_a_cent_nothing_is_read_and_everything_is_named() -> None:
    plan = plan_of(2)
    kept = limit_spending(plan, READERS, dollars("0"))
    assert kept.chunks == ()
    assert sum(item.lines for item in kept.left_out) == 60


def test_a_budget_that_suffices_changes_nothing() -> None:
    plan = plan_of(4)
    assert limit_spending(plan, READERS, DEFAULT_LIMIT) is plan


def test_the_default_budget_reads_about_half_a_million_tokens() -> None:
    full = [estimate_cost(READERS, 45_000, first=False)] * 10
    assert sum(cost for cost in full if cost is not None) < DEFAULT_LIMIT.usd


def test_the_shared_prompt_is_paid_in_full_by_the_first_chunk_alone() -> None:
    costs = price_plan(plan_of(6), READERS).chunks
    assert len(costs) > 2
    assert costs[0] is not None
    assert all(cost is not None and cost < costs[0] for cost in costs[1:])


def test_dear_models_cost_more_and_unlisted_ones_have_no_price() -> None:
    sonnet, opus, haiku, unlisted = (price_plan(plan_of(3), asked(model)) for model in (SONNET, OPUS, HAIKU, UNLISTED))
    assert sonnet.total is not None
    assert opus.total == 2 * sonnet.total
    assert haiku.total is not None
    assert haiku.total < sonnet.total
    assert unlisted.total is None
    assert set(unlisted.chunks) == {None}
    assert price_plan(plan_review(change()), READERS).total == 0
    assert price_plan(plan_review(change()), asked(UNLISTED)).total is None


def test_a_model_without_a_price_is_not_limited_by_a_default_nobody_chose() -> None:
    plan = plan_of(6)
    assert limit_spending(plan, asked(UNLISTED), Limit(Decimal(0))) is plan
    assert find_contradiction(asked(UNLISTED).models, DEFAULT_LIMIT) is None


def test_a_limit_that_was_chosen_and_cannot_be_kept_is_refused_in_a_sentence() -> None:
    assert find_contradiction(READERS.models, dollars("3")) is None
    sentence = find_contradiction(asked(UNLISTED).models, dollars("3"))
    assert sentence is not None
    assert sentence.startswith("A review may cost $3.00, but the model some-local-model has no listed price")


@pytest.mark.parametrize(
    ("operator", "policy", "expected"),
    [
        (DEFAULT_LIMIT, 5.0, DEFAULT_LIMIT),
        (DEFAULT_LIMIT, 2.5, Limit(Decimal("2.5"), chosen=True)),
        (DEFAULT_LIMIT, 50.0, Limit(Decimal(5), chosen=True)),
        (dollars("1"), 5.0, Limit(Decimal(1), chosen=True)),
        (dollars("9"), 5.0, Limit(Decimal(5), chosen=True)),
        (dollars("9"), 0.1, Limit(Decimal("0.1"), chosen=True)),
    ],
)
def test_the_tighter_of_the_operators_and_the_policys_limit_holds(
    operator: Limit, policy: float, expected: Limit
) -> None:
    assert limit_in_force(operator, policy) == expected


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("5", "$5.00"),
        ("0.5", "$0.50"),
        ("0.0025", "$0.0025"),
        ("0", "$0.00"),
        ("1E+3", "$1000.00"),
        ("0.125", "$0.125"),
        ("1E+40", "$1" + "0" * 40 + ".00"),
        ("5e-324", "$0.000000"),
    ],
)
def test_dollars_are_shown_in_cents_or_as_small_as_they_are(amount: str, shown: str) -> None:
    assert show_usd(Decimal(amount)) == shown


def test_the_prompt_around_a_chunk_is_as_long_as_it_is_priced() -> None:
    requests = [look.ask("", change_map="", model=SONNET, salt="") for look in (CORRECTNESS, CONTRACTS, SECURITY)]
    shared = sum(estimate(block.text) for block in requests[0].system) + estimate(json.dumps(requests[0].schema))
    own = sum(count_bytes(block.text) for request in requests for block in request.blocks) / len(requests)
    assert SHARED_TOKENS * 2 // 3 < shared <= SHARED_TOKENS
    assert OWN_TOKENS * 2 // 3 < own * 100 // 270 <= OWN_TOKENS
