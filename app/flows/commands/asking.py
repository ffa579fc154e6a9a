"""Who asks for something that opens the gate: their live role, whether the change is theirs, what they own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from app.core.gate.policy import Policy
from app.core.people.entitlement import Asker, Ownership, judge_ownership
from app.core.people.role import Role
from app.flows.commands.hearing import Heard
from app.flows.pull_request.declared_owners import find_declared
from app.github.client import GitHubClient
from app.github.payloads import Pull

MOST_COMMITS: Final = 250
"""GitHub lists no more of a pull request: https://docs.github.com/rest/pulls/pulls."""


async def tell_author(client: GitHubClient, pull: Pull, asker: Asker) -> Asker:
    """With whether the change is theirs. A commit without an account behind it may be anybody's."""
    commits = await client.list_pull_commits(pull.number)
    if any(asker.login in commit.logins for commit in commits):
        return replace(asker, wrote=True)
    nameless = len(commits) >= MOST_COMMITS or any(not commit.has_accounts for commit in commits)
    return replace(asker, wrote=None if nameless else False)


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
