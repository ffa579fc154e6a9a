"""The merge queue asks for the check on its groups. Each story ends with whether the group can be merged now."""

from __future__ import annotations

import json
from typing import Any

from app.hub import git
from app.hub.state import CheckRun, MergeGroup, PullRequest
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.town import Town, told
from tests.e2e.wire import JSON, Passage, first, refused

BAD = {"app/pay.py": "def total(items):\n    return sum(item.price * 0 for item in items)\n"}
GOOD = {"app/pay.py": "def total(items):\n    return sum(item.net for item in items)\n"}
OTHER = {"app/other.py": "LIMIT = 3\n"}


async def propose(town: Town, files: dict[str, str], branch: str = "change") -> PullRequest:
    """A pull request that was judged."""
    pull = await town.propose(files, branch=branch)
    await town.judged(pull)
    return pull


async def queue(town: Town, *pulls: PullRequest, method: str = "MERGE") -> MergeGroup:
    """The queue makes a group of them, and the bot has done what there is to do about it."""
    group = await town.do(town.people.queue_together, list(pulls), by="mona", method=method)
    await town.at_rest()
    assert isinstance(group, MergeGroup)
    return group


def checks(town: Town, group: MergeGroup) -> list[CheckRun]:
    runs = town.people.state.check_runs_of(group.repository, group.head_sha)
    return [run for run in runs if run.app is town.ground.app]


async def entries(town: Town, group: MergeGroup) -> list[tuple[str, dict[str, Any]]]:
    """The ledger entries about the group, by kind."""
    async with town.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT kind, body FROM lintel.ledger WHERE body ->> 'head_sha' = %s ORDER BY seq", [group.head_sha]
        )
        return [(row[0], row[1]) for row in await cursor.fetchall()]


async def merges(town: Town, group: MergeGroup) -> bool:
    """Whether the queue merges it now; it does if it can."""
    return bool((await town.do(town.people.proceed, group)) == "")


async def test_a_group_of_green_pull_requests_is_merged(guarded: Town, claude: ScriptedClaude) -> None:
    pulls = [await propose(guarded, GOOD), await propose(guarded, OTHER, "other")]
    asked = len(claude.readings)
    group = await queue(guarded, *pulls)

    (check,) = checks(guarded, group)
    assert (check.name, check.conclusion, check.title) == ("lintel: main", "success", "2 pull requests passed")
    assert all(f"Pull request {pull.number} passed at {pull.head_sha[:12]}" in told(check) for pull in pulls)
    ((kind, body),) = await entries(guarded, group)
    assert kind == "gate.set"
    assert [(one["pull_request"], one["head_sha"]) for one in body["members"]] == [
        (p.number, p.head_sha) for p in pulls
    ]
    assert len(claude.readings) == asked
    assert await merges(guarded, group)


async def test_one_red_member_blocks_the_group_by_name(guarded: Town) -> None:
    red, green = await propose(guarded, BAD), await propose(guarded, OTHER, "other")
    group = await queue(guarded, green, red)

    (check,) = checks(guarded, group)
    assert (check.conclusion, check.title) == ("failure", f"Blocked by pull request {red.number}")
    assert f"Pull request {red.number} did not pass: failure on {red.head_sha[:12]}." in told(check)
    assert not await merges(guarded, group)


async def test_an_override_of_a_member_counts(guarded: Town) -> None:
    red = await propose(guarded, BAD)
    await guarded.tell(red, f"/lintel override {red.head_sha[:12]} it must go out", by="keeper")
    group = await queue(guarded, red)

    assert "overridden by keeper" in told(checks(guarded, group)[0])
    assert await merges(guarded, group)


async def test_a_group_behind_another_stands_on_that_one(guarded: Town) -> None:
    front = await queue(guarded, await propose(guarded, GOOD))
    behind = await queue(guarded, await propose(guarded, OTHER, "other"))

    assert behind.base_sha == front.head_sha
    assert [run.title for run in checks(guarded, behind)] == ["1 pull request passed"]
    assert await merges(guarded, front)
    assert await merges(guarded, behind)


async def test_a_member_that_is_pushed_to_takes_its_group_along(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    group = await queue(guarded, pull)
    await guarded.commit("change", BAD)
    await guarded.at_rest()

    assert group not in guarded.people.state.merge_groups
    again = await queue(guarded, pull)
    assert checks(guarded, again)[0].conclusion == "failure"
    assert not await merges(guarded, again)


async def test_a_push_that_github_has_not_drawn_the_conclusion_from_blocks(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)

    async def push() -> None:
        # The queue still lists the entry, with another head than the one it merged.
        pull.head_sha = await guarded.commit("elsewhere", BAD)

    guarded.trouble(r"^POST /api/graphql$", "", first(push))
    group = await queue(guarded, pull)
    assert "was pushed to since it was queued" in told(checks(guarded, group)[0])
    assert not await merges(guarded, group)


async def test_a_squashed_member_is_known_by_its_change(guarded: Town, claude: ScriptedClaude) -> None:
    pull = await propose(guarded, GOOD)
    await guarded.commit("main", OTHER, by="mona")
    asked = len(claude.readings)
    group = await queue(guarded, pull, method="SQUASH")

    (check,) = checks(guarded, group)
    assert "the queue's commits make the same change" in told(check)
    assert len(claude.readings) == asked
    ((_, body),) = await entries(guarded, group)
    assert body["members"][0]["rebased"] is True
    assert await merges(guarded, group)


async def test_a_squashed_member_that_became_another_change_is_read_anew(guarded: Town) -> None:
    lines = "".join(f"LINE_{n} = {n}\n" for n in range(12))
    await guarded.commit("main", {"app/lines.py": lines}, by="mona")
    await guarded.commit(
        "change", {"app/lines.py": lines.replace("= 5", "= 55")}, onto=git.tip(guarded.repository.path, "main")
    )
    pull = await guarded.open_pull("change")
    assert (await guarded.judged(pull)).conclusion == "success"
    await guarded.commit("main", {"app/lines.py": lines.replace("= 8", "= 5 * 0")}, by="mona")
    group = await queue(guarded, pull, method="SQUASH")

    (check,) = checks(guarded, group)
    assert "the group's own change was reviewed" in told(check)
    assert check.conclusion == "success"
    assert await merges(guarded, group)


def mute(passage: Passage) -> Any:
    """A server that is too old to know merge queues."""
    error = {
        "message": "Field 'mergeQueue' doesn't exist on type 'Repository'",
        "extensions": {"code": "undefinedField"},
    }
    return passage.answer(200, json.dumps({"errors": [error]}).encode(), JSON)


async def test_a_group_whose_members_nobody_can_tell_is_reviewed_itself(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)
    group = await queue(guarded, pull)

    (check,) = checks(guarded, group)
    assert (check.name, check.conclusion) == ("lintel: main", "success")
    assert "the group's own change was reviewed" in told(check)
    assert [kind for kind, _ in await entries(guarded, group)] == ["gate.set"]
    assert await merges(guarded, group)


async def test_a_group_that_cannot_be_reviewed_either_stays_shut(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)
    guarded.wire.git_status = 403
    guarded.trouble(r"^GET .*/git/", "", refused(451), times=100)
    group = await queue(guarded, pull)

    (check,) = checks(guarded, group)
    assert (check.conclusion, check.title) == ("action_required", "The review could not be made")
    assert not await merges(guarded, group)


async def test_a_member_without_a_verdict_is_waited_for_and_told_of(guarded: Town) -> None:
    async with guarded.unheard():
        pull = await guarded.propose(GOOD)
    assert not guarded.checks(pull)
    group = await queue(guarded, pull)

    assert guarded.checks(pull)[-1].conclusion == "success"
    assert [run.title for run in checks(guarded, group)] == ["1 pull request passed"]
    assert await merges(guarded, group)


async def test_a_member_that_never_gets_a_verdict_is_not_waited_for_for_ever(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    await guarded.do(guarded.people.convert_to_draft, pull, by="hubert")
    await guarded.commit("change", OTHER)
    await guarded.at_rest()
    group = await queue(guarded, pull)

    (check,) = checks(guarded, group)
    assert (check.conclusion, check.title) == ("action_required", f"No verdict on pull request {pull.number}")
    assert not await merges(guarded, group)


async def test_a_group_that_is_dropped_while_it_is_reviewed_is_cancelled(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^POST /api/graphql$", "", mute, times=100)

    async def drop() -> None:
        await guarded.do(guarded.people.unqueue, guarded.people.state.merge_groups[0])
        await guarded.people.settle()

    guarded.trouble(r"^PATCH .*/check-runs/\d+$", "in_progress", first(drop))
    group = await queue(guarded, pull)

    assert [run.conclusion for run in checks(guarded, group)] == ["cancelled"]
    assert [kind for kind, _ in await entries(guarded, group)] == ["gate.cancelled"]
    assert not guarded.people.state.merge_groups
    assert mergeable(guarded, pull)


async def test_a_group_that_is_dropped_while_it_waits_is_cancelled(guarded: Town) -> None:
    async with guarded.unheard():
        pull = await guarded.propose(GOOD)

    async def drop() -> None:
        await guarded.do(guarded.people.unqueue, guarded.people.state.merge_groups[0])

    guarded.trouble(r"^POST /api/graphql$", "", first(drop))
    group = await queue(guarded, pull)
    assert [run.conclusion for run in checks(guarded, group)] == ["cancelled"]
    assert [kind for kind, _ in await entries(guarded, group)] == ["gate.cancelled"]
    assert not guarded.people.state.merge_groups
    assert not mergeable(guarded, pull)


async def test_a_redelivery_adds_nothing(guarded: Town) -> None:
    group = await queue(guarded, await propose(guarded, GOOD))
    (delivery,) = guarded.deliveries("merge_group", "checks_requested")
    await guarded.redeliver(delivery)
    await guarded.post(delivery, **{"x-github-delivery": "another"})
    await guarded.at_rest()

    assert len(checks(guarded, group)) == len(await entries(guarded, group)) == 1
    assert await merges(guarded, group)


async def test_a_group_that_died_before_we_heard_of_it_gets_no_check(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    async with guarded.unheard():
        group = await guarded.do(guarded.people.queue_together, [pull], by="mona")
        await guarded.do(guarded.people.unqueue, group)
    (delivery,) = guarded.deliveries("merge_group", "checks_requested")
    await guarded.redeliver(delivery)
    await guarded.at_rest()

    assert not checks(guarded, group)
    assert not guarded.people.state.merge_groups
    assert mergeable(guarded, pull)


async def test_a_post_that_fails_is_repeated_until_it_stands(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^PATCH .*/check-runs/\d+$", "completed", refused(502), times=6)
    group = await queue(guarded, pull)
    assert [run.conclusion for run in checks(guarded, group)] == ["success"]
    assert len(await entries(guarded, group)) == 1
    assert await merges(guarded, group)


async def test_a_post_that_fails_for_good_leaves_the_group_shut(guarded: Town) -> None:
    pull = await propose(guarded, GOOD)
    guarded.trouble(r"^PATCH .*/check-runs/\d+$", "completed", refused(422), times=100)
    group = await queue(guarded, pull)
    assert [run.conclusion for run in checks(guarded, group)] == [None]
    recorded = [body["conclusion"] for _, body in await entries(guarded, group)]
    assert recorded == ["success", "action_required"]
    assert not await merges(guarded, group)


async def test_a_branch_that_the_policy_leaves_out_gets_no_check(guarded: Town) -> None:
    await guarded.commit("main", {".github/lintel.yml": "review: {branches: [release]}\n"}, by="mona")
    pull = await guarded.propose(GOOD)
    group = await queue(guarded, pull)
    assert not checks(guarded, group)
    assert not await merges(guarded, group)
