"""What models have read of a pull request, as rows: one reading for each review that asked them, the last two kept."""

from __future__ import annotations

from uuid import UUID

from app.core.change.memory.hunks import Memory, ReadHunk
from app.store.database import Connection
from app.store.records.review_rows import ReviewRow
from app.store.text import strip_text

_EARLIER = (
    "SELECT r.id, r.head_sha, r.base_ref, r.merge_base, g.about"
    " FROM lintel.reading g JOIN lintel.review r ON r.id = g.review_id"
    " WHERE r.pull_request_id = %s AND r.generation < %s ORDER BY r.generation DESC LIMIT 1"
)


async def before(connection: Connection, review: ReviewRow) -> Memory:
    """What was read by the end of the review before this one in which models were asked; empty if there is none.

    A review that is made again after a crash finds what it found the first time, not what it has left itself.
    """
    row = await (await connection.execute(_EARLIER, [review.pull_request_id, review.generation])).fetchone()
    if row is None:
        return Memory()
    review_id, head, base_ref, _, about = row
    cursor = await connection.execute(
        "SELECT digest, reader, head_sha FROM lintel.read_hunk WHERE review_id = %s ORDER BY digest, reader",
        [review_id],
    )
    hunks = tuple(ReadHunk(digest, reader, sha) for digest, reader, sha in await cursor.fetchall())
    return Memory(head, base_ref, hunks, about)


async def is_read(connection: Connection, review: ReviewRow) -> bool:
    """Whether the last review before this one that asked models was about the same lines, for the same base."""
    row = await (await connection.execute(_EARLIER, [review.pull_request_id, review.generation])).fetchone()
    key = review.key
    return row is not None and row[1:4] == (key.head_sha, key.base_ref, key.merge_base)


async def save(connection: Connection, review: ReviewRow, memory: Memory) -> None:
    """Keep what is read at the end of a review, and let go of all readings but the one that it went on from.

    In the caller's transaction, that of the verdict. Saving again replaces what was saved.
    """
    row = await (await connection.execute(_EARLIER, [review.pull_request_id, review.generation])).fetchone()
    kept: list[UUID] = [] if row is None else [row[0]]
    await connection.execute(
        "DELETE FROM lintel.reading g USING lintel.review r WHERE r.id = g.review_id AND r.pull_request_id = %s"
        " AND g.review_id <> ALL(%s)",
        [review.pull_request_id, kept],
    )
    await connection.execute(
        "INSERT INTO lintel.reading (review_id, about) VALUES (%s, %s)", [review.id, strip_text(memory.about)]
    )
    await connection.execute(
        "INSERT INTO lintel.read_hunk (review_id, digest, reader, head_sha)"
        " SELECT %s, one.digest, one.reader, one.head FROM"
        " unnest(%s::text[], %s::text[], %s::text[]) AS one(digest, reader, head)",
        [
            review.id,
            [hunk.digest for hunk in memory.hunks],
            [hunk.reader for hunk in memory.hunks],
            [hunk.head for hunk in memory.hunks],
        ],
    )
