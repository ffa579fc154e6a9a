"""What a dismissal does not cover. Each story ends with whether the change can be merged now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.flows.commands import dismissing, subject
from app.hub.state import PullRequest, ReviewComment
from tests.claude_conversation import asks_in_a_thread, conversing, gives_in
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import BAD, SMALL, block, entries
from tests.e2e.town import Town, told
from tests.e2e.wire import refused_query

FREE = "def free_total(items):\n    return sum(item.price * 0 for item in items)\n"
FULL = "def total(items):\n    return sum(item.price for item in items)\n"
BOTH = {"app/pay.py": "def total(items):\n    print(1)\n    return sum(item.price * 0 for item in items)\n"}
PARTS = "".join(f"\n\ndef part_{n}(item):\n    return item.part_{n}\n" for n in range(12))
SENSITIVE = "people: {sensitive: [{paths: ['app/pay.py'], owners: ['@boss']}]}\n"


async def retarget(town: Town, pull: PullRequest, base: str) -> None:
    """Choose another base; whatever is written next is written in a later second."""
    await town.do(town.people.retarget, pull, base, by="hubert")
    pull.timeline[-1] = replace(pull.timeline[-1], created_at=pull.timeline[-1].created_at - timedelta(seconds=1))
    await town.at_rest()


async def test_what_was_dismissed_in_one_function_is_not_dismissed_in_another(guarded: Town) -> None:
    pull = await guarded.propose({"app/pay.py": f"{FULL}\n\n{FREE}"})
    assert (await guarded.judged(pull)).conclusion == "failure"
    await guarded.tell(pull, "/lintel dismiss F1 the free plan costs nothing", by="writer")
    assert mergeable(guarded, pull)

    await guarded.commit("change", BAD)
    assert "1 finding must be dealt with: F2." in told(await guarded.judged(pull))
    assert not mergeable(guarded, pull)


async def test_a_dismissal_for_another_base_does_not_go_past_the_owners_of_this_one(guarded: Town) -> None:
    await guarded.commit("side", {"SIDE.md": "1\n"}, by="hubert")
    await guarded.commit("main", {".github/lintel.yml": SENSITIVE}, by="mona")
    pull = await block(guarded)
    await retarget(guarded, pull, "side")
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")
    assert "F1 no longer counts" in guarded.answers(pull)[0]

    await retarget(guarded, pull, "main")
    check = await guarded.judged(pull)
    assert "F1 counts again: writer dismissed it, until it was offered into another branch." in told(check)
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="boss")
    assert mergeable(guarded, pull)


async def test_renamed_away_from_its_owners_it_is_theirs_to_dismiss(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": SENSITIVE, "app/pay.py": FULL + PARTS}, by="mona")
    pull = await guarded.propose({"app/pay.py": None, "app/charge.py": BAD["app/pay.py"] + PARTS})
    assert (await guarded.judged(pull)).conclusion == "failure"
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="writer")
    assert "only their owners" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)
    await guarded.tell(pull, "/lintel dismiss F1 it is fine", by="boss")
    assert mergeable(guarded, pull)


async def exchange_marker(town: Town, pull: PullRequest) -> ReviewComment:
    """The comment of a finding that does not block, in which somebody set the marker of the one that does."""
    critical, low = sorted(town.comments(pull), key=lambda comment: "always zero" not in comment.body)
    forged = low.body.rpartition("\n")[0] + "\n" + critical.body.rpartition("\n")[2]
    await town.do(town.people.edit_reply, low, forged, by="writer")
    return low


async def test_a_thread_whose_first_comment_somebody_edited_stands_for_no_finding(guarded: Town) -> None:
    pull = await block(guarded, BOTH)
    low = await exchange_marker(guarded, pull)
    await guarded.do(guarded.people.reply, low, "/lintel dismiss a print is fine here", by="keeper")
    await guarded.at_rest()

    assert "Somebody edited the comment that began this thread" in guarded.comments(pull)[-1].body
    assert not await entries(guarded, "dismiss")
    assert not mergeable(guarded, pull)
    blocking = told(await guarded.judged(pull)).partition("must be dealt with: ")[2][:2]
    await guarded.do(guarded.people.reply, low, f"/lintel dismiss {blocking} it is a demo", by="keeper")
    await guarded.at_rest()
    assert mergeable(guarded, pull)


async def test_in_a_thread_whose_first_comment_somebody_edited_nothing_is_conceded(
    guarded: Town, claude: ScriptedClaude
) -> None:
    claude.script = conversing(claude.script, gives_in(("app/pay.py", 1, "def total(items):")))
    pull = await block(guarded, BOTH)
    low = await exchange_marker(guarded, pull)
    await guarded.do(guarded.people.reply, low, "It is meant so.", by="keeper")
    await guarded.at_rest()

    assert not any(asks_in_a_thread(seen.body) for seen in claude.requests)
    assert not await entries(guarded, "concede")
    assert not mergeable(guarded, pull)


async def test_a_thread_whose_first_comment_the_bot_edited_stands_for_its_finding(guarded: Town) -> None:
    pull = await block(guarded)
    (thread,) = guarded.comments(pull)
    await guarded.commit("change", {"app/pay.py": f"{BAD['app/pay.py']}\n\nLIMIT = 3\n"})
    await guarded.judged(pull)
    await guarded.do(guarded.people.edit_reply, thread, thread.body, by="lintel[bot]")
    await guarded.do(guarded.people.reply, thread, "/lintel dismiss it is a demo", by="keeper")
    await guarded.at_rest()

    assert thread.last_edited_at is not None
    assert mergeable(guarded, pull)


async def test_a_dismissal_counts_for_the_base_that_there_was_when_it_was_written(guarded: Town) -> None:
    await guarded.commit("side", {"SIDE.md": "1\n"})
    await guarded.commit("change", BAD)
    pull = await guarded.open_pull(base="side")
    assert (await guarded.judged(pull)).conclusion == "failure"
    async with guarded.unheard():
        await guarded.do(guarded.people.comment, pull, "/lintel dismiss F1 it is a demo", by="keeper")
    await guarded.do(guarded.people.retarget, pull, "main", by="hubert")
    await guarded.redeliver(guarded.deliveries("issue_comment", "created")[-1])
    await guarded.at_rest()

    assert "not to count into `main`:\n\n`/lintel dismiss F1 it is a demo`" in guarded.answers(pull)[0]
    assert not await entries(guarded, "dismiss")
    assert not mergeable(guarded, pull)


async def test_what_blocks_is_not_dismissed_where_nobody_can_tell_for_which_base(guarded: Town) -> None:
    pull = await block(guarded)
    untold = refused_query("timelineItems", 403, "Resource not accessible by integration")
    guarded.trouble("^POST /api/graphql$", "", untold, times=9)
    await guarded.tell(pull, "/lintel dismiss F1 it is a demo", by="keeper")

    assert "GitHub does not say whether the base was changed" in guarded.answers(pull)[0]
    assert not mergeable(guarded, pull)


async def test_what_came_to_block_while_its_dismissal_was_judged_is_judged_again(
    guarded: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = await guarded.propose(SMALL)
    assert (await guarded.judged(pull)).conclusion == "success"
    find = subject.find_subject

    async def find_and_wait(*asked: Any) -> Any:
        found = await find(*asked)
        monkeypatch.setattr(dismissing, "find_subject", find)
        await guarded.commit("main", {".github/lintel.yml": "block_on: low\n"}, by="mona")
        await guarded.until(lambda: guarded.checks(pull)[-1].conclusion == "failure")
        return found

    monkeypatch.setattr(dismissing, "find_subject", find_and_wait)
    await guarded.tell(pull, "/lintel dismiss F1 never mind", by="hubert")

    assert "I did not take `/lintel dismiss`" in guarded.answers(pull)[0]
    assert not await entries(guarded, "dismiss")
    assert not mergeable(guarded, pull)
