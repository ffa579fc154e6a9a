"""The wire to Claude: one request, streamed, with one owner of retries. `failures` names all that can go wrong."""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import httpx2
from anthropic import APIError, APIStatusError, AsyncAnthropic, AsyncStream, DefaultAsyncHttpxClient

from app.claude.arrival import Arrival
from app.claude.counting import foresee
from app.claude.failures import Missed, miss, name_error
from app.claude.limits.admission import Admission, Call, LimitReached
from app.claude.limits.outages import Outages
from app.claude.message import parameters
from app.claude.money.booking import Attempt, Book
from app.claude.money.purse import OverBudget
from app.claude.once import Once
from app.claude.retries import Retries
from app.core.model import FailureKind, ModelFailed, Paid, Reply, Request, Usage
from app.core.prices import LISTED, PriceTable

ANTHROPIC_URL = "https://api.anthropic.com"
TIMEOUT = httpx2.Timeout(600, connect=10, read=180)
_NO_KEY = "none"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """`at_once` streams of one model at most; an answer may take `answer_s` from its first byte sent to its last."""

    at_once: int = 8
    answer_s: float = 900.0


def connect(
    api_key: str | None,
    base_url: str | None,
    *,
    retries: Retries,
    limits: Limits | None = None,
    timeout: httpx2.Timeout = TIMEOUT,
    prices: PriceTable = LISTED,
) -> Claude:
    """A client for `base_url` (None: Anthropic's own).

    Key and address are given to the SDK in any case, so that it looks for neither in the environment nor in
    profiles on disk; without a key a word goes in its place, which servers that need none ignore.
    """
    client = AsyncAnthropic(
        api_key=api_key or _NO_KEY,
        base_url=base_url or ANTHROPIC_URL,
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAsyncHttpxClient(verify=trust()),
    )
    return Claude(client, retries=retries, limits=limits, prices=prices)


@cache
def trust() -> ssl.SSLContext:
    """Whose certificates are believed, as the SDK would do it for each client: read once a process, it takes 20 ms."""
    return httpx2.create_ssl_context()


class Claude:
    """Asks Claude. `async with` closes the connections at the end."""

    def __init__(
        self, client: AsyncAnthropic, *, retries: Retries, limits: Limits | None = None, prices: PriceTable = LISTED
    ) -> None:
        """`prices` tell how long a prompt may be, and what that would cost."""
        self._client = client
        self._prices = prices
        self._retries = retries
        self._limits = limits or Limits()
        self._tickets = itertools.count()
        self.outages = Outages(retries.clock)
        self._admission = Admission(
            at_once=self._limits.at_once,
            clock=retries.clock,
            sleep=retries.sleep,
            longest_wait_s=retries.longest_retry_after_s,
        )

    def __repr__(self) -> str:
        return f"Claude({self._client.base_url.host})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def send(
        self, request: Request, *, on_start: Callable[[], None] | None = None, book: Book | None = None
    ) -> Reply:
        """The whole answer; raises `ModelFailed`. Fits `seam.Send`.

        `usage` covers every attempt whose answer had begun, and so does what a failure says was paid. A place among
        the streams is held only while one runs, not between attempts, nor while a limit is waited for. Cancelling
        closes the stream, so that the model stops writing. What is known to be too long is not sent.
        Each attempt is booked on `book` if there is one, and not made if it cannot be paid for.
        """
        foreseen = await foresee(self._client, request, self._prices)
        if foreseen is not None:
            missed = self._tell(request, foreseen)
            if book:
                await book.note(request, missed.failure)
            raise ModelFailed(missed.failure)
        spent = Usage()
        start = Once(lambda: self._hear(request.model, on_start))
        ticket = next(self._tickets)

        async def attempt() -> Reply | Missed:
            nonlocal spent
            try:
                # Before it has a place: whoever waits for money keeps no stream from others.
                async with book.enter(request) if book else nullcontext(Attempt()) as booked:
                    outcome = await self._attempt(request, ticket, start, booked)
                    booked.end(outcome.failure if isinstance(outcome, Missed) else None)
            except OverBudget as error:
                return self._tell(request, miss(FailureKind.BUDGET, str(error)))
            spent += outcome.usage
            return outcome

        outcome = await self._retries.run(attempt)
        if isinstance(outcome, Missed):
            self.outages.note_failure(request.model, outcome.failure)
            raise ModelFailed(replace(outcome.failure, paid=(Paid(request.model, spent),) if spent.calls else ()))
        return replace(outcome, usage=spent)

    def _hear(self, model: str, on_start: Callable[[], None] | None) -> None:
        self.outages.note_answer(model)
        if on_start is not None:
            on_start()

    async def _attempt(
        self, request: Request, ticket: int, on_start: Callable[[], None], booked: Attempt
    ) -> Reply | Missed:
        """One attempt, once the model's limits let it go."""
        try:
            async with self._admission.enter(request, ticket) as call:
                arrival = Arrival(on_start, tools=bool(request.tools))
                booked.watch(arrival, self._retries.clock)
                outcome = await self._ask(request, arrival, call)
                call.close(outcome.failure if isinstance(outcome, Missed) else None, outcome.usage)
        except LimitReached as error:
            return self._tell(request, miss(FailureKind.RATE_LIMITED, str(error), retry_after_s=error.seconds))
        return outcome

    async def _ask(self, request: Request, arrival: Arrival, call: Call) -> Reply | Missed:
        """The answer as it arrives. Errors end here, as values: their text may hold what must not reach a log."""
        clock = self._retries.clock
        started = clock()
        request_id: str | None = None
        try:
            async with (
                asyncio.timeout(self._limits.answer_s),
                self._client.messages.with_streaming_response.create(**parameters(request), stream=True) as response,
            ):
                request_id = response.request_id
                call.hear(response.headers, welcome=True)
                # As plain JSON, not as what the SDK makes of it: see `arrival`.
                missed = await arrival.read(await response.parse(to=AsyncStream[object]))
        except (APIError, httpx2.HTTPError) as error:
            missed = name_error(error)
            if isinstance(error, APIStatusError):
                call.hear(error.response.headers, welcome=False)
        except TimeoutError:
            missed = miss(FailureKind.TIMEOUT, f"the answer took longer than {self._limits.answer_s:g} s")
        if missed is not None:
            return self._tell(request, replace(missed, usage=arrival.usage))
        return Reply(
            digest=request.digest,
            text=arrival.text,
            # Servers that only resemble the API may tell the file on their disk instead.
            model=request.model if request.prompted else arrival.model,
            stop_reason=arrival.stop_reason or "",
            usage=arrival.usage,
            request_id=request_id or "",
            seconds=clock() - started,
            said=arrival.said,
            asked=request.model,
        )

    def _tell(self, request: Request, missed: Missed) -> Missed:
        """The same, with the key struck out, and logged."""
        failure = missed.failure
        if self._client.api_key is not None and self._client.api_key != _NO_KEY:
            failure = replace(failure, detail=failure.detail.replace(self._client.api_key, "[key]"))
        _log.warning("%s %s: %s: %s", request.stage, request.digest[:12], failure.kind, failure.detail)
        return replace(missed, failure=failure)
