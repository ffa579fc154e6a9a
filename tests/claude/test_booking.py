from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

import pytest

from app.claude.client import Claude
from app.claude.fan_out import ask_all
from app.claude.memory.memo import Flights, Remembered
from app.claude.money.booking import Book, Booked
from app.claude.money.pocket import Pocket
from app.claude.money.purse import Charge, OverBudget, Took
from app.claude.money.unasked import UNASKED, Unasked
from app.claude.stand_in import StandIn
from app.core.budget.limits import Account, Limit, Limits
from app.core.budget.reserving import Standing, price_at_most
from app.core.budget.settling import LINGER_S, TOKENS_A_SECOND
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Stage, Usage
from app.core.prices import LISTED, OPUS, SONNET
from tests.claude.world import Clock, Shelf, ask_for
from tests.claude_answers import Answer, End, ends, findings, in_turn, overloaded, refusal, truncated
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]


@dataclass
class Watched:
    """A purse of which the test sees what is booked."""

    pocket: Pocket
    charges: list[Charge] = field(default_factory=list)
    taken: list[Took] = field(default_factory=list)
    at_once: int = 0

    async def reserve(self, charge: Charge) -> UUID:
        booking = await self.pocket.reserve(charge)
        self.charges.append(charge)
        self.at_once = max(self.at_once, len(self.charges) - len(self.taken))
        for standing in self.pocket.standings():
            assert standing.limit is None or standing.spent + standing.reserved <= standing.limit
        return booking

    async def settle(self, booking: UUID, took: Took) -> None:
        self.taken.append(took)
        await self.pocket.settle(booking, took)

    async def opening(self) -> tuple[Standing, ...]:
        return await self.pocket.opening()

    @property
    def spent(self) -> Decimal:
        (standing,) = self.pocket.standings()
        assert standing.reserved == 0
        return standing.spent


def purse_of(usd: str | Decimal) -> Watched:
    return Watched(Pocket(Limits(review=Limit(Decimal(usd)))))


def booked(claude: Claude, purse: Watched, kept: str = "0") -> StandIn:
    return StandIn(Booked(claude, Book(purse, LISTED, Decimal(kept))))


def most(request: Request) -> Decimal:
    amount = price_at_most(request, LISTED)
    assert amount is not None
    return amount


def price_of(reply: Reply) -> Decimal:
    amount = LISTED.price(reply.model, reply.usage)
    assert amount is not None
    return amount


def kinds(outcomes: list[Reply | Failure]) -> list[FailureKind | None]:
    return [outcome.kind if isinstance(outcome, Failure) else None for outcome in outcomes]


async def test_an_answer_is_booked_with_what_it_took(dial: Dial) -> None:
    purse, request = purse_of("5"), ask_for()
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            reply = await booked(claude, purse)(request)
    assert [charge.most for charge in purse.charges] == [most(request)]
    assert [(took.usd, took.usage, took.failure) for took in purse.taken] == [(price_of(reply), reply.usage, None)]
    assert 0 < purse.spent < most(request)


async def test_the_call_that_does_not_fit_is_named_and_never_asked_and_the_others_stand(dial: Dial) -> None:
    requests = [ask_for(f"part {number}") for number in range(4)]
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            free = await booked(claude, purse_of("5"))(requests[0])
            # Two fit; the third would, if it were sure to take as little.
            limit = most(requests[0]) + price_of(free) * Decimal("1.5")
            purse = purse_of(limit)
            outcomes = await ask_all(booked(claude, purse), requests)
    assert kinds(outcomes) == [None, None, FailureKind.BUDGET, FailureKind.BUDGET]
    refused = outcomes[-1]
    assert isinstance(refused, Failure)
    assert (refused.detail.startswith("over the review budget of $"), refused.passing, refused.paid) == (
        True,
        False,
        (),
    )
    assert len(server.requests) == 1 + 2
    assert purse.spent <= limit


async def test_near_the_limit_calls_wait_for_one_another_instead_of_failing(dial: Dial) -> None:
    requests = [ask_for(f"part {number}") for number in range(6)]
    # Room for two at once, and in the end for all.
    purse = purse_of(most(requests[0]) * Decimal("2.2"))
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            replies = await asyncio.gather(*map(booked(claude, purse), requests))
    assert len(replies) == len(server.requests) == 6
    assert purse.at_once == 2
    assert purse.spent == sum(map(price_of, replies))


async def test_every_attempt_is_booked_and_one_that_never_began_takes_nothing(dial: Dial) -> None:
    purse = purse_of("5")
    with ScriptedClaude(in_turn(overloaded(), findings())) as server:
        async with dial(server) as claude:
            reply = await booked(claude, purse)(ask_for())
    assert len(purse.charges) == len(purse.taken) == 2
    assert [took.failure.kind if took.failure else None for took in purse.taken] == [FailureKind.OVERLOADED, None]
    assert [took.usd for took in purse.taken] == [0, price_of(reply)]


async def test_an_answer_that_broke_off_is_booked_as_long_as_it_may_have_been(dial: Dial) -> None:
    purse, request = purse_of("5"), ask_for()
    with ScriptedClaude(in_turn(ends(End.ABORT), findings())) as server:
        async with dial(server) as claude:
            await booked(claude, purse)(request)
    broken, _ = purse.taken
    assert broken.failure is not None
    assert broken.usd == LISTED.price(SONNET, replace(broken.usage, output_tokens=request.max_tokens))
    assert broken.usd is not None
    assert (LISTED.price(SONNET, broken.usage) or 0) < broken.usd <= most(request)


async def test_attempts_end_when_the_next_one_cannot_be_paid_for(dial: Dial) -> None:
    request = ask_for()
    purse = purse_of(most(request) * Decimal("1.5"))
    with ScriptedClaude(lambda _: ends(End.ABORT)) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await booked(claude, purse)(request)
    assert failed.value.failure.kind is FailureKind.BUDGET
    assert [paid.usage.calls for paid in failed.value.failure.paid] == [1]
    assert len(server.requests) == 1
    assert purse.spent <= most(request)


@pytest.mark.parametrize("answer", [truncated(), refusal()])
async def test_a_whole_answer_of_no_use_is_paid_as_it_was_counted(dial: Dial, answer: Answer) -> None:
    purse = purse_of("5")
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed) as failed:
                await Booked(claude, Book(purse, LISTED))(ask_for())
    (paid,) = failed.value.failure.paid
    assert purse.spent == LISTED.price(paid.model, paid.usage)


async def test_a_stand_in_is_booked_at_its_own_price_and_within_the_limit(dial: Dial) -> None:
    request = ask_for()
    dearer = replace(request, model=OPUS)

    def script(body: dict[str, str]) -> Answer:
        return refusal() if body["model"] == SONNET else findings()

    for limit, ends_in in ((most(request) + most(dearer), None), (most(dearer) - Decimal("0.001"), FailureKind.BUDGET)):
        purse = purse_of(limit)
        with ScriptedClaude(script) as server:
            async with dial(server) as claude:
                (outcome,) = await ask_all(booked(claude, purse), [request])
        assert kinds([outcome]) == [ends_in]
        assert purse.spent <= limit
        assert {charge.model for charge in purse.charges} == ({SONNET} if ends_in else {SONNET, OPUS})
        if isinstance(outcome, Failure):
            assert [paid.model for paid in outcome.paid] == [SONNET]


async def test_what_verification_was_promised_nobody_else_takes(dial: Dial) -> None:
    request = ask_for()
    limit = most(request) * Decimal("1.2")
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            send = booked(claude, purse_of(limit), kept=str(most(request) / 2))
            outcomes = await ask_all(send, [request, replace(request, stage=Stage.VERIFY)])
    assert kinds(outcomes) == [FailureKind.BUDGET, None]
    assert len(server.requests) == 1


async def test_a_call_given_up_in_the_middle_is_paid_and_one_still_waiting_is_not(dial: Dial) -> None:
    gate = threading.Event()
    request = ask_for()
    purse = purse_of(most(request) * Decimal("1.5"))
    with ScriptedClaude(lambda _: replace(findings(), after_start=gate)) as server:
        async with dial(server) as claude:
            send = booked(claude, purse)
            started = asyncio.Event()
            first = asyncio.create_task(send(request, on_start=started.set))
            await started.wait()
            second = asyncio.create_task(send(ask_for("another")))
            await asyncio.sleep(0)
            for task in (first, second):
                task.cancel()
            await asyncio.wait({first, second})
        gate.set()
    (took,) = purse.taken
    assert took.abandoned
    assert took.usage.calls == 1
    assert purse.spent == took.usd


@pytest.mark.parametrize("seconds", [0.0, 5.0, 900.0])
async def test_a_call_given_up_is_booked_with_what_can_have_been_written_until_then_and_no_more(
    dial: Dial, clock: Clock, seconds: float
) -> None:
    gate, purse, request = threading.Event(), purse_of("5"), ask_for()
    with ScriptedClaude(lambda _: replace(findings(), after_start=gate)) as server:
        async with dial(server) as claude:
            started = asyncio.Event()
            asking = asyncio.create_task(booked(claude, purse)(request, on_start=started.set))
            await started.wait()
            clock.now += seconds
            asking.cancel()
            await asyncio.wait({asking})
        gate.set()
    (took,) = purse.taken
    written = min(int((seconds + LINGER_S) * TOKENS_A_SECOND), request.max_tokens)
    assert took.abandoned
    assert took.usd == LISTED.price(SONNET, replace(took.usage, output_tokens=written))
    assert purse.spent <= most(request)


async def test_a_call_given_up_before_a_word_of_it_arrived_has_its_prompt_booked(dial: Dial) -> None:
    gate, purse, request = threading.Event(), purse_of("5"), ask_for()
    with ScriptedClaude(lambda _: replace(findings(), before_headers=gate)) as server:
        async with dial(server) as claude:
            asking = asyncio.create_task(booked(claude, purse)(request))
            await server.until(lambda: len(server.requests) == 1)
            asking.cancel()
            await asyncio.wait({asking})
        gate.set()
    (took,) = purse.taken
    assert (took.abandoned, took.usage) == (True, Usage())
    assert 0 < purse.spent < most(request)


@pytest.mark.parametrize(
    ("first", "last"),
    [({}, {}), ({"input_tokens": -5}, {"output_tokens": -5}), ({"input_tokens": "many"}, {"output_tokens": None})],
)
async def test_what_a_server_does_not_count_is_booked_as_the_most_that_it_can_be(
    dial: Dial, first: dict[str, object], last: dict[str, object]
) -> None:
    purse, request = purse_of("5"), ask_for()
    answer = replace(findings(), told_first=first, told_last=last)
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            reply = await booked(claude, purse)(request)
    assert reply.usage == Usage(calls=1)
    assert purse.spent == most(request)


async def test_a_server_that_never_counts_cannot_have_a_limit_passed(dial: Dial) -> None:
    requests = [ask_for(f"part {number}") for number in range(6)]
    purse = purse_of(most(requests[0]) * Decimal("2.5"))
    answer = replace(findings(), told_first={"output_tokens": 1}, told_last={})
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            outcomes = await ask_all(booked(claude, purse), requests)
    assert kinds(outcomes) == [None, None, *[FailureKind.BUDGET] * 4]
    assert len(server.requests) == 2


async def test_absurd_counts_stay_numbers_that_an_account_can_hold(dial: Dial) -> None:
    purse = purse_of("5")
    answer = replace(findings(), told_first={"input_tokens": 10**40}, told_last={"output_tokens": 10**40})
    with ScriptedClaude(lambda _: answer) as server:
        async with dial(server) as claude:
            reply = await booked(claude, purse)(ask_for())
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (10**7, 10**7)
    assert purse.spent == price_of(reply)


async def test_a_kept_reply_is_given_though_the_money_is_spent(dial: Dial) -> None:
    shelf, request = Shelf(), ask_for()
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            await Remembered(booked(claude, purse_of("5")), shelf)(request)
            again = await Remembered(booked(claude, purse_of("0")), shelf)(request)
            with pytest.raises(ModelFailed):
                await Remembered(booked(claude, purse_of("0")), shelf)(ask_for("another"))
    assert again.stored
    assert len(server.requests) == 1


async def test_reviews_that_ask_the_same_at_once_share_the_answer_and_one_of_them_pays(dial: Dial) -> None:
    flights, shelf, purses = Flights(), Shelf(), [purse_of("5"), purse_of("5")]
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            sends = [Remembered(booked(claude, purse), shelf, flights) for purse in purses]
            replies = await asyncio.gather(*(send(ask_for()) for send in sends))
    assert len(server.requests) == 1
    assert [reply.stored for reply in replies] == [False, True]
    assert [purse.spent for purse in purses] == [price_of(replies[0]), 0]


async def test_who_shares_a_question_that_another_cannot_pay_for_pays_for_it_himself(dial: Dial) -> None:
    flights, shelf, poor, rich = Flights(), Shelf(), purse_of("0"), purse_of("5")
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            sends = [Remembered(booked(claude, purse), shelf, flights) for purse in (poor, rich)]
            outcomes = await asyncio.gather(*(send(ask_for()) for send in sends), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ModelFailed, Reply]
    assert rich.spent > 0 == poor.spent
    assert len(server.requests) == 1


async def test_who_shares_a_question_with_one_who_only_decides_asks_for_himself(dial: Dial) -> None:
    flights, shelf, purse = Flights(), Shelf(), purse_of("5")
    deciding = Booked(Unasked(), Book(purse, LISTED))
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            sends = [Remembered(send, shelf, flights) for send in (deciding, booked(claude, purse))]
            outcomes = await asyncio.gather(*(send(ask_for()) for send in sends), return_exceptions=True)
            later = await Remembered(deciding, shelf, flights)(ask_for())
    failed, reply = outcomes
    assert isinstance(failed, ModelFailed)
    assert failed.failure.kind is FailureKind.UNASKED
    assert isinstance(reply, Reply)
    assert later.stored
    assert len(server.requests) == 1


async def test_who_asks_nobody_notes_what_was_not_asked_and_pays_nothing() -> None:
    watched = purse_of("0")
    with pytest.raises(ModelFailed):
        await Booked(Unasked(), Book(watched, LISTED))(ask_for())

    assert [charge.digest for charge in watched.charges] == [ask_for().digest]
    assert watched.taken == [Took(failure=UNASKED)]
    assert watched.spent == 0


async def test_who_shares_a_question_that_ran_out_of_another_s_money_midway_pays_for_it_himself(dial: Dial) -> None:
    flights, shelf, rich, request = Flights(), Shelf(), purse_of("5"), ask_for()
    poor = purse_of(most(request) * Decimal("1.5"))
    with ScriptedClaude(in_turn(ends(End.ABORT), findings())) as server:
        async with dial(server) as claude:
            sends = [Remembered(booked(claude, purse), shelf, flights) for purse in (poor, rich)]
            failed, reply = await asyncio.gather(*(send(request) for send in sends), return_exceptions=True)
    assert isinstance(failed, ModelFailed)
    assert [paid.usage.calls for paid in failed.failure.paid] == [1]
    assert isinstance(reply, Reply)
    assert rich.spent == price_of(reply)


async def test_who_stays_when_the_one_who_pays_has_left_has_the_answer_and_is_not_told_a_price(dial: Dial) -> None:
    flights, shelf, gate = Flights(), Shelf(), threading.Event()
    leaving, staying = purse_of("5"), purse_of("5")
    with ScriptedClaude(lambda _: replace(findings(), after_start=gate)) as server:
        async with dial(server) as claude:
            first, second = (
                asyncio.create_task(Remembered(booked(claude, purse), shelf, flights)(ask_for()))
                for purse in (leaving, staying)
            )
            await server.until(lambda: bool(server.requests) and server.requests[0].began is not None)
            first.cancel()
            await asyncio.wait({first})
            gate.set()
            reply = await second
    assert (reply.stored, reply.usage) == (True, Usage())
    assert leaving.spent > 0 == staying.spent


async def test_a_model_without_a_price_is_booked_without_dollars(dial: Dial) -> None:
    purse = purse_of("0")
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            reply = await booked(claude, purse)(ask_for(model="some-local-model"))
    assert [(charge.most, took.usd) for charge, took in zip(purse.charges, purse.taken, strict=True)] == [(None, None)]
    assert purse.taken[0].usage == reply.usage


def test_a_refusal_for_money_names_account_and_limit() -> None:
    assert str(OverBudget(Account.PULL_REQUEST, Decimal(20))) == "over this pull request's budget of $20.00"
