"""What people do, and what they cannot do."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.hub import git
from app.hub.branches import PushRefusedError
from app.hub.grounds import UnknownAccountError
from app.hub.refusals import RefusedError
from app.hub.server import HubServer, build_hub
from app.hub.world import World
from tests.hub.place import Clock, Place


def test_history_is_rewritten_only_by_force(place: Place) -> None:
    world, repository = place.world, place.repository
    before = place.pull.head_sha
    with pytest.raises(PushRefusedError, match="non-fast-forward"):
        world.push(repository, "feature", place.pull.base_sha, by="ann")
    with pytest.raises(PushRefusedError, match="has no commit"):
        world.push(repository, "feature", "0" * 40, by="ann", force=True)
    assert git.tip(repository.path, "feature") == before
    after = world.commit(repository, "feature", {"b": b"b"}, by="ann", onto=place.pull.base_sha)
    assert (place.pull.head_sha, git.resolve(repository.path, "refs/pull/1/head")) == (after, after)


def test_a_commit_adds_changes_links_and_removes_files(place: Place) -> None:
    files = {"a.txt": None, "l": ("120000", b"x"), 'odd "name"\\\n': b"1", "run": ("100755", b"#!\n")}
    sha = place.world.commit(place.repository, "new", files, by="ann")
    entries = {e.path: e.mode for e in git.list_tree(place.repository.path, sha)}
    assert entries == {"gone.txt": "100644", "l": "120000", 'odd "name"\\\n': "100644", "run": "100755"}


@pytest.mark.parametrize(("head", "base"), [("nowhere", "main"), ("feature", "nowhere"), ("main", "main")])
def test_a_pull_request_needs_two_branches_that_differ(place: Place, head: str, base: str) -> None:
    with pytest.raises(RefusedError, match="422"):
        place.world.open_pull(place.repository, head, by="ann", base=base)
    assert len(place.world.state.pulls) == 1


def test_a_pull_request_without_common_history_is_refused(place: Place) -> None:
    lone = git.write_commit(place.repository.path, {"x": b"x"}, None, "Alone", ("a", "a@b", place.clock()))
    place.world.push(place.repository, "lone", lone, by="ann")
    with pytest.raises(RefusedError, match="no history in common"):
        place.world.open_pull(place.repository, "lone", by="ann")
    assert len(place.world.state.pulls) == 1


def test_a_merged_pull_request_keeps_its_change_and_stays_closed(place: Place) -> None:
    sha = place.world.merge(place.pull, by="mia")
    shown = place.bot.get(place.pull_path).json()
    assert (shown["merged"], shown["merge_commit_sha"], shown["merged_by"]["login"]) == (True, sha, "mia")
    assert (shown["changed_files"], shown["commits"]) == (3, 1)
    assert git.tip(place.repository.path, "main") == sha
    with pytest.raises(RefusedError, match="cannot be reopened"):
        place.world.reopen(place.pull, by="ann")


def test_a_closed_pull_request_is_not_synchronized_until_it_reopens(place: Place) -> None:
    before = place.pull.head_sha
    place.world.close_pull(place.pull, by="ann")
    after = place.world.commit(place.repository, "feature", {"b": b"b"}, by="ann")
    assert place.pull.head_sha == before
    place.world.reopen(place.pull, by="ann")
    assert place.pull.head_sha == after


def test_a_merge_group_is_a_merge_on_a_branch_of_its_own(place: Place) -> None:
    head = place.world.queue(place.pull, by="mia")
    [commit] = git.log(place.repository.path, head, limit=1)
    assert commit.parents == (place.pull.base_sha, place.pull.head_sha)
    assert any(name.startswith("gh-readonly-queue/main/pr-1-") for name in git.branches(place.repository.path))
    assert git.tip(place.repository.path, "main") == place.pull.base_sha


def test_only_people_who_were_added_act(place: Place) -> None:
    with pytest.raises(UnknownAccountError):
        place.world.comment(place.pull, "Hello", by="nobody")


async def test_the_hub_is_served_in_the_running_loop_with_pages_and_middleware(tmp_path: Path) -> None:
    async def page(request: Request) -> Response:
        return PlainTextResponse(f"page of {request.path_params['number']}")

    def fail_once(app: ASGIApp) -> ASGIApp:
        failures = iter((True,))

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if next(failures, False):
                await PlainTextResponse("<html>Bad gateway</html>", 502)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return wrapped

    world = World(tmp_path, Clock())
    routes = [Route("/{owner}/{repo}/pull/{number}", page)]
    async with (
        HubServer(world, fail_once(build_hub(world, routes))) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as client,
    ):
        paths = ["/a/b/pull/7"] * 2 + ["/api/v3/rate_limit", "/api/rest"]
        statuses = [(await client.get(path)).status_code for path in paths]
        together = await asyncio.gather(*(client.get("/a/b/pull/8") for _ in range(20)))
    world.close()
    assert statuses == [502, 200, 200, 404]
    assert {answer.text for answer in together} == {"page of 8"}
