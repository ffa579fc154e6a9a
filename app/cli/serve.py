"""`lintel serve` and `lintel worker`: the bot until it is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from app.cli.exits import Broke, Exit, Refusal
from app.github.auth import UnusableKey
from app.github.errors import GitHubError, TokenRefused
from app.postgres import Cluster, PostgresFault
from app.settings import Settings
from app.store.faults import StoreUnavailable
from app.web.api import WEBHOOK_PATH, build_setup_api
from app.wiring.bot import build_worker, open_api, open_bot

logger = logging.getLogger(__name__)

WATCH_S = 2.0
"""Seconds between two looks at the embedded PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens; port 0 takes any free one."""

    host: str
    port: int


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: after a graceful stop it would kill the process with the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever started this."""
        yield


def run_server(settings: Settings, address: Address, *, with_worker: bool) -> Exit:
    """Take deliveries, and work on them unless told otherwise. Raises Refusal."""
    return _until_stopped(_serve(settings, address, with_worker=with_worker))


def run_worker(settings: Settings) -> Exit:
    """Work on deliveries that a server takes. Raises Refusal."""
    return _until_stopped(_work(settings))


@contextlib.asynccontextmanager
async def listening(api: FastAPI, address: Address) -> AsyncIterator[int]:
    """Serve `api` while inside; the port."""
    config = uvicorn.Config(
        api, host=address.host, port=address.port, log_config=None, access_log=False, timeout_graceful_shutdown=10
    )
    server = Server(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                raise Refusal(f"cannot listen on {address.host}:{address.port}: name another --host or --port")
            await asyncio.sleep(0.01)
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        # uvicorn ends the process itself when it cannot listen; here that is an error to be named.
        with contextlib.suppress(SystemExit):
            await task


def _until_stopped(program: Coroutine[None, None, None]) -> Exit:
    try:
        asyncio.run(program)
    except TokenRefused as error:
        raise Refusal(
            "GitHub refuses the App: check LINTEL_APP_ID, the private key and this machine's clock"
        ) from error
    except UnusableKey as error:
        raise Refusal(f"{error}: check LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE") from error
    except GitHubError as error:
        raise Broke(f"GitHub cannot be asked about the App: {error}") from error
    except StoreUnavailable as error:
        raise Broke(f"the database cannot be reached: {error}") from error
    except PostgresFault as error:
        raise Refusal(str(error)) from error
    return Exit.FINE


async def _serve(settings: Settings, address: Address, *, with_worker: bool) -> None:
    stop = _stop_on_signal()
    if not settings.configured:
        async with listening(build_setup_api(), address) as port:
            logger.warning("no App is configured: open http://%s:%d/setup", address.host, port)
            await stop.wait()
        return
    async with open_bot(settings, owner=True) as bot, open_api(bot) as api, listening(api, address) as port:
        logger.info("takes deliveries at http://%s:%d%s", address.host, port, WEBHOOK_PATH)
        reviving = asyncio.create_task(_keep_alive(bot.cluster))
        try:
            await (build_worker(bot).run(stop) if with_worker else stop.wait())
        finally:
            reviving.cancel()


async def _keep_alive(cluster: Cluster | None) -> None:
    """Start the embedded PostgreSQL again when it died (out of memory, a full disk that has room again)."""
    while cluster is not None:
        await asyncio.sleep(WATCH_S)
        try:
            if await asyncio.to_thread(cluster.revive):
                logger.warning("the embedded PostgreSQL had died and was started again")
        except PostgresFault as error:
            logger.error("the embedded PostgreSQL cannot be started: %s", error)  # noqa: TRY400 - the line says it all


async def _work(settings: Settings) -> None:
    stop = _stop_on_signal()
    async with open_bot(settings, owner=False) as bot:
        await build_worker(bot).run(stop)


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop
