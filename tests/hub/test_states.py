"""Repositories that move, branches that go, permissions that shrink."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.hub import git
from app.hub.refusals import RefusedError
from tests.hub.place import Hook, Place


def heard(hook: Hook, event: str) -> list[dict[str, Any]]:
    return [json.loads(body) for headers, body in hook.heard if headers["x-github-event"] == event]


def test_a_transferred_repository_redirects_and_is_told_to_its_new_installation(heard_place: Place, hook: Hook) -> None:
    place, world = heard_place, heard_place.world
    world.add_organization("umbrella")
    new = world.install(place.app, "umbrella")
    world.transfer(place.repository, "umbrella", "mia")
    world.wait()

    (told,) = heard(hook, "repository")
    assert (told["action"], told["installation"]["id"]) == ("transferred", new.id)
    refused = place.client(place.jwt()).post(
        f"/app/installations/{place.installation.id}/access_tokens", json={"repository_ids": [place.repository.id]}
    )
    assert refused.status_code == 422


def test_the_base_branch_of_a_pull_request_deleted_it_closes(place: Place) -> None:
    place.world.commit(place.repository, "release", {}, by="mia")
    place.world.commit(place.repository, "more", {"more": b"1"}, by="ann")
    pull = place.world.open_pull(place.repository, "more", by="ann", base="release")
    place.world.delete_branch(place.repository, "release", by="mia")

    assert (pull.state, pull.merged_at) == ("closed", None)
    assert place.bot.get(f"/repos/acme/rocket/pulls/{pull.number}").json()["base"]["sha"] == pull.base_sha


def test_the_base_branch_deleted_after_it_was_merged_the_next_base_takes_its_place(place: Place) -> None:
    tip = place.world.commit(place.repository, "upper", {"upper": b"1"}, by="ann", onto=place.pull.head_sha)
    upper = place.world.open_pull(place.repository, "upper", by="ann", base="feature")
    place.world.merge(place.pull, by="mia")
    place.world.delete_branch(place.repository, "feature", by="ann")

    assert (upper.state, upper.base_ref, upper.head_sha) == ("open", "main", tip)


def test_a_deleted_fork_leaves_its_pull_request_without_a_head_repository(public_place: Place) -> None:
    place = public_place
    fork = place.world.fork(place.repository, "bob")
    place.world.commit(fork, "idea", {"idea": b"1"}, by="bob")
    pull = place.world.open_pull(place.repository, "idea", by="bob", fork=fork)
    place.world.delete_repository(fork, "bob")

    head = place.bot.get(f"/repos/acme/rocket/pulls/{pull.number}").json()["head"]
    assert (head["repo"], head["sha"]) == (None, pull.head_sha)
    assert git.resolve(place.repository.path, f"refs/pull/{pull.number}/head") == pull.head_sha


def test_a_token_does_no_more_than_its_installation_may(place: Place) -> None:
    bot = place.bot
    run = {"name": "gate", "head_sha": place.pull.head_sha}
    assert bot.post("/repos/acme/rocket/check-runs", json=run).status_code == 201
    place.world.grant(place.installation, {**place.installation.permissions, "checks": "read"})

    assert bot.post("/repos/acme/rocket/check-runs", json=run).status_code == 403
    asked = {"permissions": {"checks": "write"}}
    minted = place.client(place.jwt()).post(f"/app/installations/{place.installation.id}/access_tokens", json=asked)
    assert minted.status_code == 422


def test_a_squash_has_the_tree_of_the_merge_and_one_parent(place: Place) -> None:
    base = git.tip(place.repository.path, "main")
    sha = place.world.merge(place.pull, by="mia", method="squash")

    commit = git.read_commit(place.repository.path, sha)
    assert commit.parents == (base,)
    assert commit.tree == git.read_commit(place.repository.path, place.pull.head_sha).tree
    (found,) = place.bot.get(f"/repos/acme/rocket/commits/{sha}/pulls").json()
    assert found["number"] == place.pull.number


def test_a_rebase_makes_each_commit_again_with_its_author_and_its_words(place: Place) -> None:
    world, repository, path = place.world, place.repository, place.repository.path
    world.commit(repository, "feature", {"one.txt": b"1\n"}, by="ann", message="One\n\nand why")
    head = world.commit(repository, "feature", {"two.txt": b"2\n"}, by="ann", message="Two")
    base = world.commit(repository, "main", {"other.txt": b"o\n"}, by="mia")
    tree = git.read_commit(path, git.merge(path, base, head, "", git.Signature("mia", "m", "2026-01-01"))).tree
    old = git.log(path, f"{base}..{head}", limit=9)
    sha = world.merge(place.pull, by="mia", method="rebase")

    made = git.log(path, f"{base}..{sha}", limit=9)
    assert [(one.author, one.message) for one in made] == [(one.author, one.message) for one in old]
    assert not {one.sha for one in made} & {one.sha for one in old}
    assert {one.committer.name for one in made} == {"mia"}
    assert [one.parents for one in made] == [(one.sha,) for one in made[1:]] + [(base,)]
    assert (made[0].tree, git.tip(path, "main")) == (tree, sha)
    for commit in made:
        (found,) = place.bot.get(f"/repos/acme/rocket/commits/{commit.sha}/pulls").json()
        assert (found["number"], found["merge_commit_sha"]) == (place.pull.number, sha)


def test_a_rebase_makes_new_commits_also_where_the_old_ones_would_do(place: Place) -> None:
    sha = place.world.merge(place.pull, by="mia", method="rebase")
    path = place.repository.path
    assert sha != place.pull.head_sha
    assert git.read_commit(path, sha).tree == git.read_commit(path, place.pull.head_sha).tree


def test_a_rebase_leaves_out_merges_and_what_the_base_has_already(place: Place) -> None:
    world, repository, path = place.world, place.repository, place.repository.path
    first = git.read_commit(path, place.pull.head_sha)
    base = world.commit(repository, "main", {"same.txt": b"s\n"}, by="mia")
    who = git.Signature("ann", "a", "2026-01-01")
    world.push(repository, "feature", git.merge(path, first.sha, base, "Merge main", who), by="ann")
    world.commit(repository, "feature", {"last.txt": b"l\n"}, by="ann", message="Last")
    world.commit(repository, "main", {"last.txt": b"l\n"}, by="mia")
    tip = git.tip(path, "main")
    sha = world.merge(place.pull, by="mia", method="rebase")

    assert [commit.message for commit in git.log(path, f"{tip}..{sha}", limit=9)] == [first.message]


def test_what_conflicts_cannot_be_rebased(place: Place) -> None:
    world, repository = place.world, place.repository
    world.commit(repository, "feature", {"row.txt": b"a\n"}, by="ann")
    world.commit(repository, "feature", {"row.txt": b"b\n"}, by="ann")
    base = world.commit(repository, "main", {"row.txt": b"b\n"}, by="mia")

    # As a whole it merges: both sides end alike. Its first commit alone does not.
    with pytest.raises(RefusedError, match="can't be rebased"):
        world.merge(place.pull, by="mia", method="rebase")
    assert (git.tip(repository.path, "main"), place.pull.state) == (base, "open")
