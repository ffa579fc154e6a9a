"""The one seam between a review and its models: a request goes in, a reply comes out or a failure is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.core.model import Reply, Request


class Send(Protocol):
    """Asks a model. What wraps it (memory, budget, limits, metrics) has the same shape."""

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The whole reply; raises `ModelFailed`.

        `on_start` is called at most once, when the model's answer begins to arrive: from then on later requests
        can read the prompt cache. A reply that needed no model never calls it.
        """
        ...


class ReplyStore(Protocol):
    """Replies kept for good under the digest of their request."""

    async def get(self, digest: str) -> Reply | None:
        """The reply kept for `digest`, or None."""
        ...

    async def put(self, reply: Reply) -> None:
        """Keep `reply` under its digest; when this returns, it survives a crash. Twice is as good as once."""
        ...
