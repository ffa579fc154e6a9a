from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.core.budget.limits import Account
from app.core.budget.reserving import Granted, Refused, Standing, Wait, decide, price_at_most
from app.core.change.tokens import count_request_bytes
from app.core.model import Usage
from app.core.prices import HAIKU, LISTED, SONNET
from tests.claude.world import ask_for

CENT = Decimal("0.01")
cents = st.integers(0, 400).map(lambda number: number * CENT)


class Accounts(RuleBasedStateMachine):
    """Calls begin and end in any order, and take any part of what they may; some are never heard of again."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = {Account.REVIEW: Decimal(5), Account.PULL_REQUEST: Decimal(7), Account.MONTH: None}
        self.spent = Decimal(0)
        self.others = Decimal(0)
        self.open: list[Decimal] = []

    def standings(self) -> list[Standing]:
        reserved = sum(self.open, Decimal(0))
        own = {Account.REVIEW: self.spent}
        return [
            Standing(account, limit, own.get(account, self.spent + self.others), reserved)
            for account, limit in self.limits.items()
        ]

    @rule(amount=cents, kept=cents)
    def begin(self, amount: Decimal, kept: Decimal) -> None:
        decision = decide(amount, self.standings(), kept=kept)
        match decision:
            case Granted():
                self.open.append(amount)
            case Wait():
                assert self.open, "it waits for nobody"
            case Refused(account=account, limit=limit):
                (standing,) = (one for one in self.standings() if one.account is account)
                assert standing.spent + amount + kept > limit == standing.limit

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        amount = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        self.spent += amount * data.draw(st.integers(0, 100)) / 100

    @precondition(lambda self: self.open)
    @rule()
    def lose(self) -> None:
        self.spent += self.open.pop()

    @invariant()
    def no_account_ever_passes_its_limit(self) -> None:
        for standing in self.standings():
            assert standing.limit is None or standing.spent + standing.reserved <= standing.limit


Accounts.TestCase.settings = settings(max_examples=60, deadline=None)
TestAccounts = Accounts.TestCase


def test_a_call_waits_for_others_only_where_they_may_leave_it_something() -> None:
    def ask(amount: str, spent: str, reserved: str, kept: str = "0") -> object:
        one = Standing(Account.REVIEW, Decimal(5), Decimal(spent), Decimal(reserved))
        return decide(Decimal(amount), [one], kept=Decimal(kept))

    assert ask("1", "3", "1") == Granted()
    assert ask("1", "3", "1.01") == Wait()
    assert ask("1", "4.01", "0") == Refused(Account.REVIEW, Decimal(5))
    assert ask("1", "3", "0", kept="1") == Granted()
    assert ask("1", "3", "0", kept="1.01") == Refused(Account.REVIEW, Decimal(5))
    assert ask("0", "5", "0") == Granted()


def test_what_one_account_refuses_no_other_has_to_wait_for() -> None:
    full = Standing(Account.MONTH, Decimal(1), spent=Decimal(1))
    busy = Standing(Account.REVIEW, Decimal(5), reserved=Decimal(5))
    assert decide(Decimal(1), [busy, full]) == Refused(Account.MONTH, Decimal(1))


def test_a_call_without_a_price_is_held_to_no_limit() -> None:
    assert decide(None, [Standing(Account.REVIEW, Decimal(0), spent=Decimal(9))]) == Granted()


@pytest.mark.parametrize("model", [SONNET, HAIKU])
@given(words=st.text(max_size=400), part=st.integers(0, 100), kind=st.sampled_from(["fresh", "write", "read"]))
def test_no_call_takes_more_than_was_set_aside_for_it(model: str, words: str, part: int, kind: str) -> None:
    request = ask_for(words, model=model)
    tokens = count_request_bytes(request) // 2
    prompt = {
        "fresh": Usage(calls=1, input_tokens=tokens),
        "write": Usage(calls=1, cache_write_tokens=tokens),
        "read": Usage(calls=1, cache_read_tokens=tokens),
    }[kind]
    most, took = (
        price_at_most(request, LISTED),
        LISTED.price(model, prompt + Usage(output_tokens=request.max_tokens * part // 100)),
    )
    assert most is not None
    assert took is not None
    assert took <= most


def test_a_prompt_beyond_a_price_step_is_set_aside_for_at_the_dearer_price() -> None:
    short, long = (price_at_most(ask_for("x" * size, model=HAIKU), LISTED) for size in (150_000, 250_000))
    assert short is not None
    assert long is not None
    assert long > 4 * short
    assert price_at_most(ask_for(model="some-local-model"), LISTED) is None
