"""The local GitHub as one ASGI application, and a server for it on this machine."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from app.hub.graphql import GRAPHQL, GraphQL
from app.hub.refusals import not_found
from app.hub.rest.dispatch import BASE, Dispatcher
from app.hub.smart_http import SmartHttp
from app.hub.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build_hub(world: World, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """REST below `/api/v3`, GraphQL beside it, git at `/{owner}/{repo}.git`, and the routes of people's pages.

    Middleware may be wrapped around the application.
    """
    return Starlette(
        routes=[
            Route(f"{BASE}/{{rest:path}}", Dispatcher(world.hub).respond, methods=_METHODS),
            Route(GRAPHQL, GraphQL(world.hub).respond, methods=["POST"]),
            Route("/{owner}/{repo}.git/{rest:path}", SmartHttp(world.hub).respond, methods=["GET", "POST"]),
            *pages,
            Route("/{rest:path}", _answer_unknown, methods=_METHODS),
        ]
    )


async def _answer_unknown(_: Request) -> Response:
    return JSONResponse(not_found().body(), 404)


class _Server(uvicorn.Server):
    """Leaves the process's signals alone: they belong to whoever started this."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HubServer:
    """Serves the hub on a port of its own: `with` runs it in a thread, `async with` in the running loop.

    `app` is what `build_hub` made, wrapped or not; without it the bare hub. `url` is where it is reached;
    payloads and answers carry it too. Leaving waits for requests under way, not for deliveries.
    """

    def __init__(self, world: World, app: ASGIApp | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._world = world
        self._app = build_hub(world) if app is None else app
        self._address = (host, port)
        self._server: _Server | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """`http://HOST:PORT`."""
        return self._world.hub.url

    @property
    def api_url(self) -> str:
        """Base of the REST API."""
        return f"{self.url}{BASE}"

    def _prepare(self) -> tuple[_Server, socket.socket]:
        # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms.
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(self._address)
        except OSError:
            bound.close()
            raise
        host, port = bound.getsockname()[:2]
        self._world.hub.url = f"http://{host}:{port}"
        config = uvicorn.Config(
            self._app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        self._server, self._socket = _Server(config), bound
        return self._server, bound

    def __enter__(self) -> Self:
        server, bound = self._prepare()
        self._thread = threading.Thread(target=server.run, args=([bound],), name="hub", daemon=True)
        self._thread.start()
        bound.listen()  # connections wait here until the loop takes them
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._release()

    async def __aenter__(self) -> Self:
        server, bound = self._prepare()
        bound.listen()
        self._task = asyncio.create_task(server.serve(sockets=[bound]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._release()

    def _release(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._server = self._socket = self._thread = self._task = None
