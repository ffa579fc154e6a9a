"""What a review is expected to cost, chunk by chunk, and which chunks its budget lets a model read. Pure.

An estimate made before anything is asked, in the order of the plan. The prompt that all chunks share is written to the
cache by the first call and read by the others; each chunk is written to it by the first lens and read by the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate

from app.core.change.plan import Chunk, LeftOut, Plan
from app.core.model import Stage, Usage
from app.core.prices import find_price, price

SHARED_TOKENS = 2_600
"""System prompt and schema of a lens: the part that every call of a review begins with."""

OWN_TOKENS = 900
"""A lens's task, behind the chunk."""

MAP_TOKENS = 1_000
"""The change map, before the chunk."""

CONTEXT_TOKENS = 11_250
"""What a chunk may gain in context when it is asked: as much again as it has, but no more than a quarter of its target
of 45,000 tokens. On eight ranges of three public repositories the input planned so was 0.96 to 1.40 of the real one."""

OUTPUT_TOKENS = 5_000
"""What a lens thinks and writes about the smallest chunk: an assumption, until real usage replaces it.

With a twentieth of a token for each token it reads, this is about half of what the design's cost model gives for whole
reviews, shared by their finders (15,000, 22,000 and 73,000 tokens by 3, 3 and 10 calls over 3,600, 26,000 and 47,000
tokens each). The other half is verification.
"""

OUTPUT_SHARE = 20
"""Tokens read for each further token written."""

BRIEF_READ = 40_000
"""The most that the change map and the summary are made from."""

BRIEF_WRITTEN = 6_000
"""What both write, thinking included."""

VERIFIED = 2
"""Findings of a chunk that are verified, as expected: reviews end with two to four."""

VERIFY_READ = 6_000
VERIFY_WRITTEN = 2_500
"""What verifying one finding reads and writes, as expected."""

OVER_BUDGET = "over the review budget of"
"""How the reason begins of what a review could not afford."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one review may cost in dollars. `chosen`: somebody set it, so a review that cannot keep it is refused."""

    usd: Decimal = Decimal(5)
    chosen: bool = False


DEFAULT_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class Readers:
    """Who answers each stage, and how many `questions` are asked about a chunk, one by each lens or batch of rules.

    `joined` is how many are asked about one whose lenses share a question. `brief`: a change map is made first.
    """

    models: Mapping[Stage, str]
    questions: int
    joined: int = 1
    brief: bool = True


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


def estimate_cost(readers: Readers, tokens: int, *, first: bool, together: bool = False) -> Decimal | None:
    """Expected dollars for all that is asked about a chunk of so many tokens; None without a listed price.

    `first`: nobody has written the shared prompt to the cache yet, and the change map is still to be made.
    `together`: its lenses share a question.
    """
    lens = readers.models[Stage.LENS]
    calls = readers.joined if together else readers.questions
    read = tokens + min(tokens, CONTEXT_TOKENS) + (MAP_TOKENS if readers.brief else 0)
    written = OUTPUT_TOKENS + read // OUTPUT_SHARE
    leading = Usage(
        calls=1,
        input_tokens=OWN_TOKENS,
        cache_write_tokens=read + (SHARED_TOKENS if first else 0),
        cache_read_tokens=0 if first else SHARED_TOKENS,
        output_tokens=written,
    )
    following = Usage(calls=1, input_tokens=OWN_TOKENS, cache_read_tokens=read + SHARED_TOKENS, output_tokens=written)
    verifying = Usage(calls=1, input_tokens=VERIFY_READ, output_tokens=VERIFY_WRITTEN)
    costs = [price(lens, leading)] if calls else []
    costs += [price(lens, following)] * (calls - 1)
    costs += [price(readers.models[Stage.VERIFY], verifying)] * (VERIFIED if calls else 0)
    if first and readers.brief and calls:
        briefing = Usage(calls=2, input_tokens=BRIEF_READ, output_tokens=BRIEF_WRITTEN)
        costs.append(price(readers.models[Stage.BRIEF], briefing))
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def price_plan(plan: Plan, readers: Readers) -> PlanPrice:
    """What a review is expected to cost for each chunk and for all; the first chunk pays what is made but once."""
    costs = tuple(
        estimate_cost(readers, chunk.tokens, first=index == 0, together=chunk.together)
        for index, chunk in enumerate(plan.chunks)
    )
    known = [cost for cost in costs if cost is not None]
    return PlanPrice(costs, sum(known, Decimal(0)) if _find_unlisted(readers.models) is None else None)


def limit_spending(plan: Plan, readers: Readers, limit: Limit) -> Plan:
    """The plan that the limit pays for: as many chunks as it can, the first of them with a question by each lens.

    What one question a lens costs too much for is asked about by all lenses together; what even that costs too much
    for is left out by name. Chunks stand in the order of risk, so the first that is too dear ends the review: a later,
    cheaper one is not read in its stead. A model without a listed price is not limited: ask `find_contradiction` first.
    """
    joined = _price_all(plan.chunks, readers, together=True)
    apart = _price_all(plan.chunks, readers, together=False)
    if joined is None or apart is None or sum(apart) <= limit.usd:
        return plan
    affordable = sum(spent <= limit.usd for spent in accumulate(joined))
    spent = sum(joined[:affordable], Decimal(0))
    chunks: list[Chunk] = []
    for index, chunk in enumerate(plan.chunks[:affordable]):
        more = apart[index] - joined[index]
        alone = spent + more <= limit.usd and not any(one.together for one in chunks)
        spent += more if alone else 0
        chunks.append(chunk if alone else replace(chunk, together=True))
    missing = _leave_out(plan.chunks[affordable:], f"{OVER_BUDGET} {show_usd(limit.usd)}")
    order = {planned.file.path: index for index, planned in enumerate(plan.files)}
    left_out = sorted((*plan.left_out, *missing), key=lambda item: order[item.path])
    return replace(plan, chunks=tuple(chunks), left_out=tuple(left_out))


def _price_all(chunks: Sequence[Chunk], readers: Readers, *, together: bool) -> list[Decimal] | None:
    costs = [
        estimate_cost(readers, chunk.tokens, first=index == 0, together=together) for index, chunk in enumerate(chunks)
    ]
    known = [cost for cost in costs if cost is not None]
    return known if len(known) == len(costs) else None


def find_contradiction(models: Mapping[Stage, str], limit: Limit) -> str | None:
    """Why no review can be made under this limit, as a sentence for people; None if it can be kept."""
    model = _find_unlisted(models)
    if not limit.chosen or model is None:
        return None
    # A limit that is not chosen is not enforced either: without a price there is nothing to measure it with.
    return (
        f"A review may cost {show_usd(limit.usd)}, but the model {model} has no listed price to hold it to: "
        "choose a listed model, or leave the limit out."
    )


def _find_unlisted(models: Mapping[Stage, str]) -> str | None:
    """The first model without a listed price, if a review asks one."""
    asked = (models[stage] for stage in (Stage.LENS, Stage.BRIEF, Stage.VERIFY))
    return next((model for model in asked if find_price(model) is None), None)


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
