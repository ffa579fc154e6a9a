"""The composition root: settings in, adapters out. The only place that constructs what touches the world."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI
from psycopg import Error
from pydantic import SecretStr

from app import events
from app.claude.calibration import Calibrated, NotRecorded, Record, Sample
from app.claude.memo import Remembered
from app.claude.retries import Retries
from app.core.budget import find_contradiction
from app.core.event import Event
from app.core.job import Job
from app.core.report.words import Links
from app.flows.pull_request.check import Identity
from app.flows.pull_request.forge import GitHubServices
from app.flows.review.desk import Desk, Step, Watch
from app.github.application import GitHubApp
from app.github.transport import Surroundings, Wire
from app.github.webhook import decode, verify
from app.jobs.work import build_handlers, judge
from app.jobs.worker import Pace, Worker
from app.postgres import Cluster, attach, is_low, start
from app.repo.mirror import Mirrors
from app.settings import Settings, UnusableSettings
from app.store.database import Database
from app.store.faults import NotStored, StoreUnavailable
from app.store.migration import migrate
from app.store.records import token_rates
from app.store.records.key import UnusableKey, keep_key, read_key
from app.store.records.replies import Replies
from app.store.work.deliveries import Deliveries
from app.store.work.queue import count_live_workers
from app.web.api import build_api
from app.web.webhook import Accept, WebhookParts
from app.wiring.model import CHANCE, in_form, open_model

LIVE_WITHIN_S = 15.0
"""A worker whose last sign of life is older than this many seconds does not count as live."""


def utc_now() -> datetime:
    """The clock of a running program; everything else is handed it."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where time comes in


def _silent(_step: Step, _line: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a test replaces: time, chance and pauses of the wire to GitHub, retries of the wire to Claude, a watcher."""

    github: Surroundings = field(default_factory=lambda: Surroundings(clock=utc_now, jitter=CHANCE.random))
    claude: Retries = field(default_factory=lambda: Retries(jitter=CHANCE.random))
    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = field(default_factory=lambda: asyncio.get_running_loop().time)
    watch: Watch = _silent


@asynccontextmanager
async def open_dsn(settings: Settings, *, owner: bool) -> AsyncIterator[tuple[str, Cluster | None]]:
    """Where PostgreSQL is reached: the configured one, or the embedded one of the data directory.

    `owner` starts the embedded server (and stops it at the end); otherwise a living one of the same data directory is
    used. Raises PostgresFault.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), None
    elif owner:
        cluster = await asyncio.to_thread(start, settings.data_dir)
        try:
            yield cluster.dsn, cluster
        finally:
            await asyncio.to_thread(cluster.stop)
    else:
        yield (await asyncio.to_thread(attach, settings.data_dir)).dsn, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """All that the bot needs to take deliveries and to work on them."""

    settings: Settings
    dsn: str
    cluster: Cluster | None
    database: Database
    services: GitHubServices
    desk: Desk


@asynccontextmanager
async def open_bot(settings: Settings, *, owner: bool, outside: Outside | None = None) -> AsyncIterator[Bot]:
    """The bot's adapters, opened in order and closed in reverse.

    Raises UnusableSettings, UnusableKey, PostgresFault.
    """
    world = outside or Outside()
    async with AsyncExitStack() as stack:
        # First what fails by a wrong setting alone: no database is started for that.
        _check_limit(settings)
        app = _github(settings, world)
        stack.push_async_callback(app.aclose)
        dsn, cluster = await stack.enter_async_context(open_dsn(settings, owner=owner))
        await migrate(dsn)
        database = await stack.enter_async_context(Database(dsn))
        send = await stack.enter_async_context(open_model(settings, without=False, retries=world.claude))
        replies = Replies(database, _store_key(settings), clock=world.now)
        known = await app.get_app()
        services = GitHubServices(
            app=app,
            identity=Identity(known.id, f"{known.slug}[bot]"),
            mirrors=Mirrors(settings.data_dir / "mirrors"),
            database=database,
            links=Links(settings.github_url),
            model=settings.model,
            now=world.now,
        )
        ask = Calibrated(Remembered(send, replies), _record_samples(database, world.now)) if send else None
        desk = Desk(
            send=in_form(ask, settings) if ask else None,
            models=settings.models,
            monotonic=world.monotonic,
            watch=world.watch,
            limit=settings.review_limit,
        )
        yield Bot(settings=settings, dsn=dsn, cluster=cluster, database=database, services=services, desk=desk)


def _github(settings: Settings, world: Outside) -> GitHubApp:
    if settings.app_id is None:
        raise UnusableSettings("no App is configured: set LINTEL_APP_ID, or open /setup")
    wire = Wire(world.github, api_url=settings.github_api_url)
    return GitHubApp(wire, app_id=settings.app_id, private_key=SecretStr(settings.pem()))


def _check_limit(settings: Settings) -> None:
    contradiction = find_contradiction(settings.models, settings.review_limit)
    if settings.model_configured and contradiction is not None:
        raise UnusableSettings(f"LINTEL_REVIEW_BUDGET_USD: {contradiction}")


def _record_samples(database: Database, now: Callable[[], datetime]) -> Record:
    """Keep samples in the database."""

    async def record(sample: Sample) -> None:
        try:
            async with database.transaction() as connection:
                await token_rates.observe(connection, sample.model, size=sample.size, tokens=sample.tokens, now=now())
        except (StoreUnavailable, NotStored, Error) as error:
            raise NotRecorded(type(error).__name__) from error

    return record


def _store_key(settings: Settings) -> bytes:
    configured = settings.store_key
    try:
        if configured is not None:
            return read_key(configured.get_secret_value())
        return keep_key(settings.data_dir / "store.key")
    except UnusableKey as error:
        name = "LINTEL_STORE_KEY" if configured is not None else str(settings.data_dir / "store.key")
        raise UnusableSettings(f"{name}: {error}") from error


def build_webhook(bot: Bot, accept: Accept, free_bytes: Callable[[], int | None]) -> WebhookParts:
    """The webhook's parts for a configured App."""
    settings = bot.settings
    keys = [secret.get_secret_value() for secret in settings.webhook_secret]
    allowed = frozenset(owner.lower() for owner in settings.allowed_owners)
    app_id = bot.services.identity.app_id

    def jobs_for(event: Event) -> list[Job]:
        owner = event.repository.full_name.partition("/")[0] if event.repository else event.account or ""
        return [] if allowed and owner.lower() not in allowed else events.jobs_for(event, app_id)

    def refusal() -> str | None:
        free = free_bytes()
        return "the disk is nearly full" if free is not None and is_low(free) else None

    return WebhookParts(
        verify=lambda body, signature: verify(keys, body, signature),
        decode=decode,
        jobs_for=jobs_for,
        accept=accept,
        refusal=refusal,
    )


def build_worker(bot: Bot, *, pace: Pace | None = None) -> Worker:
    """The worker over the bot's adapters."""
    return Worker(
        bot.database,
        build_handlers(bot.services, lambda _job: bot.desk),
        exit_hard=os._exit,
        concurrency=bot.settings.max_concurrent_reviews,
        judge=judge,
        pace=pace,
    )


@asynccontextmanager
async def open_api(bot: Bot) -> AsyncIterator[FastAPI]:
    """The HTTP side over the bot's adapters."""

    async def count_workers() -> int:
        async with bot.database.connection() as connection:
            return await count_live_workers(connection, LIVE_WITHIN_S)

    def free_bytes() -> int | None:
        return bot.cluster.free_bytes() if bot.cluster else None

    async with Deliveries(bot.dsn) as deliveries:
        yield build_api(webhook=build_webhook(bot, deliveries.accept, free_bytes), count_workers=count_workers)
