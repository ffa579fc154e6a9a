"""What people decide holds for what they decided about: its head, its base, the moment it was said."""

from __future__ import annotations

from typing import Any

import pytest

from app.hub import git
from tests.claude_answers import Answer
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD, GOOD, OTHER, block, entries
from tests.e2e.test_stats import count
from tests.e2e.town import Town, told
from tests.e2e.wire import refused_query


async def test_an_override_counts_for_the_base_that_there_was_when_it_was_written(guarded: Town) -> None:
    await guarded.commit("side", {"SIDE.md": "1\n"})
    await guarded.commit("change", BAD)
    pull = await guarded.open_pull(base="side")
    async with guarded.unheard():
        await guarded.do(
            guarded.people.comment, pull, f"/lintel override {pull.head_sha[:12]} it is a demo", by="keeper"
        )
    await guarded.do(guarded.people.retarget, pull, "main", by="hubert")
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert f"pass into `main`:\n\n`/lintel override {pull.head_sha[:12]} it is a demo`" in guarded.answers(pull)[0]
    assert not await entries(guarded, "override")
    assert not mergeable(guarded, pull)


async def test_an_override_is_not_taken_where_nobody_can_tell_its_base(guarded: Town) -> None:
    pull = await block(guarded)
    untold = refused_query("timelineItems", 403, "Resource not accessible by integration")
    guarded.trouble("^POST /api/graphql$", "", untold, times=9)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")

    assert "GitHub does not say whether the base was changed" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)


async def test_an_override_ends_when_its_head_is_left_though_nobody_looked_before_it_was_back(guarded: Town) -> None:
    pull = await block(guarded)
    first = pull.head_sha
    await guarded.tell(pull, f"/lintel override {first[:12]} it must go out", by="keeper")
    assert mergeable(guarded, pull)
    async with guarded.unheard():
        await guarded.commit("change", OTHER)
        await guarded.do(guarded.people.push, guarded.repository, "change", first, by="hubert", force=True)
    for lost in guarded.deliveries("pull_request", "synchronize"):
        await guarded.redeliver(lost)

    assert (await guarded.judged(pull, first)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_an_override_does_not_outlive_a_policy_that_asks_for_a_higher_role(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    assert mergeable(guarded, pull)
    await guarded.commit("main", {".github/lintel.yml": "people: {override: admin}\n"}, by="mona")

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_closed_and_reopened_an_override_holds(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    await guarded.do(guarded.people.close_pull, pull, by="hubert")
    await guarded.at_rest()
    await guarded.do(guarded.people.reopen, pull, by="hubert")

    assert (await guarded.judged(pull)).title == "Overridden by keeper"
    assert mergeable(guarded, pull)


async def test_main_moved_back_what_comes_into_the_change_with_that_is_read(guarded: Town) -> None:
    old = git.tip(guarded.repository.path, "main")
    await guarded.commit("main", BAD, by="mona")
    pull = await guarded.propose(OTHER)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.do(guarded.people.push, guarded.repository, "main", old, by="mona", force=True)

    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert not mergeable(guarded, pull)


async def test_main_moved_back_an_override_ends(guarded: Town) -> None:
    old = git.tip(guarded.repository.path, "main")
    await guarded.commit("main", {"app/first.py": "FIRST = 1\n"}, by="mona")
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    assert mergeable(guarded, pull)
    await guarded.do(guarded.people.push, guarded.repository, "main", old, by="mona", force=True)

    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_of_pause_and_resume_the_one_that_was_said_last_holds(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause", by="keeper")
    async with guarded.unheard():
        await guarded.do(guarded.people.comment, pull, "/lintel resume", by="writer")
    lost = guarded.deliveries("issue_comment", "created")[-1]
    await guarded.tell(pull, "/lintel pause", by="keeper")
    await guarded.redeliver(lost)
    await guarded.commit("change", OTHER)

    assert (await guarded.judged(pull)).title == "Paused by keeper"
    assert "I heard this late" in guarded.answers(pull)[-1]
    assert not mergeable(guarded, pull)


async def test_a_review_that_is_asked_for_while_it_is_paused_reads_no_later_head(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(GOOD)
    await guarded.judged(pull)
    await guarded.tell(pull, "/lintel pause", by="keeper")
    await guarded.commit("change", OTHER)
    answer, pushed = claude.script, list[str]()

    def push_first(body: dict[str, Any]) -> Answer:
        if not pushed:
            late = {"app/late.py": b"LATE = 1\n"}
            pushed.append(guarded.people.commit(guarded.repository, "change", late, by="hubert"))
        return answer(body)

    claude.script = push_first
    await guarded.tell(pull, "/lintel review", by="writer")
    assert (await guarded.judged(pull)).title == "Paused by keeper"
    assert pull.head_sha == pushed[0]
    assert not mergeable(guarded, pull)


async def test_a_merge_past_the_gate_is_recorded_once(guarded: Town, capsys: pytest.CaptureFixture[str]) -> None:
    pull = await block(guarded)
    guarded.repository.required_checks.clear()
    await guarded.do(guarded.people.merge, pull, by="boss")
    await guarded.at_rest()
    closed = guarded.deliveries("pull_request", "closed")[-1]
    async with guarded.database.connection() as connection:
        await connection.execute("UPDATE lintel.delivery SET status = 'failed' WHERE guid = %s", [closed.guid])
    await guarded.redeliver(closed)
    await guarded.at_rest()

    (entry,) = await entries(guarded, "gate.bypassed")
    assert (entry["pull_request"], entry["head_sha"], entry["merged_by"]) == (pull.number, pull.head_sha, "boss")
    assert (entry["conclusion"], entry["situation"]) == ("failure", "blocking")
    assert (await count(guarded, capsys))["bypassed"] == 1
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize("policy", ["mode: advisory\n", "block_on: never\n"])
async def test_a_merge_of_what_nothing_holds_up_is_none_past_the_gate(guarded: Town, policy: str) -> None:
    await guarded.commit("main", {".github/lintel.yml": policy}, by="mona")
    pull = await guarded.propose(BAD)
    assert (await guarded.judged(pull)).conclusion in {"success", "neutral"}, told(guarded.checks(pull)[-1])
    await guarded.do(guarded.people.merge, pull, by="boss")
    await guarded.at_rest()

    assert not await entries(guarded, "gate.bypassed")
    assert not mergeable(guarded, pull)


async def test_main_took_in_a_fix_that_another_change_stands_on_and_takes_back(guarded: Town) -> None:
    await guarded.commit("main", BAD, by="mona")
    mended = await guarded.commit("fix", GOOD)
    await guarded.commit("change", {**BAD, **OTHER}, onto=mended)
    pull = await guarded.open_pull()
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.do(guarded.people.push, guarded.repository, "main", mended, by="mona")

    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert not mergeable(guarded, pull)


async def test_a_push_to_main_that_changes_no_diff_has_nothing_judged_anew(
    guarded: Town, claude: ScriptedClaude
) -> None:
    pull = await guarded.propose(GOOD)
    check = await guarded.judged(pull)
    asked = len(claude.requests)
    await guarded.commit("main", {"README.md": "# Shop, open\n"}, by="mona")

    assert (await guarded.judged(pull)).id == check.id
    assert len(claude.requests) == asked
    assert mergeable(guarded, pull)
