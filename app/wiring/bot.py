"""The composition root: settings in, adapters out. The only place that constructs what touches the world."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import FastAPI
from psycopg import Error
from pydantic import SecretStr

from app import events
from app.claude.calibration import Calibrated, NotRecorded, Record, Sample
from app.claude.memory.memo import Flights, Remembered
from app.claude.money.purse import Payer, Purse
from app.claude.retries import Retries
from app.claude.seam import Send
from app.core.budget.limits import Limits
from app.core.event import Event
from app.core.job import Job
from app.core.prices import PriceTable
from app.core.report.words import Links
from app.flows.pull_request.check import Identity
from app.flows.pull_request.forge import GitHubServices
from app.flows.pull_request.purse import Settlements, StorePurse
from app.flows.pull_request.register import Register
from app.flows.review.desk.desk import Desk, Step, Watch
from app.github.application import GitHubApp
from app.github.transport import Surroundings, Wire
from app.github.webhook import decode, verify
from app.jobs.cleaning import schedule_cleaning
from app.jobs.work import build_handlers, judge
from app.jobs.worker import Pace, Worker
from app.postgres import Cluster, attach, is_low, start
from app.repo.mirror import Mirrors
from app.repo.source_cache import SourceCache
from app.settings import Settings, UnusableSettings
from app.store.database import Database
from app.store.faults import NotStored, StoreUnavailable
from app.store.migration import migrate
from app.store.records import token_rates
from app.store.records.inputs import Inputs
from app.store.records.replies import Replies
from app.store.work.deliveries import Deliveries
from app.store.work.queue import count_live_workers
from app.web.api import build_api
from app.web.webhook import Accept, WebhookParts
from app.wiring.model import CHANCE, in_form, open_client
from app.wiring.money import Open, Till
from app.wiring.prices import check_limits, read_price_table
from app.wiring.recording import describe_means, store_key

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
        prices = read_price_table(settings)
        check_limits(settings, prices)
        app = open_github(settings, world)
        stack.push_async_callback(app.aclose)
        dsn, cluster = await stack.enter_async_context(open_dsn(settings, owner=owner))
        await migrate(dsn)
        database = await stack.enter_async_context(Database(dsn))
        client = await stack.enter_async_context(open_client(settings, prices, retries=world.claude))
        key = store_key(settings)
        replies = Replies(database, key, clock=world.now)
        register = Register(Inputs(key), describe_means(settings, prices))
        services = await _meet_github(app, settings, database, register, world.now)
        record, flights = _record_samples(database, world.now), Flights()

        def wrap(send: Send) -> Send:
            return in_form(Calibrated(Remembered(send, replies, flights), record), settings)

        accounts = _open_accounts(database, world.now)
        till = Till(client=client, prices=prices, wrap=wrap, accounts=accounts) if client else None
        desk = replace(_lay_out(settings, world, prices, till), outages=client.outages if client else None)
        yield Bot(settings=settings, dsn=dsn, cluster=cluster, database=database, services=services, desk=desk)


async def _meet_github(
    app: GitHubApp, settings: Settings, database: Database, register: Register, now: Callable[[], datetime]
) -> GitHubServices:
    known = await app.get_app()
    return GitHubServices(
        app=app,
        identity=Identity(known.id, f"{known.slug}[bot]"),
        mirrors=Mirrors(settings.data_dir / "mirrors"),
        database=database,
        links=Links(settings.github_url),
        model=settings.model,
        register=register,
        now=now,
    )


def _lay_out(settings: Settings, world: Outside, prices: PriceTable, till: Till | None) -> Desk:
    return Desk(
        send=till.unbooked if till else None,
        models=settings.models,
        monotonic=world.monotonic,
        watch=world.watch,
        limit=settings.review_limit,
        month=settings.month_limit,
        prices=prices,
        bank=till,
        cache=SourceCache(settings.data_dir / "cache" / "source-facts.sqlite"),
    )


def open_github(settings: Settings, world: Outside) -> GitHubApp:
    """The App by its settings. Raises UnusableSettings and UnusableKey."""
    if settings.app_id is None:
        raise UnusableSettings("no App is configured: set LINTEL_APP_ID, or open /setup")
    wire = Wire(world.github, api_url=settings.github_api_url)
    return GitHubApp(wire, app_id=settings.app_id, private_key=SecretStr(settings.pem()))


def _open_accounts(database: Database, now: Callable[[], datetime]) -> Open:
    """Purses over the accounts in the database; those of one process tell one another of what is settled."""
    settlements = Settlements()

    async def open_purse(payer: Payer, limits: Limits) -> Purse:
        return StorePurse(database=database, payer=payer, limits=limits, now=now, new_id=uuid4, settlements=settlements)

    return open_purse


def _record_samples(database: Database, now: Callable[[], datetime]) -> Record:
    """Keep samples in the database."""

    async def record(sample: Sample) -> None:
        try:
            async with database.transaction() as connection:
                await token_rates.observe(connection, sample.model, size=sample.size, tokens=sample.tokens, now=now())
        except (StoreUnavailable, NotStored, Error) as error:
            raise NotRecorded(type(error).__name__) from error

    return record


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
        schedules=schedule_cleaning(bot.database, bot.services.now),
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
