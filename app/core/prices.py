"""The models Lintel asks by default, and what their tokens cost.

Prices are US dollars for a million tokens, as listed on 2026-11-21:
https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages. Two entries need a word:

- Haiku 5.5 costs five times as much, on every token of the request, once the prompt exceeds 100,000 tokens.
- Sonnet 5.5 reads its cache for 0.10 since 2026-10-07; older pages still say 0.20.

Cache writes are those of the five-minute kind, the only kind Lintel asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from app.core.model import Stage, Usage

HAIKU = "claude-haiku-5-5"
SONNET = "claude-sonnet-5-5"
OPUS = "claude-opus-5-5"
FABLE = "claude-fable-5-2"

DEFAULT_MODELS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.BRIEF: HAIKU,
        Stage.LENS: SONNET,
        Stage.VERIFY: SONNET,
        Stage.FIX: HAIKU,
        Stage.ARCHITECTURE: OPUS,
        Stage.JUDGE: SONNET,
    }
)
"""Which model answers which stage when nothing is configured."""

STAND_INS: Mapping[str, str] = MappingProxyType({HAIKU: SONNET, SONNET: OPUS, OPUS: SONNET, FABLE: OPUS})
"""Which model is asked in the stead of one that refuses: the next stronger one, or the next below."""

_MILLION = Decimal(1_000_000)
_DATED = re.compile(r"-20\d{6}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars for a million tokens. A prompt above `step_tokens` multiplies every price by `step_factor`."""

    fresh: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal
    step_tokens: int | None = None
    step_factor: int = 1


def _price(fresh: str, cache_write: str, cache_read: str, output: str) -> Price:
    """A price without a step, from decimal text."""
    return Price(
        fresh=Decimal(fresh),
        cache_write=Decimal(cache_write),
        cache_read=Decimal(cache_read),
        output=Decimal(output),
    )


PRICES: Mapping[str, Price] = MappingProxyType(
    {
        HAIKU: Price(
            fresh=Decimal("0.10"),
            cache_write=Decimal("0.125"),
            cache_read=Decimal("0.01"),
            output=Decimal("0.50"),
            step_tokens=100_000,
            step_factor=5,
        ),
        SONNET: _price("2", "2.50", "0.10", "10"),
        OPUS: _price("4", "5", "0.20", "20"),
        FABLE: _price("8", "10", "0.20", "40"),
    }
)
"""The price table by model id."""

WINDOWS: Mapping[str, int] = MappingProxyType(dict.fromkeys((HAIKU, SONNET, OPUS, FABLE), 1_000_000))
"""Tokens that prompt and answer may have together, by model id: the models' own pages."""


def find_price(model: str) -> Price | None:
    """The listed price. A dated id (`claude-sonnet-5-5-20261001`) costs what its undated one does."""
    return PRICES.get(model) or PRICES.get(_DATED.sub("", model))


def find_window(model: str) -> int | None:
    """The context window in tokens, by the same rule; None for a model that is not listed."""
    return WINDOWS.get(model) or WINDOWS.get(_DATED.sub("", model))


def find_stand_in(model: str) -> str | None:
    """The model that stands in for one that refuses, by the same rule; None for a model that is not listed."""
    return STAND_INS.get(model) or STAND_INS.get(_DATED.sub("", model))


def price(model: str, usage: Usage) -> Decimal | None:
    """Dollars that `usage` of `model` cost, exact for calls with equally long prompts; None without a listed price.

    Where a sum hides which call went over a price step, the mean prompt decides: price reply by reply to be exact.
    """
    listed = find_price(model)
    if listed is None:
        return None
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    dear = listed.step_tokens is not None and prompt > listed.step_tokens * max(1, usage.calls)
    once = (
        usage.input_tokens * listed.fresh
        + usage.cache_write_tokens * listed.cache_write
        + usage.cache_read_tokens * listed.cache_read
        + usage.output_tokens * listed.output
    ) / _MILLION
    return once * listed.step_factor if dear else once
