from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.hub.accounts import Role
from app.hub.state import PullRequest
from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import Told, confirm, seconded
from tests.e2e.auditor import Auditor
from tests.e2e.town import QUICK, Town, open_town

BASE = {
    "app/pay.py": "def total(items):\n    return sum(item.price for item in items)\n",
    "README.md": "# Shop\n",
}
PLANTS = {
    r"\* 0": Plant("critical", "The total is always zero"),
    r"print\(": Plant("low", "A left-over print"),
}


def confirm_as_planted(told: Told) -> dict[str, Any]:
    """The second reader sees what the first one saw."""
    severities = {plant.title: plant.severity for plant in PLANTS.values()}
    return confirm(told, severity=severities.get(told.title, "high"))


@pytest.fixture
def claude() -> Iterator[ScriptedClaude]:
    """A Claude that minds `* 0` (critical) and `print(` (low), confirms both, and minds nothing else."""
    with ScriptedClaude(seconded(planted(PLANTS), confirm_as_planted)) as server:
        yield server


@pytest.fixture
async def town(tmp_path: Path, claude: ScriptedClaude, postgres_dsn: str) -> AsyncIterator[Town]:
    """The shop's town, with a model."""
    async with open_town(tmp_path, BASE, claude_url=claude.base_url, dsn=postgres_dsn) as town:
        yield town


@pytest.fixture
async def town_without_model(tmp_path: Path, postgres_dsn: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, BASE, dsn=postgres_dsn) as town:
        yield town


@pytest.fixture
async def town_of_its_own(tmp_path: Path, claude: ScriptedClaude) -> AsyncIterator[Town]:
    """A town whose PostgreSQL may be stopped."""
    async with open_town(tmp_path, BASE, claude_url=claude.base_url, pace=QUICK) as town:
        yield town


@pytest.fixture
def audit(town: Town, capsys: pytest.CaptureFixture[str]) -> Auditor:
    return Auditor(town, capsys)


@pytest.fixture
async def guarded(town: Town) -> Town:
    """A town whose `main` asks for the check of this very App; who may do what goes by their names."""
    people = town.people
    await town.do(people.require_check, town.repository, "lintel: main", app=town.ground.app)
    for login in ("writer", "keeper", "boss"):
        people.add_person(login)
    await town.do(people.set_role, town.repository, "writer", Role.WRITE)
    await town.do(people.set_role, town.repository, "keeper", Role.MAINTAIN)
    await town.do(people.set_role, town.repository, "boss", Role.ADMIN)
    return town


@pytest.fixture
async def guarded_without_model(town_without_model: Town) -> Town:
    """The same without a model."""
    town = town_without_model
    await town.do(town.people.require_check, town.repository, "lintel: main", app=town.ground.app)
    return town


def mergeable(town: Town, pull: PullRequest) -> bool:
    """Whether it can be merged now."""
    return town.people.can_merge(pull)[0]
