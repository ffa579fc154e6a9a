"""From an HTTP request to a handler and back: routes, credentials, versions, ETags, rate headers."""

import hashlib
import json
import logging
import re
from dataclasses import replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.hub import git
from app.hub.access import NOT_A_JWT, Caller, authenticate, authorize
from app.hub.accounts import Repository
from app.hub.events import Hub
from app.hub.refusals import DOCUMENTATION, RefusedError, not_found
from app.hub.rest import apps, branches, checks, comments, pulls, repositories, reviews
from app.hub.rest.call import Answer, Call, Endpoint

BASE = "/api/v3"
VERSIONS = ("2022-11-28", "2026-03-10")
LIMIT = 5_000
_ENDPOINTS = (
    *apps.ENDPOINTS,
    *branches.ENDPOINTS,
    *checks.ENDPOINTS,
    *pulls.ENDPOINTS,
    *reviews.ENDPOINTS,
    *comments.ENDPOINTS,
    *repositories.ENDPOINTS,
    *repositories.LAST_ENDPOINTS,
)
_log = logging.getLogger(__name__)


def _compile(path: str) -> re.Pattern[str]:
    whole = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", path)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", whole))


_ROUTES = tuple((endpoint, _compile(endpoint.path)) for endpoint in _ENDPOINTS)
_REPOSITORY = re.compile(r"/repos/([^/]+)/([^/]+)(/.*)?", re.DOTALL)
_BY_ID = re.compile(r"/repositories/(\d{1,18})(/.*)?", re.DOTALL)


class Dispatcher:
    """Answers everything below `/api/v3`. Handlers run in threads, one at a time, under the state's lock."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._used: dict[tuple[str, int], int] = {}

    async def respond(self, request: Request) -> Response:
        """The answer to one request."""
        content = await request.body()
        return await run_in_threadpool(self._respond, request, content)

    def _respond(self, request: Request, content: bytes) -> Response:
        credential = request.headers.get("authorization", "").partition(" ")[2].strip()
        with self._hub.state.lock:
            try:
                answer = self._answer(request, credential, content)
            except RefusedError as error:
                answer = Answer(error.body(), error.status, error.headers)
            except (git.GitFailedError, git.NoCommonHistoryError):
                _log.exception("git failed for %s %s", request.method, request.url.path)
                answer = Answer({"message": "Server Error", "documentation_url": DOCUMENTATION}, 500)
            return self._finish(request, credential, answer)

    def _answer(self, request: Request, credential: str, content: bytes) -> Answer:
        if not request.headers.get("user-agent"):
            words = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"
            raise RefusedError(403, f"{words}.")
        version = request.headers.get("x-github-api-version", VERSIONS[0])
        if version not in VERSIONS:
            raise RefusedError(400, f"The API version {version!r} is not supported: {', '.join(VERSIONS)} are.")
        path = request.scope["path"].removeprefix(BASE)
        if path == "/rate_limit" and request.method == "GET":
            return self._show_rate(credential)
        if not credential:
            raise RefusedError(401, "Requires authentication")
        caller = authenticate(self._hub, credential)
        moved = self._redirect(request, path)
        if moved is not None:
            return moved
        return self._handle(request, caller, self._by_name(path), content)

    def _redirect(self, request: Request, path: str) -> Answer | None:
        match = _REPOSITORY.fullmatch(path)
        if match is None or self._hub.state.repository(match[1], match[2]) is not None:
            return None
        repository = self._hub.state.formerly(match[1], match[2])
        if repository is None:
            return None
        query = f"?{request.url.query}" if request.url.query else ""
        target = f"{self._hub.url}{BASE}/repositories/{repository.id}{quote(match[3] or '')}{query}"
        status = 301 if request.method in ("GET", "HEAD") else 307
        words = "Moved Permanently" if status == 301 else "Temporary Redirect"
        body = {"message": words, "url": target, "documentation_url": DOCUMENTATION}
        return Answer(body, status, {"Location": target})

    def _by_name(self, path: str) -> str:
        match = _BY_ID.fullmatch(path)
        if match is None:
            return path
        repository = self._hub.state.repositories.get(int(match[1]))
        if repository is None:
            raise not_found()
        return f"/repos/{repository.full_name}{match[2] or ''}"

    def _handle(self, request: Request, caller: Caller, path: str, content: bytes) -> Answer:
        for endpoint, pattern in _ROUTES:
            match = pattern.fullmatch(path)
            if match is None or endpoint.method != request.method:
                continue
            call = Call(
                hub=self._hub,
                caller=caller,
                found=None,
                parameters=match.groupdict(),
                query=dict(request.query_params),
                content=content,
                accept=request.headers.get("accept", "application/json"),
                url=f"{self._hub.url}{request.url.path}",
            )
            return endpoint.handle(replace(call, found=self._admit(endpoint, call)))
        raise not_found()

    def _admit(self, endpoint: Endpoint, call: Call) -> Repository | None:
        if endpoint.access == "app":
            if call.caller.app is None:
                raise RefusedError(401, NOT_A_JWT)
            return None
        if isinstance(endpoint.access, str):
            return None
        repository = self._hub.state.repository(call.parameters["owner"], call.parameters["repo"])
        if repository is None:
            raise not_found()
        authorize(call.caller, repository, *endpoint.access)
        return repository

    def _window(self, credential: str) -> tuple[str, int]:
        return credential, int(self._hub.clock().timestamp()) // 3600

    def _show_rate(self, credential: str) -> Answer:
        used = self._used.get(self._window(credential), 0)
        reset = (self._window(credential)[1] + 1) * 3600
        core = {"limit": LIMIT, "used": used, "remaining": max(LIMIT - used, 0), "reset": reset}
        resources = {"core": core, "search": core, "graphql": core}
        return Answer({"resources": resources, "rate": core})

    def _finish(self, request: Request, credential: str, answer: Answer) -> Response:
        headers, body, status = dict(answer.headers), b"", answer.status
        if isinstance(answer.body, bytes):
            body = answer.body
        elif answer.body is not None:
            body = json.dumps(answer.body, ensure_ascii=False).encode()
        if request.method == "GET" and status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
            asked = request.headers.get("if-none-match", "").removeprefix("W/")
            if asked == headers["ETag"]:
                status, body = 304, b""
        window = self._window(credential)
        charged = status != 304 and not request.url.path.endswith("/rate_limit")
        self._used[window] = self._used.get(window, 0) + charged
        headers |= _rate_headers(self._used[window], window[1])
        headers["X-GitHub-Request-Id"] = self._hub.entropy(10).hex().upper()
        headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        if body:
            headers["Content-Type"] = answer.media_type
        return Response(body, status, headers)


def _rate_headers(used: int, hour: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(LIMIT),
        "X-RateLimit-Remaining": str(max(LIMIT - used, 0)),
        "X-RateLimit-Used": str(used),
        "X-RateLimit-Reset": str((hour + 1) * 3600),
        "X-RateLimit-Resource": "core",
    }
