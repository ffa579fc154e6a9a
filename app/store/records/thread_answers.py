"""Answers in threads as rows: how many there were, and what came of each. No row holds anybody's text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.conversation.limits import HOUR, Answered
from app.store.database import Connection
from app.store.faults import NotStored


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadAnswerRow:
    """One comment of a person that is answered. `thread_id` is the first comment of its thread."""

    comment_id: int
    thread_id: int
    installation_id: int
    user_id: int
    entitled: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an answer. `first`: nobody had told before; else this is what was told then."""

    outcome: str
    first: bool


async def count(connection: Connection, pull_request_id: int, row: ThreadAnswerRow) -> Answered:
    """What was answered before this one, which does not count itself.

    In the caller's transaction, which has the pull request's row.
    """
    cursor = await connection.execute(
        "SELECT count(*) FILTER (WHERE pull_request_id = %(pull)s AND thread_id = %(thread)s),"
        " count(*) FILTER (WHERE pull_request_id = %(pull)s AND thread_id = %(thread)s AND NOT entitled),"
        " count(*) FILTER (WHERE installation_id = %(installation)s AND user_id = %(user)s AND at > %(since)s)"
        " FROM lintel.thread_answer WHERE (pull_request_id, comment_id) <> (%(pull)s, %(comment)s)"
        " AND (pull_request_id = %(pull)s OR (installation_id = %(installation)s AND user_id = %(user)s))",
        {
            "pull": pull_request_id,
            "thread": row.thread_id,
            "comment": row.comment_id,
            "installation": row.installation_id,
            "user": row.user_id,
            "since": row.at - HOUR,
        },
    )
    found = await cursor.fetchone()
    if found is None:
        raise NotStored(f"answers of pull request {pull_request_id}")
    return Answered(in_thread=found[0], to_strangers=found[1], to_person=found[2])


async def begin(connection: Connection, pull_request_id: int, row: ThreadAnswerRow) -> None:
    """A comment is answered, or is again after a crash."""
    await connection.execute(
        "INSERT INTO lintel.thread_answer"
        " (pull_request_id, comment_id, thread_id, installation_id, user_id, entitled, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            pull_request_id,
            row.comment_id,
            row.thread_id,
            row.installation_id,
            row.user_id,
            row.entitled,
            row.at,
        ],
    )


async def settle(connection: Connection, pull_request_id: int, comment_id: int, outcome: str) -> Settled:
    """Tell what came of it. In the caller's transaction, which has the pull request's row. Raises NotStored."""
    cursor = await connection.execute(
        "SELECT outcome FROM lintel.thread_answer WHERE pull_request_id = %s AND comment_id = %s",
        [pull_request_id, comment_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"the answer to comment {comment_id}")
    if row[0] is not None:
        return Settled(str(row[0]), first=False)
    await connection.execute(
        "UPDATE lintel.thread_answer SET outcome = %s WHERE pull_request_id = %s AND comment_id = %s",
        [outcome, pull_request_id, comment_id],
    )
    return Settled(outcome, first=True)
