"""The bot and a local GitHub side by side on this machine, joined by real HTTP: webhooks in, REST and git out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from app.cli.serve import Address, listening
from app.core.gate.sharing import check_name
from app.events import subscribed_events
from app.github.auth import GIT
from app.hub.accounts import App, Repository, Role
from app.hub.server import HubServer, build_hub
from app.hub.world import World
from app.jobs.worker import Pace
from app.settings import Settings
from app.wiring.bot import Bot, Outside, build_worker, open_api, open_bot

LOOPBACK = "127.0.0.1"
SLUG = "lintel"
ORGANIZATION = "octo"
PEOPLE = {"mona": Role.ADMIN, "hubert": Role.WRITE, "rita": Role.READ}
PERMISSIONS = {"checks": "write", "pull_requests": "write", "issues": "read", "merge_queues": "read", **GIT}


@dataclass(frozen=True, slots=True)
class Ground:
    """A local GitHub that is served, with our App registered on it; its webhook leads nowhere yet."""

    world: World
    server: HubServer
    app: App
    private_key: SecretStr


@asynccontextmanager
async def open_ground(
    directory: Path,
    outside: Outside,
    *,
    port: int = 0,
    pages: Callable[[World], Sequence[BaseRoute]] = lambda _world: (),
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    key: rsa.RSAPrivateKey | None = None,
) -> AsyncIterator[Ground]:
    """Serve a local GitHub with an organization, some people and our App. `wrap` stands between it and everybody.

    `key` is the App's, without it a new one.
    """
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    world = World(directory, outside.now)
    world.add_organization(ORGANIZATION)
    for login in PEOPLE:
        world.add_person(login)
    if key is None:
        key = await asyncio.to_thread(rsa.generate_private_key, 65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    app = world.register_app(
        SLUG,
        ORGANIZATION,
        public,
        PERMISSIONS,
        sorted(subscribed_events()),
        webhook_secret=secrets.token_hex(20),
    )
    try:
        async with HubServer(world, wrap(build_hub(world, pages(world))), port=port) as server:
            yield Ground(world, server, app, SecretStr(private))
    finally:
        await asyncio.to_thread(world.close)


def add_repository(
    ground: Ground, name: str, source: Path | None, branches: dict[str, str], default: str
) -> Repository:
    """A repository of the organization, with everybody's role in it, on which our App is installed."""
    world = ground.world
    repository = world.create_repository(
        ORGANIZATION, name, default_branch=default, source=source, branches=branches or None
    )
    for login, role in PEOPLE.items():
        world.set_role(repository, login, role)
    world.install(ground.app, ORGANIZATION, [repository])
    world.require_check(repository, check_name(default), app=ground.app)
    return repository


def settings_for(ground: Ground, settings: Settings, data_dir: Path) -> Settings:
    """The settings of a bot that works on this ground; what concerns models stays as it is."""
    return settings.model_copy(
        update={
            "app_id": str(ground.app.id),
            "private_key": ground.private_key,
            "private_key_file": None,
            "webhook_secret": (SecretStr(ground.app.webhook_secret),),
            "github_api_url": ground.server.api_url,
            "github_url": ground.server.url,
            "data_dir": data_dir,
        }
    )


@asynccontextmanager
async def run_bot(
    ground: Ground, settings: Settings, outside: Outside, *, pace: Pace | None = None
) -> AsyncIterator[Bot]:
    """The whole bot on this ground, its webhook address told to the App; stopped gracefully at the end."""
    stop = asyncio.Event()
    async with (
        open_bot(settings, owner=True, outside=outside) as bot,
        open_api(bot) as api,
        listening(api, Address(LOOPBACK, 0)) as port,
    ):
        ground.app.webhook_url = f"http://{LOOPBACK}:{port}/webhooks/github"
        working = asyncio.create_task(build_worker(bot, pace=pace).run(stop))
        try:
            yield bot
        finally:
            stop.set()
            await working
