"""Who wrote a pull request: what its commits say, and who pushed them."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.people.markers import CommitFacts, Signature
from app.core.people.pushers import Pushers, find_pushers
from app.github.payloads import Account, GitIdentity, PullCommit
from app.store.database import Database
from app.store.records import pushes


async def read_pushers(
    database: Database, commits: Sequence[CommitFacts], head_sha: str, *, repository_id: int, number: int
) -> Pushers:
    """Who pushed these commits of a pull request, and who ever moved its head."""
    shas = {commit.sha for commit in commits} | {head_sha}
    async with database.connection() as connection:
        told = await pushes.led_to(connection, sorted(shas), repository_id=repository_id, number=number)
    return find_pushers(told, shas, head_sha)


def tell_commit(commit: PullCommit) -> CommitFacts:
    """A commit as GitHub tells it, in our words."""
    return CommitFacts(
        sha=commit.sha,
        message=commit.commit.message,
        author=_sign(commit.author, commit.commit.author),
        committer=_sign(commit.committer, commit.commit.committer),
    )


def _sign(account: Account | dict[str, None] | None, identity: GitIdentity | None) -> Signature:
    known = account if isinstance(account, Account) else None
    return Signature(
        name=(identity.name if identity else None) or "",
        email=(identity.email if identity else None) or "",
        login=known.login if known else "",
        user_id=known.id if known else None,
        is_bot=known is not None and known.type == "Bot",
    )
