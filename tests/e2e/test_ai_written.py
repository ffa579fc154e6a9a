"""A change that says that AI had a part in it waits for people, where the policy asks for that."""

from __future__ import annotations

import pytest

from app.hub.accounts import Role, User
from app.hub.state import PullRequest
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told

GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
BY_CLAUDE = "Sum net prices\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"


@pytest.fixture
async def careful(guarded: Town) -> Town:
    """A town that asks for one human approval of what AI had a part in; `second` may write as well."""
    guarded.people.add_person("second")
    await guarded.do(guarded.people.set_role, guarded.repository, "second", Role.WRITE)
    await ask_for(guarded, 1)
    return guarded


async def ask_for(town: Town, approvals: int, more: str = "") -> None:
    policy = f"people: {{ai_authored: {{human_approvals: {approvals}}}{more}}}\n"
    await town.commit("main", {".github/lintel.yml": policy}, by="mona")


async def propose(town: Town, message: str = BY_CLAUDE, *, by: str = "hubert") -> PullRequest:
    await town.commit("change", GOOD, by=by, message=message)
    return await town.open_pull("change", by="hubert")


async def approve(town: Town, pull: PullRequest, by: str) -> None:
    await town.do(town.people.review, pull, "fine", by=by, event="APPROVE")


async def test_it_waits_for_a_person_and_passes_with_the_approval(careful: Town) -> None:
    pull = await propose(careful)
    check = await careful.judged(pull)
    assert (check.conclusion, check.title) == ("action_required", "Waiting for 1 human approval")
    assert "Co-Authored-By: Claude" in told(check)
    assert not mergeable(careful, pull)

    await approve(careful, pull, "writer")
    check = await careful.judged(pull)
    assert check.conclusion == "success"
    assert "counted: `writer`" in told(check)
    assert "counted: `writer`" in careful.summary(pull)
    assert (await careful.ledger(pull))[-1]["provenance"]["approved_by"] == ["writer"]
    assert mergeable(careful, pull)


async def test_nobody_is_waited_for_where_nothing_says_that_ai_had_a_part(careful: Town) -> None:
    pull = await propose(careful, "Sum net prices\n\nCo-authored-by: Claude Monet <claude@example.org>\n")
    check = await careful.judged(pull)
    assert check.conclusion == "success"
    assert "AI had a part" not in told(check)
    assert mergeable(careful, pull)


async def test_an_agent_s_account_that_opens_it_is_a_mark_by_itself(careful: Town) -> None:
    people, agent = careful.people, "copilot-swe-agent[bot]"
    with people.state.lock:
        people.state.users[agent] = User(people.state.next_id(), agent, "Bot")
    await careful.commit("change", GOOD, by="hubert", message="Sum net prices\n")
    pull = await careful.open_pull("change", by=agent)
    check = await careful.judged(pull)
    assert (check.conclusion, check.title) == ("action_required", "Waiting for 1 human approval")
    assert "who opened it" in told(check)
    assert not mergeable(careful, pull)

    await approve(careful, pull, "hubert")
    assert "not counted: `hubert`" in told(await careful.judged(pull))
    await approve(careful, pull, "writer")
    await careful.judged(pull)
    assert mergeable(careful, pull)


async def test_a_mark_is_shown_where_the_policy_asks_for_nothing(guarded: Town) -> None:
    pull = await propose(guarded)
    assert "**AI had a part in this**" in told(await guarded.judged(pull))
    await approve(guarded, pull, "writer")
    await guarded.judged(pull)
    assert len(guarded.checks(pull)) == 1
    assert mergeable(guarded, pull)


@pytest.mark.parametrize(
    ("who", "message", "why"),
    [
        ("reader", BY_CLAUDE, "has no write access"),
        ("writer", f"{BY_CLAUDE}Co-authored-by: W <writer@users.noreply.github.com>\n", "had a part in a commit"),
        ("writer", f"{BY_CLAUDE}Co-authored-by: Somebody <who@example.org>\n", "a commit has no account behind it"),
    ],
    ids=["who may not write", "a co-author", "perhaps a co-author"],
)
async def test_an_approval_that_does_not_count_is_named(careful: Town, who: str, message: str, why: str) -> None:
    careful.people.add_person("reader")
    pull = await propose(careful, message)
    await approve(careful, pull, who)
    check = await careful.judged(pull)
    assert check.conclusion == "action_required"
    assert f"not counted: `{who}`: {why}" in told(check)
    assert not mergeable(careful, pull)


async def test_whoever_committed_to_it_does_not_approve_it(careful: Town) -> None:
    pull = await propose(careful, by="writer")
    await approve(careful, pull, "writer")
    assert "not counted: `writer`: had a part in a commit" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)


async def test_a_push_makes_approvals_stale_and_a_dismissal_ends_them(careful: Town) -> None:
    pull = await propose(careful)
    await approve(careful, pull, "writer")
    assert (await careful.judged(pull)).conclusion == "success"
    await careful.commit("change", {"app/other.py": "LIMIT = 3\n"})
    assert "`writer`: approved an earlier head" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)

    review = await careful.do(careful.people.review, pull, "fine", by="second", event="APPROVE")
    assert (await careful.judged(pull)).conclusion == "success"
    await careful.do(careful.people.dismiss_review, review, by="keeper")
    assert (await careful.judged(pull)).conclusion == "action_required"
    assert not mergeable(careful, pull)


async def test_a_request_for_changes_takes_the_approval_back_and_a_comment_does_not(careful: Town) -> None:
    pull = await propose(careful)
    await approve(careful, pull, "writer")
    await careful.do(careful.people.review, pull, "by the way", by="writer")
    assert (await careful.judged(pull)).conclusion == "success"
    await careful.do(careful.people.review, pull, "wait", by="writer", event="REQUEST_CHANGES")
    assert (await careful.judged(pull)).conclusion == "action_required"
    assert not mergeable(careful, pull)


async def test_two_approvals_are_two_people(careful: Town) -> None:
    await ask_for(careful, 2)
    pull = await propose(careful)
    await approve(careful, pull, "writer")
    await approve(careful, pull, "writer")
    assert (await careful.judged(pull)).title == "Waiting for 1 human approval"
    await approve(careful, pull, "second")
    assert (await careful.judged(pull)).conclusion == "success"
    assert mergeable(careful, pull)


async def test_on_sensitive_paths_an_owner_has_to_approve(careful: Town) -> None:
    await ask_for(careful, 1, ", sensitive: [{paths: ['app/pay.py'], owners: ['@second']}]")
    pull = await propose(careful)
    await approve(careful, pull, "writer")
    assert "does not own all sensitive paths" in told(await careful.judged(pull))
    assert not mergeable(careful, pull)
    await approve(careful, pull, "second")
    assert (await careful.judged(pull)).conclusion == "success"
    assert mergeable(careful, pull)


async def test_an_approval_asks_no_model_anything_again(careful: Town, claude: ScriptedClaude) -> None:
    pull = await propose(careful)
    await careful.judged(pull)
    asked = len(claude.requests)
    await approve(careful, pull, "writer")
    assert (await careful.judged(pull)).conclusion == "success"
    assert len(claude.requests) == asked
    assert mergeable(careful, pull)
