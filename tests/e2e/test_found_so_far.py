"""What programs know stands in the check long before the last model has answered."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from app.flows.review.reading import chunks
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.town import PATIENCE_S, Town

LAYERS = """\
architecture:
  layers:
    - {name: web, paths: ["shop/web/**"]}
    - {name: core, paths: ["shop/core/**"]}
"""
BASE = {
    ".github/lintel.yml": LAYERS,
    "shop/web/pages.py": "def show(order):\n    return order\n",
    "shop/core/orders.py": "def total(order):\n    return sum(order)\n",
}


async def test_a_broken_layer_is_told_while_the_model_still_reads(
    town: Town, claude: ScriptedClaude, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PROGRESS_S", 0.05)
    gate = threading.Event()
    monkeypatch.setattr(claude, "script", lambda _: Answer(before_headers=gate))
    await town.commit("main", BASE, by="mona")
    pull = await town.propose(
        {"shop/core/orders.py": "from shop.web.pages import show\n" + BASE["shop/core/orders.py"]}
    )

    try:
        end = time.monotonic() + PATIENCE_S
        while not any("Found so far" in (run.summary or "") for run in town.checks(pull)):
            assert time.monotonic() < end, [run.summary for run in town.checks(pull)]
            await asyncio.sleep(0.02)
        (check,) = town.checks(pull)
        assert check.status == "in_progress"
        assert "shop/core/orders.py:1: The import of shop/web/pages.py breaks layers" in (check.summary or "")
    finally:
        gate.set()
    assert (await town.judged(pull)).conclusion == "failure"
