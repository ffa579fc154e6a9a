"""Many questions over one cached prefix: one goes ahead and warms the cache, the others follow side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from app.claude.seam import Send
from app.core.model import Failure, ModelFailed, Reply, Request

OnReply = Callable[[Request, Reply | Failure], None]


async def ask_all(send: Send, requests: Sequence[Request], *, on_reply: OnReply | None = None) -> list[Reply | Failure]:
    """The replies in the order of `requests`, a named failure where there is none.

    The cache entry of a prefix can be read once the answer that writes it begins, so the first request goes alone
    until then. One answered from memory warms nothing: the next goes ahead in its stead. One that fails before it
    begins lets all others go.

    `on_reply` is called as each comes in. An error other than `ModelFailed`, or cancellation, ends them all, and
    every stream is closed before it leaves here.
    """

    async def ask(request: Request, on_start: Callable[[], None] | None) -> Reply | Failure:
        try:
            outcome: Reply | Failure = await send(request, on_start=on_start)
        except ModelFailed as error:
            outcome = error.failure
        if on_reply is not None:
            on_reply(request, outcome)
        return outcome

    tasks: list[asyncio.Task[Reply | Failure]] = []
    try:
        for request in requests:
            warm = asyncio.Event()
            tasks.append(asyncio.create_task(ask(request, warm.set)))
            if await _is_warm(tasks[-1], warm):
                break
        tasks.extend(asyncio.create_task(ask(request, None)) for request in requests[len(tasks) :])
        return await asyncio.gather(*tasks)
    finally:
        await _end(tasks)


async def _is_warm(leader: asyncio.Task[Reply | Failure], warm: asyncio.Event) -> bool:
    """Wait until the leader's answer begins, or it is done; False if it was answered from memory."""
    begins = asyncio.create_task(warm.wait())
    try:
        await asyncio.wait({leader, begins}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end([begins])
    if not leader.done():
        return True
    outcome = leader.result()
    return warm.is_set() or isinstance(outcome, Failure)


async def _end(tasks: Sequence[asyncio.Task[object]]) -> None:
    """Cancel what still runs, and wait until it is gone."""
    running = {task for task in tasks if not task.done()}
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
