"""A recorded review is made again from what is stored: nobody is asked, nothing is written."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from app import __version__
from app.cli.exits import Broke, Exit, Refusal
from app.flows.review.inputs import read_inputs, write_inputs
from app.store.records.inputs import Inputs
from app.store.records.replies import Replies
from app.wiring.recording import store_key
from tests.claude_server import ScriptedClaude
from tests.e2e.auditor import Auditor, contents, execute, reviewed, reviews_of
from tests.e2e.conftest import BASE
from tests.e2e.test_review import BAD, GOOD
from tests.e2e.town import Town, open_town


async def test_a_replay_is_the_same_and_asks_and_writes_nothing(
    town: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    pull = await reviewed(town, BAD)
    [review] = await reviews_of(town, pull)
    asked, said = len(claude.requests) + len(claude.asides), len(town.wire.exchanges)
    before = await contents(town)
    ended = await audit.replay(review)

    assert (ended.code, ended.told["result"]) == (Exit.FINE, "same")
    assert ended.told["differences"] == ended.told["missing"] == []
    assert ended.told["ledger"]["seq"] == 1
    assert (len(claude.requests) + len(claude.asides), len(town.wire.exchanges)) == (asked, said)
    assert await contents(town) == before


async def test_a_review_is_named_by_the_first_digits_of_its_id(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, GOOD))

    assert (await audit.replay(review[:8].upper())).told["review"] == review
    for name in ("ffffffff", review[:7], "not-an-id", ""):
        with pytest.raises(Refusal, match="review"):
            await audit.replay(name)


async def test_a_changed_verdict_of_the_ledger_shows(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    await execute(town, "ALTER TABLE lintel.ledger DISABLE TRIGGER ledger_is_append_only")
    await execute(
        town,
        "UPDATE lintel.ledger SET body = jsonb_set(jsonb_set(body, '{conclusion}', '\"success\"'),"
        " '{findings,0,blocking}', 'false') WHERE seq = 1",
    )
    ended = await audit.replay(review)

    assert (ended.code, ended.told["result"]) == (Exit.GATE, "different")
    *differences, broken = ended.told["differences"]
    assert differences == [
        {"name": "conclusion", "recorded": "success", "replayed": "failure"},
        {"name": "finding F1: blocking", "recorded": False, "replayed": True},
    ]
    assert broken["name"] == "hash of the ledger's entry"


@pytest.mark.parametrize("field", ["prompts", "program"])
async def test_an_entry_changed_where_no_verdict_is_compared_is_not_called_the_same(
    town: Town, audit: Auditor, field: str
) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    await execute(town, "ALTER TABLE lintel.ledger DISABLE TRIGGER ledger_is_append_only")
    await execute(town, f"UPDATE lintel.ledger SET body = jsonb_set(body, '{{{field}}}', '{{}}') WHERE seq = 1")
    ended = await audit.replay(review)

    assert (ended.code, ended.told["result"]) == (Exit.GATE, "different")
    assert [one["name"] for one in ended.told["differences"]] == ["hash of the ledger's entry"]


async def test_a_verdict_that_somebody_put_into_another_chain_is_not_taken_for_the_review_s(
    town: Town, audit: Auditor
) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    await execute(
        town,
        "INSERT INTO lintel.ledger (chain, seq, at, kind, body, prev, hash)"
        " SELECT 'other', 1, at + interval '1 day', kind, jsonb_set(body, '{conclusion}', '\"success\"'), prev, hash"
        " FROM lintel.ledger WHERE seq = 1",
    )
    with pytest.raises(Broke, match="is in the chain 'other'"):
        await audit.replay(review)


async def test_a_changed_reply_of_the_second_reader_shows(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    replies = Replies(town.database, store_key(town.bot.settings), clock=town.bot.services.now)
    async with town.database.connection() as connection:
        row = await (await connection.execute("SELECT digest FROM lintel.call WHERE stage = 'verify'")).fetchone()
    assert row is not None
    reply = await replies.get(row[0])
    assert reply is not None
    assert '"confirmed"' in reply.text
    await replies.put(replace(reply, text=reply.text.replace('"confirmed"', '"uncertain"')))
    ended = await audit.replay(review)

    assert (ended.code, ended.told["result"]) == (Exit.GATE, "different")
    assert "finding F1: verified" in [one["name"] for one in ended.told["differences"]]


async def test_the_text_says_what_came_out_of_it(town: Town, audit: Auditor) -> None:
    pull = await reviewed(town, BAD)
    [review] = await reviews_of(town, pull)
    same = await audit.print(review)
    await execute(town, "UPDATE lintel.input SET standings = NULL")
    await execute(town, "ALTER TABLE lintel.ledger DISABLE TRIGGER ledger_is_append_only")
    await execute(town, "UPDATE lintel.ledger SET body = jsonb_set(body, '{conclusion}', '\"success\"')")
    different = await audit.print(review)

    assert same.startswith(f"same  octo/shop#{pull.number} at {pull.head_sha[:12]}\n")
    assert "conclusion       failure" in same
    assert different.startswith(f"different  octo/shop#{pull.number}")
    assert "2 differences" in different
    assert re.search(r"conclusion +success +failure", different)


async def test_the_records_of_a_data_directory_are_read_beside_its_server_and_without_it(
    tmp_path: Path, claude: ScriptedClaude, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_town(tmp_path, BASE, claude_url=claude.base_url) as town:
        auditor = Auditor(town, capsys)
        [review] = await reviews_of(town, await reviewed(town, BAD))
        beside = await auditor.replay(review)
    without = await auditor.replay(review)

    assert (beside.told["result"], without.told["result"]) == ("same", "same")


async def test_deleted_replies_are_named(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    await execute(town, "DELETE FROM lintel.reply")
    ended = await audit.replay(review)

    assert (ended.code, ended.told["result"], ended.told["differences"]) == (Exit.BROKEN, "not replayed", [])
    assert {one["lens"] for one in ended.told["missing"]} == {"correctness and contracts", "security", "summary"}
    assert "3 replies are not stored any more" in await audit.print(review)


async def test_without_what_it_was_made_from_there_is_no_replay(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    await execute(town, "DELETE FROM lintel.input")

    with pytest.raises(Broke, match="is not recorded"):
        await audit.replay(review)


async def test_what_has_changed_since_is_named_and_is_no_difference_by_itself(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    store = Inputs(store_key(town.bot.settings))
    async with town.database.transaction() as connection:
        run = await store.last(connection, UUID(review), until=town.bot.services.now())
        assert run is not None
        found = read_inputs(run.content)
        before = {**found.analyzers, "ruff": "0.1", "extractor": "0"}
        older = replace(found, program="0.0.1", prompts={**found.prompts, "security": "0"}, analyzers=before)
        await store.put(connection, UUID(review), write_inputs(older), at=run.at)
    ended = await audit.replay(review)

    assert ended.told["result"] == "same"
    assert ended.told["changed"] == {
        "program": {"recorded": "0.0.1", "now": __version__},
        "prompts": ["security"],
        "analyzers": ["extractor", "ruff"],
    }
    assert "program    0.0.1 then" in await audit.print(review)


async def test_after_a_push_the_older_review_still_replays_as_it_was(town: Town, audit: Auditor) -> None:
    pull = await reviewed(town, BAD)
    await town.commit("change", GOOD)
    await town.judged(pull)
    older, newer = await reviews_of(town, pull)

    assert (await audit.replay(older)).told["result"] == "same"
    assert (await audit.replay(newer)).told["result"] == "same"


async def test_a_full_review_replays_from_its_own_replies(town: Town, audit: Auditor) -> None:
    pull = await reviewed(town, BAD)
    await town.tell(pull, "/lintel review full")
    first, full = await reviews_of(town, pull)

    assert (await audit.replay(first)).told["result"] == "same"
    assert (await audit.replay(full)).told["result"] == "same"


async def test_a_broken_policy_replays_as_the_same_closed_gate(town: Town, audit: Auditor) -> None:
    await town.commit("main", {".github/lintel.yml": "mode: gate\nblok_on: high\n"}, by="mona")
    [review] = await reviews_of(town, await reviewed(town, GOOD))

    assert (await audit.replay(review)).told["result"] == "same"


async def test_code_that_is_gone_is_fetched_again_or_missed_by_name(town: Town, audit: Auditor) -> None:
    [review] = await reviews_of(town, await reviewed(town, BAD))
    shutil.rmtree(town.bot.settings.data_dir / "mirrors")

    with pytest.raises(Broke, match="no App is configured"):
        await audit.replay(review, app_id=None)
    assert (await audit.replay(review)).told["result"] == "same"
    assert (await audit.replay(review, app_id=None)).told["result"] == "same"
