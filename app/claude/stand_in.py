"""A question that a model refuses goes to another one, once: harmless work on security is refused at times.

Anthropic says so of the categories `cyber` and `bio`: the SDK's `RefusalStopDetails`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.claude.seam import Send
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.core.prices import find_stand_in

_ABOUT_THE_ACCOUNT = frozenset({FailureKind.UNAUTHORIZED, FailureKind.REJECTED})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StandIn:
    """`send`, with a second model for what the first one refuses. `find` names it, or None.

    What goes on from turns is left alone, their thinking being bound to the model that thought it; and so is what a
    stand-in is asked already.
    """

    send: Send
    find: Callable[[str], str | None] = find_stand_in

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The first model's reply, or that of its stand-in, under the digest of `request`. Fits `seam.Send`.

        Raises `ModelFailed`: as the stand-in failed, unless the account may not ask it at all: then it stays refused.
        What both were paid is told in any case.
        """
        if request.turns or request.instead_of:
            return await self.send(request, on_start=on_start)
        try:
            return await self.send(request, on_start=on_start)
        except ModelFailed as error:
            refused = error.failure
        other = self.find(request.model) if refused.kind is FailureKind.REFUSED else None
        if other is None:
            raise ModelFailed(refused)
        _log.info("%s %s was refused by %s: %s is asked", request.stage, request.digest[:12], request.model, other)
        try:
            # A refusal is an answer that began: that was told already.
            reply = await self.send(replace(request, model=other))
        except ModelFailed as error:
            failure = error.failure
        else:
            return replace(reply, digest=request.digest, also_paid=(*refused.paid, *reply.also_paid))
        raise ModelFailed(join_failures(refused, failure))


def join_failures(refused: Failure, failure: Failure) -> Failure:
    """What is told of a question that one model refused and its stand-in failed to answer: what both were paid too."""
    named = refused if failure.kind in _ABOUT_THE_ACCOUNT else failure
    return replace(named, paid=(*refused.paid, *failure.paid))
