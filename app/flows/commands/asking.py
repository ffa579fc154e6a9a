"""Who asks for something that opens the gate: their live role, whether the change is theirs, what they own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from app.core.gate.policy import Policy
from app.core.people.entitlement import Asker, Ownership, judge_ownership
from app.core.people.owners import CODEOWNERS_PATHS, MAX_BYTES, Owners, read_owners
from app.core.people.role import Role
from app.core.people.sensitivity import find_sensitive
from app.flows.commands.hearing import Heard
from app.github.client import GitHubClient
from app.github.errors import FileTooLarge, NotAFile
from app.github.payloads import Pull

MOST_COMMITS: Final = 250
MOST_FILES: Final = 3_000
"""GitHub lists no more of a pull request: https://docs.github.com/rest/pulls/pulls."""


async def tell_author(client: GitHubClient, pull: Pull, asker: Asker) -> Asker:
    """With whether the change is theirs. A commit without an account behind it may be anybody's."""
    commits = await client.list_pull_commits(pull.number)
    if any(asker.login in commit.logins for commit in commits):
        return replace(asker, wrote=True)
    nameless = len(commits) >= MOST_COMMITS or any(not commit.has_accounts for commit in commits)
    return replace(asker, wrote=None if nameless else False)


async def list_paths(client: GitHubClient, number: int) -> frozenset[str] | None:
    """The paths that a pull request changes, old and new ones; None where GitHub does not list them all."""
    files = await client.list_pull_files(number)
    if len(files) >= MOST_FILES:
        return None
    return frozenset(path for file in files for path in (file.filename, file.previous_filename) if path)


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
    declared = policy.people.sensitive
    if not declared:
        return asker
    if paths is None:
        return replace(asker, ownership=Ownership.UNKNOWN)
    owners = await _read_owners(client, base_sha) if any(rule.owners == "codeowners" for rule in declared) else Owners()
    if owners is None:
        return replace(asker, ownership=Ownership.UNKNOWN)
    return replace(asker, ownership=judge_ownership(asker.login, find_sensitive(paths, declared, owners)))


async def _read_owners(client: GitHubClient, base_sha: str) -> Owners | None:
    """CODEOWNERS at the base; None where it is there and cannot be read."""
    for path in CODEOWNERS_PATHS:
        try:
            content = await client.get_content(path, base_sha, most_bytes=MAX_BYTES)
        except (NotAFile, FileTooLarge):
            return None
        if content is not None:
            return read_owners(content.decode("utf-8", "replace"))
    return Owners()
