"""A conversation costs money: where it is spent, one sentence says so, and the gate stays as it was."""

from __future__ import annotations

import pytest

from tests.claude_conversation import stays
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_conversation import BAD, LOUD, answers, asked, raised, reply, teach
from tests.e2e.town import Town


@pytest.fixture
def month_of_thirty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_MONTHLY_BUDGET_USD", "30")


async def spend(town: Town, kind: str, usd: int) -> None:
    async with town.database.connection() as connection:
        await connection.execute("UPDATE lintel.account SET booked_usd = %s WHERE kind = %s", [usd, kind])


@pytest.mark.parametrize(
    ("kind", "usd", "words", "files"),
    [
        ("review", 5, "over the review budget of $5.00", BAD),
        ("pull_request", 20, "over this pull request's budget of $20.00", LOUD),
        ("month", 30, "over this month's budget of $30.00", BAD),
    ],
)
async def test_a_spent_budget_is_named_once_and_neither_opens_nor_shuts_the_gate(
    month_of_thirty: None, guarded: Town, claude: ScriptedClaude, kind: str, usd: int, words: str, files: dict[str, str]
) -> None:
    teach(claude, stays())
    pull, thread = await raised(guarded, files)
    before, entries = await guarded.judged(pull), await guarded.ledger(pull)
    await spend(guarded, kind, usd)
    await reply(guarded, thread, "Why?")
    await reply(guarded, thread, "Why then?")

    (answer,) = answers(guarded, pull)
    assert answer.replace("\\", "").startswith(f"I cannot answer here: {words}.")
    assert not asked(claude)
    assert await guarded.ledger(pull) == entries
    assert await guarded.judged(pull) is before
    assert mergeable(guarded, pull) is (files is LOUD)
