"""Exact token counts, asked for only where an estimate could be on the wrong side of a limit.

Counting is free, but a round trip: https://platform.claude.com/docs/en/build-with-claude/token-counting.
"""

from __future__ import annotations

import logging

import httpx2
from anthropic import APIError, AsyncAnthropic

from app.claude.failures import Missed, miss, name_error
from app.claude.message import parameters
from app.core.change.tokens import DEFAULT_RATE, count_request_bytes, reserve_bytes
from app.core.model import FailureKind, Request
from app.core.prices import PriceTable

NEAR = 0.7
"""From this part of the window on, an estimate is not trusted."""

TIMEOUT = httpx2.Timeout(30, connect=10)
_UNSENT = ("max_tokens",)
_log = logging.getLogger(__name__)


async def foresee(client: AsyncAnthropic, request: Request, prices: PriceTable) -> Missed | None:
    """The failure that `request` would end in for its length, before it is paid for; None if it may be sent.

    A server that does not count, for whatever reason, is asked all the same: its own answer has a name.
    """
    if not is_close(request, prices):
        return None
    tokens = await _count(client, request)
    if tokens is None:
        return None
    window = prices.window(request.model)
    if window is not None and tokens + request.max_tokens > window:
        together = f"{tokens} tokens and an answer of {request.max_tokens}"
        return miss(FailureKind.TOO_LONG, f"{together} are more than the window of {window}")
    listed = prices.find(request.model)
    if listed is not None and listed.step_tokens is not None and tokens > listed.step_tokens:
        _log.warning(
            "%s %s has %d tokens: above %d each costs %d times as much",
            request.stage,
            request.digest[:12],
            tokens,
            listed.step_tokens,
            listed.step_factor,
        )
    return None


def is_close(request: Request, prices: PriceTable) -> bool:
    """Whether a request may pass the window of its model, or a price step that it is estimated to stay below.

    Nothing is known of a model that is not listed.
    """
    size = count_request_bytes(request)
    safe = reserve_bytes(size, messages=1 + 2 * len(request.turns))
    window = prices.window(request.model)
    if window is not None and safe + request.max_tokens > window * NEAR:
        return True
    listed = prices.find(request.model)
    step = None if listed is None else listed.step_tokens
    return step is not None and safe > step >= DEFAULT_RATE.tokens(size)


async def _count(client: AsyncAnthropic, request: Request) -> int | None:
    """The input tokens by the server's count; None if it gave no number."""
    asked = {name: value for name, value in parameters(request).items() if name not in _UNSENT}
    try:
        counted = await client.messages.count_tokens(**asked, timeout=TIMEOUT)
    except (APIError, httpx2.HTTPError) as error:
        why = name_error(error).failure.kind.value
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # The SDK does not check what it is answered.
        why = type(error).__name__
    else:
        tokens = getattr(counted, "input_tokens", None)
        if isinstance(tokens, int) and tokens > 0:
            return tokens
        why = "no number"
    _log.info("%s %s is sent uncounted: %s", request.stage, request.digest[:12], why)
    return None
