"""`lintel doctor`: looks at the App on GitHub, its installations and its queue. Changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final

from app.core.gate.enforcement import judge_enforcement
from app.core.gate.sharing import check_name
from app.core.health import (
    Delivered,
    Examined,
    State,
    examine_deliveries,
    examine_events,
    examine_gate,
    examine_hook,
    examine_permissions,
    examine_queue,
)
from app.events import subscribed_events
from app.flows.default_branch import read_default_branch
from app.github.app_payloads import App, Installation
from app.github.application import GitHubApp
from app.github.auth import GIT, METADATA, READ, WRITE
from app.github.errors import GitHubError, NotFound, Refused, TokenRefused, Unprocessable
from app.github.payloads import Repository
from app.store.database import Database
from app.store.faults import StoreUnavailable
from app.store.work.queue import count_live_workers, count_waiting

LIVE_WITHIN_S: Final = 15.0
"""A worker whose last sign of life is older than this many seconds does not count as live."""

_ACCEPT: Final = "an owner of the account accepts the App's new permissions in its installation's settings"
_GRANT: Final = "grant them in the App's settings, under Permissions & events; then each installation accepts them"


def needed_permissions() -> Mapping[str, str]:
    """What our tokens ask for in all."""
    needed: dict[str, str] = {}
    for tokens in (METADATA, GIT, READ, WRITE):
        needed |= tokens
    return needed


async def examine_app(app: GitHubApp, public_url: str | None) -> AsyncIterator[Examined]:
    """Credentials, permissions, events, webhook, and the gate of each installed repository, as they are found."""
    try:
        known = await app.get_app()
    except TokenRefused as error:
        mend = "check LINTEL_APP_ID, the private key and this machine's clock"
        yield Examined("credentials", State.WRONG, f"GitHub refuses the App: {error}", mend)
        return
    except GitHubError as error:
        yield _unseen("credentials", error)
        return
    yield Examined("credentials", State.WELL, f"{known.name} (App {known.id})")
    yield examine_permissions("permissions", known.permissions, needed_permissions(), _GRANT)
    yield examine_events(known.events, subscribed_events())
    yield await _examine_hook(app, public_url)
    yield await _examine_deliveries(app)
    async for one in _examine_installations(app, known):
        yield one


async def _examine_hook(app: GitHubApp, public_url: str | None) -> Examined:
    try:
        config = await app.get_hook_config()
    except GitHubError as error:
        return _unseen("webhook", error)
    return examine_hook(config.url, insecure=str(config.insecure_ssl) not in ("0", "0.0"), public_url=public_url)


async def _examine_deliveries(app: GitHubApp) -> Examined:
    try:
        page = (await app.list_hook_deliveries()).deliveries
    except GitHubError as error:
        return _unseen("deliveries", error)
    # What was sent again and answered has not failed.
    answered = {delivery.guid for delivery in page if delivery.succeeded}
    guids = {delivery.guid for delivery in page}
    return examine_deliveries(Delivered(len(guids), len(guids - answered)))


async def _examine_installations(app: GitHubApp, known: App) -> AsyncIterator[Examined]:
    try:
        installations = await app.list_installations()
    except GitHubError as error:
        yield _unseen("installations", error)
        return
    if not installations:
        mend = "install the App on an account or on chosen repositories"
        yield Examined("installations", State.WRONG, "the App is installed nowhere", mend)
    for installation in installations:
        account = installation.account.login if installation.account else str(installation.id)
        if installation.suspended_at is not None:
            mend = "an owner of the account lifts the suspension in its installation's settings"
            yield Examined(f"installation on {account}", State.WRONG, "suspended", mend)
            continue
        part = f"installation on {account}"
        yield examine_permissions(part, installation.permissions, needed_permissions(), _ACCEPT)
        async for one in _examine_gates(app, known, installation, part):
            yield one


async def _examine_gates(app: GitHubApp, known: App, installation: Installation, part: str) -> AsyncIterator[Examined]:
    try:
        repositories = await app.list_installation_repositories(installation.id)
    except GitHubError as error:
        yield _unseen(part, error)
        return
    for repository in repositories:
        if not repository.archived:
            yield await _examine_gate(app, known, installation.id, repository)


async def _examine_gate(app: GitHubApp, known: App, installation_id: int, repository: Repository) -> Examined:
    branch = repository.default_branch
    client = app.repository(installation_id, repository.id, repository.full_name)
    try:
        name = (await read_default_branch(app, client, installation_id)).check
    except (NotFound, Unprocessable, Refused):
        name = check_name(branch)  # without commits there is no policy yet
    except GitHubError as error:
        return _unseen(f"gate of {repository.full_name}", error)
    requirements = await client.list_required_checks(branch)
    return examine_gate(repository.full_name, branch, name, judge_enforcement(requirements, name, known.id))


async def examine_work(database: Database) -> Examined:
    """Whether somebody works on what waits."""
    try:
        async with database.connection() as connection:
            return examine_queue(await count_live_workers(connection, LIVE_WITHIN_S), await count_waiting(connection))
    except StoreUnavailable as error:
        return Examined("queue", State.UNKNOWN, f"the database cannot be asked: {error}")


def _unseen(part: str, error: GitHubError) -> Examined:
    return Examined(part, State.UNKNOWN, f"GitHub cannot be asked: {error}", "try again when GitHub answers")
