"""Findings as rows: one number for each fingerprint of a pull request, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import TypeAdapter

from app.core.findings.finding import Claim, Evidence, Finding, Placement
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.text import strip_text, to_jsonb

_claim = TypeAdapter(Claim)
_placement = TypeAdapter(Placement)
_evidence = TypeAdapter(Evidence)


class FindingState(StrEnum):
    """Whether a finding counts."""

    OPEN = "open"
    FIXED = "fixed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """A finding that was raised on some head, with what has become of it. `comment_id` is its line comment.

    Whether one that is dismissed blocks is what it did when it was dismissed; if it did, `dismissed_base_ref` is the
    base branch that it was dismissed for.

    `conceded` is the line for which it was given up in its thread, as long as it stood at the last review.
    """

    finding: Finding
    state: FindingState
    comment_id: int | None
    dismissed_by: str | None
    dismissed_reason: str | None
    first_review: UUID
    last_review: UUID
    conceded: Evidence | None = None
    dismissed_base_ref: str = ""

    @property
    def fate(self) -> str:
        """For people: its state, or what was conceded of an open one."""
        if self.state is not FindingState.OPEN or self.conceded is None:
            return self.state.value
        return "conceded" if self.finding.blocking else "withdrawn"


async def known(connection: Connection, pull_request_id: int) -> tuple[KnownFinding, ...]:
    """All findings of a pull request by number, whatever their state."""
    return await _select(connection, "WHERE pull_request_id = %s ORDER BY number", [pull_request_id])


async def by_number(connection: Connection, pull_request_id: int, number: int) -> KnownFinding | None:
    """The finding that people call by this number, if there is one."""
    found = await _select(connection, "WHERE pull_request_id = %s AND number = %s", [pull_request_id, number])
    return found[0] if found else None


async def by_comment(connection: Connection, pull_request_id: int, comment_id: int) -> KnownFinding | None:
    """The finding whose thread this comment of ours began, if there is one."""
    found = await _select(connection, "WHERE pull_request_id = %s AND comment_id = %s", [pull_request_id, comment_id])
    return found[0] if found else None


async def save(
    connection: Connection, pull_request_id: int, review_id: UUID, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Store what a review found; the findings with their numbers, in the order given.

    In the caller's transaction: the pull request's row stays locked to its end, so numbers are given once. A known
    fingerprint keeps its number; a fixed one that is found again is open again; a dismissed one stays dismissed.
    Of several findings with one fingerprint the last is stored. Raises NotStored without such a pull request.
    """
    numbers = await _numbers(connection, pull_request_id, [finding.fingerprint for finding in findings])
    numbered = tuple(finding.evolve(number=numbers[finding.fingerprint]) for finding in findings)
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO lintel.finding AS f (pull_request_id, number, fingerprint, claim, placement, blocking,"
            " symbol, first_review, last_review) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (pull_request_id, fingerprint) DO UPDATE SET claim = excluded.claim,"
            " placement = excluded.placement, symbol = excluded.symbol, last_review = excluded.last_review,"
            " blocking = CASE f.state WHEN 'dismissed' THEN f.blocking ELSE excluded.blocking END,"
            " state = CASE f.state WHEN 'fixed' THEN 'open' ELSE f.state END",
            [_params(pull_request_id, review_id, finding) for finding in numbered],
        )
    return numbered


async def mark_fixed(connection: Connection, pull_request_id: int, numbers: Sequence[int]) -> tuple[int, ...]:
    """Open findings that are gone from the change; the numbers that were open until now."""
    cursor = await connection.execute(
        "UPDATE lintel.finding SET state = 'fixed'"
        " WHERE pull_request_id = %s AND number = ANY(%s) AND state = 'open' RETURNING number",
        [pull_request_id, list(numbers)],
    )
    return tuple(sorted(row[0] for row in await cursor.fetchall()))


async def dismiss(
    connection: Connection,
    pull_request_id: int,
    number: int,
    *,
    by: str,
    reason: str,
    at: datetime,
    base_ref: str = "",
) -> KnownFinding:
    """Let a finding no longer count, offered into that base branch; empty: into any.

    Raises NotStored if there is none of this number.
    """
    found = await _select(
        connection, "WHERE pull_request_id = %s AND number = %s FOR UPDATE", [pull_request_id, number]
    )
    if not found:
        raise NotStored(f"finding F{number}")
    await connection.execute(
        "UPDATE lintel.finding SET state = 'dismissed', dismissed_by = %s, dismissed_reason = %s, dismissed_at = %s,"
        " dismissed_base_ref = %s WHERE pull_request_id = %s AND number = %s",
        [by, strip_text(reason), at, base_ref, pull_request_id, number],
    )
    dismissed = await by_number(connection, pull_request_id, number)
    return dismissed or found[0]


async def reinstate(connection: Connection, pull_request_id: int, numbers: Sequence[int], *, base_ref: str) -> None:
    """Dismissals of what did not block then, or for another base, end; it stays known who made them. Others stand."""
    await connection.execute(
        "UPDATE lintel.finding SET state = 'open' WHERE pull_request_id = %s AND number = ANY(%s)"
        " AND state = 'dismissed' AND (NOT blocking OR dismissed_base_ref <> ALL(%s))",
        [pull_request_id, list(numbers), ["", base_ref]],
    )


async def concede(connection: Connection, pull_request_id: int, number: int, evidence: Evidence) -> None:
    """Remember the line for which a finding is given up in its thread. Raises NotStored."""
    shown = to_jsonb(_evidence.dump_python(evidence, mode="json"))
    cursor = await connection.execute(
        "UPDATE lintel.finding SET conceded = %s WHERE pull_request_id = %s AND number = %s",
        [shown, pull_request_id, number],
    )
    if cursor.rowcount == 0:
        raise NotStored(f"finding F{number}")


async def lapse(connection: Connection, pull_request_id: int, numbers: Sequence[int]) -> None:
    """The lines for which these findings were given up are gone: they count again."""
    await connection.execute(
        "UPDATE lintel.finding SET conceded = NULL WHERE pull_request_id = %s AND number = ANY(%s)",
        [pull_request_id, list(numbers)],
    )


async def set_comment(connection: Connection, pull_request_id: int, number: int, comment_id: int) -> None:
    """Remember where a finding stands on GitHub. Raises NotStored."""
    cursor = await connection.execute(
        "UPDATE lintel.finding SET comment_id = %s WHERE pull_request_id = %s AND number = %s",
        [comment_id, pull_request_id, number],
    )
    if cursor.rowcount == 0:
        raise NotStored(f"finding F{number}")


async def next_number(connection: Connection, pull_request_id: int) -> int:
    """The number that the next new finding gets. Raises NotStored."""
    cursor = await connection.execute(
        "SELECT next_finding_number FROM lintel.pull_request WHERE id = %s", [pull_request_id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"pull request {pull_request_id}")
    return int(row[0])


async def blocking_elsewhere(
    connection: Connection, *, repository_id: int, head_sha: str, base_ref: str, besides: int
) -> dict[int, tuple[int, ...]]:
    """Blocking findings with which other pull requests' last finished review of this head and base ended.

    By pull request number the findings' numbers; dismissed ones do not count, ones that a later head has fixed do: this
    head still has them. `besides` is the number of the pull request that asks.
    """
    cursor = await connection.execute(
        "SELECT p.number, f.number FROM lintel.pull_request p"
        " JOIN LATERAL (SELECT max(r.generation) AS generation FROM lintel.review r WHERE r.pull_request_id = p.id"
        " AND r.head_sha = %s AND r.base_ref = %s AND r.state = 'finished') judged ON judged.generation IS NOT NULL"
        " JOIN lintel.finding f ON f.pull_request_id = p.id AND f.state <> 'dismissed' AND f.blocking"
        " JOIN lintel.review a ON a.id = f.first_review AND a.generation <= judged.generation"
        " JOIN lintel.review z ON z.id = f.last_review AND z.generation >= judged.generation"
        " WHERE p.repository_id = %s AND p.number <> %s ORDER BY p.number, f.number",
        [head_sha, base_ref, repository_id, besides],
    )
    found: dict[int, tuple[int, ...]] = {}
    for pull, number in await cursor.fetchall():
        found[pull] = (*found.get(pull, ()), number)
    return found


async def blocking_at(
    connection: Connection, *, repository_id: int, paths: Sequence[str], besides: Sequence[int], most: int
) -> tuple[tuple[int, KnownFinding], ...]:
    """Blocking findings in these files that nobody dismissed, with the numbers of their pull requests, newest first.

    `besides` are the numbers of pull requests that are left out.
    """
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT f.*, p.number AS pull FROM lintel.finding f JOIN lintel.pull_request p ON p.id = f.pull_request_id"
            " WHERE p.repository_id = %s AND p.number <> ALL(%s) AND f.blocking AND f.state <> 'dismissed'"
            " AND f.claim ->> 'path' = ANY(%s) ORDER BY p.number DESC, f.number LIMIT %s",
            [repository_id, list(besides), list(paths), most],
        )
        return tuple((row["pull"], read_row(row)) for row in await cursor.fetchall())


async def _numbers(connection: Connection, pull_request_id: int, fingerprints: list[str]) -> dict[str, int]:
    cursor = await connection.execute(
        "SELECT next_finding_number FROM lintel.pull_request WHERE id = %s FOR UPDATE", [pull_request_id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"pull request {pull_request_id}")
    cursor = await connection.execute(
        "SELECT fingerprint, number FROM lintel.finding WHERE pull_request_id = %s AND fingerprint = ANY(%s)",
        [pull_request_id, fingerprints],
    )
    numbers: dict[str, int] = dict(await cursor.fetchall())
    new = [mark for mark in dict.fromkeys(fingerprints) if mark not in numbers]
    numbers.update(zip(new, range(row[0], row[0] + len(new)), strict=True))
    await connection.execute(
        "UPDATE lintel.pull_request SET next_finding_number = %s WHERE id = %s",
        [row[0] + len(new), pull_request_id],
    )
    return numbers


def _params(pull_request_id: int, review_id: UUID, finding: Finding) -> list[Any]:
    return [
        pull_request_id,
        finding.number,
        finding.fingerprint,
        to_jsonb(_claim.dump_python(finding.claim, mode="json")),
        to_jsonb(_placement.dump_python(finding.placement, mode="json")),
        finding.blocking,
        finding.symbol,
        review_id,
        review_id,
    ]


async def _select(connection: Connection, where: LiteralString, params: list[Any]) -> tuple[KnownFinding, ...]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM lintel.finding " + where, params)  # noqa: S608 - both are constants
        return tuple(read_row(row) for row in await cursor.fetchall())


def read_row(row: dict[str, Any]) -> KnownFinding:
    """A row of the table."""
    finding = Finding(
        claim=_claim.validate_python(row["claim"]),
        placement=_placement.validate_python(row["placement"]),
        fingerprint=row["fingerprint"],
        number=row["number"],
        blocking=row["blocking"],
        symbol=row["symbol"],
    )
    return KnownFinding(
        finding=finding,
        state=FindingState(row["state"]),
        comment_id=row["comment_id"],
        dismissed_by=row["dismissed_by"],
        dismissed_reason=row["dismissed_reason"],
        first_review=row["first_review"],
        last_review=row["last_review"],
        conceded=None if row["conceded"] is None else _evidence.validate_python(row["conceded"]),
        dismissed_base_ref=row["dismissed_base_ref"],
    )
