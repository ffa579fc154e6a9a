"""Money decides before the first call what is read; what real calls use decides how the next change is cut."""

from __future__ import annotations

import pytest

from app.core.change.tokens import LEAST_SAMPLES
from app.flows.review.desk.desk import Step
from app.store.records import token_rates
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town, told

LINES = 4_000


def long_file(fault: str = "") -> str:
    """More than a chunk holds."""
    rows = [f"const value{number:05} = compute({number}, 3);" for number in range(LINES)]
    return "\n".join([*rows, fault, ""])


RISKY_AND_NOT = {"app/auth/login.ts": long_file("RATE = 5 * 0"), "docs/guide.md": long_file("RATE = 5 * 0")}


async def limit(town: Town, usd: float) -> None:
    await town.commit("main", {".github/lintel.yml": f"budget: {{review_usd: {usd}}}\n"}, by="mona")


async def rates(town: Town) -> list[int | None]:
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT token_centibytes FROM lintel.review ORDER BY generation")
        return [row[0] for row in await cursor.fetchall()]


async def learn(town: Town, centibytes: int) -> None:
    """Other reviews have used so many bytes a token."""
    model = town.bot.settings.model
    for _ in range(LEAST_SAMPLES):
        async with town.database.transaction() as connection:
            await token_rates.observe(
                connection, model, size=centibytes * 10_000, tokens=1_000_000, now=town.bot.services.now()
            )


async def test_over_the_budget_the_riskiest_is_read_and_the_rest_is_named_and_the_gate_stays_shut(
    town: Town, claude: ScriptedClaude
) -> None:
    await limit(town, 1.3)
    pull = await town.propose(RISKY_AND_NOT)
    check = await town.judged(pull)
    asked = [str(seen.body) for seen in claude.requests]

    assert asked
    assert all("app/auth/login.ts" in body and "docs/guide.md" not in body for body in asked)
    assert (check.conclusion, check.title) == ("action_required", "Not everything was reviewed")
    for words in (told(check), town.summary(pull)):
        assert "not reviewed: over the review budget of \\$1.30." in words
        assert "docs/guide.md" in words
    entry = (await town.ledger(pull))[-1]
    assert 0 < entry["reviewed_lines"] < entry["changed_lines"] == 2 * LINES + 2


async def test_what_the_budget_pays_for_still_blocks(town: Town) -> None:
    await limit(town, 1.7)
    pull = await town.propose(RISKY_AND_NOT)
    check = await town.judged(pull)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert [item.path for item in town.comments(pull)] == ["app/auth/login.ts"]
    assert "over the review budget of \\$1.70" in told(check)


async def test_an_advisory_policy_says_so_and_holds_nobody_up(town: Town) -> None:
    await town.commit("main", {".github/lintel.yml": "mode: advisory\nbudget: {review_usd: 0}\n"}, by="mona")
    check = await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))

    assert check.conclusion == "neutral"
    assert "over the review budget of \\$0.00" in told(check)


@pytest.fixture
def unlisted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_MODEL", "some-local-model")


async def test_a_policys_limit_that_nothing_can_be_held_to_is_an_obstacle_that_asks_nobody(
    unlisted_model: None, town: Town, claude: ScriptedClaude
) -> None:
    await limit(town, 3)
    check = await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))

    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert "the model some-local-model has no listed price" in told(check).replace("\\", "")
    assert not claude.requests


async def test_a_model_without_a_price_reads_as_long_as_nobody_asks_for_a_limit(
    unlisted_model: None, town: Town
) -> None:
    check = await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))

    assert check.conclusion == "success"
    assert "price unknown" in told(check)
    assert any("price unknown" in line for step, line in town.steps if step is Step.PLANNED)


async def test_a_budget_of_nothing_asks_nobody(town: Town, claude: ScriptedClaude) -> None:
    await limit(town, 0)
    check = await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))

    assert check.conclusion == "action_required"
    assert not claude.requests


async def spend_elsewhere(town: Town, kind: str, usd: float) -> None:
    """Earlier reviews took so much of every account of this kind."""
    async with town.database.connection() as connection:
        await connection.execute("UPDATE lintel.account SET booked_usd = %s WHERE kind = %s", [usd, kind])


async def test_a_pull_requests_budget_holds_over_all_its_reviews(town: Town, claude: ScriptedClaude) -> None:
    await town.commit("main", {".github/lintel.yml": "budget: {pull_request_usd: 3}\n"}, by="mona")
    pull = await town.propose({"app/ok.py": "A = 1\n"})
    assert (await town.judged(pull)).conclusion == "success"
    asked = len(claude.requests)
    await spend_elsewhere(town, "pull_request", 2.9)
    await town.commit("change", {"app/more.py": "B = 1\n"})
    check = await town.judged(pull)

    assert (check.conclusion, len(claude.requests)) == ("action_required", asked)
    words = told(check).replace("\\", "")
    assert "not reviewed: over this pull request's budget of $3.00." in words
    assert "`budget: pull_request_usd`" in words
    other = await town.propose({"app/other.py": "C = 1\n"}, branch="other")
    assert (await town.judged(other)).conclusion == "success"


@pytest.fixture
def month_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTEL_MONTHLY_BUDGET_USD", "3")


async def test_a_months_budget_holds_over_all_pull_requests_of_an_installation(
    month_of_three: None, town: Town, claude: ScriptedClaude
) -> None:
    assert (await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))).conclusion == "success"
    asked = len(claude.requests)
    await spend_elsewhere(town, "month", 2.9)
    check = await town.judged(await town.propose({"app/other.py": "C = 1\n"}, branch="other"))

    assert (check.conclusion, len(claude.requests)) == ("action_required", asked)
    words = told(check).replace("\\", "")
    assert "not reviewed: over this month's budget of $3.00." in words
    assert "`LINTEL_MONTHLY_BUDGET_USD`" in words


async def test_what_was_answered_before_is_read_again_though_the_money_is_spent_meanwhile(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose({"app/ok.py": "A = 1\n"})
    assert (await town.judged(pull)).conclusion == "success"
    asked = len(claude.requests)
    await spend_elsewhere(town, "review", 5)
    await town.tell(pull, "/lintel review")

    assert (await town.judged(pull)).conclusion == "success"
    assert len(claude.requests) == asked


async def test_a_real_call_is_recorded_and_enough_of_them_plan_the_next_review(
    town: Town, claude: ScriptedClaude
) -> None:
    model = town.bot.settings.model
    pull = await town.propose({"app/ok.py": "A = 1\n"})
    await town.judged(pull)
    async with town.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT size, tokens, samples FROM lintel.token_rate WHERE model = %s", [model]
        )
        ((size, tokens, samples),) = await cursor.fetchall()
    assert samples == len(claude.requests) == 2
    assert 2.5 < size / tokens < 4

    await learn(town, 400)
    await town.commit("change", {"app/more.py": "B = 1\n"})
    await town.judged(pull)
    assert await rates(town) == [270, 400]


async def test_the_same_lines_are_cut_as_before_and_what_was_read_is_not_paid_for_again(
    town: Town, claude: ScriptedClaude
) -> None:
    pull = await town.propose({"app/auth/login.ts": long_file()})
    assert (await town.judged(pull)).conclusion == "success"
    asked = len(claude.readings)
    assert asked > 1
    await learn(town, 400)
    await town.tell(pull, "/lintel review")
    await town.judged(pull)

    assert await rates(town) == [270, 270]
    assert len(claude.readings) == asked
    await town.tell(pull, "/lintel review full")
    await town.judged(pull)

    assert await rates(town) == [270, 270, 400]
    assert len(claude.readings) > asked


async def test_a_rate_that_cannot_be_kept_holds_no_review_up(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    async with town.database.connection() as connection:
        # As if a full disk took no more rows: whoever writes to the table is refused.
        await connection.execute("ALTER TABLE lintel.token_rate ADD CONSTRAINT full_disk CHECK (size < 0)")
    try:
        check = await town.judged(await town.propose({"app/ok.py": "A = 1\n"}))
    finally:
        async with town.database.connection() as connection:
            await connection.execute("ALTER TABLE lintel.token_rate DROP CONSTRAINT full_disk")

    assert check.conclusion == "success"
    assert "goes without the sample" in caplog.text
