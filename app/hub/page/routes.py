"""The routes of the page. Whoever may open it may speak for anybody, so nobody but this machine's own browser may.

Refused are: a `Host` that is not loopback (DNS rebinding), a form from any other origin, a form without this process's
token. What is sent is never run here: it becomes a comment, and the bot hears of it by webhook as of any other.
"""

import hmac
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.hub.accounts import Role, User
from app.hub.page.look import look_at, state_of
from app.hub.page.prose import Draw, draw_nothing
from app.hub.page.render import Visit, render_index, render_pull, render_refusal
from app.hub.refusals import RefusedError, not_found
from app.hub.state import CheckRun, PullRequest, ReviewComment
from app.hub.world import World

MAX_FORM_BYTES = 1_000_000
_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?")
_FORM = "application/x-www-form-urlencoded"
_PULL = "/{owner}/{repo}/pull/{number}"

Form = dict[str, str]
Answer = Callable[[Request, str], Awaitable[Response]]


def page_routes(world: World, draw: Draw = draw_nothing) -> list[BaseRoute]:
    """The list, the page of each pull request, its `state.json` and its form, as `build_hub` takes them.

    `draw` makes pictures of `mermaid` fences.
    """
    pages = _Pages(world, draw)
    return [
        Route("/", pages.guard(pages.index), methods=["GET"]),
        Route(_PULL, pages.guard(pages.pull), methods=["GET"]),
        Route(f"{_PULL}/state.json", pages.guard(pages.state), methods=["GET"]),
        Route(_PULL, pages.guard(pages.act), methods=["POST"]),
    ]


class _Pages:
    def __init__(self, world: World, draw: Draw) -> None:
        self._world = world
        self._draw = draw
        self._token = world.hub.entropy(32).hex()

    def guard(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """The route's answer, or a page that says why there is none; always with the headers that fence it in."""

        async def respond(request: Request) -> Response:
            nonce = self._world.hub.entropy(16).hex()
            try:
                _check_host(request)
                response = await answer(request, nonce)
            except RefusedError as refusal:
                details = (e if isinstance(e, str) else e.get("message", "") for e in refusal.errors or ())
                words = [refusal.message, *filter(None, details)]
                page = render_refusal(refusal.status, words, request.url.path, Visit("", nonce))
                response = HTMLResponse(page, refusal.status)
            response.headers.update(_fence(nonce))
            return response

        return respond

    async def index(self, _: Request, nonce: str) -> Response:
        with self._world.state.lock:
            pulls = {
                repository.full_name: [
                    (pull.number, pull.title, state_of(pull), pull.author.login)
                    for pull in reversed(self._world.state.pulls_of(repository))
                ]
                for repository in self._world.state.repositories.values()
            }
        return HTMLResponse(render_index(pulls, Visit("", nonce)))

    async def pull(self, request: Request, nonce: str) -> Response:
        pull, visit = self._find(request), Visit(self._token, nonce, request.query_params.get("as", ""))
        return HTMLResponse(
            await run_in_threadpool(lambda: render_pull(look_at(self._world.hub, pull), visit, self._draw))
        )

    async def state(self, request: Request, _: str) -> Response:
        look = await run_in_threadpool(look_at, self._world.hub, self._find(request))
        return JSONResponse({"version": look.version, "running": look.running})

    async def act(self, request: Request, _: str) -> Response:
        pull, form = self._find(request), await _read_form(request)
        origin = f"http://{request.headers['host']}"
        token = form.get("token", "").encode()
        if request.headers.get("origin") != origin or not hmac.compare_digest(token, self._token.encode()):
            raise RefusedError(403, "This form is not from this page, or from before a restart: open the page again.")
        place = await run_in_threadpool(_act, self._world, pull, form)
        query = urlencode({"as": form.get("as", "")})
        return RedirectResponse(f"/{pull.repository.full_name}/pull/{pull.number}?{query}#{place}", 303)

    def _find(self, request: Request) -> PullRequest:
        state, named = self._world.state, request.path_params
        repository = state.repository(named["owner"], named["repo"])
        key = None if repository is None else (repository.id, _number(named["number"]))
        pull = None if key is None else state.pulls.get(key)
        if pull is None:
            raise not_found()
        return pull


def _check_host(request: Request) -> None:
    if not _LOOPBACK.fullmatch(request.headers.get("host", "")):
        raise RefusedError(421, "The local GitHub answers on a loopback address alone.")


def _fence(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with no-referrer a browser calls the form's origin `null`
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


async def _read_form(request: Request) -> Form:
    if request.headers.get("content-type", "").partition(";")[0] != _FORM:
        raise RefusedError(415, f"A form is sent as {_FORM}.")
    if _number(request.headers.get("content-length", "")) not in range(MAX_FORM_BYTES):
        raise RefusedError(413, "The form is too large.")
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise RefusedError(400, "The form cannot be read.") from error


def _number(text: str) -> int:
    """The number a text is, -1 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def _act(world: World, pull: PullRequest, form: Form) -> str:
    """Do what a form asks for; the place on the page where it shows. Raises RefusedError."""
    with world.state.lock:
        by = _find_person(world, pull, form.get("as", ""))
        match form.get("do"):
            case "comment":
                return f"comment-{world.comment(pull, form.get('body', ''), by=by.login).id}"
            case "reply":
                thread = _find_thread(world, pull, form.get("id", ""))
                return f"remark-{world.reply(thread, form.get('body', ''), by=by.login).id}"
            case "press" if form.get("action"):
                world.press(_find_run(world, pull, by, form), form["action"], by=by.login)
            case "press":
                world.rerequest(_find_run(world, pull, by, form), by=by.login)
            case _:
                raise RefusedError(400, "The form asks for nothing known here.")
    return "checks"


def _find_person(world: World, pull: PullRequest, login: str) -> User:
    user = world.state.user(login)
    if user is None or user.type != "User" or pull.repository.role_of(user) is Role.NONE:
        raise RefusedError(403, "Nobody of that name may speak here.")
    return user


def _find_thread(world: World, pull: PullRequest, number: str) -> ReviewComment:
    comment = world.state.review_comments.get(_number(number))
    if comment is None or comment.pull is not pull:
        raise not_found()
    return comment


def _find_run(world: World, pull: PullRequest, by: User, form: Form) -> CheckRun:
    run = world.state.check_runs.get(_number(form.get("id", "")))
    if run is None or run.repository is not pull.repository or run.head_sha != pull.head_sha:
        raise not_found()
    if not pull.repository.role_of(by).reaches(Role.WRITE):
        raise RefusedError(403, "Only people with write access may press a check's buttons.")
    return run
