"""What reviews and merge groups have in common as jobs: how each way of not getting done ends."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from app.flows.review.forge import Superseded
from app.github.errors import Forbidden, GitHubDown, InstallationGone, RateLimited, TokenNotGranted
from app.jobs.faults import Judge
from app.jobs.handlers import Context
from app.jobs.run import BACK_OFF_S, EndOutstanding
from app.store.faults import StoreUnavailable

_log = logging.getLogger(__name__)

PASSING = (StoreUnavailable, GitHubDown, RateLimited, ConnectionError, TimeoutError)
"""What keeps an end from being reached for a while: all that passes, but for a model, which no end asks."""

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What is done when a job did not get to its end.

    `overtaken`: something newer takes its place. `over`: it broke, and nothing of it is tried again. `outlasted`: so it
    is with an error that would have passed; where that returns, the job counts as done. `withheld`: we may not work on
    it for now: the installation is gone or suspended, or lost the repository or a permission. None: whoever grants it
    again is told of, and what waits for that is found by what it left in the store.
    """

    overtaken: Act
    over: Act
    outlasted: Callable[[Exception], Awaitable[None]]
    withheld: Act | None = None


async def frame(key: str, context: Context, judge: Judge, work: Act, ends: Ends) -> None:
    """Work, and bring it to exactly one end. Raises what broke it, for the queue to try again or to keep as failed.

    Raises EndOutstanding where the end itself was kept from being reached by something that passes.
    """
    try:
        await work()
    except Superseded as error:
        _log.info("%s: %s", key, error)
        await _reach(partial(_overtake, context, ends))
    except InstallationGone:
        _log.info("%s: the installation is gone; its work is void", key)
        await _withhold(ends)
    except TokenNotGranted as error:
        # Transferred, taken from the installation, or a permission was.
        _log.warning("%s: we may not work on it any more: %s", key, error)
        await _withhold(ends)
    except Exception as error:
        if not judge(error).passing:
            if not await _is_over(key, ends):
                return
            raise
        if context.attempt < len(BACK_OFF_S):
            raise
        await _reach(partial(ends.outlasted, error))


async def _overtake(context: Context, ends: Ends) -> None:
    if await context.still_mine():
        await ends.overtaken()


async def _withhold(ends: Ends) -> None:
    if ends.withheld is not None:
        await _reach(ends.withheld)


async def _is_over(key: str, ends: Ends) -> bool:
    """Bring it to its end; False where we may not say so for now, and it is withheld instead."""
    try:
        await _reach(ends.over)
    except (InstallationGone, TokenNotGranted, Forbidden) as error:
        if ends.withheld is None:
            raise
        _log.warning("%s: we may not say any more that it broke: %s", key, error)
        await _reach(ends.withheld)
        return False
    return True


async def _reach(end: Act) -> None:
    try:
        await end()
    except PASSING as error:
        raise EndOutstanding(error) from error
