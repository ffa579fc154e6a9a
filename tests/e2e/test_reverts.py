"""The way back does not wait: what takes a merged change back exactly passes unread, and anything less is reviewed."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli.exits import Exit
from app.hub.state import CheckRun, PullRequest
from tests.claude_server import ScriptedClaude
from tests.e2e.auditor import Auditor
from tests.e2e.conftest import BASE, mergeable
from tests.e2e.town import Town, told
from tests.e2e.wire import first

PAY = "app/pay.py"
NET = {PAY: BASE[PAY].replace("item.price", "item.net"), "app/tax.py": "RATE = 3\n"}
BACK = {PAY: BASE[PAY], "app/tax.py": None}
METHODS = ["merge", "squash", "rebase"]
FREE = {PAY: BASE[PAY].replace("item.price", "item.price * 0")}


async def land(town: Town, files: dict[str, Any], *, branch: str = "change", **more: Any) -> PullRequest:
    """A pull request that was judged and merged, whatever its verdict."""
    pull = await town.propose(files, branch=branch)
    check = await town.judged(pull)
    if check.conclusion != "success":
        await town.tell(pull, f"/lintel override {pull.head_sha[:12]} it must go out", by="keeper")
        await town.judged(pull)
    await town.do(town.people.merge, pull, by="boss", **more)
    await town.at_rest()
    return pull


async def revert(
    town: Town, merged: PullRequest, files: dict[str, Any], *, branch: str = "back", words: str = ""
) -> PullRequest:
    """What GitHub's button makes: a branch from the base's tip, and a body that names the pull request."""
    await town.commit(branch, files)
    title, body = f'Revert "{merged.title}"', words or f"Reverts octo/shop#{merged.number}"
    return await town.open_pull(branch, title=title, body=body)


def shown(check: CheckRun) -> str:
    """What people see below its title: numbers make no links there."""
    return told(check).replace("\u200b", "")


@pytest.mark.parametrize("method", METHODS)
async def test_an_exact_revert_passes_unread_and_says_so(guarded: Town, claude: ScriptedClaude, method: str) -> None:
    merged = await land(guarded, NET, method=method)
    asked = len(claude.requests)
    back = await revert(guarded, merged, BACK)

    check = await guarded.judged(back)
    assert (check.conclusion, check.title) == ("success", f"Exact revert of #{merged.number}")
    assert f"exactly what #{merged.number} brought, taken back" in shown(check)
    assert merged.head_sha[:12] in shown(check)
    assert len(claude.requests) == asked
    (entry,) = await guarded.ledger(back)
    assert (entry["situation"], entry["conclusion"]) == ("reverted", "success")
    assert "Exact revert" in guarded.summary(back)
    assert mergeable(guarded, back)


async def test_the_way_back_from_several_rebased_commits_is_proved_by_what_was_proposed(guarded: Town) -> None:
    await guarded.commit("change", {PAY: NET[PAY]})
    merged = await land(guarded, {"app/tax.py": "RATE = 3\n"}, method="rebase")
    back = await revert(guarded, merged, BACK)

    assert merged.merge_commit_sha != merged.head_sha
    assert (await guarded.judged(back)).title == f"Exact revert of #{merged.number}"
    assert mergeable(guarded, back)


async def test_while_the_proof_is_looked_for_the_gate_is_shut_already(guarded: Town) -> None:
    merged = await land(guarded, NET)
    seen: list[list[str]] = []

    async def look() -> None:
        checks = guarded.people.state.check_runs.values()
        seen.append([run.status for run in checks if run.suite.head_branch == "back"])

    guarded.trouble(rf"^GET .*/pulls/{merged.number}$", "", first(look))
    back = await revert(guarded, merged, BACK)

    assert (await guarded.judged(back)).title == f"Exact revert of #{merged.number}"
    assert seen == [["queued"]]
    assert mergeable(guarded, back)


async def test_what_git_revert_writes_is_understood_too(guarded: Town) -> None:
    merged = await land(guarded, NET)
    back = await revert(guarded, merged, BACK, words=f"This reverts commit {merged.merge_commit_sha}.")

    assert (await guarded.judged(back)).title == f"Exact revert of #{merged.number}"
    assert mergeable(guarded, back)


async def test_the_way_back_from_a_change_that_was_overridden_does_not_wait(guarded: Town) -> None:
    merged = await land(guarded, FREE)
    back = await revert(guarded, merged, {PAY: BASE[PAY]})

    assert (await guarded.judged(back)).title == f"Exact revert of #{merged.number}"
    assert mergeable(guarded, back)


async def test_other_merges_in_other_files_do_not_stand_in_the_way(guarded: Town) -> None:
    merged = await land(guarded, NET)
    await land(guarded, {"app/other.py": "LIMIT = 3\n"}, branch="other")
    back = await revert(guarded, merged, BACK)

    assert (await guarded.judged(back)).title == f"Exact revert of #{merged.number}"
    assert mergeable(guarded, back)


@pytest.mark.parametrize("method", METHODS)
async def test_where_the_base_had_changed_the_same_file_what_was_merged_into_it_is_taken_back(
    guarded: Town, method: str
) -> None:
    rows = [f"value_{number} = {number}" for number in range(40)]
    await guarded.commit("main", {"app/table.py": "\n".join([*rows, ""])}, by="mona")
    pull = await guarded.propose({"app/table.py": "\n".join([*rows[:35], "value_35 = 5", *rows[36:], ""])})
    moved = "\n".join([*rows[:3], "value_3 = 5", *rows[4:], ""])
    await guarded.commit("main", {"app/table.py": moved}, by="mona")
    await guarded.judged(pull)
    await guarded.do(guarded.people.merge, pull, by="boss", method=method)
    back = await revert(guarded, pull, {"app/table.py": moved})

    assert (await guarded.judged(back)).title == f"Exact revert of #{pull.number}"
    assert mergeable(guarded, back)


@pytest.mark.parametrize(
    "files",
    [
        {PAY: BASE[PAY]},
        {**BACK, "app/more.py": "MORE = 1\n"},
        {**BACK, PAY: ("100755", BASE[PAY].encode())},
        {**BACK, PAY: BASE[PAY].replace("item.price", "item.price * 0")},
    ],
    ids=["a part", "and more", "another mode", "another content"],
)
async def test_anything_less_than_exact_is_reviewed_as_usual(
    guarded: Town, claude: ScriptedClaude, files: dict[str, Any]
) -> None:
    merged = await land(guarded, NET)
    asked = len(claude.requests)
    back = await revert(guarded, merged, files)

    check = await guarded.judged(back)
    assert "Exact revert" not in str(check.title)
    assert len(claude.requests) > asked or files[PAY] != BASE[PAY]
    assert mergeable(guarded, back) == (check.conclusion == "success")


async def test_a_revert_of_a_revert_brings_code_in_again_and_is_reviewed(guarded: Town) -> None:
    merged = await land(guarded, FREE)
    back = await revert(guarded, merged, {PAY: BASE[PAY]})
    await guarded.judged(back)
    await guarded.do(guarded.people.merge, back, by="boss")
    again = await revert(guarded, back, FREE, branch="again")

    assert (await guarded.judged(again)).conclusion == "failure"
    assert not mergeable(guarded, again)


async def test_what_was_never_merged_here_or_never_judged_is_no_way_back(guarded: Town) -> None:
    never = await guarded.propose(FREE, branch="never")
    await guarded.judged(never)
    back = await revert(guarded, never, {PAY: BASE[PAY] + "\n"})
    assert "Exact revert" not in str((await guarded.judged(back)).title)

    async with guarded.unheard():
        guarded.repository.required_checks, checks = [], guarded.repository.required_checks
        unjudged = await guarded.propose(NET, branch="unjudged")
        await guarded.do(guarded.people.merge, unjudged, by="boss")
        guarded.repository.required_checks = checks
    other = await revert(guarded, unjudged, BACK, branch="other")
    assert (await guarded.judged(other)).title == "Nothing blocking"
    assert mergeable(guarded, other)


async def test_code_with_a_known_fault_that_comes_back_is_named(guarded: Town) -> None:
    first = await land(guarded, FREE, branch="first")
    mended = await land(guarded, {PAY: BASE[PAY]}, branch="mended")
    back = await revert(guarded, mended, FREE)

    check = await guarded.judged(back)
    assert (check.conclusion, check.title) == ("success", f"Exact revert of #{mended.number}")
    assert f"It brings back what F1 of #{first.number} is about: The total is always zero" in shown(check)
    assert mergeable(guarded, back)


async def test_code_that_nobody_can_read_may_bring_one_back(guarded: Town) -> None:
    rest = "# one line of a file that is too large to be read\n" * 22_000
    await guarded.commit("main", {PAY: BASE[PAY] + rest}, by="mona")
    first = await land(guarded, {PAY: FREE[PAY] + rest}, branch="first")
    mended = await land(guarded, {PAY: BASE[PAY] + rest}, branch="mended")
    back = await revert(guarded, mended, {PAY: FREE[PAY] + rest})

    check = await guarded.judged(back)
    assert (check.conclusion, check.title) == ("success", f"Exact revert of #{mended.number}")
    told = f"It may bring back (the file cannot be read) what F1 of #{first.number} is about: The total is always zero"
    assert told in shown(check)
    assert mergeable(guarded, back)


async def test_asked_for_in_full_a_revert_is_read(guarded: Town, claude: ScriptedClaude) -> None:
    merged = await land(guarded, NET)
    back = await revert(guarded, merged, BACK)
    await guarded.judged(back)
    asked = len(claude.requests)
    await guarded.tell(back, "/lintel review full", by="writer")

    assert (await guarded.judged(back)).title == "Nothing blocking"
    assert len(claude.requests) > asked
    assert mergeable(guarded, back)


async def test_what_was_found_is_not_talked_away_by_calling_it_a_revert(guarded: Town) -> None:
    await land(guarded, FREE, branch="first")
    mended = await land(guarded, {PAY: BASE[PAY]}, branch="mended")
    await guarded.commit("back", FREE)
    back = await guarded.open_pull("back")
    assert (await guarded.judged(back)).conclusion == "failure"
    await guarded.do(guarded.people.edit_pull, back, by="hubert", body=f"Reverts #{mended.number}")
    await guarded.tell(back, "/lintel review", by="hubert")

    assert (await guarded.judged(back)).conclusion == "failure"
    assert not mergeable(guarded, back)


async def test_a_revert_s_verdict_can_be_made_again_from_what_is_stored(guarded: Town, audit: Auditor) -> None:
    merged = await land(guarded, NET)
    back = await revert(guarded, merged, BACK)
    await guarded.judged(back)
    (entry,) = await guarded.ledger(back)

    assert (await audit.replay(entry["review"])).code is Exit.FINE
    assert mergeable(guarded, back)
