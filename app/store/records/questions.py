"""Who had a model asked by a comment, and when: so that a person does it no more than so often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """One command that asks a model. `asked` tells several of one comment apart; the comments on lines are `in_thread`.

    GitHub counts those and the ones on the conversation apart, so their ids can be the same.
    """

    pull_request_id: int
    comment_id: int
    in_thread: bool
    asked: str
    user_id: int
    at: datetime


async def admit(connection: Connection, row: QuestionRow, *, most: int, within: timedelta) -> bool:
    """Note the question, unless its person has asked `most` in this installation `within` that time; whether it is.

    One that was noted before (the job was begun again) is as good as new. Two at once are counted one after the other.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('lintel.question/' || %s::text, 0))", [row.user_id]
    )
    mine = [row.pull_request_id, row.comment_id, row.in_thread, row.asked]
    cursor = await connection.execute(
        "SELECT count(*), coalesce(bool_or((q.pull_request_id, q.comment_id, q.in_thread, q.asked)"
        " = (%s, %s, %s, %s)), false) FROM lintel.question q"
        " JOIN lintel.pull_request p ON p.id = q.pull_request_id"
        " JOIN lintel.pull_request own ON own.installation_id = p.installation_id"
        " WHERE own.id = %s AND q.user_id = %s AND q.at > %s",
        [*mine, row.pull_request_id, row.user_id, row.at - within],
    )
    asked, before = await cursor.fetchone() or (0, False)
    if before or asked >= most:
        return bool(before)
    await connection.execute(
        "INSERT INTO lintel.question (pull_request_id, comment_id, in_thread, asked, user_id, at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [*mine, row.user_id, row.at],
    )
    return True


async def forget(connection: Connection, before: datetime) -> int:
    """Delete who asked before then; how many rows that was. Ask for nothing that still limits anybody."""
    return (await connection.execute("DELETE FROM lintel.question WHERE at < %s", [before])).rowcount
