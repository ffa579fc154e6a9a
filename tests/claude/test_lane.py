"""Laws of the queue before a model, whatever its server tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from app.claude.limits.allowance import Allowance, Meter
from app.claude.limits.lane import Lane, Load
from app.core.model import Usage

AMOUNTS = st.integers(0, 10**7)
ALLOWANCES = st.dictionaries(
    st.sampled_from(Meter),
    st.builds(Allowance, st.integers(1, 10**7), AMOUNTS, st.floats(0, 10_000)),
)
LOADS = st.builds(Load, AMOUNTS, st.integers(1, 128_000))
USAGES = st.none() | st.builds(
    Usage, calls=st.just(1), input_tokens=AMOUNTS, cache_write_tokens=AMOUNTS, output_tokens=AMOUNTS
)
PAUSES = st.none() | st.floats(0, 10_000)


@dataclass
class World:
    """A lane, and what was done to it."""

    lane: Lane
    now: float = 0.0
    running: list[tuple[int, Load]] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)

    def let_in(self, loads: dict[int, Load]) -> None:
        """Everyone who may go now goes."""
        while (
            self.lane.waiting
            and self.lane.wait(self.lane.waiting[0], load := loads[self.lane.waiting[0]], self.now) == 0
        ):
            ticket = self.lane.waiting[0]
            self.lane.start(ticket, load)
            self.running.append((ticket, load))
            self.begun.append(ticket)


@given(st.lists(LOADS, min_size=1, max_size=12), st.integers(1, 4), st.data())
def test_everyone_gets_in_in_the_order_of_arrival_and_never_more_than_allowed(
    arrivals: list[Load], at_once: int, data: st.DataObject
) -> None:
    world = World(Lane(at_once))
    loads = dict(enumerate(arrivals))
    for ticket in data.draw(st.permutations(list(loads))):
        world.lane.queue(ticket)
    while world.lane.waiting:
        world.let_in(loads)
        assert len(world.running) <= at_once
        if not world.running:
            wait = world.lane.wait(world.lane.waiting[0], loads[world.lane.waiting[0]], world.now)
            assert wait is not None
            assert wait > 0
            world.now += wait + 1e-6
            continue
        ticket, load = world.running.pop(data.draw(st.integers(0, len(world.running) - 1)))
        usage = data.draw(USAGES)
        world.lane.hear(ticket, data.draw(ALLOWANCES), welcome=usage is not None)
        if usage is None:
            world.lane.shut(data.draw(PAUSES), world.now)
        world.lane.end(ticket, load, usage, world.now)
        world.now += data.draw(st.floats(0, 100))
    assert world.begun == sorted(loads)


@given(LOADS, ALLOWANCES)
def test_who_is_not_first_waits_for_the_first(load: Load, told: dict[Meter, Allowance]) -> None:
    lane = Lane(8)
    lane.queue(1)
    lane.start(1, load)
    lane.hear(1, told, welcome=True)
    lane.end(1, load, Usage(), 0.0)
    for ticket in (5, 3, 4):
        lane.queue(ticket)
    assert [lane.wait(ticket, load, 0.0) is None for ticket in (3, 4, 5)] == [False, True, True]


@given(st.builds(Allowance, st.integers(1, 10**7), AMOUNTS, st.floats(0, 10_000)), AMOUNTS, st.floats(0, 10_000))
def test_what_is_taken_is_gone_until_it_has_come_back(allowance: Allowance, amount: int, now: float) -> None:
    after = allowance.less(amount, now)
    assert after.left(now) == allowance.left(now) - amount
    assert after.left(after.full_at) == allowance.limit


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8), st.data())
def test_whatever_order_responses_come_in_the_one_sent_last_holds(taken: list[int], data: st.DataObject) -> None:
    sent, left = [], 10_000
    for amount in taken:
        left -= amount
        sent.append(Allowance(10_000, left, 60.0 * (10_000 - left) / 10_000, 1e9 + 60.0 * (10_000 - left) / 10_000))
    held: Allowance | None = None
    for told in data.draw(st.permutations(sent)):
        held = told.after(held)
    assert held == sent[-1]


def test_a_response_that_was_under_way_when_another_was_refused_lets_nobody_in() -> None:
    lane, load = Lane(8), Load(100, 100)
    for ticket in (1, 2, 3, 4):
        lane.queue(ticket)
    lane.start(1, load)
    lane.hear(1, {}, welcome=True)
    lane.start(2, load)
    lane.shut(None, now=0.0)
    lane.end(1, load, None, now=0.0)
    lane.hear(2, {}, welcome=True)
    lane.end(2, load, Usage(calls=1), now=0.0)
    assert lane.wait(3, load, now=5.0) == 0
    lane.start(3, load)
    assert lane.wait(4, load, now=5.0) is None
    lane.hear(3, {}, welcome=True)
    assert lane.wait(4, load, now=5.0) == 0
