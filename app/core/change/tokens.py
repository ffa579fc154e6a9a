"""Tokens from bytes: there is no public tokenizer, and the prices and limits only need an estimate.

Ratios measured on diffs and source code: about 2.7 bytes of UTF-8 a token with the present vocabulary; 2.0 is safe.
https://platform.claude.com/docs/en/build-with-claude/token-counting tells not to use other vendors' vocabularies.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def count_bytes(text: str) -> int:
    """The length of `text` in UTF-8; a lone surrogate counts as the three bytes it would take."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def estimate(text: str, rate: TokenRate = DEFAULT_RATE) -> int:
    """Tokens that `text` probably has: for planning."""
    return rate.tokens(count_bytes(text))


def reserve_bytes(size: int, *, messages: int = 1) -> int:
    """Tokens that a request of `size` bytes in all will hardly exceed: for reserving money and room."""
    return -(-size // 2) + messages * MESSAGE_TOKENS + REQUEST_TOKENS
