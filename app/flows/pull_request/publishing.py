"""Comments on GitHub: look at what stands, compare with what should, write the difference; in doubt, look again."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.report.publication import (
    Difference,
    LineComment,
    Publication,
    StandingComment,
    difference,
    is_summary,
    marked_finding,
    same_text,
)
from app.flows.pull_request.check import Identity
from app.github.client import GitHubClient
from app.github.drafts import DraftComment
from app.github.errors import Forbidden, NotFound, OutcomeUnknown, Unprocessable
from app.github.payloads import Account, IssueComment

MAX_LOOKS = 3
"""How often an unclear outcome is looked at and tried again in one run."""


async def publish_comments(
    client: GitHubClient, number: int, head_sha: str, publication: Publication, identity: Identity
) -> list[str]:
    """Bring the line comments to their desired state; sentences about what GitHub did not take.

    Raises OutcomeUnknown when GitHub's answers stay unclear: run again later, nothing will be posted twice.
    """
    for look in range(1, MAX_LOOKS + 1):
        wanted = difference(publication, await _standing(client, number, identity))
        try:
            return await _write(client, number, head_sha, publication, wanted)
        except OutcomeUnknown:
            if look == MAX_LOOKS:
                raise
    raise AssertionError("unreachable: the last look returns or raises")


async def publish_summary(client: GitHubClient, number: int, publication: Publication, identity: Identity) -> list[str]:
    """Bring the one summary comment to its desired state. Errors as for the line comments."""
    for look in range(1, MAX_LOOKS + 1):
        standing = await _standing_summary(client, number, identity)
        try:
            if standing is None:
                await client.create_issue_comment(number, publication.summary.text)
            elif not same_text(standing.body or "", publication.summary):
                await client.update_issue_comment(standing.id, publication.summary.text)
        except OutcomeUnknown:
            if look == MAX_LOOKS:
                raise
        except (Forbidden, NotFound) as error:
            return [f"GitHub did not take the summary comment: {error.message}."]
        else:
            return []
    raise AssertionError("unreachable: the last look returns or raises")


async def _standing(client: GitHubClient, number: int, identity: Identity) -> list[StandingComment]:
    comments = await client.list_review_comments(number)
    return [
        StandingComment(comment.id, finding_id, comment.body)
        for comment in comments
        if _ours(comment.user, identity) and (finding_id := marked_finding(comment.body)) is not None
    ]


async def _standing_summary(client: GitHubClient, number: int, identity: Identity) -> IssueComment | None:
    comments = await client.list_issue_comments(number)
    return next(
        (comment for comment in comments if _ours(comment.user, identity) and is_summary(comment.body or "")), None
    )


def _ours(user: Account | None, identity: Identity) -> bool:
    # Markers can be copied by anybody; the account cannot.
    return user is not None and user.type == "Bot" and user.login == identity.login


async def _write(
    client: GitHubClient, number: int, head_sha: str, publication: Publication, wanted: Difference
) -> list[str]:
    notes: list[str] = []
    try:
        if wanted.review:
            notes += await _review(client, number, head_sha, publication, wanted.review)
        notes += await _singles(client, number, head_sha, wanted.single)
        for comment_id, body in wanted.edits:
            await client.update_review_comment(comment_id, body.text)
    except (Forbidden, NotFound) as error:
        notes.append(f"GitHub did not take the line comments: {error.message}.")
    return notes


async def _review(
    client: GitHubClient, number: int, head_sha: str, publication: Publication, comments: Sequence[LineComment]
) -> list[str]:
    try:
        await client.create_review(
            number,
            commit_id=head_sha,
            body=publication.review_body.text,
            comments=[_draft(comment) for comment in comments],
        )
    except Unprocessable:
        # All or nothing, and GitHub does not say which line it minds: one at a time the good ones stand.
        return await _singles(client, number, head_sha, comments)
    return []


async def _singles(client: GitHubClient, number: int, head_sha: str, comments: Sequence[LineComment]) -> list[str]:
    notes = []
    for comment in comments:
        try:
            await client.create_review_comment(number, commit_id=head_sha, comment=_draft(comment))
        except Unprocessable:
            notes.append(f"GitHub did not take the comment of {comment.finding_id}.")
    return notes


def _draft(comment: LineComment) -> DraftComment:
    anchor = comment.anchor
    return DraftComment(
        path=comment.path,
        body=comment.body.text,
        line=anchor.line,
        side=anchor.side,
        start_line=anchor.start_line,
    )
