"""The architecture on GitHub: a broken layer on its line, the picture in the summary, and the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.town import Town, open_town, told

POLICY = """\
version: 1
model: optional
architecture:
  layers:
    - {name: web, paths: ["shop/web/**"]}
    - {name: core, paths: ["shop/core/**"]}
"""
TAX = "shop/core/tax.py"
BASE = {
    ".github/lintel.yml": POLICY,
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/web/views.py": "from shop.core.tax import rate\n\n\ndef show():\n    return rate()\n",
    "shop/core/__init__.py": "",
    TAX: '"""Taxes."""\n\n\ndef rate():\n    return 20\n',
}
BROKEN = {TAX: '"""Taxes."""\n\nfrom shop.web import views\n\n\ndef rate():\n    return views.show() or 20\n'}
MENDED = {TAX: '"""Taxes."""\n\n\ndef rate():\n    return 21\n'}


@pytest.fixture
async def town(tmp_path: Path, postgres_dsn: str) -> AsyncIterator[Town]:
    """The town of a shop with two layers, without a model."""
    async with open_town(tmp_path, BASE, dsn=postgres_dsn) as town:
        yield town


async def test_a_broken_layer_is_commented_on_its_line_and_a_push_that_mends_it_opens_the_gate(town: Town) -> None:
    pull = await town.propose(BROKEN)
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    (comment,) = town.comments(pull)
    assert (comment.path, comment.line, comment.side) == (TAX, 3, "RIGHT")
    assert "core may not import web" in comment.body
    assert "closes a cycle of 2 modules" in comment.body
    summary = town.summary(pull)
    assert "Architecture" in summary
    assert "```mermaid\n" in summary

    await town.commit("change", MENDED)
    assert (await town.judged(pull)).conclusion == "success"
    assert "**F1 · fixed**" in town.comments(pull)[0].body
    assert "```mermaid\n" not in town.summary(pull)


async def test_a_file_of_a_layer_that_is_too_large_to_parse_keeps_the_gate_shut(town: Town) -> None:
    pull = await town.propose({TAX: f"RATES = [\n{'    20,' * 100_000}\n]\n"})
    check = await town.judged(pull)

    assert check.conclusion == "action_required"
    assert "Architecture rules not checked in 1 file" in told(check)
    assert "the file is too large to parse" in told(check)


async def test_the_policy_of_the_base_judges_a_change_that_deletes_it(town: Town) -> None:
    pull = await town.propose({".github/lintel.yml": None, **BROKEN})

    assert (await town.judged(pull)).conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(pull)] == [(TAX, 3)]
