"""What is known of a line stays known, wherever it is offered. Each story ends with whether it can be merged now."""

from __future__ import annotations

from tests.claude_answers import Plant, findings, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import seconded
from tests.e2e.auditor import Auditor, reviews_of
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD, GOOD, OTHER, block
from tests.e2e.town import Town, told

LONE = "def bad(price):\n    return price * 0\n"


def silence(claude: ScriptedClaude) -> None:
    claude.script = lambda _: findings()


async def test_closed_and_offered_anew_with_another_line_what_blocked_blocks(
    guarded: Town, claude: ScriptedClaude, audit: Auditor
) -> None:
    pull = await block(guarded)
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    silence(claude)
    again = await guarded.propose({"app/pay.py": f"{BAD['app/pay.py']}\n\nLIMIT = 3\n"}, branch="again")

    assert "1 finding must be dealt with: F1." in told(await guarded.judged(again))
    (comment,) = guarded.comments(again)
    assert f"Known from #{pull.number} (F1)." in comment.body.replace("\u200b", "")
    (review,) = await reviews_of(guarded, again)
    assert (await audit.replay(review)).told["result"] == "same"
    assert not mergeable(guarded, again)
    await guarded.tell(again, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    assert mergeable(guarded, again)


async def test_the_same_files_under_another_commit_are_known(guarded: Town, claude: ScriptedClaude) -> None:
    pull, clean = await guarded.propose(GOOD), claude.script
    await guarded.judged(pull)
    claude.script = seconded(planted({r"item.net": Plant("critical", "Net is wrong")}))
    await guarded.tell(pull, "/lintel review full", by="writer")
    assert (await guarded.judged(pull)).conclusion == "failure"
    claude.script = clean
    again = await guarded.propose(GOOD, branch="again")
    assert again.head_sha != pull.head_sha
    assert (await guarded.judged(again)).conclusion == "failure"
    assert not mergeable(guarded, again)


async def test_a_trip_to_a_base_that_never_blocks_frees_no_twin(guarded: Town, claude: ScriptedClaude) -> None:
    await guarded.commit("side", {".github/lintel.yml": "block_on: never\n"}, by="hubert")
    pull = await block(guarded)
    head = pull.head_sha
    await guarded.do(guarded.people.retarget, pull, "side", by="hubert")
    await guarded.at_rest()
    async with guarded.database.connection() as connection:
        await connection.execute("DELETE FROM lintel.reply")
    silence(claude)
    await guarded.do(guarded.people.push, guarded.repository, "twin", head, by="hubert")
    twin = await guarded.open_pull("twin", by="hubert")
    assert (await guarded.judged(twin)).conclusion == "failure"
    assert not mergeable(guarded, twin)


async def test_out_in_one_push_and_back_under_another_name_it_is_the_same_finding(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose({"app/two.py": LONE, **OTHER})
    assert (await guarded.judged(pull)).conclusion == "failure"
    silence(claude)
    await guarded.commit("change", {"app/two.py": None})
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.commit("change", {"app/three.py": LONE})
    assert "1 finding must be dealt with: F2." in told(await guarded.judged(pull))
    assert not mergeable(guarded, pull)


async def test_what_was_mended_in_another_pull_request_is_not_held_against_this_one(guarded: Town) -> None:
    pull = await block(guarded)
    mended = await guarded.propose(GOOD, branch="mended")
    assert (await guarded.judged(mended)).conclusion == "success"
    assert not mergeable(guarded, pull)
    assert mergeable(guarded, mended)


async def test_what_was_overridden_and_merged_is_decided(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    await guarded.do(guarded.people.merge, pull, by="boss")
    await guarded.at_rest()
    silence(claude)
    await guarded.commit("main", {"app/pay.py": "PAID = 1\n"}, by="mona")
    again = await guarded.propose(BAD, branch="again")
    assert (await guarded.judged(again)).conclusion == "success"
    assert mergeable(guarded, again)
