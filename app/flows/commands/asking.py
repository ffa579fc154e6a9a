"""Who asks for something that opens the gate: their live role, whether the change is theirs, what they own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from app.core.gate.policy import Policy
from app.core.people.entitlement import Asker, Ownership, judge_ownership
from app.core.people.role import Role
from app.core.people.writers import had_a_hand, knows_co_authors
from app.flows.commands.hearing import Heard
from app.flows.pull_request.authorship import read_pushers, tell_commit
from app.flows.pull_request.declared_owners import find_declared
from app.github.client import GitHubClient
from app.github.payloads import Pull
from app.store.database import Database

MOST_COMMITS: Final = 250
"""GitHub lists no more of a pull request: https://docs.github.com/rest/pulls/pulls."""


async def tell_author(client: GitHubClient, database: Database, pull: Pull, asker: Asker) -> Asker:
    """With whether the change is theirs: they are named in a commit, or pushed to it.

    A commit without an account behind it, or one that nobody is known to have pushed, may be anybody's.
    """
    listed = await client.list_pull_commits(pull.number)
    commits = tuple(tell_commit(one) for one in listed)
    here = client.repository_id
    pushers = await read_pushers(database, commits, pull.head.sha, repository_id=here, number=pull.number)
    if had_a_hand(asker.user_id, asker.login, commits) or asker.user_id in pushers.ids:
        return replace(asker, wrote=True)
    named = len(listed) < MOST_COMMITS and all(commit.has_accounts for commit in listed)
    known = named and all(knows_co_authors(commit) for commit in commits) and pushers.complete
    return replace(asker, wrote=False if known else None)


def make_asker(heard: Heard, pull: Pull, role: Role) -> Asker:
    """Who wrote a comment."""
    return Asker(
        login=heard.author.login,
        user_id=heard.author.id,
        role=role,
        is_author=pull.user is not None and pull.user.id == heard.author.id,
    )


async def tell_ownership(
    client: GitHubClient, base_sha: str, policy: Policy, paths: Collection[str] | None, asker: Asker
) -> Asker:
    """With what the asker is to those of the paths that the policy calls sensitive; owners are those at `base_sha`.

    Where the paths are not known, nobody can tell.
    """
    if not policy.people.sensitive:
        return asker
    sensitive = await find_declared(client, base_sha, policy, paths)
    if sensitive is None:
        return replace(asker, ownership=Ownership.UNKNOWN)
    return replace(asker, ownership=judge_ownership(asker.login, sensitive))
