"""What a review is expected to cost, chunk by chunk, and which chunks its budget lets a model read. Pure.

An estimate made before anything is asked: one call a chunk, in the order of the plan. The prompt that all chunks share
is written to the cache by the first and read by the others; each chunk is written to it once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.change.plan import Chunk, LeftOut, Plan
from app.core.model import Usage
from app.core.prices import find_price, price

SHARED_TOKENS = 2_400
"""System prompt and schema of a lens: the part that every call of a review begins with."""

OWN_TOKENS = 600
"""A lens's task, behind the chunk."""

CONTEXT_TOKENS = 11_250
"""What a chunk may gain in context when it is asked: as much again as it has, but no more than a quarter of its target
of 45,000 tokens. On eight ranges of three public repositories the input planned so was 0.96 to 1.40 of the real one."""

OUTPUT_TOKENS = 5_000
"""What a model thinks and writes about the smallest chunk: an assumption, until real usage replaces it.

With a twentieth of a token for each token it reads, this is about half of what the design's cost model gives for whole
reviews, shared by their finders (15,000, 22,000 and 73,000 tokens by 3, 3 and 10 calls over 3,600, 26,000 and 47,000
tokens each). The other half is verification, which this version does not make.
"""

OUTPUT_SHARE = 20
"""Tokens read for each further token written."""

OVER_BUDGET = "over the review budget of"
"""How the reason begins of what a review could not afford."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one review may cost in dollars. `chosen`: somebody set it, so a review that cannot keep it is refused."""

    usd: Decimal = Decimal(5)
    chosen: bool = False


DEFAULT_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """Expected dollars for each chunk of a plan, in its order, and for all; None: the model has no listed price."""

    chunks: tuple[Decimal | None, ...]
    total: Decimal | None


def limit_in_force(operator: Limit, review_usd: float) -> Limit:
    """The tighter of the operator's limit and the policy's `budget.review_usd`.

    What differs from the default was chosen; a policy's value, not its spelling, is what a verdict is bound to.
    """
    own = Decimal(str(review_usd))
    policy = Limit(own, chosen=own != DEFAULT_LIMIT.usd)
    tighter = min(operator, policy, key=lambda limit: limit.usd)
    return replace(tighter, chosen=operator.chosen or policy.chosen)


def estimate_cost(model: str, tokens: int, *, first: bool) -> Decimal | None:
    """Expected dollars for asking `model` about a chunk of so many tokens; None without a listed price.

    `first`: nobody has written the shared prompt to the cache yet.
    """
    read = tokens + min(tokens, CONTEXT_TOKENS)
    usage = Usage(
        calls=1,
        input_tokens=OWN_TOKENS,
        cache_write_tokens=read + (SHARED_TOKENS if first else 0),
        cache_read_tokens=0 if first else SHARED_TOKENS,
        output_tokens=OUTPUT_TOKENS + read // OUTPUT_SHARE,
    )
    return price(model, usage)


def price_plan(plan: Plan, model: str) -> PlanPrice:
    """What `model` is expected to cost for each chunk and for all."""
    costs = tuple(estimate_cost(model, chunk.tokens, first=index == 0) for index, chunk in enumerate(plan.chunks))
    known = [cost for cost in costs if cost is not None]
    priced = find_price(model) is not None
    return PlanPrice(costs, sum(known, Decimal(0)) if priced else None)


def limit_spending(plan: Plan, model: str, limit: Limit) -> Plan:
    """The plan with the chunks that the limit pays for, from the first on; what is in the others is left out by name.

    Chunks stand in the order of risk, so the first that is too dear ends the review: a later, cheaper one is not read
    in its stead. A model without a listed price is not limited; ask `find_contradiction` before.
    """
    affordable = 0
    spent = Decimal(0)
    for cost in price_plan(plan, model).chunks:
        if cost is None:
            return plan
        spent += cost
        if spent > limit.usd:
            break
        affordable += 1
    if affordable == len(plan.chunks):
        return plan
    missing = _leave_out(plan.chunks[affordable:], f"{OVER_BUDGET} {show_usd(limit.usd)}")
    order = {planned.file.path: index for index, planned in enumerate(plan.files)}
    left_out = sorted((*plan.left_out, *missing), key=lambda item: order[item.path])
    return replace(plan, chunks=plan.chunks[:affordable], left_out=tuple(left_out))


def find_contradiction(model: str, limit: Limit) -> str | None:
    """Why no review can be made under this limit, as a sentence for people; None if it can be kept."""
    if not limit.chosen or find_price(model) is not None:
        return None
    # A limit that is not chosen is not enforced either: without a price there is nothing to measure it with.
    return (
        f"A review may cost {show_usd(limit.usd)}, but the model {model} has no listed price to hold it to: "
        "choose a listed model, or leave the limit out."
    )


def show_usd(amount: Decimal) -> str:
    """Dollars for people: cents, and up to six digits where the amount has them."""
    exponent = amount.normalize().as_tuple().exponent
    places = min(max(2, -exponent), 6) if isinstance(exponent, int) else 2
    return f"${amount:.{places}f}"


def _leave_out(chunks: tuple[Chunk, ...], reason: str) -> list[LeftOut]:
    """Each file of these chunks once."""
    lines: dict[str, int] = {}
    for chunk in chunks:
        for part in chunk.parts:
            lines[part.file.path] = lines.get(part.file.path, 0) + part.changed_lines
    return [LeftOut(path, count, reason, excused=False) for path, count in lines.items()]
