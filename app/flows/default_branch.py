"""A repository's default branch, and the check that its policy would have there."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.gate.sharing import name_checks
from app.flows.pull_request.policies import read_policies
from app.github.application import GitHubApp
from app.github.client import GitHubClient


@dataclass(frozen=True, slots=True)
class DefaultBranch:
    """Its name, its tip, and the name of the check of what is offered to it."""

    name: str
    head: str
    check: str


async def read_default_branch(app: GitHubApp, client: GitHubClient, installation_id: int) -> DefaultBranch:
    """What is true now. Raises NotFound, Unprocessable or Refused for a repository without commits."""
    repository = await client.get_repository()
    branch = repository.default_branch
    head = (await client.get_commit(f"heads/{branch}")).sha
    policies = await read_policies(app, client, installation_id, repository.owner.login, head)
    return DefaultBranch(branch, head, name_checks(policies.in_force, branch, ())[0])
