"""What a review is expected to cost, chunk by chunk. Pure.

An estimate made before anything is asked, in the order of the plan. The prompt that all chunks share is written to the
cache by the first call and read by the others; each chunk is written to it by the first lens and read by the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.change.plan import Chunk, Plan
from app.core.change.tokens import DEFAULT_RATE, TokenRate, reserve_bytes
from app.core.model import Stage, Usage
from app.core.prices import LISTED, PriceTable

SHARED_TOKENS = 3_200
"""System prompt and schema of a lens: the part that every call of a review begins with."""

TOOL_TOKENS = 1_100
"""The definitions of the tools, which stand before the system prompt of lenses and verifiers."""

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
"""What verifying one finding reads and writes, as expected, the tools and what is asked of them apart."""

LENS_TURNS = 2
VERIFY_TURNS = 1
"""How often a question goes on after its model asked for tools, as expected, until real usage replaces it."""

ASKING_TOKENS = 700
LENS_RESULT_TOKENS = 2_250
VERIFY_RESULT_TOKENS = 3_000
"""What a model writes to ask for tools, and what it is given in one turn."""

FIX_READ = 8_000
FIX_WRITTEN = 2_000
"""What the one question for fixes reads and writes, as expected."""

WEIGH_READ = 12_000
WEIGH_WRITTEN = 4_000
"""What the one question whether the change fits the architecture reads and writes, as expected."""

WEIGH_AT_MOST = 29_000
"""The longest that question can be."""

LENS_ANSWER = 32_000
VERIFY_ANSWER = 16_000
WEIGH_ANSWER = 16_000
"""The longest answers that a lens, a verifier and the architect are allowed: so much is set aside for each call."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who answers each stage, and how many `questions` are asked about a chunk, one by each lens or batch of rules.

    `joined` is how many are asked about one whose lenses share a question. `brief`: a change map is made first.
    `prices` are those that are paid, `rate` is what the tokens of chunks were estimated with. `tools`: models may look
    around before they answer. `weighs`: the architect may be asked whether the change fits.
    """

    models: Mapping[Stage, str]
    questions: int
    joined: int = 1
    brief: bool = True
    prices: PriceTable = LISTED
    rate: TokenRate = DEFAULT_RATE
    tools: bool = True
    weighs: bool = False


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """Expected dollars for each chunk of a plan, in its order, for all of them, and for the question of the architect.

    None: the model has no listed price. Of a change that leaves its modules as they are, the architect is not asked.
    """

    chunks: tuple[Decimal | None, ...]
    reading: Decimal | None
    weighing: Decimal | None = Decimal(0)

    @property
    def total(self) -> Decimal | None:
        """Expected dollars for all of it."""
        return None if self.reading is None or self.weighing is None else self.reading + self.weighing


def estimate_cost(readers: Readers, tokens: int, *, first: bool, together: bool = False) -> Decimal | None:
    """Expected dollars for all that is asked about a chunk of so many tokens; None without a listed price.

    `first`: nobody has written the shared prompt to the cache yet, and the change map is still to be made.
    `together`: its lenses share a question.
    """
    lens, price = readers.models[Stage.LENS], readers.prices.price
    calls = readers.joined if together else readers.questions
    read, shared = _count_read(readers, tokens), count_shared(readers)
    leading = Usage(
        calls=1,
        input_tokens=OWN_TOKENS,
        cache_write_tokens=read + (shared if first else 0),
        cache_read_tokens=0 if first else shared,
        output_tokens=_count_written(read),
    )
    turns = _price_turns(readers, read)
    costs = [price(lens, leading), *turns] if calls else []
    costs += [price(lens, _following(readers, read)), *turns] * (calls - 1)
    costs += [price_verifying(readers)] * (VERIFIED if calls else 0)
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
    return PlanPrice(costs, sum(known, Decimal(0)) if _has_prices(readers) else None, price_weighing(readers))


def price_verifying(readers: Readers) -> Decimal | None:
    """Expected dollars for verifying one finding; None without a listed price."""
    model, price = readers.models[Stage.VERIFY], readers.prices.price
    once = price(model, Usage(calls=1, input_tokens=VERIFY_READ, output_tokens=VERIFY_WRITTEN))
    if not readers.tools or once is None:
        return once
    # The tools are written to the cache and read again; so is the question, once its model goes on from it.
    first = Usage(calls=1, cache_write_tokens=TOOL_TOKENS, output_tokens=ASKING_TOKENS)
    further = Usage(
        calls=1,
        cache_read_tokens=TOOL_TOKENS + VERIFY_READ,
        cache_write_tokens=ASKING_TOKENS + VERIFY_RESULT_TOKENS,
    )
    turns = (price(model, first), *[price(model, further)] * VERIFY_TURNS)
    return sum((cost for cost in turns if cost is not None), once)


def price_fixing(readers: Readers) -> Decimal | None:
    """Expected dollars for the question for fixes; None without a listed price."""
    usage = Usage(calls=1, input_tokens=FIX_READ, output_tokens=FIX_WRITTEN)
    return readers.prices.price(readers.models[Stage.FIX], usage)


def price_weighing(readers: Readers) -> Decimal | None:
    """Expected dollars for the architect, 0 where nobody asks; None without a listed price."""
    if not readers.weighs:
        return Decimal(0)
    usage = Usage(calls=1, input_tokens=WEIGH_READ, output_tokens=WEIGH_WRITTEN)
    return readers.prices.price(readers.models[Stage.ARCHITECTURE], usage)


def find_weighing_slack(readers: Readers) -> Decimal:
    """How much more than expected has to be free when the architect is asked."""
    listed, expected = readers.prices.find(readers.models[Stage.ARCHITECTURE]), price_weighing(readers)
    if listed is None or not expected:
        return Decimal(0)
    return max(listed.at_most(_reserve(readers, WEIGH_AT_MOST), WEIGH_ANSWER) - expected, Decimal(0))


def find_slack(chunks: Sequence[Chunk], readers: Readers) -> Decimal:
    """How much more than expected has to be free when the last call about these chunks is made.

    A call is made only if the most that it can cost is there, and it takes less; so a review that is expected to end
    at its very limit would not be allowed its last calls. 0 where nothing is asked, or without a listed price.
    """
    listed = readers.prices.find(readers.models[Stage.LENS])
    if listed is None or not readers.questions:
        return Decimal(0)
    reads = (_count_read(readers, chunk.tokens) for chunk in chunks)
    return max(
        (
            listed.at_most(_reserve(readers, read + count_shared(readers) + OWN_TOKENS + _turned(readers)), LENS_ANSWER)
            - listed.of(_following(readers, read))
            for read in reads
        ),
        default=Decimal(0),
    )


def find_verifying_slack(readers: Readers) -> Decimal:
    """The same for the last call that verifies."""
    listed, expected = readers.prices.find(readers.models[Stage.VERIFY]), price_verifying(readers)
    if listed is None or expected is None:
        return Decimal(0)
    most = VERIFY_READ + (TOOL_TOKENS + (ASKING_TOKENS + VERIFY_RESULT_TOKENS) * VERIFY_TURNS if readers.tools else 0)
    return max(listed.at_most(_reserve(readers, most), VERIFY_ANSWER) - expected, Decimal(0))


def count_shared(readers: Readers) -> int:
    """The tokens that every question of a lens begins with."""
    return SHARED_TOKENS + (TOOL_TOKENS if readers.tools else 0)


def _turned(readers: Readers) -> int:
    """What a question has grown by when it is answered, as expected."""
    return (ASKING_TOKENS + LENS_RESULT_TOKENS) * LENS_TURNS if readers.tools else 0


def _price_turns(readers: Readers, read: int) -> list[Decimal | None]:
    """What each further turn of a lens costs: it reads all before it from the cache, and writes what is new."""
    if not readers.tools:
        return []
    turns: list[Decimal | None] = []
    before, new = count_shared(readers) + read, OWN_TOKENS
    for _ in range(LENS_TURNS):
        new += ASKING_TOKENS + LENS_RESULT_TOKENS
        usage = Usage(calls=1, cache_read_tokens=before, cache_write_tokens=new, output_tokens=ASKING_TOKENS)
        turns.append(readers.prices.price(readers.models[Stage.LENS], usage))
        before, new = before + new, 0
    return turns


def _count_read(readers: Readers, tokens: int) -> int:
    """What a lens reads of a chunk, with what is shown around it."""
    return tokens + min(tokens, CONTEXT_TOKENS) + (MAP_TOKENS if readers.brief else 0)


def _count_written(read: int) -> int:
    return OUTPUT_TOKENS + read // OUTPUT_SHARE


def _following(readers: Readers, read: int) -> Usage:
    """What a lens takes that finds the chunk in the cache."""
    return Usage(
        calls=1,
        input_tokens=OWN_TOKENS,
        cache_read_tokens=read + count_shared(readers),
        output_tokens=_count_written(read),
    )


def _reserve(readers: Readers, tokens: int) -> int:
    """Tokens that are set aside for so many estimated ones."""
    return reserve_bytes(readers.rate.bytes_up(tokens))


def _has_prices(readers: Readers) -> bool:
    stages = (Stage.LENS, Stage.BRIEF, Stage.VERIFY)
    return all(readers.prices.find(readers.models[stage]) is not None for stage in stages)
