"""The models Lintel asks by default, and what their tokens cost.

The table of the program has prices in US dollars for a million tokens, as listed on the day that `LISTED.as_of` says:
https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages. Two entries need a word:

- Haiku 5.5 costs five times as much, on every token of the request, once the prompt exceeds 100,000 tokens.
- Sonnet 5.5 reads its cache for 0.10 since 2026-10-07; older pages still say 0.20.

Cache writes are those of the five-minute kind, the only kind Lintel asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
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
        Stage.ASK: SONNET,
    }
)
"""Which model answers which stage when nothing is configured."""

STAND_INS: Mapping[str, str] = MappingProxyType({HAIKU: SONNET, SONNET: OPUS, OPUS: SONNET, FABLE: OPUS})
"""Which model is asked in the stead of one that refuses: the next stronger one, or the next below."""

_MILLION = Decimal(1_000_000)
_DATED = re.compile(r"-20\d{6}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars for a million tokens. A prompt above `step_tokens` multiplies every price by `step_factor`.

    `window` is how many tokens prompt and answer may have together; None: nobody said.
    """

    fresh: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal
    step_tokens: int | None = None
    step_factor: Decimal = Decimal(1)
    window: int | None = None

    def of(self, usage: Usage) -> Decimal:
        """Dollars that `usage` costs, exact for calls with equally long prompts.

        Where a sum hides which call went over the step, the mean prompt decides: price call by call to be exact.
        """
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        once = (
            usage.input_tokens * self.fresh
            + usage.cache_write_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
            + usage.output_tokens * self.output
        ) / _MILLION
        return once * self._factor(prompt, usage.calls)

    def at_most(self, tokens: int, answer: int) -> Decimal:
        """Dollars that a call with a prompt of so many tokens costs at most, and an answer of no more than that."""
        dearest = max(self.fresh, self.cache_write, self.cache_read)
        return (tokens * dearest + answer * self.output) / _MILLION * max(Decimal(1), self._factor(tokens, 1))

    def _factor(self, prompt: int, calls: int) -> Decimal:
        dear = self.step_tokens is not None and prompt > self.step_tokens * max(1, calls)
        return self.step_factor if dear else Decimal(1)


def _price(fresh: str, cache_write: str, cache_read: str, output: str) -> Price:
    """A price without a step, from decimal text."""
    return Price(
        fresh=Decimal(fresh),
        cache_write=Decimal(cache_write),
        cache_read=Decimal(cache_read),
        output=Decimal(output),
        window=1_000_000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by model id, as listed on one day by `source`. `overridden` are entries that are not the program's own.

    A dated id (`claude-sonnet-5-5-20261001`) costs what its undated one does, unless it has an entry of its own.
    """

    as_of: date
    source: str
    prices: Mapping[str, Price]
    overridden: frozenset[str] = field(default_factory=frozenset)

    def find(self, model: str) -> Price | None:
        """The listed price, or None."""
        return self.prices.get(model) or self.prices.get(_DATED.sub("", model))

    def window(self, model: str) -> int | None:
        """The context window in tokens; None for a model of which nobody said it."""
        listed = self.find(model)
        return None if listed is None else listed.window

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Dollars that `usage` of `model` cost, as `Price.of` says; None without a listed price."""
        listed = self.find(model)
        return None if listed is None else listed.of(usage)

    def override(self, prices: Mapping[str, Price], *, as_of: date, source: str) -> PriceTable:
        """The same with other entries, or more, that somebody vouches for."""
        return replace(
            self,
            as_of=as_of,
            source=source,
            prices=MappingProxyType({**self.prices, **prices}),
            overridden=self.overridden | frozenset(prices),
        )


LISTED = PriceTable(
    as_of=date(2026, 11, 21),
    source="https://platform.claude.com/docs/en/about-claude/pricing",
    prices=MappingProxyType(
        {
            HAIKU: replace(_price("0.10", "0.125", "0.01", "0.50"), step_tokens=100_000, step_factor=Decimal(5)),
            SONNET: _price("2", "2.50", "0.10", "10"),
            OPUS: _price("4", "5", "0.20", "20"),
            FABLE: _price("8", "10", "0.20", "40"),
        }
    ),
)
"""The program's own table."""


def find_stand_in(model: str) -> str | None:
    """The model that stands in for one that refuses, by the same rule; None for a model that is not listed."""
    return STAND_INS.get(model) or STAND_INS.get(_DATED.sub("", model))
