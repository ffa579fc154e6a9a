"""What reviews and merge groups have in common as jobs: how each way of not getting done ends."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.flows.review.forge import Superseded
from app.github.errors import InstallationGone, TokenNotGranted
from app.jobs.faults import Judge
from app.jobs.handlers import Context
from app.jobs.run import BACK_OFF_S

_log = logging.getLogger(__name__)

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What is done when a job did not get to its end.

    `overtaken`: something newer takes its place. `over`: it broke, and nothing of it is tried again. `outlasted`: so it
    is with an error that would have passed; where that returns, the job counts as done.
    """

    overtaken: Act
    over: Act
    outlasted: Callable[[Exception], Awaitable[None]]


async def frame(key: str, context: Context, judge: Judge, work: Act, ends: Ends) -> None:
    """Work, and bring it to exactly one end. Raises what broke it, for the queue to try again or to keep as failed."""
    try:
        await work()
    except Superseded as error:
        _log.info("%s: %s", key, error)
        if await context.still_mine():
            await ends.overtaken()
    except InstallationGone:
        _log.info("%s: the installation is gone; its work is void", key)
    except TokenNotGranted as error:
        # Transferred, taken from the installation, or a permission was: whoever grants it again is told of.
        _log.warning("%s: we may not work on it any more: %s", key, error)
    except Exception as error:
        if not judge(error).passing:
            await ends.over()
            raise
        if context.attempt < len(BACK_OFF_S):
            raise
        await ends.outlasted(error)
