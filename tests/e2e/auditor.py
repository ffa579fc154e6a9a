"""Who runs `lintel audit replay` on the records of a town, and what else an auditor looks at there."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from app.cli.audit.replay import run_replay
from app.cli.exits import Exit
from app.cli.wishes import Format
from app.hub.state import PullRequest
from tests.e2e.town import Town

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'lintel' ORDER BY 1"


@dataclass(frozen=True)
class Ended:
    code: Exit
    told: dict[str, Any]


@dataclass(frozen=True)
class Auditor:
    """Runs `lintel audit replay` on the records of a town."""

    town: Town
    capsys: pytest.CaptureFixture[str]

    async def replay(self, review: str, **other: Any) -> Ended:
        settings = self.town.bot.settings.model_copy(update=other)
        code = await asyncio.to_thread(run_replay, settings, review, Format.JSON)
        return Ended(code, json.loads(self.capsys.readouterr().out))

    async def print(self, review: str) -> str:
        await asyncio.to_thread(run_replay, self.town.bot.settings, review, Format.TEXT)
        return self.capsys.readouterr().out


async def reviews_of(town: Town, pull: PullRequest) -> list[str]:
    return [entry["review"] for entry in await town.ledger(pull)]


async def contents(town: Town) -> dict[str, str]:
    """A digest of every table of ours."""
    found = {}
    async with town.database.connection() as connection:
        for (name,) in await (await connection.execute(TABLES)).fetchall():
            query = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM lintel.{name} t"
            row = await (await connection.execute(query)).fetchone()
            assert row is not None
            found[name] = str(row[0])
    return found


async def execute(town: Town, statement: str, *values: Any) -> None:
    async with town.database.connection() as connection:
        await connection.execute(statement, values)


async def reviewed(town: Town, files: dict[str, str]) -> PullRequest:
    pull = await town.propose(files, title="A title", body="A body")
    await town.judged(pull)
    return pull
