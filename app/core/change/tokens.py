"""Tokens from bytes: there is no public tokenizer, and the prices and limits only need an estimate.

Ratios measured on diffs and source code: about 2.7 bytes of UTF-8 a token with the present vocabulary; 2.0 is safe.
https://platform.claude.com/docs/en/build-with-claude/token-counting tells not to use other vendors' vocabularies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.core.model import Request

MESSAGE_TOKENS = 8
"""What each message costs beside its text, generously."""

REQUEST_TOKENS = 400
"""What tools and a schema cost a request, generously."""


@dataclass(frozen=True, slots=True)
class TokenRate:
    """How many hundredths of a byte a token has, by measurement or by the default above."""

    centibytes: int = 270

    def tokens(self, size: int) -> int:
        """Tokens that `size` bytes probably are, rounded up."""
        return -(-size * 100 // self.centibytes)

    def bytes_up(self, tokens: int) -> int:
        """Bytes of so many tokens, rounded up: no smaller size is estimated as more."""
        return -(-tokens * self.centibytes // 100)

    def bytes_down(self, tokens: int) -> int:
        """Bytes of so many tokens, rounded down: estimated as no more than these."""
        return tokens * self.centibytes // 100


DEFAULT_RATE = TokenRate()

LEAST_CENTIBYTES = 100
MOST_CENTIBYTES = 600
"""A token has from 1 to 6 bytes, whatever a server counts: its word moves the borders of chunks, not their bounds."""

STEP_CENTIBYTES = 25
"""The rate that plans is one of these steps: chunks of a later head keep their borders, and their stored replies."""

SLACK_CENTIBYTES = 20
"""How far the measured rate must be from the one in force to change it. More than half a step: it cannot flicker."""

LEAST_SAMPLES = 50
"""Calls to be seen before a measured rate plans anything."""

_MEMORY = 128
"""Each call takes this part from the weight of all before it, so that about so many calls are remembered."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a model's real calls had in bytes and in tokens, the older the less. `samples` are all calls ever seen."""

    size: int = 0
    tokens: int = 0
    samples: int = 0

    def plus(self, size: int, tokens: int) -> Observed:
        """With one more call. One without bytes or tokens says nothing; one beyond the bounds counts as at them."""
        if size <= 0 or tokens <= 0:
            return self
        credible = min(max(tokens, -(-size * 100 // MOST_CENTIBYTES)), size * 100 // LEAST_CENTIBYTES)
        return Observed(
            self.size - self.size // _MEMORY + size,
            self.tokens - self.tokens // _MEMORY + credible,
            self.samples + 1,
        )


def next_rate(current: TokenRate, observed: Observed) -> TokenRate:
    """The rate to plan with from now on: the step nearest to what was observed, once that is far enough away.

    Asked again with the same observations, it answers the same.
    """
    if observed.samples < LEAST_SAMPLES or observed.tokens <= 0:
        return current
    measured = min(max(observed.size * 100 // observed.tokens, LEAST_CENTIBYTES), MOST_CENTIBYTES)
    if abs(measured - current.centibytes) < SLACK_CENTIBYTES:
        return current
    return TokenRate((measured + STEP_CENTIBYTES // 2) // STEP_CENTIBYTES * STEP_CENTIBYTES)


def count_bytes(text: str) -> int:
    """The length of `text` in UTF-8; a lone surrogate counts as the three bytes it would take."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def count_request_bytes(request: Request) -> int:
    """The bytes of a request that become tokens: tools, system prompt, blocks, schema, what it goes on from."""
    texts = [block.text for block in (*request.system, *request.blocks)]
    texts += [part for tool in request.tools for part in (tool.name, tool.description, json.dumps(tool.schema))]
    texts += [text for turn in request.turns for text in (turn.said, *(result.text for result in turn.results))]
    if request.repair is not None:
        texts += [request.repair.answer, request.repair.words]
    return sum(map(count_bytes, texts)) + count_bytes(json.dumps(request.schema))


def estimate(text: str, rate: TokenRate = DEFAULT_RATE) -> int:
    """Tokens that `text` probably has: for planning."""
    return rate.tokens(count_bytes(text))


def reserve_bytes(size: int, *, messages: int = 1) -> int:
    """Tokens that a request of `size` bytes in all will hardly exceed: for reserving money and room."""
    return -(-size // 2) + messages * MESSAGE_TOKENS + REQUEST_TOKENS
