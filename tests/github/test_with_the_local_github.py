"""The client against the local GitHub, which enforces permissions, scopes and limits by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from app.core.change.diff import Side
from app.core.job import CommandJob, Job, ReviewJob
from app.events import jobs_for
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.drafts import CheckAction, CheckOutput, DraftComment
from app.github.errors import InstallationGone, TokenNotGranted, Unprocessable
from app.github.reactions import MOST_PAGES
from app.github.reading import PAGE
from app.github.transport import Surroundings, Wire
from app.github.webhook import decode, verify
from tests.github.scripted import Time
from tests.hub.place import SECRET, Hook, Place, a_hook, a_place, private_key


@pytest.fixture
def hook() -> Iterator[Hook]:
    with a_hook() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, hook: Hook) -> Iterator[Place]:
    with a_place(tmp_path, webhook_url=hook.url) as made:
        yield made


@pytest.fixture
async def lintel(place: Place) -> AsyncIterator[GitHubApp]:
    pem = private_key("ours").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    time = Time()
    surroundings = Surroundings(clock=place.clock, jitter=lambda: 0.5, sleep=time.sleep, monotonic=time.monotonic)
    wire = Wire(surroundings, api_url=place.server.api_url)
    application = GitHubApp(wire, app_id=str(place.app.id), private_key=SecretStr(pem.decode()))
    yield application
    await application.aclose()


@pytest.fixture
def site(place: Place, lintel: GitHubApp) -> GitHubClient:
    return lintel.repository(place.installation.id, place.repository.id, place.repository.full_name)


async def test_a_review_is_published_and_found_again(place: Place, site: GitHubClient) -> None:
    pull = await site.get_pull(place.pull.number)
    head = pull.head.sha
    comments = [
        DraftComment(path="a.txt", body="one", line=10),
        DraftComment(path="a.txt", body="two", start_line=9, line=10, side=Side.LEFT),
    ]
    review = await site.create_review(pull.number, commit_id=head, body="text", comments=comments)
    on_file = await site.create_review_comment(
        pull.number, commit_id=head, comment=DraftComment(path="src/new.py", body="three")
    )
    assert next(iter(await site.list_reviews(pull.number))).id == review.id
    found = {comment.body: comment for comment in await site.list_review_comments(pull.number)}
    assert (found["two"].start_line, found["two"].line, found["two"].side) == (9, 10, "LEFT")
    reply = await site.create_review_comment_reply(pull.number, found["one"].id, "yes")
    assert reply.in_reply_to_id == found["one"].id
    assert (await site.update_review_comment(on_file.id, "fixed")).body == "fixed"
    bad = DraftComment(path="a.txt", body="x", line=20)
    with pytest.raises(Unprocessable) as caught:
        await site.create_review(pull.number, commit_id=head, body="text", comments=[bad])
    assert "must be part of the diff" in str(caught.value)


async def test_reactions_are_told_with_who_gave_them_until_they_are_taken_back(
    place: Place, site: GitHubClient
) -> None:
    said = place.world.comment(place.pull, "Look", by="ann")
    given = place.world.react(said, "-1", by="mia")
    for login in ("ann", "mia"):
        place.world.react(said, "heart", by=login)
    (comment,) = await site.list_issue_comments(place.pull.number)
    (reaction,) = await site.list_reactions(comment.id, "-1", thread=False)
    assert (comment.reactions.up, comment.reactions.down) == (0, 1)
    assert reaction.user is not None
    assert (reaction.user.login, reaction.content, reaction.created_at) == ("mia", "-1", given.created_at)
    place.world.unreact(said, given, by="mia")
    assert await site.list_reactions(comment.id, "-1", thread=False) == ()
    assert (await site.get_issue_comment(comment.id)).reactions.down == 0


async def test_of_a_crowd_the_first_reactions_are_read(place: Place, site: GitHubClient) -> None:
    said = place.world.comment(place.pull, "Look", by="ann")
    for number in range(PAGE * MOST_PAGES + 1):
        place.world.add_person(f"u{number}")
        place.world.react(said, "+1", by=f"u{number}")
    found = await site.list_reactions(said.id, "+1", thread=False)
    assert [one.user.login for one in found if one.user] == [f"u{number}" for number in range(PAGE * MOST_PAGES)]


async def test_another_base_and_a_force_push_are_told(place: Place, site: GitHubClient) -> None:
    number, world = place.pull.number, place.world
    assert await site.get_last_turn(number) is None
    world.commit(place.repository, "release", {}, by="mia")
    for step in (
        lambda: world.retarget(place.pull, "release", by="ann"),
        lambda: world.commit(place.repository, "feature", {"more": b"1"}, by="ann", onto=place.pull.base_sha),
    ):
        place.clock.pass_by(minutes=1)
        step()
        assert await site.get_last_turn(number) == place.clock()


async def test_a_check_run_goes_its_way(place: Place, site: GitHubClient) -> None:
    head = place.pull.head_sha
    made = await site.create_check_run(name="lintel: main", head_sha=head, external_id="lintel1:r:1:0")
    button = CheckAction(label="Full review", description="Review everything again", identifier="review-full")
    await site.update_check_run(made.id, status="in_progress", output=CheckOutput(title="t", summary="s"))
    await site.update_check_run(
        made.id, status="completed", conclusion="action_required", completed_at=place.clock(), actions=[button]
    )
    (found,) = await site.list_check_runs(head, app_id=place.app.id, name="lintel: main")
    assert (found.id, found.conclusion, found.external_id) == (made.id, "action_required", "lintel1:r:1:0")


async def test_the_conversation_and_roles_are_read(place: Place, site: GitHubClient) -> None:
    asked = place.world.comment(place.pull, "/lintel review", by="ann")
    seen = await site.get_issue_comment(asked.id)
    assert (seen.body, seen.edited, seen.pull_number) == ("/lintel review", False, place.pull.number)
    await site.create_issue_comment_reaction(asked.id, "eyes")
    await site.create_issue_comment_reaction(asked.id, "eyes")
    mine = await site.create_issue_comment(place.pull.number, "summary")
    await site.update_issue_comment(mine.id, "summary 2")
    listed = [comment.body for comment in await site.list_issue_comments(place.pull.number)]
    assert listed == ["/lintel review", "summary 2"]
    roles = [(await site.get_collaborator_permission(login)).role for login in ("ann", "mia", "bob")]
    assert roles == ["write", "maintain", "none"]


async def test_files_and_commits_are_read(place: Place, site: GitHubClient) -> None:
    pull = await site.get_pull(place.pull.number)
    comparison = await site.compare(pull.base.sha, pull.head.sha)
    assert await site.get_content("src/new.py", pull.head.sha) == b"x = 1\n"
    assert await site.get_content("src/new.py", comparison.merge_base_commit.sha) is None
    assert await site.get_content("gone.txt", pull.base.sha) == b"1\n2\n"
    assert [found.number for found in await site.list_pulls(base="main")] == [pull.number]
    assert [found.number for found in await site.list_pulls_for_commit(pull.head.sha)] == [pull.number]
    assert (await site.list_pull_commits(pull.number))[-1].sha == pull.head.sha


async def test_a_renamed_repository_is_still_served(place: Place, site: GitHubClient) -> None:
    place.world.rename(place.repository, "missile", by="mia")
    assert (await site.get_repository()).full_name == "acme/missile"
    assert (await site.create_issue_comment(place.pull.number, "text")).id


async def test_an_hour_later_a_new_token_is_used(place: Place, site: GitHubClient) -> None:
    await site.get_repository()
    place.clock.pass_by(minutes=61)
    assert (await site.get_repository()).id == place.repository.id


async def test_an_installation_that_ends_is_named(place: Place, lintel: GitHubApp) -> None:
    assert [found.id for found in await lintel.list_installations()] == [place.installation.id]
    found = await lintel.list_installation_repositories(place.installation.id)
    assert [repository.id for repository in found] == [place.repository.id]
    with pytest.raises(TokenNotGranted):
        await lintel.repository(place.installation.id, place.repository.id + 1, "acme/other").get_repository()
    place.world.suspend(place.installation)
    lintel.tokens.drop(place.installation.id)
    with pytest.raises(InstallationGone):
        await lintel.get_git_token(place.installation.id, place.repository.id)
    place.world.uninstall(place.installation)
    with pytest.raises(InstallationGone):
        await lintel.get_git_token(place.installation.id, place.repository.id)


async def test_what_is_delivered_becomes_jobs(place: Place, hook: Hook) -> None:
    asked = place.world.comment(place.pull, "/lintel review", by="ann")
    place.world.wait()
    jobs: list[Job] = []
    for headers, body in hook.heard:
        assert verify([SECRET], body, headers["x-hub-signature-256"])
        jobs += jobs_for(decode(headers, body), place.app.id)
    (review,) = (job for job in jobs if isinstance(job, ReviewJob))
    (command,) = (job for job in jobs if isinstance(job, CommandJob))
    assert (review.repository_id, review.head_sha) == (place.repository.id, place.pull.head_sha)
    assert command.comment_id == asked.id


async def test_a_lost_delivery_is_found_and_sent_again(place: Place, lintel: GitHubApp, hook: Hook) -> None:
    place.world.wait()
    hook.answer = 503
    place.world.comment(place.pull, "/lintel help", by="ann")
    place.world.wait()
    page = await lintel.list_hook_deliveries()
    (lost,) = (delivery for delivery in page.deliveries if not delivery.succeeded)
    assert (lost.event, lost.installation_id) == ("issue_comment", place.installation.id)
    hook.answer = 202
    await lintel.create_hook_delivery_attempt(lost.id)
    place.world.wait()
    assert [headers["x-github-delivery"] for headers, _ in hook.heard].count(lost.guid) == 2
