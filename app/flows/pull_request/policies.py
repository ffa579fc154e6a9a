"""The policies of a repository and of its organisation, as GitHub has them now."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from app.core.gate.effective import ORGANISATION_PATH, ORGANISATION_REPOSITORY, Policies, read_organisation
from app.core.gate.policy import POLICY_PATH, Policy, PolicyFault, read_policy_bytes
from app.core.text.yaml import MAX_BYTES
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.errors import FileTooLarge, NotAFile, NotFound, Refused, TokenNotGranted, Unprocessable


async def read_policies(
    app: GitHubApp, client: GitHubClient, installation_id: int, owner: str, base_sha: str
) -> Policies:
    """What `owner` and one repository of theirs ask for. Raises the errors of `app.github.errors`."""
    repository, organisation = await asyncio.gather(
        _read_own(client, base_sha), _read_shared(app, installation_id, owner)
    )
    return Policies(repository, organisation)


async def _read_own(client: GitHubClient, base_sha: str) -> Policy | PolicyFault:
    content = await _read(client, POLICY_PATH, base_sha, POLICY_PATH)
    return content if isinstance(content, PolicyFault) else read_policy_bytes(content)


async def _read_shared(app: GitHubApp, installation_id: int, owner: str) -> Policy | PolicyFault | None:
    """The organisation's; None where it has no such repository or we are not installed there."""
    try:
        found = await app.get_installed_repository(installation_id, owner, ORGANISATION_REPOSITORY)
    except NotFound:
        return None
    reader = app.repository(installation_id, found.id, found.full_name)
    try:
        tip = await reader.get_commit(f"heads/{found.default_branch}")
    except TokenNotGranted:
        # A public repository is seen by everybody, and read by whoever is installed there.
        return None
    except (NotFound, Unprocessable):
        return Policy()
    except Refused as error:
        # "Git Repository is empty."
        if error.context.status == HTTPStatus.CONFLICT:
            return Policy()
        raise
    path = f"{found.full_name}/{ORGANISATION_PATH}"
    content = await _read(reader, ORGANISATION_PATH, tip.sha, path)
    return content if isinstance(content, PolicyFault) else read_organisation(content, path)


async def _read(client: GitHubClient, path: str, sha: str, shown: str) -> bytes | PolicyFault | None:
    try:
        return await client.get_content(path, sha, most_bytes=MAX_BYTES)
    except NotAFile:
        return PolicyFault(shown, 1, 1, "it is no regular file")
    except FileTooLarge:
        return PolicyFault(shown, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB")
