"""People react to what they are told; what they do not want to hear any more is left out, never what blocks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from app.cli.stats import run_stats
from app.cli.wishes import Format
from app.hub.state import IssueComment, PullRequest, ReviewComment
from tests.e2e.auditor import Auditor
from tests.e2e.conftest import mergeable
from tests.e2e.test_decisions import entries
from tests.e2e.town import Town
from tests.e2e.wire import bad_gateway_after, refused

TWO = {"app/a.py": "print('a')\n", "app/b.py": "print('b')\n"}
THIRD = {"app/c.py": "print('c')\n"}
FOURTH = {"app/d.py": "print('d')\n"}
BAD = {"app/e.py": "PRICE = 5 * 0\n"}
READING = r"^GET .*/comments/\d+/reactions"


async def react(town: Town, comments: Iterable[ReviewComment | IssueComment], content: str, *, by: str) -> None:
    for comment in comments:
        await town.do(town.people.react, comment, content, by=by)


async def tell_status(town: Town, pull: PullRequest) -> str:
    """The status, once reactions were read."""
    await town.tell(pull, "/lintel review", by="writer")
    await town.tell(pull, "/lintel status", by="writer")
    return town.answers(pull)[-1]


def find_proposal(town: Town, pull: PullRequest) -> IssueComment:
    (found,) = [item for item in town.said(pull) if "<!-- lintel:suppression" in item.body]
    return found


async def dislike_prints(town: Town) -> PullRequest:
    """Three findings of one kind in two pull requests that two people do not want; the second one is still open."""
    first = await town.propose(TWO, branch="first")
    await town.judged(first)
    await react(town, town.comments(first), "-1", by="writer")
    await town.do(town.people.close_pull, first, by="hubert")
    second = await town.propose(THIRD, branch="second")
    await town.judged(second)
    await react(town, town.comments(second), "-1", by="keeper")
    await town.tell(second, "/lintel review", by="writer")
    return second


async def accept(town: Town, pull: PullRequest) -> IssueComment:
    proposal = find_proposal(town, pull)
    await react(town, [proposal], "+1", by="boss")
    await town.tell(pull, "/lintel review", by="writer")
    return proposal


async def test_what_people_with_write_think_shows_and_what_strangers_think_does_not(
    guarded: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    pull = await guarded.propose(TWO)
    await guarded.judged(pull)
    await react(guarded, guarded.comments(pull)[:1], "-1", by="writer")
    guarded.people.add_person("passer-by")
    await react(guarded, guarded.comments(pull), "-1", by="passer-by")

    assert "👍 0, 👎 1 (100 % 👎), of 2 comments" in await tell_status(guarded, pull)
    await asyncio.to_thread(run_stats, guarded.bot.settings, Format.JSON)
    (month,) = json.loads(capsys.readouterr().out)["months"]
    assert month["reactions"] == {"up": 0, "down": 1, "comments": 2}
    assert mergeable(guarded, pull)


async def test_a_reaction_that_was_taken_back_is_gone(guarded: Town) -> None:
    pull = await guarded.propose(TWO)
    await guarded.judged(pull)
    (comment, _) = guarded.comments(pull)
    reaction = await guarded.do(guarded.people.react, comment, "-1", by="writer")
    assert "👎 1" in await tell_status(guarded, pull)
    await guarded.do(guarded.people.unreact, comment, reaction, by="writer")
    await react(guarded, [comment], "+1", by="keeper")

    assert "👍 1, 👎 0 (0 % 👎), of 2 comments" in await tell_status(guarded, pull)
    assert mergeable(guarded, pull)


async def test_what_was_disliked_often_is_left_out_once_somebody_accepts_that(guarded: Town, audit: Auditor) -> None:
    pull = await dislike_prints(guarded)
    proposal = find_proposal(guarded, pull)
    assert "3 findings in 2 pull requests got 3 👎" in proposal.body
    assert "`logic` (read by a model)" in proposal.body
    assert "not shown" not in guarded.summary(pull)
    await accept(guarded, pull)

    assert "**Accepted** by `boss`" in proposal.body
    assert "1 finding not shown: the kind `logic` (read by a model) is suppressed by `boss`" in guarded.summary(pull)
    assert "F1 · suppressed" in guarded.comments(pull)[0].body
    (entry,) = await entries(guarded, "suppress")
    assert (entry["login"], entry["category"], entry["comment"]) == ("boss", "logic", proposal.id)
    other = await guarded.propose(FOURTH, branch="third")
    await guarded.judged(other)
    assert not guarded.comments(other)
    assert "1 finding not shown" in guarded.summary(other)
    (verdict,) = await guarded.ledger(other)
    assert verdict["suppressed"] == [{"id": "F1", "comment": proposal.id}]
    assert (await audit.replay(verdict["review"])).told["result"] == "same"
    assert mergeable(guarded, other)


async def test_what_blocks_is_told_and_blocks_whatever_its_kind(guarded: Town) -> None:
    await accept(guarded, await dislike_prints(guarded))
    pull = await guarded.propose({**BAD, **FOURTH}, branch="third")
    check = await guarded.judged(pull)

    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    assert [item.path for item in guarded.comments(pull)] == ["app/e.py"]
    assert "1 finding not shown" in guarded.summary(pull)
    assert not mergeable(guarded, pull)


async def test_whoever_deletes_the_comment_ends_it(guarded: Town) -> None:
    pull = await dislike_prints(guarded)
    proposal = await accept(guarded, pull)
    await guarded.do(guarded.people.delete_comment, proposal, by="boss")
    await guarded.tell(pull, "/lintel review", by="writer")

    (entry,) = await entries(guarded, "unsuppress")
    assert (entry["login"], entry["reason"]) == (None, "the comment of the proposal is gone")
    assert "not shown" not in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_a_proposal_whose_answer_was_lost_stands_once(guarded: Town) -> None:
    first = await guarded.propose(TWO, branch="first")
    await guarded.judged(first)
    await react(guarded, guarded.comments(first), "-1", by="writer")
    await guarded.do(guarded.people.close_pull, first, by="hubert")
    second = await guarded.propose(THIRD, branch="second")
    await guarded.judged(second)
    await react(guarded, guarded.comments(second), "-1", by="keeper")
    lost = guarded.trouble(r"^POST .*/issues/\d+/comments$", "", bad_gateway_after)
    for files in ({"app/x.py": "X = 1\n"}, {"app/y.py": "Y = 1\n"}):
        await guarded.commit("second", files)
        await guarded.judged(second)

    assert lost.met == 1
    assert "**Accepted**" not in find_proposal(guarded, second).body
    await accept(guarded, second)
    assert "**Accepted** by `boss`" in find_proposal(guarded, second).body
    assert mergeable(guarded, second)


async def test_a_later_thumb_down_ends_it(guarded: Town) -> None:
    pull = await dislike_prints(guarded)
    proposal = await accept(guarded, pull)
    await react(guarded, [proposal], "-1", by="writer")
    await guarded.tell(pull, "/lintel review", by="writer")

    assert "**Ended** by `writer`" in proposal.body
    assert [entry["login"] for entry in await entries(guarded, "unsuppress")] == ["writer"]
    assert "not shown" not in guarded.summary(pull)
    assert "suppressed" not in guarded.comments(pull)[0].body
    assert mergeable(guarded, pull)


async def test_who_has_no_say_accepts_nothing(guarded: Town) -> None:
    guarded.people.add_person("passer-by")
    pull = await dislike_prints(guarded)
    await react(guarded, [find_proposal(guarded, pull)], "+1", by="passer-by")
    await guarded.tell(pull, "/lintel review", by="writer")

    assert not await entries(guarded, "suppress")
    assert "not shown" not in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_a_refusal_is_heard_and_nothing_is_proposed_again(guarded: Town) -> None:
    pull = await dislike_prints(guarded)
    proposal = find_proposal(guarded, pull)
    await react(guarded, [proposal], "-1", by="writer")
    await react(guarded, [proposal], "+1", by="boss")
    await guarded.tell(pull, "/lintel review", by="writer")
    await guarded.tell(pull, "/lintel review", by="writer")

    assert "**Refused** by `writer`" in find_proposal(guarded, pull).body
    assert "not shown" not in guarded.summary(pull)
    assert mergeable(guarded, pull)


async def test_reactions_that_cannot_be_read_delay_no_verdict_and_status_says_so(guarded: Town) -> None:
    pull = await guarded.propose(TWO)
    await guarded.judged(pull)
    await react(guarded, guarded.comments(pull), "-1", by="writer")
    guarded.trouble(READING, "", refused(451, "Unavailable for legal reasons"), times=1)
    said: Any = await tell_status(guarded, pull)

    assert (await guarded.judged(pull)).conclusion == "success"
    assert "could not be read the last time" in said
    assert "👎 2" in await tell_status(guarded, pull)
    assert mergeable(guarded, pull)
