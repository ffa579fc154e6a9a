"""What is read, verified and mended for the money there is: what is given up, in which order, and why. Pure.

Given up first are fixes, then the question whether the change fits the architecture, then a question by each lens (they
share one), then chunks, the least risky first. What verification is expected to take is kept from all others: no
finding stands unverified because another was looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate

from app.core.budget.estimate import (
    VERIFIED,
    Readers,
    estimate_cost,
    find_slack,
    find_verifying_slack,
    find_weighing_slack,
    price_fixing,
    price_plan,
    price_verifying,
    price_weighing,
)
from app.core.budget.limits import Account, Limits, name_overdraft
from app.core.budget.reserving import Standing
from app.core.change.plan import Chunk, LeftOut, Plan


@dataclass(frozen=True, slots=True)
class Room:
    """What a review may spend: `left` dollars of the account that has the least left, of its `limit`."""

    account: Account
    limit: Decimal
    left: Decimal

    @property
    def reason(self) -> str:
        """Why something was given up: the end of a sentence for people."""
        return name_overdraft(self.account, self.limit)


@dataclass(frozen=True, slots=True)
class Shares:
    """How the room of a planned review is shared, by estimates alone: a review made again shares it the same.

    `kept` is what reading has to leave for verification; `verification` is what that may be expected to take, `each`
    question of it at least so much. `weighing` is whether there is enough to ask if the change fits the architecture,
    and `fixes` to ask for them. Nothing is limited (None) without listed prices.
    """

    kept: Decimal = Decimal(0)
    verification: Decimal | None = None
    each: Decimal = Decimal(0)
    fixes: bool = True
    weighing: bool = True


def find_room(limits: Limits, standings: Iterable[Standing] = ()) -> Room:
    """The room of a review before its first call. `standings` are what others have taken and set aside."""
    taken = {standing.account: standing.spent + standing.reserved for standing in standings}
    rooms = (
        Room(account, limit.usd, max(limit.usd - taken.get(account, Decimal(0)), Decimal(0)))
        for account, limit in limits
    )
    return min(rooms, key=lambda room: room.left)


def share(plan: Plan, readers: Readers, room: Room) -> Shares:
    """How the room is shared among the stages of a review that keeps to this plan."""
    planned, one, fixing = price_plan(plan, readers).reading, price_verifying(readers), price_fixing(readers)
    if planned is None or one is None:
        return Shares()
    promised = one * VERIFIED * len(plan.chunks)
    reading, slack = find_slack(plan.chunks, readers), find_verifying_slack(readers)
    kept = min(promised + slack, room.left) if plan.chunks else Decimal(0)
    joined = any(chunk.together for chunk in plan.chunks)
    short = joined or any(item.reason == room.reason for item in plan.left_out)
    weighed = price_weighing(readers) or Decimal(0)
    most = max(reading, find_weighing_slack(readers)) + (slack if plan.chunks else 0)
    weighing = not readers.weighs or (not short and planned + weighed + most <= room.left)
    planned += weighed if weighing else 0
    free = max(room.left - planned - reading, Decimal(0))
    fixes = weighing and not short and (fixing is None or fixing + slack <= free)
    verification = max(room.left - planned, Decimal(0)) + promised
    return Shares(kept=kept, verification=verification, each=one, fixes=fixes, weighing=weighing)


def limit_spending(plan: Plan, readers: Readers, room: Room) -> Plan:
    """The plan that the room pays for: as many chunks as it can, the first of them with a question by each lens.

    What one question a lens costs too much for is asked about by all lenses together; what even that costs too much
    for is left out by name. Chunks stand in the order of risk, so the first that is too dear ends the review: a later,
    cheaper one is not read in its stead. Room stays for the worst case of the last call, so what is planned is granted
    when it is asked. A model without a listed price is not limited: ask `find_contradiction` first.
    """
    joined = _price_all(plan.chunks, readers, together=True)
    apart = _price_all(plan.chunks, readers, together=False)
    if joined is None or apart is None or not plan.chunks:
        return plan
    spare = _find_spare(plan.chunks, readers)
    if sum(apart) + spare[-1] <= room.left:
        return plan
    affordable = sum(spent + more <= room.left for spent, more in zip(accumulate(joined), spare, strict=True))
    left = room.left - (spare[affordable - 1] if affordable else 0)
    spent = sum(joined[:affordable], Decimal(0))
    chunks: list[Chunk] = []
    for index, chunk in enumerate(plan.chunks[:affordable]):
        more = apart[index] - joined[index]
        alone = spent + more <= left and not any(one.together for one in chunks)
        spent += more if alone else 0
        chunks.append(chunk if alone else replace(chunk, together=True))
    missing = _leave_out(plan.chunks[affordable:], room.reason)
    order = {planned.file.path: index for index, planned in enumerate(plan.files)}
    left_out = sorted((*plan.left_out, *missing), key=lambda item: order[item.path])
    return replace(plan, chunks=tuple(chunks), left_out=tuple(left_out))


def _find_spare(chunks: Sequence[Chunk], readers: Readers) -> list[Decimal]:
    """What has to be free beyond what is expected, for each number of chunks from the first on."""
    slacks = accumulate((find_slack([chunk], readers) for chunk in chunks), max)
    verifying = find_verifying_slack(readers)
    return [slack + verifying if slack else slack for slack in slacks]


def _price_all(chunks: Sequence[Chunk], readers: Readers, *, together: bool) -> list[Decimal] | None:
    costs = [
        estimate_cost(readers, chunk.tokens, first=index == 0, together=together) for index, chunk in enumerate(chunks)
    ]
    known = [cost for cost in costs if cost is not None]
    return known if len(known) == len(costs) else None


def _leave_out(chunks: tuple[Chunk, ...], reason: str) -> list[LeftOut]:
    """Each file of these chunks once."""
    lines: dict[str, int] = {}
    for chunk in chunks:
        for part in chunk.parts:
            lines[part.file.path] = lines.get(part.file.path, 0) + part.changed_lines
    return [LeftOut(path, count, reason, excused=False) for path, count in lines.items()]
