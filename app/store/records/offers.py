"""One head in several pull requests: what the others are worth, and which have to be told that one is worth another."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.gate.sharing import Offer
from app.store.database import Connection
from app.store.records.review_rows import ReviewRow

_NEWEST = (
    " FROM lintel.pull_request p JOIN LATERAL (SELECT r.id, r.head_sha, r.base_ref, r.state, r.conclusion"
    " FROM lintel.review r WHERE r.pull_request_id = p.id ORDER BY r.generation DESC LIMIT 1) n ON n.head_sha = %s"
    " AND n.state = 'finished' WHERE p.repository_id = %s"
)


async def lock_head(connection: Connection, *, repository_id: int, head_sha: str) -> None:
    """One verdict after another on one head, to the end of the caller's transaction: each sees those before it."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lintel head {repository_id} {head_sha}"]
    )


async def weigh(
    connection: Connection, offered: Mapping[int, str], *, repository_id: int, head_sha: str
) -> tuple[Offer, ...]:
    """What other pull requests of the head are worth by themselves, by number. `offered` are their base branches.

    One whose newest review has not ended, or is of another head or base, is not judged yet.
    """
    if not offered:
        return ()
    cursor = await connection.execute(
        f"SELECT p.number, n.base_ref, n.conclusion{_NEWEST} AND p.number = ANY(%s)",
        [head_sha, repository_id, list(offered)],
    )
    judged = {(number, base_ref): conclusion for number, base_ref, conclusion in await cursor.fetchall()}
    return tuple(
        Offer(number=number, base_ref=base_ref, conclusion=judged.get((number, base_ref)))
        for number, base_ref in sorted(offered.items())
    )


async def list_sharing(connection: Connection, *, repository_id: int, head_sha: str, besides: int) -> tuple[int, ...]:
    """The numbers of other pull requests whose newest verdict is of this head, and of all that is offered with it."""
    cursor = await connection.execute(
        f"SELECT p.number{_NEWEST} AND p.number <> %s AND EXISTS (SELECT FROM lintel.ledger l"  # noqa: S608 - a constant
        " WHERE l.kind = 'gate.set' AND l.body ->> 'review' = n.id::text AND l.body ? 'shared') ORDER BY p.number",
        [head_sha, repository_id, besides],
    )
    return tuple(row[0] for row in await cursor.fetchall())


async def worth_before(connection: Connection, review: ReviewRow) -> str | None:
    """The conclusion of the review before this one, if that was of the same head and base; else None."""
    cursor = await connection.execute(
        "SELECT r.conclusion, r.head_sha, r.base_ref FROM lintel.review r WHERE r.pull_request_id = %s"
        " AND r.generation < %s AND r.state = 'finished' ORDER BY r.generation DESC LIMIT 1",
        [review.pull_request_id, review.generation],
    )
    row = await cursor.fetchone()
    same = row is not None and (row[1], row[2]) == (review.key.head_sha, review.key.base_ref)
    return str(row[0]) if row is not None and same and row[0] is not None else None
