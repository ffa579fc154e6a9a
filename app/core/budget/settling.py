"""What an attempt at a question is booked with, by what was heard of its answer. Pure.

What a server told is believed. What it did not tell is booked as the most that it can have been: a limit that holds
only for servers that count is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil

from app.core.budget.reserving import NOTHING, count_prompt
from app.core.model import Request, Usage
from app.core.prices import PriceTable

TOKENS_A_SECOND = 400
"""No model of the price table writes half as fast, thinking that nobody is shown included."""

LINGER_S = 3.0
"""So long a model may go on writing after its reader has closed the connection."""

_BYTES_A_TOKEN = 2
"""As a reservation counts: rather too many tokens than too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of an answer: the `usage` told, and how many `characters` arrived.

    `whole`: it was heard to its end. `measured`: the server told then how long it was. `left_after_s` is after how
    many seconds the reader left by himself; None: he stayed.
    """

    usage: Usage = field(default_factory=Usage)
    characters: int = 0
    whole: bool = False
    measured: bool = False
    left_after_s: float | None = None


def price_heard(request: Request, heard: Heard, prices: PriceTable) -> Decimal | None:
    """Dollars that an attempt which reached its server took at most; None without a listed price.

    A refusal takes nothing. An answer that broke off may have been written to its end. One whose reader left cannot be
    longer than what was written until then, even if nothing of it had arrived.
    """
    listed = prices.find(request.model)
    if listed is None:
        return None
    if not heard.usage.calls and heard.left_after_s is None:
        return NOTHING
    usage = replace(heard.usage, calls=1, output_tokens=_count_written(request, heard))
    if usage.input_tokens or usage.cache_read_tokens or usage.cache_write_tokens:
        return listed.of(usage)
    return listed.at_most(count_prompt(request), usage.output_tokens)


def _count_written(request: Request, heard: Heard) -> int:
    told = heard.usage.output_tokens
    if heard.whole and heard.measured:
        return told
    if heard.whole or heard.left_after_s is None:
        return max(told, request.max_tokens)
    written = ceil((heard.left_after_s + LINGER_S) * TOKENS_A_SECOND)
    arrived = -(-heard.characters // _BYTES_A_TOKEN)
    return max(told, min(max(written, arrived), request.max_tokens))
