"""A town to tell stories in: a local GitHub, the whole bot, a scripted Claude, joined by sockets. No sleeps."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from app.claude.retries import Retries
from app.cli.stage import Ground, add_repository, open_ground, run_bot, settings_for
from app.flows.review.desk.desk import Step, Watch
from app.hub.accounts import Delivery, Repository
from app.hub.state import CheckRun, IssueComment, PullRequest, Review, ReviewComment
from app.hub.world import World
from app.jobs.worker import Pace
from app.settings import Settings
from app.store.database import Connection, Database
from app.store.work.codec import TASKS
from app.wiring.bot import Bot, Outside
from tests.e2e.closing import ask_every_gate
from tests.e2e.wire import Effect, Trouble, Wire

QUICK = Pace(poll_s=0.2, abort_poll_s=0.5, heartbeat_s=0.3, stalled_s=1.5, rescue_s=0.4, grace_s=1.0)
CALM = Pace(grace_s=1.0)
"""For a bot that nobody kills: it looks for its own death as rarely as a real one, which is half of what it asks."""
PATIENCE_S = 30.0
_LATER = "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()"
# Pushes are waited for seconds; what waits for minutes waits for another day. Whose time has come so is told of.
_BUSY = f"""
WITH due AS ({_LATER} AND scheduled_at < now() + interval '1 minute' RETURNING id, queue_name),
told AS (SELECT pg_notify('procrastinate_queue_v1#' || queue_name,
    json_build_object('type', 'job_inserted', 'job_id', id)::text) FROM due)
SELECT (SELECT count(*) FROM told) > 0 OR EXISTS (
    SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = ANY(%s)
    AND coalesce(scheduled_at, now()) < now() + interval '1 minute')
"""
_LEDGER = "SELECT body FROM lintel.ledger WHERE kind = 'gate.set' AND body ->> 'pull_request' = %s ORDER BY seq"


@dataclass
class Haste:
    """A clock for waits: whoever sleeps on it finds the time gone by."""

    skipped_s: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped_s

    async def sleep(self, seconds: float) -> None:
        self.skipped_s += seconds
        await asyncio.sleep(0)


def hasty_outside(watch: Watch, haste: Haste | None = None) -> Outside:
    """The real outside, whose pauses cost no time."""
    passing = haste or Haste()
    outside = Outside(watch=watch, claude=Retries(jitter=lambda: 0.0, sleep=passing.sleep, clock=passing.monotonic))
    github = dataclasses.replace(outside.github, sleep=passing.sleep, monotonic=passing.monotonic)
    return dataclasses.replace(outside, github=github)


@dataclass
class Town:
    """Stories act through `people` and look through the rest."""

    ground: Ground
    repository: Repository
    database: Database
    wire: Wire
    steps: list[tuple[Step, str]] = field(default_factory=list)
    haste: Haste = field(default_factory=Haste)
    standing_bot: Bot | None = None

    @property
    def people(self) -> World:
        return self.ground.world

    @property
    def bot(self) -> Bot:
        assert self.standing_bot is not None, "the bot of this town lives in a process of its own"
        return self.standing_bot

    async def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes | tuple[str, bytes] | None],
        *,
        by: str = "hubert",
        **more: Any,
    ) -> str:
        content = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        return await asyncio.to_thread(self.people.commit, self.repository, branch, content, by=by, **more)

    async def open_pull(self, head: str = "change", *, by: str = "hubert", **more: Any) -> PullRequest:
        return await asyncio.to_thread(self.people.open_pull, self.repository, head, by=by, **more)

    async def propose(
        self, files: Mapping[str, str | bytes | tuple[str, bytes] | None], *, branch: str = "change", **more: Any
    ) -> PullRequest:
        """A pull request with one commit on a branch of its own."""
        await self.commit(branch, files)
        return await self.open_pull(branch, **more)

    async def do(self, action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(action, *args, **kwargs)

    def trouble(self, where: str, state: str, does: Effect, *, times: int = 1) -> Trouble:
        """Something happens to the next requests like this one."""
        self.wire.troubles.append(Trouble(where, state, does, times))
        return self.wire.troubles[-1]

    def checks(self, pull: PullRequest, sha: str | None = None) -> list[CheckRun]:
        runs = self.people.state.check_runs_of(pull.repository, sha or pull.head_sha)
        return [run for run in runs if run.app is self.ground.app]

    def comments(self, pull: PullRequest) -> list[ReviewComment]:
        return [item for item in self.people.state.review_comments_of(pull) if item.author is self.ground.app.bot]

    def reviews(self, pull: PullRequest) -> list[Review]:
        return [item for item in self.people.state.reviews_of(pull) if item.author is self.ground.app.bot]

    def said(self, pull: PullRequest) -> list[IssueComment]:
        return [item for item in self.people.state.comments_of(pull) if item.author is self.ground.app.bot]

    def summary(self, pull: PullRequest) -> str:
        """The one summary comment's text."""
        (found,) = [item for item in self.said(pull) if "<!-- lintel:summary -->" in item.body]
        return found.body

    def answers(self, pull: PullRequest) -> list[str]:
        """What the bot has answered to commands."""
        return [item.body for item in self.said(pull) if "<!-- lintel:answer" in item.body]

    def deliveries(self, event: str, action: str | None = None) -> list[Delivery]:
        """What GitHub has sent so far, oldest first."""
        sent = self.people.state.deliveries.values()
        return [one for one in sent if one.event == event and (action is None or one.action == action)]

    async def ledger(self, pull: PullRequest) -> list[dict[str, Any]]:
        """The bodies of the ledger entries on its gate."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(_LEDGER, [str(pull.number)])
            return [row[0] for row in await cursor.fetchall()]

    async def assert_said_once(self, pull: PullRequest, *places: tuple[str, int]) -> CheckRun:
        """One check, anchored to one ledger entry; these line comments in one review; one summary."""
        check = await self.judged(pull)
        entries = await self.ledger(pull)

        assert len(self.checks(pull)) == len(self.said(pull)) == len(entries) == 1
        assert [(item.path, item.line) for item in self.comments(pull)] == list(places)
        assert len(self.reviews(pull)) == min(len(places), 1)
        assert check.conclusion == entries[0]["conclusion"]
        assert check.external_id.startswith(f"lintel1:{entries[0]['review']}:")
        assert not check.external_id.endswith(":0:")
        return check

    @asynccontextmanager
    async def unheard(self) -> AsyncIterator[None]:
        """Meanwhile no delivery arrives: each is sent once, and lost."""
        app, url = self.ground.app, self.ground.app.webhook_url
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        app.webhook_url = f"http://127.0.0.1:{port}/nobody"
        try:
            yield
            await self.people.settle()
        finally:
            app.webhook_url = url

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """GitHub sends the same bytes under the same GUID again, and has its answer."""
        again = await self.do(self.people.hub.courier.redeliver, delivery)
        await self.people.settle()
        assert isinstance(again, Delivery)
        return again

    async def post(self, delivery: Delivery, **headers: str) -> httpx.Response:
        """The same signed bytes, sent by whoever has them."""
        url = self.ground.app.webhook_url
        assert url is not None
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(url, content=delivery.body, headers={**delivery.headers, **headers})

    async def tell(self, pull: PullRequest, words: str, *, by: str = "hubert") -> IssueComment:
        """Somebody comments, and the bot has done what there is to do about it."""
        comment = await self.do(self.people.comment, pull, words, by=by)
        await self.at_rest()
        assert isinstance(comment, IssueComment)
        return comment

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait for a state; fail with what stands instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it never came to: {what or holds}; steps: {self.steps[-6:]}") from None

    async def judged(self, pull: PullRequest, sha: str | None = None) -> CheckRun:
        """The newest check of a head, completed, when the bot has come to rest."""
        head = sha or pull.head_sha
        await self.at_rest()
        runs = self.checks(pull, head)
        assert runs, f"no check on {head[:12]}; steps: {self.steps[-6:]}"
        assert all(run.status == "completed" for run in runs), f"unfinished: {runs}; steps: {self.steps[-6:]}"
        return runs[-1]

    async def at_rest(self) -> None:
        """Every delivery is answered, and no job waits or runs; what waits for a time finds it come."""
        await self.people.settle()
        try:
            async with asyncio.timeout(PATIENCE_S), self.database.connection() as connection:
                while await _is_busy(connection):
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"the bot never came to rest; steps: {self.steps[-6:]}") from None
        await self.people.settle()

    async def ten_minutes_later(self) -> None:
        """Whatever waits for a time, its time has come."""
        self.haste.skipped_s += 600
        async with self.database.connection() as connection:
            await connection.execute(_LATER)


async def _is_busy(connection: Connection) -> bool:
    row = await (await connection.execute(_BUSY, [list(TASKS)])).fetchone()
    return row is None or bool(row[0])


def told(check: CheckRun) -> str:
    """What a check says below its title."""
    assert check.summary is not None
    return check.summary


def settle_settings(ground: Ground, data_dir: Path, *, claude_url: str | None, dsn: str | None) -> Settings:
    """The bot's settings on this ground, with nothing of this machine's environment."""
    untouched = Settings(_env_file=None).model_copy(
        update={
            "anthropic_api_key": None,
            "anthropic_base_url": claude_url,
            "database_url": None if dsn is None else SecretStr(dsn),
        }
    )
    return settings_for(ground, untouched, data_dir)


async def settle_repository(ground: Ground, files: Mapping[str, str], name: str = "shop") -> Repository:
    """A repository with these files on `main`, on which the App is installed."""
    repository = await asyncio.to_thread(add_repository, ground, name, None, {}, "main")
    content = {path: text.encode() for path, text in files.items()}
    await asyncio.to_thread(ground.world.commit, repository, "main", content, by="mona")
    return repository


@cache
def key_of_the_app() -> rsa.RSAPrivateKey:
    """The same for every town: to find one takes longer than many a story."""
    return rsa.generate_private_key(65537, 2048)


@asynccontextmanager
async def open_town(
    tmp_path: Path,
    files: Mapping[str, str],
    *,
    claude_url: str | None = None,
    dsn: str | None = None,
    pace: Pace = CALM,
) -> AsyncIterator[Town]:
    """A town whose bot works on the database `dsn`, or without it on an embedded one of its own."""
    steps: list[tuple[Step, str]] = []
    haste, wire = Haste(), Wire()
    outside = hasty_outside(lambda step, line: steps.append((step, line)), haste)
    async with open_ground(tmp_path / "github", outside, wrap=wire.wrap, key=key_of_the_app()) as ground:
        repository = await settle_repository(ground, files)
        settings = settle_settings(ground, tmp_path / "lintel", claude_url=claude_url, dsn=dsn)
        async with run_bot(ground, settings, outside, pace=pace) as bot:
            town = Town(ground, repository, bot.database, wire, steps, haste, bot)
            yield town
            await ask_every_gate(town)
    assert not wire.complaints, "\n\n".join(wire.complaints[:5])
