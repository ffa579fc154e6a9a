"""Which paths of a change the base's policy itself calls sensitive, and whose they are there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.core.gate.policy import Policy
from app.core.people.owners import CODEOWNERS_PATHS, MAX_BYTES, Owners, read_owners
from app.core.people.sensitivity import Sensitive, find_sensitive
from app.github.client import GitHubClient
from app.github.errors import FileTooLarge, NotAFile

MOST_FILES: Final = 3_000
"""GitHub lists no more of a pull request: https://docs.github.com/rest/pulls/pulls."""


async def list_paths(client: GitHubClient, number: int) -> frozenset[str] | None:
    """The paths that a pull request changes, old and new ones; None where GitHub does not list them all."""
    files = await client.list_pull_files(number)
    if len(files) >= MOST_FILES:
        return None
    return frozenset(path for file in files for path in (file.filename, file.previous_filename) if path)


async def list_renamed(client: GitHubClient, number: int) -> dict[str, str] | None:
    """What the renamed files of a pull request were called before; None where GitHub does not list them all."""
    files = await client.list_pull_files(number)
    if len(files) >= MOST_FILES:
        return None
    return {file.filename: file.previous_filename for file in files if file.previous_filename}


async def find_declared(
    client: GitHubClient, base_sha: str, policy: Policy, paths: Collection[str] | None
) -> tuple[Sensitive, ...] | None:
    """Those of the paths that are sensitive, with their owners at `base_sha`; None where nobody can tell them."""
    if paths is None:
        return None
    declared = policy.people.sensitive
    owners = await _read_owners(client, base_sha) if any(rule.owners == "codeowners" for rule in declared) else Owners()
    return None if owners is None else find_sensitive(paths, declared, owners)


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
