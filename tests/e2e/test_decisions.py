"""People decide: an override, a dismissal, a pause. Each story ends with whether the change can be merged now."""

from __future__ import annotations

from typing import Any

import pytest

from app.hub.accounts import Role
from app.hub.state import PullRequest
from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.claude_verdicts import seconded
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
SMALL = {"app/pay.py": "def total(items):\n    print(1)\n    return sum(item.price for item in items)\n"}
OTHER = {"app/other.py": "LIMIT = 3\n"}


async def block(town: Town, files: dict[str, str] = BAD) -> PullRequest:
    """A pull request of hubert's that what blocks in it holds up."""
    pull = await town.propose(files)
    check = await town.judged(pull)
    assert check.conclusion == "failure"
    assert not mergeable(town, pull)
    return pull


async def entries(town: Town, kind: str) -> list[dict[str, Any]]:
    async with town.database.connection() as connection:
        cursor = await connection.execute("SELECT body FROM lintel.ledger WHERE kind = %s ORDER BY seq", [kind])
        return [row[0] for row in await cursor.fetchall()]


async def test_an_override_turns_the_check_green_and_says_whose_it_is(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} the invoice run must go out", by="keeper")

    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("success", "Overridden by keeper")
    assert "the invoice run must go out" in told(check)
    assert "Without that: 1 finding must be dealt with: F1." in told(check)
    (entry,) = await entries(guarded, "override")
    assert (entry["login"], entry["role"], entry["head_sha"]) == ("keeper", "maintain", pull.head_sha)
    assert mergeable(guarded, pull)


async def test_an_override_needs_the_head_by_name_and_gives_the_line_to_copy(guarded: Town) -> None:
    pull = await block(guarded)
    for words in ("", "it must go out", f"{pull.head_sha[:8]} it must go out", f"{'f' * 40} it must go out"):
        await guarded.tell(pull, f"/lintel override {words}", by="keeper")

    answers = guarded.answers(pull)
    assert len(answers) == 4
    assert all(f"/lintel override {pull.head_sha[:12]} " in answer for answer in answers)
    assert not await entries(guarded, "override")
    assert not mergeable(guarded, pull)


async def test_an_override_without_a_reason_is_none(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha}", by="keeper")

    assert "`/lintel override SHA REASON`" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)


@pytest.mark.parametrize("who", ["writer", "hubert", "passer-by"])
async def test_who_may_not_override_changes_nothing(guarded: Town, who: str) -> None:
    if who == "passer-by":
        guarded.people.add_person(who)
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} trust me", by=who)

    assert "does not allow `/lintel override`" in guarded.answers(pull)[0]
    assert not await entries(guarded, "override")
    assert not mergeable(guarded, pull)


async def test_an_override_dies_with_the_next_push_and_does_not_come_back_with_its_head(guarded: Town) -> None:
    pull = await block(guarded)
    first = pull.head_sha
    await guarded.tell(pull, f"/lintel override {first[:12]} it must go out", by="keeper")
    assert mergeable(guarded, pull)
    await guarded.commit("change", OTHER)
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)

    await guarded.do(guarded.people.push, guarded.repository, "change", first, by="hubert", force=True)
    assert (await guarded.judged(pull, first)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_policy_can_leave_overrides_to_admins(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": "people: {override: admin}\n"}, by="mona")
    pull = await block(guarded)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="boss")
    assert mergeable(guarded, pull)


async def test_who_neither_opened_nor_wrote_the_change_dismisses_what_blocks(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")

    check = await guarded.judged(pull)
    assert check.conclusion == "success"
    (comment,) = guarded.comments(pull)
    assert "F1 · dismissed" in comment.body
    assert "the free plan costs nothing" in comment.body
    assert "1 dismissed" in guarded.summary(pull)
    (entry,) = await entries(guarded, "dismiss")
    assert (entry["finding"], entry["login"], entry["blocking"]) == ("F1", "writer", True)
    assert mergeable(guarded, pull)


async def test_a_dismissal_survives_a_push(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    await guarded.commit("change", OTHER)

    assert (await guarded.judged(pull)).conclusion == "success"
    assert len(guarded.comments(pull)) == 1
    assert mergeable(guarded, pull)


async def test_the_author_cannot_dismiss_what_blocks_the_own_change(guarded: Town) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.WRITE)
    pull = await block(guarded)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="hubert")

    assert "somebody who neither opened nor wrote the change" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)


async def test_whoever_wrote_a_commit_of_it_cannot_either(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.commit("change", OTHER, by="writer")
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")

    assert "somebody who neither opened nor wrote the change" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)


async def test_who_dismissed_a_small_finding_has_not_dismissed_what_it_becomes(
    guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.WRITE)
    pull = await guarded.propose(SMALL)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.tell(pull, "/lintel dismiss F1 it is only a print", by="hubert")
    assert "F1 no longer counts" in guarded.answers(pull)[0]
    assert mergeable(guarded, pull)

    claude.script = seconded(planted({r"print\(": Plant("critical", "The card is printed")}))
    await guarded.commit("change", {"app/pay.py": SMALL["app/pay.py"].replace("(1)", "(1)  # card")})
    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert not mergeable(guarded, pull)


async def test_a_dismissal_of_what_did_not_block_ends_where_the_policy_makes_it_block(
    guarded: Town, claude: ScriptedClaude
) -> None:
    await guarded.do(guarded.people.set_role, guarded.repository, "hubert", Role.WRITE)
    pull = await guarded.propose(SMALL)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.tell(pull, "/lintel dismiss F1 it is only a print", by="hubert")
    assert "F1 no longer counts" in guarded.answers(pull)[0]
    asked = len(claude.requests)
    await guarded.commit("main", {".github/lintel.yml": "block_on: low\n"}, by="mona")

    check = await guarded.judged(pull)
    assert "F1 counts again: hubert dismissed it when it did not block, and now it does." in told(check)
    assert "F1 · dismissed" not in guarded.comments(pull)[0].body
    assert "0 dismissed" not in guarded.summary(pull)
    assert len(claude.requests) == asked
    assert not mergeable(guarded, pull)

    await guarded.tell(pull, "/lintel dismiss F1 it is only a print", by="writer")
    assert mergeable(guarded, pull)


async def test_on_sensitive_paths_only_an_owner_dismisses_and_overrides(guarded: Town) -> None:
    policy = "people: {sensitive: [{paths: ['app/pay.py'], owners: ['@boss']}]}\n"
    await guarded.commit("main", {".github/lintel.yml": policy}, by="mona")
    pull = await block(guarded)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="keeper")
    await guarded.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
    assert all("only their owners" in answer for answer in guarded.answers(pull))
    assert not mergeable(guarded, pull)

    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="boss")
    assert mergeable(guarded, pull)


async def test_while_the_policy_cannot_be_used_nothing_that_blocks_is_dismissed(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.commit("main", {".github/lintel.yml": "people: {overide: admin}\n"}, by="mona")
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")
    assert "mend it on the base branch first" in guarded.answers(pull)[0]

    await guarded.commit("main", {".github/lintel.yml": "people: {override: admin}\n"}, by="mona")
    assert (await guarded.judged(pull)).conclusion == "failure"
    assert not mergeable(guarded, pull)


async def test_a_finding_without_a_number_is_asked_for_and_an_unknown_one_named(guarded: Town) -> None:
    pull = await block(guarded)
    await guarded.tell(pull, "/lintel dismiss it is fine", by="writer")
    await guarded.tell(pull, "/lintel dismiss F7 it is fine", by="writer")

    assert [answer.splitlines()[0] for answer in guarded.answers(pull)] == [
        "Which finding? Name its number, as in `F1`, or answer in its thread.",
        "There is no F7: the last one is F1.",
    ]
    assert not mergeable(guarded, pull)


async def test_in_its_thread_a_finding_needs_no_number(guarded: Town) -> None:
    pull = await block(guarded)
    (thread,) = guarded.comments(pull)
    await guarded.do(guarded.people.reply, thread, "/lintel dismiss the free plan costs nothing", by="writer")

    assert (await guarded.judged(pull)).conclusion == "success"
    assert "Recorded. F1 no longer counts" in guarded.comments(pull)[-1].body
    assert mergeable(guarded, pull)


async def test_while_it_is_paused_no_new_head_turns_green_by_itself(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.tell(pull, "/lintel pause", by="writer")
    await guarded.commit("change", OTHER)
    check = await guarded.judged(pull)
    assert (check.conclusion, check.title) == ("action_required", "Paused by writer")
    assert not mergeable(guarded, pull)

    await guarded.tell(pull, "/lintel review", by="writer")
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.commit("change", {"app/more.py": "MORE = 1\n"})
    assert (await guarded.judged(pull)).conclusion == "action_required"
    await guarded.tell(pull, "/lintel resume", by="writer")
    assert (await guarded.judged(pull)).conclusion == "success"
    assert [entry["login"] for kind in ("pause", "resume") for entry in await entries(guarded, kind)] == ["writer"] * 2
    assert mergeable(guarded, pull)


async def test_evidence_status_and_configuration_are_shown(guarded: Town) -> None:
    pull = await block(guarded)
    for words in ("explain F1", "status", "config"):
        await guarded.tell(pull, f"/lintel {words}", by="writer")

    explained, status, config = guarded.answers(pull)
    assert "It rests on `app/pay.py:2`" in explained
    assert "It is open and blocks the merge." in explained
    assert "**failure** on" in status
    assert "Findings: 1 open." in status
    assert "| `block_on` | `high` | default |" in config
    assert not mergeable(guarded, pull)
