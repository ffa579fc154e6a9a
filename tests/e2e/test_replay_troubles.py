"""Whatever stood in a review's way then stands there when it is replayed: failures, money, limits, crashes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from app.core.model import Stage
from app.core.prices import DEFAULT_MODELS
from tests.claude_answers import Answer, lens_of, malformed, overloaded, refusal, truncated
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, call, turns_of
from tests.e2e.auditor import Auditor, reviewed, reviews_of
from tests.e2e.conftest import BASE
from tests.e2e.test_budget import RISKY_AND_NOT
from tests.e2e.test_review import BAD
from tests.e2e.town import Town, open_town
from tests.e2e.wire import refused


async def test_a_failed_call_replays_as_the_same_unread_chunk_even_after_its_question_was_answered(
    town: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    able = claude.script
    claude.script = lambda _: overloaded()
    pull = await reviewed(town, BAD)
    claude.script = able
    await town.ten_minutes_later()
    await town.at_rest()
    failed, mended = await reviews_of(town, pull)
    verdicts = [entry["conclusion"] for entry in await town.ledger(pull)]

    assert verdicts == ["action_required", "failure"]
    assert (await audit.replay(failed)).told["result"] == "same"
    assert (await audit.replay(mended)).told["result"] == "same"


async def test_one_lens_that_failed_fails_again_and_the_others_do_not(
    town: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    able = claude.script
    claude.script = lambda body: truncated() if lens_of(body) == "security" else able(body)
    pull = await reviewed(town, BAD)
    [review] = await reviews_of(town, pull)
    [entry] = await town.ledger(pull)

    assert entry["findings"]
    assert (await audit.replay(review)).told["result"] == "same"


@pytest.mark.parametrize("answer", [refusal(), malformed()])
async def test_what_a_model_refuses_or_garbles_comes_out_the_same(
    town: Town, claude: ScriptedClaude, audit: Auditor, answer: Answer
) -> None:
    able, first = claude.script, town.bot.desk.models[Stage.LENS]
    garbled = answer.stop_reason != "refusal"
    turns = itertools.count()

    def script(body: dict[str, Any]) -> Answer:
        mine = body["model"] == first and lens_of(body) == "security"
        return answer if mine and not (garbled and next(turns)) else able(body)

    claude.script = script
    pull = await reviewed(town, BAD)
    [review] = await reviews_of(town, pull)

    assert next(turns) or not garbled
    assert (await town.judged(pull)).conclusion == "failure"
    assert (await audit.replay(review)).told["result"] == "same"


async def test_a_model_that_looked_around_looks_around_again(
    town: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    able = claude.script
    looking = asks(call("read_file", path="app/pay.py"))
    claude.script = lambda body: able(body) if turns_of(body) or not body.get("tools") else looking
    [review] = await reviews_of(town, await reviewed(town, BAD))

    assert any(turns_of(seen.body) for seen in claude.requests)
    assert (await audit.replay(review)).told["result"] == "same"


async def test_what_there_was_no_money_for_is_not_read_again_either(town: Town, audit: Auditor) -> None:
    await town.commit("main", {".github/lintel.yml": "budget: {review_usd: 1.5}\n"}, by="mona")
    pull = await reviewed(town, RISKY_AND_NOT)
    [review] = await reviews_of(town, pull)

    assert 0 < (await town.ledger(pull))[0]["reviewed_lines"] < (await town.ledger(pull))[0]["changed_lines"]
    assert (await audit.replay(review)).told["result"] == "same"


async def test_a_pull_request_that_has_spent_its_money_replays_with_what_was_left(
    town: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    await town.commit("main", {".github/lintel.yml": "budget: {pull_request_usd: 0.2}\n"}, by="mona")
    pull = await reviewed(town, BAD)
    for round_ in range(3):
        await town.commit("change", {"app/tax.py": f"RATE = {round_}\n" * 40})
        await town.judged(pull)
    entries = await town.ledger(pull)

    assert any("pull request's budget" in reason for entry in entries for reason in entry["reasons"])
    for review in [entry["review"] for entry in entries]:
        assert (await audit.replay(review)).told["result"] == "same"


async def test_a_review_that_was_gone_on_with_replays_as_it_ended(town: Town, audit: Auditor) -> None:
    town.trouble(r"^PATCH .*/check-runs/\d+$", "completed", refused(500), times=6)
    pull = await reviewed(town, BAD)
    await town.ten_minutes_later()
    await town.judged(pull)
    async with town.database.connection() as connection:
        row = await (await connection.execute("SELECT max(run) FROM lintel.input")).fetchone()

    assert row is not None
    assert row[0] > 1
    for review in await reviews_of(town, pull):
        assert (await audit.replay(review)).told["result"] == "same"


SMALL_WINDOW = """\
as_of: 2026-11-21
models:
  {model}: {{input: 2, cache_write: 2.50, cache_read: 0.10, output: 10, window: 20000}}
"""


async def test_what_was_too_long_to_be_asked_is_too_long_again_and_at_the_same_prices(
    tmp_path: Path,
    claude: ScriptedClaude,
    postgres_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prices = tmp_path / "prices.yml"
    prices.write_text(SMALL_WINDOW.format(model=DEFAULT_MODELS[Stage.LENS]))
    monkeypatch.setenv("LINTEL_PRICES_FILE", str(prices))
    async with open_town(tmp_path, BASE, claude_url=claude.base_url, dsn=postgres_dsn) as town:
        pull = await reviewed(town, BAD)
        [review] = await reviews_of(town, pull)
        [entry] = await town.ledger(pull)
        ended = await Auditor(town, capsys).replay(review, prices_file=None)

    assert claude.counted
    assert entry["conclusion"] == "action_required"
    assert (ended.told["result"], ended.told["missing"]) == ("same", [])


async def test_a_review_asks_again_as_it_asked_and_not_as_the_settings_are_today(
    tmp_path: Path,
    claude: ScriptedClaude,
    postgres_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LINTEL_STRUCTURED_OUTPUT", "prompted")
    async with open_town(tmp_path, BASE, claude_url=claude.base_url, dsn=postgres_dsn) as town:
        [review] = await reviews_of(town, await reviewed(town, BAD))
        today = {"structured_output": "native", "model": "another", "anthropic_base_url": None}
        ended = await Auditor(town, capsys).replay(review, **today)

    assert (ended.told["result"], ended.told["missing"]) == ("same", [])


async def test_a_change_that_could_not_be_fetched_is_replayed_as_such(town: Town, audit: Auditor) -> None:
    town.wire.git_status = 403
    town.trouble(r"^GET .*/git/", "", _gone, times=100)
    [review] = await reviews_of(town, await reviewed(town, BAD))
    ended = await audit.replay(review)

    assert ended.told["result"] == "same"


async def _gone(passage: Any) -> None:
    await passage.refuse(404, "Not Found", {})
