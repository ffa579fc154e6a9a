"""Kinds of finding that were proposed to be left out in a repository, and what somebody made of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from psycopg.rows import dict_row
from pydantic import TypeAdapter

from app.core.feedback.proposing import Past, Proposal
from app.core.feedback.suppression import Decision, Suppression, SuppressionState
from app.store.database import Connection
from app.store.text import to_jsonb

MOST_ALIVE: Final = 20
"""Proposals and accepted ones of a repository: each is read at each review there."""

_proposal = TypeAdapter(Proposal)
_SELECT: Final = "SELECT s.*, p.number FROM lintel.suppression s JOIN lintel.pull_request p ON p.id = s.pull_request_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionRow:
    """One proposal. `number` is the pull request it stands on, `comment_id` None until GitHub is known to have it.

    `accepted_by` and `accepted_at` are set once somebody has accepted it; `login` and `decided_at` are who decided last
    and when; `told` is the state that its comment tells.
    """

    id: int
    number: int
    proposal: Proposal
    proposed_at: datetime
    state: SuppressionState
    told: str
    comment_id: int | None
    accepted_by: str
    accepted_at: datetime | None
    login: str
    decided_at: datetime | None


async def propose(
    connection: Connection, pull_request_id: int, repository_id: int, proposal: Proposal, *, at: datetime
) -> SuppressionRow | None:
    """Enter a proposal before it is told; None where its kind is proposed or in force, or there are too many."""
    kind = proposal.kind
    cursor = await connection.execute(
        "INSERT INTO lintel.suppression (repository_id, pull_request_id, source, category, rule, speaking, proposed_at)"
        " SELECT %(repository)s, %(pull)s, %(source)s, %(category)s, %(rule)s, %(speaking)s, %(at)s"
        " WHERE (SELECT count(*) FROM lintel.suppression s"
        " WHERE s.repository_id = %(repository)s AND s.state IN ('proposed', 'accepted')) < %(most)s"
        " ON CONFLICT DO NOTHING RETURNING id",
        {
            "repository": repository_id,
            "pull": pull_request_id,
            "source": kind.source.value,
            "category": kind.category,
            "rule": kind.rule,
            "speaking": to_jsonb(_proposal.dump_python(proposal, mode="json")),
            "at": at,
            "most": MOST_ALIVE,
        },
    )
    row = await cursor.fetchone()
    return None if row is None else (await _select(connection, "WHERE s.id = %s", [row[0]]))[0]


async def alive(connection: Connection, repository_id: int) -> tuple[SuppressionRow, ...]:
    """The proposals of a repository that wait, and those that are in force, oldest first."""
    where = "WHERE s.repository_id = %s AND s.state IN ('proposed', 'accepted') ORDER BY s.id"
    return await _select(connection, where, [repository_id])


async def untold(connection: Connection, repository_id: int) -> tuple[SuppressionRow, ...]:
    """Those of a repository that somebody refused or ended, whose comments do not say so yet."""
    where = "WHERE s.repository_id = %s AND s.state IN ('refused', 'ended') AND s.told <> s.state ORDER BY s.id"
    return await _select(connection, where, [repository_id])


async def past(connection: Connection, repository_id: int) -> tuple[Past, ...]:
    """What was decided last about each kind of a repository."""
    rows = await _select(connection, "WHERE s.repository_id = %s ORDER BY s.id", [repository_id])
    last = {row.proposal.kind: Past(row.proposal.kind, row.decided_at if _is_over(row) else None) for row in rows}
    return tuple(last.values())


async def in_force(connection: Connection, repository_id: int) -> tuple[Suppression, ...]:
    """What is left out in a repository now, by the age of its proposal."""
    rows = await _select(
        connection, "WHERE s.repository_id = %s AND s.state = 'accepted' ORDER BY s.id", [repository_id]
    )
    return tuple(
        Suppression(
            kind=row.proposal.kind,
            login=row.accepted_by,
            since=row.accepted_at.astimezone(UTC).date(),
            number=row.number,
            comment_id=row.comment_id,
        )
        for row in rows
        if row.accepted_at is not None and row.comment_id is not None
    )


async def set_told(connection: Connection, row: SuppressionRow, comment_id: int | None) -> None:
    """Remember where a proposal stands on GitHub, and that its comment tells the state that it has in `row`."""
    await connection.execute(
        "UPDATE lintel.suppression SET comment_id = %s, told = %s WHERE id = %s",
        [comment_id, row.state.value, row.id],
    )


async def withdraw(connection: Connection, suppression_id: int) -> None:
    """Forget a proposal that nobody was told of."""
    await connection.execute(
        "DELETE FROM lintel.suppression WHERE id = %s AND state = 'proposed' AND comment_id IS NULL", [suppression_id]
    )


async def decide(connection: Connection, row: SuppressionRow, decision: Decision, *, now: datetime) -> bool:
    """What became of a proposal, if it still was what `row` says; whether it was."""
    opinion = decision.opinion
    accepted = decision.state is SuppressionState.ACCEPTED and opinion is not None
    cursor = await connection.execute(
        "UPDATE lintel.suppression SET state = %s, login = %s, user_id = %s, role = %s, decided_at = %s,"
        " accepted_at = CASE WHEN %s THEN %s ELSE accepted_at END,"
        " accepted_by = CASE WHEN %s THEN %s ELSE accepted_by END WHERE id = %s AND state = %s",
        [
            decision.state.value,
            opinion.login if opinion else None,
            opinion.user_id if opinion else None,
            opinion.role.value if opinion else None,
            now,
            accepted,
            opinion.at if opinion else None,
            accepted,
            opinion.login if opinion else None,
            row.id,
            row.state.value,
        ],
    )
    return cursor.rowcount > 0


def _is_over(row: SuppressionRow) -> bool:
    return row.state in (SuppressionState.REFUSED, SuppressionState.ENDED)


async def _select(connection: Connection, where: str, params: list[Any]) -> tuple[SuppressionRow, ...]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(f"{_SELECT} {where}", params)
        return tuple(_row(row) for row in await cursor.fetchall())


def _row(row: dict[str, Any]) -> SuppressionRow:
    return SuppressionRow(
        id=row["id"],
        number=row["number"],
        proposal=_proposal.validate_python(row["speaking"]),
        proposed_at=row["proposed_at"],
        state=SuppressionState(row["state"]),
        told=row["told"],
        comment_id=row["comment_id"],
        accepted_by=row["accepted_by"] or "",
        accepted_at=row["accepted_at"],
        login=row["login"] or "",
        decided_at=row["decided_at"],
    )
