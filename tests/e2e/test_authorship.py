"""Who wrote it does not let it pass, whatever its commits say; what was approved is what is offered now."""

from __future__ import annotations

from collections.abc import Mapping

from app.hub import git, pulls
from app.hub.accounts import Role, User
from app.hub.state import PullRequest
from tests.e2e.conftest import mergeable
from tests.e2e.test_ai_written import BY_CLAUDE, GOOD, approve, careful, propose
from tests.e2e.test_decisions import BAD, OTHER
from tests.e2e.town import Town, told

__all__ = ["careful"]

EVIL = {"app/evil.py": "def free(price):\n    return price * 0\n"}
FOOTER = "Sums.\n\nGenerated with [Claude Code](https://claude.com/claude-code)\n"
CLAUDE = ("Claude", "noreply@anthropic.com")


async def push_as(town: Town, files: Mapping[str, str], who: tuple[str, str], *, by: str) -> str:
    """Somebody pushes a commit to `change` that says it is another's."""
    path, people = town.repository.path, town.people
    parent = git.tip(path, "change") or git.tip(path, "main")
    content = {name: text.encode() for name, text in files.items()}
    sha = git.write_commit(path, content, parent, "Change", (*who, people.hub.clock()))
    await town.do(people.push, town.repository, "change", sha, by=by)
    return sha


def hubert(town: Town) -> tuple[str, str]:
    return ("hubert", pulls.address(town.people.user("hubert")))


def add_bot(town: Town, login: str) -> None:
    with town.people.state.lock:
        town.people.state.users[login] = User(town.people.state.next_id(), login, "Bot")


async def dismiss(town: Town, pull: PullRequest, by: str) -> None:
    await town.tell(pull, "/lintel dismiss F1 it is fine", by=by)
    await town.at_rest()


async def test_who_pushed_it_under_anothers_name_does_not_dismiss_what_was_found(guarded: Town) -> None:
    pull = await guarded.propose(GOOD)
    await push_as(guarded, EVIL, hubert(guarded), by="writer")
    assert (await guarded.judged(pull)).conclusion == "failure"
    await dismiss(guarded, pull, "writer")
    assert "neither opened nor wrote the change" in guarded.answers(pull)[-1]
    assert not mergeable(guarded, pull)


async def test_nor_does_who_had_a_workflow_open_it(guarded: Town) -> None:
    add_bot(guarded, "github-actions[bot]")
    await push_as(guarded, BAD, hubert(guarded), by="writer")
    pull = await guarded.open_pull("change", by="github-actions[bot]")
    assert (await guarded.judged(pull)).conclusion == "failure"
    await dismiss(guarded, pull, "writer")
    assert not mergeable(guarded, pull)


async def test_nor_does_a_co_author(guarded: Town) -> None:
    await guarded.commit("change", BAD, message="Sums\n\nCo-authored-by: W <writer@users.noreply.github.com>\n")
    pull = await guarded.open_pull("change", by="hubert")
    await guarded.judged(pull)
    await dismiss(guarded, pull, "writer")
    assert not mergeable(guarded, pull)


async def test_whose_fork_it_comes_from_does_not_dismiss_it_and_others_may(guarded: Town) -> None:
    people, content = guarded.people, {path: text.encode() for path, text in BAD.items()}
    people.add_person("second")
    await guarded.do(people.set_role, guarded.repository, "second", Role.WRITE)
    fork = await guarded.do(people.fork, guarded.repository, "writer")
    await guarded.do(people.commit, fork, "change", content, by="hubert")
    pull = await guarded.open_pull("change", by="hubert", fork=fork)
    await guarded.judged(pull)
    await dismiss(guarded, pull, "writer")
    assert not mergeable(guarded, pull)
    await dismiss(guarded, pull, "second")
    assert mergeable(guarded, pull)


async def test_a_commit_without_an_account_may_be_anybodys(guarded: Town) -> None:
    await push_as(guarded, BAD, ("Who", "who@example.org"), by="hubert")
    pull = await guarded.open_pull("change", by="hubert")
    await guarded.judged(pull)
    await dismiss(guarded, pull, "writer")
    assert not mergeable(guarded, pull)
    await dismiss(guarded, pull, "keeper")
    assert mergeable(guarded, pull)


async def test_a_push_that_nobody_told_of_is_anybodys_until_it_is_told(guarded: Town) -> None:
    pull = await guarded.propose(BAD)
    async with guarded.unheard():
        await guarded.commit("change", OTHER)
    await guarded.tell(pull, "/lintel review", by="hubert")
    await dismiss(guarded, pull, "writer")
    assert "nobody can tell who wrote all of this one" in guarded.answers(pull)[-1]
    assert not mergeable(guarded, pull)

    for lost in (guarded.deliveries("push")[-1], guarded.deliveries("pull_request", "synchronize")[-1]):
        await guarded.redeliver(lost)
    await dismiss(guarded, pull, "writer")
    assert mergeable(guarded, pull)


async def test_who_pushed_under_an_agents_name_does_not_approve_it(careful: Town) -> None:
    pull = await propose(careful)
    await push_as(careful, OTHER, CLAUDE, by="writer")
    await careful.judged(pull)
    await approve(careful, pull, "writer")
    assert "`writer`: pushed to it" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def test_a_mark_that_was_seen_is_not_edited_away(careful: Town) -> None:
    await careful.commit("change", GOOD)
    pull = await careful.open_pull("change", by="hubert", body=FOOTER)
    assert (await careful.judged(pull)).conclusion == "action_required"
    await careful.do(careful.people.edit_pull, pull, by="hubert", body="Sums.")
    await careful.tell(pull, "/lintel review", by="hubert")
    assert "(in an earlier description)" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def test_nor_amended_away(careful: Town) -> None:
    pull = await propose(careful)
    seen = pull.head_sha
    await careful.judged(pull)
    await careful.commit("change", GOOD, onto=pull.base_sha, message="Sum net prices")
    assert f"(was seen on `{seen[:12]}`)" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def test_who_had_an_agent_make_it_does_not_approve_after_taking_the_own_name_off(careful: Town) -> None:
    add_bot(careful, "copilot-swe-agent[bot]")
    pull = await propose_by_agent(careful)
    await careful.do(careful.people.assign, pull, by="writer")
    await approve(careful, pull, "writer")
    assert "`writer`: asked the agent for it" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def propose_by_agent(town: Town) -> PullRequest:
    """An agent's own, of which its first review saw that writer had asked for it."""
    agent = "copilot-swe-agent[bot]"
    await town.commit("change", GOOD, by=agent, message=BY_CLAUDE)
    pull = await town.open_pull("change", by=agent, draft=True)
    await town.do(town.people.assign, pull, "writer", by="keeper")
    await town.do(town.people.ready_for_review, pull, by="keeper")
    assert (await town.judged(pull)).conclusion == "action_required"
    return pull


async def test_what_was_approved_for_another_base_is_not_approved_for_this_one(careful: Town) -> None:
    tip = await careful.commit("side", GOOD, message=BY_CLAUDE)
    await careful.commit("change", OTHER, onto=tip)
    pull = await careful.open_pull("change", base="side", by="hubert")
    await careful.judged(pull)
    await approve(careful, pull, "writer")
    await careful.at_rest()
    await careful.do(careful.people.retarget, pull, "main", by="hubert")
    assert "`writer`: approved before it was force-pushed" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def test_nor_is_what_was_force_pushed_since(careful: Town) -> None:
    pull = await propose(careful)
    await approve(careful, pull, "writer")
    assert (await careful.judged(pull)).conclusion == "success"
    await careful.commit("change", {**GOOD, **OTHER}, onto=pull.base_sha, message=BY_CLAUDE)
    assert "`writer`: approved before it was force-pushed" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)
