"""The live facts of one pull request that a review is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.gate.policy import Policy, PolicyFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was true when the review began. `base_sha` is the tip of the base branch; the diff starts at `merge_base`.

    `policy` is the one in force, `organisation` what the organisation's own file says, None where nobody can read one.

    `title`, `body` and `author` are the author's words and name: for the summary's reader, never for what decides.
    """

    repository: str
    repository_id: int
    installation_id: int
    number: int
    open: bool
    draft: bool
    merged: bool
    author: str
    author_is_bot: bool
    title: str
    body: str = ""
    base_ref: str
    base_sha: str
    head_sha: str
    merge_base: str
    policy: Policy | PolicyFault
    organisation: Policy | PolicyFault | None = None
