"""Marks of AI that a pull request showed once, and who was seen to have had an agent make it. Neither is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psycopg.types.json import Jsonb

from app.core.people.markers import Asked, Mark, MarkKind
from app.store.database import Connection
from app.store.text import strip_text

MOST: Final = 50
"""Of each that are kept of one pull request at a time: the oldest."""


async def keep_marks(
    connection: Connection, marks: Sequence[Mark], *, repository_id: int, number: int
) -> tuple[Mark, ...]:
    """Keep what is seen now; all that was ever seen, oldest first. The texts are short and hold no secret."""
    rows = [
        {"agent": strip_text(one.agent), "kind": one.kind.value, "place": one.where, "text": strip_text(one.text)}
        for one in marks[:MOST]
    ]
    if rows:
        await connection.execute(
            "INSERT INTO lintel.mark (repository_id, number, agent, kind, place, text)"
            " SELECT %s, %s, agent, kind, place, text FROM jsonb_to_recordset(%s)"
            " AS m(agent text, kind text, place text, text text) ON CONFLICT DO NOTHING",
            [repository_id, number, Jsonb(rows)],
        )
    cursor = await connection.execute(
        "SELECT agent, kind, place, text FROM lintel.mark WHERE repository_id = %s AND number = %s"
        " ORDER BY at, agent, kind, text LIMIT %s",
        [repository_id, number, MOST],
    )
    return tuple(Mark(agent, MarkKind(kind), place, text) for agent, kind, place, text in await cursor.fetchall())


async def keep_askers(
    connection: Connection, askers: Sequence[Asked], *, repository_id: int, number: int
) -> tuple[Asked, ...]:
    """The same of those who had an agent make it."""
    rows = [{"login": strip_text(one.login), "user_id": one.user_id or 0} for one in askers[:MOST]]
    if rows:
        await connection.execute(
            "INSERT INTO lintel.asker (repository_id, number, login, user_id)"
            " SELECT %s, %s, login, user_id FROM jsonb_to_recordset(%s) AS a(login text, user_id bigint)"
            " ON CONFLICT DO NOTHING",
            [repository_id, number, Jsonb(rows)],
        )
    cursor = await connection.execute(
        "SELECT login, user_id FROM lintel.asker WHERE repository_id = %s AND number = %s"
        " ORDER BY at, login, user_id LIMIT %s",
        [repository_id, number, MOST],
    )
    return tuple(Asked(login, user_id or None) for login, user_id in await cursor.fetchall())
