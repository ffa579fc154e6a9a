from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.budget.estimate import (
    LENS_ANSWER,
    OWN_TOKENS,
    SHARED_TOKENS,
    VERIFY_ANSWER,
    WEIGH_ANSWER,
    WEIGH_AT_MOST,
    Readers,
    estimate_cost,
    find_slack,
    find_verifying_slack,
    find_weighing_slack,
    price_plan,
    price_weighing,
)
from app.core.budget.limits import (
    DEFAULT_LIMIT,
    Account,
    Limit,
    Limits,
    find_contradiction,
    find_overdrawn,
    limit_in_force,
    limit_pull_request,
    name_overdraft,
    show_usd,
)
from app.core.budget.reserving import Standing
from app.core.budget.sharing import Room, Shares, find_room, limit_spending, share
from app.core.change.chunking import plan_review
from app.core.change.coverage import account
from app.core.change.diff import Patch
from app.core.change.plan import Chunk, Plan
from app.core.change.tokens import count_bytes, estimate
from app.core.model import Stage
from app.core.prices import HAIKU, LISTED, OPUS, SONNET
from app.flows.review.fit import material
from app.lenses import architecture, verify
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


def room(usd: Decimal | str) -> Room:
    return find_room(Limits(review=Limit(Decimal(usd))))


def total(plan: Plan) -> Decimal:
    amount = price_plan(plan, READERS).total
    assert amount is not None
    return amount


def needed(plan: Plan) -> Decimal:
    """What has to be free for the last call of a plan to be granted."""
    spare = find_slack(plan.chunks, READERS)
    return total(plan) + (spare + find_verifying_slack(READERS) if plan.chunks else 0)


def apart(plan: Plan) -> tuple[Chunk, ...]:
    return tuple(replace(chunk, together=False) for chunk in plan.chunks)


@patient
@given(patches(), st.integers(30, 300), st.integers(0, 250))
def test_every_changed_line_is_read_or_named_whatever_the_budget(patch: Patch, target: int, cents: int) -> None:
    plan = plan_review(patch, target_tokens=target)
    kept = limit_spending(plan, READERS, room(Decimal(cents) / 100))
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
@given(patches(), st.integers(30, 300), st.integers(0, 250))
def test_what_is_read_fits_and_one_chunk_more_would_not(patch: Patch, target: int, cents: int) -> None:
    plan = plan_review(patch, target_tokens=target)
    limit = Decimal(cents) / 100
    kept = limit_spending(plan, READERS, room(limit))
    assert needed(kept) <= limit
    joined = replace(plan, chunks=tuple(replace(chunk, together=True) for chunk in plan.chunks))
    if len(kept.chunks) < len(plan.chunks):
        assert needed(replace(joined, chunks=joined.chunks[: len(kept.chunks) + 1])) > limit
    alone = [not chunk.together for chunk in kept.chunks]
    assert alone == sorted(alone, reverse=True)
    if not all(alone):
        next_one = alone.index(False)
        chunks = (*plan.chunks[: next_one + 1], *joined.chunks[next_one + 1 : len(kept.chunks)])
        assert needed(replace(plan, chunks=chunks)) > limit


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans(), st.booleans())
def test_more_tokens_never_cost_less(one: int, other: int, first: bool, together: bool) -> None:
    few, many = (estimate_cost(READERS, tokens, first=first, together=together) for tokens in sorted((one, other)))
    assert few is not None
    assert many is not None
    assert 0 < few <= many


def test_what_is_left_unread_is_named_once_a_file_with_the_limit() -> None:
    plan = plan_of(6)
    kept = limit_spending(plan, READERS, room("1.20"))
    assert 0 < len(kept.chunks) < len(plan.chunks)
    assert {(item.reason, item.excused, item.rule) for item in kept.left_out} == {
        ("over the review budget of $1.20", False, None)
    }
    paths = [item.path for item in kept.left_out]
    assert paths == sorted(set(paths))


def test_without_a_cent_nothing_is_read_and_everything_is_named() -> None:
    plan = plan_of(2)
    kept = limit_spending(plan, READERS, room("0"))
    assert kept.chunks == ()
    assert sum(item.lines for item in kept.left_out) == 60


def test_a_budget_that_suffices_changes_nothing() -> None:
    plan = plan_of(4)
    assert limit_spending(plan, READERS, room(DEFAULT_LIMIT.usd)) is plan


def test_the_default_budget_reads_about_three_hundred_thousand_tokens_by_three_lenses() -> None:
    full = [estimate_cost(READERS, 45_000, first=False)] * 7
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
    assert limit_spending(plan, asked(UNLISTED), room("0")) is plan
    assert find_contradiction(asked(UNLISTED).models, Limits(review=DEFAULT_LIMIT), LISTED) is None


def test_a_limit_that_was_chosen_and_cannot_be_kept_is_refused_in_a_sentence() -> None:
    assert find_contradiction(READERS.models, Limits(review=dollars("3")), LISTED) is None
    sentence = find_contradiction(asked(UNLISTED).models, Limits(review=dollars("3")), LISTED)
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


def test_a_limit_of_any_account_is_refused_for_any_model_that_may_be_asked() -> None:
    limits = Limits(review=DEFAULT_LIMIT, pull_request=limit_pull_request(20), month=dollars("100"))
    assert find_contradiction(READERS.models, limits, LISTED) is None
    one = {**READERS.models, Stage.FIX: UNLISTED}
    assert (find_contradiction(one, limits, LISTED) or "").startswith("A month may cost $100.00, but the model some-")
    chosen = Limits(review=DEFAULT_LIMIT, pull_request=limit_pull_request(3))
    assert (find_contradiction(one, chosen, LISTED) or "").startswith("A pull request may cost $3.00, but")
    without_stand_in = replace(LISTED, prices={SONNET: LISTED.prices[SONNET]})
    assert f"the model {OPUS} has no listed price" in (
        find_contradiction(READERS.models, limits, without_stand_in) or ""
    )


@pytest.mark.parametrize("account", list(Account))
def test_a_reason_for_money_is_known_wherever_it_stands(account: Account) -> None:
    reason = name_overdraft(account, Decimal(20))
    assert find_overdrawn(reason) is find_overdrawn(f"the security lens: {reason}") is account
    assert reason.endswith(" of $20.00")
    assert find_overdrawn("the model was overloaded") is None


def test_the_account_with_the_least_left_is_the_one_that_people_are_told() -> None:
    limits = Limits(review=Limit(), pull_request=limit_pull_request(20), month=dollars("100"))
    assert find_room(limits) == Room(Account.REVIEW, Decimal(5), Decimal(5))
    others = [
        Standing(Account.PULL_REQUEST, Decimal(20), spent=Decimal(10), reserved=Decimal(6)),
        Standing(Account.MONTH, Decimal(100), spent=Decimal(99)),
    ]
    assert find_room(limits, others[:1]) == Room(Account.PULL_REQUEST, Decimal(20), Decimal(4))
    spent = find_room(limits, others)
    assert spent == Room(Account.MONTH, Decimal(100), Decimal(1))
    left_out = limit_spending(plan_of(6), READERS, spent).left_out
    assert {item.reason for item in left_out} == {"over this month's budget of $100.00"}
    assert find_room(limits, [Standing(Account.MONTH, Decimal(100), spent=Decimal(130))]).left == 0


@patient
@given(patches(), st.integers(30, 300), st.integers(0, 400))
def test_fixes_are_given_up_before_lenses_and_verification_has_its_share_of_what_is_read(
    patch: Patch, target: int, cents: int
) -> None:
    plan = plan_review(patch, target_tokens=target)
    limit = Decimal(cents) / 100
    kept = limit_spending(plan, READERS, room(limit))
    shares = share(kept, READERS, room(limit))
    if kept != plan:
        assert not shares.fixes
    assert 0 <= shares.kept <= limit
    assert bool(shares.kept) is bool(kept.chunks)
    assert shares.verification is not None
    assert shares.verification >= 0
    if kept.chunks:
        # What reading is expected to take, and its last call at worst, fits beside what verification was promised.
        verifying = price_plan(kept, READERS).total
        assert verifying is not None
        assert find_slack(kept.chunks, READERS) + find_verifying_slack(READERS) + verifying <= limit


def test_without_prices_nothing_is_shared_out() -> None:
    shares = share(plan_of(3), asked(UNLISTED), room("1"))
    assert shares == Shares()


def test_the_longest_answers_are_as_long_as_they_are_reserved_for() -> None:
    assert CORRECTNESS.ask("", change_map="", model=SONNET, salt="").max_tokens == LENS_ANSWER
    assert VERIFY_ANSWER == verify.MAX_TOKENS


def weighers(model: str = SONNET) -> Readers:
    """The same readers, and the default architect."""
    return replace(asked(model), models={**dict.fromkeys(Stage, model), Stage.ARCHITECTURE: OPUS}, weighs=True)


@patient
@given(patches(), st.integers(30, 300), st.integers(0, 500))
def test_the_architect_is_given_up_after_fixes_and_before_anything_that_is_read(
    patch: Patch, target: int, cents: int
) -> None:
    plan = plan_review(patch, target_tokens=target)
    limit = Decimal(cents) / 100
    kept = limit_spending(plan, weighers(), room(limit))
    assert kept == limit_spending(plan, READERS, room(limit))
    shares = share(kept, weighers(), room(limit))
    weighing = price_weighing(weighers())
    assert weighing is not None
    if kept != plan:
        assert not shares.weighing
    if shares.weighing:
        # Its worst case fits beside what reading is expected to take, and so does the last call of any other.
        slack = max(find_weighing_slack(weighers()), find_slack(kept.chunks, READERS))
        verifying = find_verifying_slack(READERS) if kept.chunks else Decimal(0)
        assert total(kept) + weighing + slack + verifying <= limit
    else:
        assert not shares.fixes
    assert share(kept, READERS, room(limit)).weighing


def test_whether_the_change_fits_is_asked_for_about_the_price_of_a_lens() -> None:
    price = price_plan(plan_of(3), weighers())
    assert price.weighing == price_weighing(weighers())
    assert price.reading == total(plan_of(3))
    assert price.total is not None
    assert price.total == total(plan_of(3)) + (price.weighing or 0)
    assert price_plan(plan_of(3), READERS).weighing == 0
    assert Decimal("0.05") < (price.weighing or 0) < Decimal("0.30")


def test_an_architect_without_a_price_is_asked_as_long_as_nobody_chose_a_limit() -> None:
    readers = replace(weighers(), models={**READERS.models, Stage.ARCHITECTURE: UNLISTED})
    assert price_plan(plan_of(3), readers).total is None
    assert share(plan_of(3), readers, room("5")).weighing
    assert find_contradiction(readers.models, Limits(review=DEFAULT_LIMIT), LISTED) is None
    assert UNLISTED in (find_contradiction(readers.models, Limits(review=dollars("3")), LISTED) or "")


def test_what_the_architect_is_asked_is_no_longer_than_it_is_reserved_for() -> None:
    empty = architecture.ask(architecture.Material("", ""), model=OPUS, salt="")
    own = sum(count_bytes(block.text) for block in (*empty.system, *empty.blocks)) + len(json.dumps(empty.schema))
    shown = material.CHANGE_BYTES + material.RULES_BYTES + material.ANALOGUES_BYTES + material.FACTS_BYTES
    assert estimate("x" * (own + shown)) <= WEIGH_AT_MOST
    assert empty.max_tokens == WEIGH_ANSWER
