"""What people think of findings, as their comments showed it when they were read last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.rows import dict_row
from pydantic import TypeAdapter

from app.core.feedback.kind import tell_kind
from app.core.feedback.opinion import Opinion, Reception
from app.core.feedback.proposing import Vote
from app.core.findings.finding import Claim
from app.core.people.role import Role
from app.store.database import Connection
from app.store.text import strip_text

MOST_VOTES: Final = 2_000
"""The newest opinions in a repository that a proposal is made from."""

_claim = TypeAdapter(Claim)


@dataclass(frozen=True, slots=True)
class Looked:
    """A comment whose reactions were read: the number of its finding, its id, and what people think of it."""

    number: int
    comment_id: int
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reading of a pull request found. `comments` is how many of ours stand there.

    `skipped` are the numbers of findings with reactions that were not looked at, `unasked` counts people likewise.
    """

    looked: tuple[Looked, ...]
    comments: int
    skipped: tuple[int, ...] = ()
    unasked: int = 0


async def save(connection: Connection, pull_request_id: int, reading: Reading, *, at: datetime) -> None:
    """What one reading found, in place of what earlier ones did. Of comments that it skipped, that stays."""
    looked = reading.looked
    await connection.execute(
        "DELETE FROM lintel.reaction WHERE pull_request_id = %s AND number <> ALL(%s)",
        [pull_request_id, list(reading.skipped)],
    )
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "UPDATE lintel.finding SET comment_id = %s WHERE pull_request_id = %s AND number = %s",
            [[one.comment_id, pull_request_id, one.number] for one in looked],
        )
        await cursor.executemany(
            "INSERT INTO lintel.reaction (pull_request_id, number, user_id, login, role, liked, at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [_params(pull_request_id, one.number, opinion) for one in looked for opinion in one.opinions],
        )
    await connection.execute(
        "INSERT INTO lintel.reaction_reading (pull_request_id, comments, unread, unasked, at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (pull_request_id) DO UPDATE SET comments = excluded.comments,"
        " unread = excluded.unread, unasked = excluded.unasked, fault = '', at = excluded.at",
        [pull_request_id, reading.comments, len(reading.skipped), reading.unasked, at],
    )


async def note_fault(connection: Connection, pull_request_id: int, fault: str, *, at: datetime) -> None:
    """A reading failed: what the one before found stays."""
    await connection.execute(
        "INSERT INTO lintel.reaction_reading (pull_request_id, fault, at) VALUES (%s, %s, %s)"
        " ON CONFLICT (pull_request_id) DO UPDATE SET fault = excluded.fault, at = excluded.at",
        [pull_request_id, strip_text(fault), at],
    )


async def receive(connection: Connection, pull_request_id: int) -> Reception | None:
    """How the comments on a pull request were taken; None where they were never read."""
    cursor = await connection.execute(
        "SELECT r.comments, count(*) FILTER (WHERE o.liked), count(*) FILTER (WHERE NOT o.liked), r.unread, r.unasked,"
        " r.fault"
        " FROM lintel.reaction_reading r LEFT JOIN lintel.reaction o USING (pull_request_id)"
        " WHERE r.pull_request_id = %s GROUP BY r.pull_request_id",
        [pull_request_id],
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return Reception(comments=row[0], up=row[1], down=row[2], unread=row[3], unasked=row[4], fault=row[5])


async def votes(connection: Connection, repository_id: int) -> tuple[Vote, ...]:
    """What people think of findings of the kinds that may be left out, in a repository: the newest `MOST_VOTES`."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT o.*, p.number AS pull, f.claim, f.blocking, f.comment_id FROM lintel.reaction o"
            " JOIN lintel.finding f USING (pull_request_id, number)"
            " JOIN lintel.pull_request p ON p.id = o.pull_request_id"
            " WHERE p.repository_id = %s AND f.comment_id IS NOT NULL ORDER BY o.at DESC, o.user_id LIMIT %s",
            [repository_id, MOST_VOTES],
        )
        rows = await cursor.fetchall()
    found = (_vote(row) for row in rows)
    return tuple(vote for vote in found if vote is not None)


def _vote(row: dict[str, Any]) -> Vote | None:
    kind = tell_kind(_claim.validate_python(row["claim"]))
    if kind is None:
        return None
    opinion = Opinion(
        user_id=row["user_id"], login=row["login"], role=Role.of(row["role"]), up=row["liked"], at=row["at"]
    )
    return Vote(
        kind=kind,
        pull=row["pull"],
        finding=row["number"],
        comment_id=row["comment_id"],
        blocking=row["blocking"],
        opinion=opinion,
    )


def _params(pull_request_id: int, number: int, opinion: Opinion) -> list[Any]:
    return [pull_request_id, number, opinion.user_id, opinion.login, opinion.role.value, opinion.up, opinion.at]
