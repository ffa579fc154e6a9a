"""The whole bot in a process of its own, so that it can really be killed. `BotProcess` is the tests' side of it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from app.cli.serve import Address, listening
from app.cli.stage import LOOPBACK
from app.flows.review.desk.desk import Step, Watch
from app.settings import Settings
from app.wiring.bot import build_worker, open_api, open_bot
from tests.e2e.town import QUICK, hasty_outside

PATIENCE_S = 20.0
# Each bot is forked from a process that has imported everything and has no threads: starting one takes no second.
_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload([__name__])


def live(settings: Settings, dying: Path, ready: Connection) -> None:
    """Be the bot until SIGTERM. It kills itself at the end of the step whose name stands in the file `dying`, once."""

    def watch(step: Step, _line: str) -> None:
        if dying.exists() and dying.read_text() == step.value:
            dying.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(_live(settings, watch, ready))


async def _live(settings: Settings, watch: Watch, ready: Connection) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with (
        open_bot(settings, owner=True, outside=hasty_outside(watch)) as bot,
        open_api(bot) as api,
        listening(api, Address(LOOPBACK, 0)) as port,
    ):
        ready.send((bot.dsn, port))
        await build_worker(bot, pace=QUICK).run(stop)


@dataclass
class BotProcess:
    """At most one living process at a time, always on the same data directory."""

    settings: Settings
    dying: Path
    dsn: str = ""
    port: int = 0
    starts: int = 0
    _process: multiprocessing.process.BaseProcess | None = None

    async def start(self) -> None:
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        here, there = _fork.Pipe()
        self._process = _fork.Process(target=live, args=(self.settings, self.dying, there), name="lintel-bot")
        self._process.start()
        there.close()
        assert here.poll(PATIENCE_S), "the bot did not start"
        self.dsn, self.port = here.recv()
        self.starts += 1
        here.close()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL; returns when it is dead."""
        assert self._process is not None
        self._process.kill()
        self._process.join(PATIENCE_S)

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join(PATIENCE_S)
            self._process.kill()
            self._process.join()
