"""How well a review uses the time in which its models think: against the least that its calls can take."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from heapq import heapify, heapreplace

from app.core.change.chunking import plan_review
from app.core.gate.policy import Lenses, Policy
from app.core.model import Reply, Request, Stage, Usage
from app.core.prices import DEFAULT_MODELS
from app.core.report.progress import Progress
from app.core.secrecy.redaction import redact_patch
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.forge import History
from app.flows.review.reading.chunks import read_chunks
from app.lenses.choice import choose_lenses
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.bench.figures import Figure
from tests.bench.grounds import NEW_FILE_LINES, Ground
from tests.build import a_snapshot

CHUNKS = 12
LINES = CHUNKS * NEW_FILE_LINES
"""One file a chunk."""

FILE_TOKENS = 7_000
LATENCY_S = 1.0
"""What each call takes; its answer begins after half of that."""

STREAMS = 8
"""Calls at once that a model takes."""

READING_TIMES = 1.1
"""Reading takes at most so many times what its calls take if no stream is ever idle that could be used."""


def measure_reading(ground: Ground) -> Iterator[Figure]:
    """A change of twelve chunks, every call with the same latency."""
    change = asyncio.run(_plan(ground))
    least = _least_s(len(change.plan.chunks), len(choose_lenses(Lenses(), changed_lines=LINES, together=False)))
    began = time.perf_counter()
    asyncio.run(_read(change))
    taken = time.perf_counter() - began
    yield Figure(
        name=f"time to read {len(change.plan.chunks)} chunks ÷ the least that their calls take",
        ground=ground.name,
        value=taken / least,
        detail=f"{taken:.2f} s; {least:.2f} s with {STREAMS} streams and {LATENCY_S:g} s a call",
        bound=READING_TIMES,
    )


def _least_s(chunks: int, lenses: int) -> float:
    """The map; then the first call alone until its answer begins; from then on no stream waits while a call is left."""
    ahead = LATENCY_S + LATENCY_S / 2
    free = [LATENCY_S * 2, *[ahead] * (STREAMS - 1)]
    heapify(free)
    ends = [heapreplace(free, free[0] + LATENCY_S) + LATENCY_S for _ in range(chunks * lenses - 1)]
    return max(ends, default=LATENCY_S * 2)


async def _plan(ground: Ground) -> Change:
    store = GitStore(ground.repository.git_dir)
    patch = await read_patch(store, ground.base, ground.head)
    redacted = redact_patch(patch)
    plan = plan_review(redacted.patch, target_tokens=FILE_TOKENS)
    snapshot = a_snapshot(number=0, merge_base=ground.base, head_sha=ground.head)
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan)


async def _read(change: Change) -> None:
    desk = Desk(send=_Slow(), models=DEFAULT_MODELS, monotonic=time.monotonic, watch=_nobody_watches)
    reading = await read_chunks(desk, change, Policy(), History(), _nobody_is_told)
    if reading.unread:
        raise RuntimeError(f"what is measured went wrong: {reading.unread}")


class _Slow:
    """A model that finds nothing, in its own time."""

    def __init__(self) -> None:
        self._streams = asyncio.Semaphore(STREAMS)

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        async with self._streams:
            await asyncio.sleep(LATENCY_S / 2)
            if on_start is not None:
                on_start()
            await asyncio.sleep(LATENCY_S / 2)
        text = {"files": [], "whole": ""} if request.stage is Stage.BRIEF else {"findings": [], "rules_checked": []}
        return Reply(
            digest=request.digest,
            text=json.dumps(text),
            model=request.model,
            stop_reason="end_turn",
            usage=Usage(calls=1),
            request_id="",
            seconds=LATENCY_S,
        )


def _nobody_watches(_step: Step, _line: str) -> None:
    """Nobody."""


async def _nobody_is_told(_progress: Progress) -> None:
    """Nobody."""
