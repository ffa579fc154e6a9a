"""A team sees what the gate did, and in advisory mode what it would have done, before it trusts it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from app.cli.exits import Exit
from app.cli.stats import run_stats
from app.cli.wishes import Format
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
OTHER = {"app/other.py": "LIMIT = 3\n"}


async def count(town: Town, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one month of the one repository."""
    assert await asyncio.to_thread(run_stats, town.bot.settings, Format.JSON) is Exit.FINE
    (month,) = json.loads(capsys.readouterr().out)["months"]
    assert isinstance(month, dict)
    return month


async def test_in_advisory_mode_nothing_blocks_and_what_would_have_is_counted(
    guarded: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    await guarded.commit("main", {".github/lintel.yml": "mode: advisory\n"}, by="mona")
    await guarded.at_rest()
    pull = await guarded.propose(BAD)
    check = await guarded.judged(pull)
    await guarded.tell(pull, "/lintel dismiss F1 it is free", by="writer")
    month = await count(guarded, capsys)

    assert check.conclusion == "neutral"
    assert (month["verdicts"]["would_hold"], month["verdicts"]["held"]) == (1, 0)
    assert (month["findings"]["blocking"], month["findings"]["dismissed_blocking"]) == (1, 1)
    assert mergeable(guarded, pull)


async def test_what_the_gate_did_is_counted_with_how_people_took_it(
    guarded: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    pull = await guarded.propose(BAD)
    await guarded.judged(pull)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    await guarded.judged(pull)
    month = await count(guarded, capsys)
    await asyncio.to_thread(run_stats, guarded.bot.settings, Format.TEXT)

    assert (month["verdicts"]["held"], month["verdicts"]["overridden"], month["overrides"]) == (1, 1, 1)
    assert month["usd"] > 0
    assert "2 verdicts: 1 passed, 1 held, 0 would have been held" in capsys.readouterr().out
    assert mergeable(guarded, pull)


async def test_before_any_verdict_there_is_nothing_to_count(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(run_stats, town.bot.settings, Format.TEXT)

    assert "No verdict is recorded yet." in capsys.readouterr().out
    pull = await town.propose(OTHER, draft=True)
    assert not mergeable(town, pull)
