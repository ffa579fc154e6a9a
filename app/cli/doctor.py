"""`lintel doctor`: what is wrong with this set-up, and how to mend it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from rich.console import Console

from app.cli.exits import Exit
from app.core.health import Examined, State, summarize
from app.core.model import Block, ModelFailed, Request, Stage
from app.core.text.unicode import reveal
from app.flows.doctor import examine_app, examine_work
from app.github.auth import UnusableKey
from app.postgres import PostgresFault
from app.settings import Settings, UnusableSettings
from app.store.database import Database
from app.store.faults import StoreUnavailable
from app.wiring.bot import Outside, open_dsn, open_github
from app.wiring.model import open_client
from app.wiring.prices import read_price_table

_SIGNS = {State.WELL: "✓", State.WRONG: "✗", State.UNKNOWN: "?"}
_EXITS = {State.WELL: Exit.FINE, State.WRONG: Exit.GATE, State.UNKNOWN: Exit.BROKEN}
_NO_APP = "set LINTEL_APP_ID, LINTEL_PRIVATE_KEY_FILE and LINTEL_WEBHOOK_SECRET; `lintel serve` shows how at /setup"
_NO_MODEL = "set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own"


def run_doctor(settings: Settings, *, as_json: bool, ask_model: bool) -> Exit:
    """Look at every part and print what was found. 0: all is well; 1: something is wrong; 3: something was not seen."""
    examined = asyncio.run(_examine(settings, ask_model=ask_model))
    (_print_json if as_json else _print_text)(examined)
    return _EXITS[summarize(examined)]


async def _examine(settings: Settings, *, ask_model: bool) -> list[Examined]:
    outside = Outside()
    return [
        *[one async for one in _examine_github(settings, outside)],
        *[one async for one in _examine_store(settings)],
        await _examine_model(settings, ask=ask_model),
    ]


async def _examine_github(settings: Settings, outside: Outside) -> AsyncIterator[Examined]:
    if not settings.configured:
        yield Examined("credentials", State.WRONG, "no App is configured", _NO_APP)
        return
    try:
        app = open_github(settings, outside)
    except (UnusableSettings, UnusableKey) as error:
        yield Examined("credentials", State.WRONG, str(error), "check LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE")
        return
    try:
        async for one in examine_app(app, settings.public_url):
            yield one
    finally:
        await app.aclose()


async def _examine_store(settings: Settings) -> AsyncIterator[Examined]:
    try:
        async with open_dsn(settings, owner=False) as (dsn, _), Database(dsn) as database:
            async with database.connection() as connection:
                await connection.execute("SELECT 1")
            where = "the configured database" if settings.database_url else f"embedded, in {settings.data_dir}"
            yield Examined("database", State.WELL, where)
            yield await examine_work(database)
    except PostgresFault as error:
        yield Examined("database", State.WRONG, str(error), "start `lintel serve`, whose database this is")
    except StoreUnavailable as error:
        yield Examined("database", State.WRONG, str(error), "see that LINTEL_DATABASE_URL can be reached from here")


async def _examine_model(settings: Settings, *, ask: bool) -> Examined:
    if not settings.model_configured:
        return Examined("model", State.WRONG, "no model is configured: nothing is read by one", _NO_MODEL)
    if not ask:
        return Examined("model", State.WELL, f"{settings.model} is configured; not asked (--ask-model does)")
    question = Request(
        stage=Stage.BRIEF,
        lens="doctor",
        model=settings.model,
        system=(Block("Answer with the one word: ready"),),
        blocks=(Block("Are you there?"),),
        schema={},
        max_tokens=64,
        effort="low",
        prompted=True,
    )
    async with open_client(settings, read_price_table(settings)) as client:
        if client is None:
            raise RuntimeError("a configured model has a client")
        try:
            reply = await client.send(question)
        except ModelFailed as error:
            told = f"{settings.model} gave no answer: {error}"
            return Examined("model", State.WRONG, told, "check the key, the model's name and the budget behind them")
    return Examined("model", State.WELL, f"{reply.model} answers")


def _print_json(examined: Sequence[Examined]) -> None:
    told = {"state": summarize(examined).value, "examined": [asdict(one) for one in examined]}
    sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def _print_text(examined: Sequence[Examined]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in examined:
        console.print(reveal(f"{_SIGNS[one.state]} {one.part}: {one.told}"), markup=False)
        if one.mend and one.state is not State.WELL:
            console.print(reveal(f"    → {one.mend}"), markup=False)
