"""One request to GitHub, from our words to an answer or a named error: githubkit underneath, our rules on top.

githubkit's defaults are unfit for a gate: it re-sends a POST that answered 502, waits for ever, follows redirects
anywhere and opens a connection per request. Here: one shared connection pool, timeouts, no cache, nothing from the
environment, redirects only to the same origin, repeats only of what may be repeated.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Final, Protocol

import httpx
from githubkit import GitHub, Response, UnauthAuthStrategy
from githubkit.exception import RequestError, RequestFailed
from pydantic import JsonValue
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt
from typing_extensions import override

from app import __version__
from app.github.errors import (
    Context,
    GitHubDown,
    GitHubError,
    OutcomeUnknown,
    RateLimited,
    RedirectRefused,
    WrongRepository,
)
from app.github.failure import failure_of, graphql_failure_of
from app.github.pacing import Pacing, Sleep

API_URL: Final = "https://api.github.com"
GRAPHQL: Final = "/graphql"
"""The one path that stands beside REST's, not below it, and whose answers may be failures with a 200."""
# Pinned: the oldest version GitHub Enterprise Server knows; an unknown one is answered 400.
API_VERSION: Final = "2022-11-28"
TIMEOUT: Final = httpx.Timeout(15, connect=5)
TRIES: Final = 4
_LONGEST_REDIRECTION: Final = 3
# Failures before anything was sent: even a write may be tried again.
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BY_ID = re.compile(r"/repositories/([0-9]{1,19})(?:/.*)?", re.ASCII)

Clock = Callable[[], datetime]
Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask. `repeatable`: doing it twice does no harm. `paced`: it is a write that counts for the pause.

    `repository_id` is the repository that a redirect may lead to.
    """

    method: str
    path: str
    params: Params = field(default_factory=dict)
    body: Mapping[str, JsonValue] | None = None
    repeatable: bool = True
    paced: bool = False
    repository_id: int | None = None


class Credential(Protocol):
    """What authorises a request. `lane` is whose pace it runs at."""

    @property
    def lane(self) -> int:
        """The installation's id, or 0 for the App itself."""

    async def header(self) -> str:
        """The value of the Authorization header."""

    def forget(self, header: str) -> bool:
        """GitHub refused this value; whether asking `header` again can give another."""


class SharedTransport(httpx.AsyncHTTPTransport):
    """One connection pool for every client that githubkit makes and closes; the owner closes it with `shut`."""

    @override
    async def aclose(self) -> None:
        """Nothing: githubkit closes its client after each request."""

    async def shut(self) -> None:
        """Close the connections."""
        await super().aclose()


class _Kit(GitHub[UnauthAuthStrategy]):
    """githubkit without its own reading of rate limits.

    That one overlooks limits told by message alone and dies of a `retry-after` that is a date.
    """

    @override
    def _check_rate_limit(self, response: Response[object]) -> None:
        """Left to `failure_of`, which sees the whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Time and chance. `jitter` gives numbers in [0, 1)."""

    clock: Clock
    jitter: Callable[[], float]
    sleep: Sleep = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic


class Wire:
    """The connection to one GitHub, for one event loop."""

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        api_url: str = API_URL,
        longest_wait_s: float = 75.0,
        ssl_context: ssl.SSLContext | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """A request waits at most `longest_wait_s` in all for GitHub's limits; `ssl_context` is for a private CA."""
        self.clock = surroundings.clock
        self._jitter = surroundings.jitter
        self._sleep = surroundings.sleep
        self._longest_wait_s = longest_wait_s
        self._pacing = Pacing(monotonic=surroundings.monotonic, sleep=surroundings.sleep)
        self._transport = SharedTransport(verify=ssl_context or _trust(), trust_env=False)
        self._base = httpx.URL(api_url.rstrip("/"))
        # An Enterprise Server has REST at /api/v3 and GraphQL at /api/graphql.
        self._graphql = self._base.copy_with(path=self._base.path.rstrip("/").removesuffix("/v3") + GRAPHQL)
        self._kit = _Kit(
            base_url=self._base,
            user_agent=f"lintel/{__version__}",
            follow_redirects=False,
            timeout=timeout,
            trust_env=False,
            async_transport=self._transport,
            http_cache=False,
            auto_retry=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.shut()

    async def send(self, request: Request, credential: Credential) -> httpx.Response:
        """The 2xx answer to a request.

        Raises a `GitHubError`: after `OutcomeUnknown` a write may have been done, after every other it was not.
        """
        lane = credential.lane
        async with self._pacing.write(lane) if request.paced else nullcontext():
            retrying = AsyncRetrying(
                retry=self._is_worth_repeating,
                wait=self._wait_s,
                stop=stop_after_attempt(TRIES),
                sleep=self._sleep,
                reraise=True,
            )
            async for attempt in retrying:
                with attempt:
                    return await self._attempt(request, credential, attempt.retry_state.attempt_number)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _is_worth_repeating(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimited):
            return state.idle_for + error.seconds <= self._longest_wait_s
        return isinstance(error, GitHubDown) and not isinstance(error, OutcomeUnknown)

    def _wait_s(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = 2 ** (state.attempt_number - 1) * (0.5 + self._jitter())
        return error.seconds if isinstance(error, RateLimited) else backoff

    async def _attempt(self, request: Request, credential: Credential, number: int) -> httpx.Response:
        held_s = self._pacing.held_s(credential.lane)
        if held_s > 0:
            context = Context(request.method, request.path)
            raise RateLimited("GitHub's rate limit was reached before", context, held_s)
        header = await credential.header()
        response = await self._exchange(request, header)
        if response.status_code == 401 and credential.forget(header):
            response = await self._exchange(request, await credential.header())
        error = failure_of(
            response,
            _context(request, response),
            now=self.clock(),
            attempt=number,
            repeatable=request.repeatable,
        )
        if error is None and request.path == GRAPHQL:
            error = graphql_failure_of(response, _context(request, response), now=self.clock(), attempt=number)
        if isinstance(error, RateLimited):
            self._pacing.hold(credential.lane, error.seconds)
        if error is not None:
            raise error
        return response

    async def _exchange(self, request: Request, header: str) -> httpx.Response:
        """One answer, after redirects that stay on this origin and in this repository."""
        asked: Request = request
        target: str | httpx.URL = self._graphql if request.path == GRAPHQL else request.path
        for _ in range(_LONGEST_REDIRECTION):
            response = await self._pass(asked, target, header)
            if not 300 <= response.status_code < 400:
                return response
            target = self._redirection(request, response)
            # A location with a query is complete; one without has lost it.
            asked = replace(request, params={}) if target.query else request
        raise RedirectRefused("too many redirects", _context(request, response))

    def _redirection(self, request: Request, response: httpx.Response) -> httpx.URL:
        context = _context(request, response)
        followable = (301, 302, 307, 308) if request.method == "GET" else (307, 308)
        location = response.headers.get("location", "")
        if response.status_code not in followable or not location:
            raise RedirectRefused("an answer that cannot be followed", context)
        try:
            target = response.url.join(location)
        except httpx.InvalidURL as error:
            raise RedirectRefused("a location that is no address", context) from error
        base_path = self._base.path.rstrip("/")
        inside = target.path.startswith(f"{base_path}/")
        if not inside or _origin(target) != _origin(self._base) or target.userinfo:
            raise RedirectRefused("a redirect to another place than GitHub's API", context)
        if request.repository_id is not None:
            by_id = _BY_ID.fullmatch(target.path.removeprefix(base_path))
            if by_id is None or int(by_id[1]) != request.repository_id:
                raise WrongRepository("a redirect to another repository", context)
        return target

    async def _pass(self, request: Request, target: str | httpx.URL, header: str) -> httpx.Response:
        headers = {"Authorization": header, "X-GitHub-Api-Version": API_VERSION}
        try:
            answer: Response[object] = await self._kit.arequest(
                request.method,
                target,
                params=dict(request.params) or None,
                json=request.body,
                headers=headers,
            )
        except RequestFailed as error:
            return error.response.raw_response
        except RequestError as error:
            raise _connection_failure(error.exc, request) from error.exc
        return answer.raw_response


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed where nothing else is said: read once a process, since it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _context(request: Request, response: httpx.Response) -> Context:
    request_id = response.headers.get("x-github-request-id", "")[:60]
    return Context(request.method, request.path, response.status_code, request_id)


def _connection_failure(error: Exception, request: Request) -> GitHubError:
    """What a failure below HTTP means. Raises the error itself if it is no failure of the connection."""
    if not isinstance(error, httpx.TransportError | httpx.DecodingError):
        raise error
    words = "no answer in time" if isinstance(error, httpx.TimeoutException) else "the connection failed"
    done_perhaps = not request.repeatable and not isinstance(error, _NEVER_SENT)
    kind = OutcomeUnknown if done_perhaps else GitHubDown
    return kind(f"{words}: {type(error).__name__}", Context(request.method, request.path))
