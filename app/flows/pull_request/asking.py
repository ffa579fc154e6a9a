"""Whether a review asks models, or decides by what they answered before.

A new head is read; so is one that somebody asks for, and one that something passing kept from being read. What a policy
or a person decides changes the verdict, and no model is asked for that.
"""

from __future__ import annotations

from app.core.change.coverage import UNASKED
from app.core.job import ReviewJob
from app.store.database import Connection
from app.store.records import read_hunks
from app.store.records.review_rows import ReviewRow


async def is_to_ask(connection: Connection, job: ReviewJob, review: ReviewRow) -> bool:
    """Whether models are asked in this review."""
    if job.asks_for(review.key.head_sha) or job.full or job.owed:
        return True
    return job.reads and not await read_hunks.is_read(connection, review)


async def is_left_to(connection: Connection, job: ReviewJob, review: ReviewRow) -> bool:
    """Whether this review left lines unread that the job has read: nobody was asked, of a head that nobody has read."""
    left = review.coverage.left_out if review.coverage is not None else ()
    return any(item.reason == UNASKED for item in left) and await is_to_ask(connection, job, review)
