"""One head in several pull requests: what the others are worth, and which have to be told that one is worth another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from app.core.gate.attendance import Attendance
from app.core.gate.sharing import Offer
from app.store.database import Connection

_NEWEST = (
    " JOIN lintel.pull_request p ON p.id = r.pull_request_id AND p.generation = r.generation"
    " WHERE p.repository_id = %(repository_id)s AND p.number <> %(number)s AND p.number > 0"
)
"""Where a review is the newest one of another pull request of the repository; groups have numbers below 0."""

_COUNTED = (
    "SELECT p.number FROM lintel.counted_offer c"  # noqa: S608 - constants alone
    f" JOIN lintel.review r ON r.id = c.review_id AND r.state = 'finished'{_NEWEST}"
    " AND c.repository_id = %(repository_id)s AND c.number = %(number)s"
)
_UNCOUNTED = (
    f"SELECT p.number FROM lintel.review r{_NEWEST}"  # noqa: S608 - constants alone
    " AND r.state = 'finished' AND r.head_sha = %(head_sha)s AND NOT EXISTS (SELECT FROM lintel.counted_offer c"
    " WHERE c.review_id = r.id AND c.number = %(number)s)"
    " AND ((r.base_ref = %(base_ref)s AND %(attended)s)"
    " OR (r.base_ref <> %(base_ref)s AND r.shared))"
)
_OTHERWISE = (
    "SELECT p.number FROM lintel.review r JOIN lintel.pull_request p ON p.id = r.pull_request_id"
    " WHERE p.repository_id = %(repository_id)s AND p.number <> %(number)s AND p.number > 0"
    " AND r.head_sha = %(head_sha)s"
    # Under which names one writes is known when it has ended.
    " AND (r.base_ref = %(base_ref)s OR r.shared OR r.state <> 'finished')"
    " AND (r.published_at IS NULL OR r.published_at >= %(since)s)"
    " AND NOT EXISTS (SELECT FROM lintel.counted_offer c WHERE c.review_id = r.id AND c.number = %(number)s"
    " AND c.base_ref = %(base_ref)s AND c.attendance = %(attendance)s"
    " AND c.conclusion IS NOT DISTINCT FROM %(conclusion)s)"
)


async def lock_head(connection: Connection, *, repository_id: int, head_sha: str) -> None:
    """One verdict after another on one head, to the end of the caller's transaction: each sees those before it."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lintel head {repository_id} {head_sha}"]
    )


async def list_beside(
    connection: Connection, *, repository_id: int, number: int, head_sha: str, base_ref: str
) -> tuple[int, ...]:
    """The numbers of other pull requests whose newest review is of this head and base, whatever became of it."""
    told = {"repository_id": repository_id, "number": number, "head_sha": head_sha, "base_ref": base_ref}
    same = "r.head_sha = %(head_sha)s AND r.base_ref = %(base_ref)s"
    beside = f"SELECT p.number FROM lintel.review r{_NEWEST} AND {same}"  # noqa: S608 - constants alone
    return await _list(connection, beside, told)


async def weigh(
    connection: Connection, offered: Sequence[Offer], *, repository_id: int, head_sha: str
) -> tuple[Offer, ...]:
    """What other pull requests of the head are worth by themselves, by number.

    One whose newest review has not ended, or is of another head or base, is not judged yet; nor is one that is not
    attended to, whatever it was worth before.
    """
    if not offered:
        return ()
    cursor = await connection.execute(
        "SELECT p.number, r.base_ref, r.conclusion FROM lintel.review r JOIN lintel.pull_request p"
        " ON p.id = r.pull_request_id AND p.generation = r.generation WHERE p.repository_id = %s"
        " AND r.head_sha = %s AND r.state = 'finished' AND p.number = ANY(%s)",
        [repository_id, head_sha, [one.number for one in offered]],
    )
    judged = {(number, base_ref): conclusion for number, base_ref, conclusion in await cursor.fetchall()}
    worth = {one.number: judged.get((one.number, one.base_ref)) for one in offered if _is_attended(one)}
    by_number = sorted(offered, key=lambda one: one.number)
    return tuple(replace(one, conclusion=worth.get(one.number)) for one in by_number)


async def keep(
    connection: Connection, review_id: UUID, counted: Sequence[Offer], *, repository_id: int, shared: bool
) -> None:
    """Remember what a verdict counts of others, in place of what it counted before; `shared`: for all bases."""
    await connection.execute("DELETE FROM lintel.counted_offer WHERE review_id = %s", [review_id])
    await connection.execute("UPDATE lintel.review SET shared = %s WHERE id = %s", [shared, review_id])
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO lintel.counted_offer (review_id, repository_id, number, base_ref, conclusion, attendance)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(review_id, repository_id, o.number, o.base_ref, o.conclusion, o.attendance.value) for o in counted],
        )


async def list_counting(connection: Connection, *, repository_id: int, number: int) -> tuple[int, ...]:
    """The numbers of other pull requests whose newest verdict counts this one."""
    return await _list(connection, _COUNTED, {"repository_id": repository_id, "number": number})


async def list_left(
    connection: Connection, *, repository_id: int, number: int, head_sha: str, base_ref: str
) -> tuple[int, ...]:
    """Those among them that count it as an offer of another head than this one, or to another base."""
    told = {"repository_id": repository_id, "number": number, "head_sha": head_sha, "base_ref": base_ref}
    same = "r.head_sha = %(head_sha)s AND c.base_ref = %(base_ref)s"
    return await _list(connection, f"{_COUNTED} AND NOT ({same})", told)


async def list_mistaken(
    connection: Connection, mine: Offer, *, repository_id: int, head_sha: str, holds: bool
) -> tuple[int, ...]:
    """The numbers of other pull requests whose newest verdict takes `mine` for something else than it is now.

    Where it `holds` their check, those that had not heard of it when they were judged are among them.
    """
    told = {
        "repository_id": repository_id,
        "number": mine.number,
        "head_sha": head_sha,
        "base_ref": mine.base_ref,
        "conclusion": mine.conclusion,
        "attendance": mine.attendance.value,
        "attended": _is_attended(mine),
        "holds": holds,
    }
    same = (
        "r.head_sha = %(head_sha)s AND c.base_ref = %(base_ref)s AND c.attendance = %(attendance)s"
        " AND c.conclusion IS NOT DISTINCT FROM %(conclusion)s"
    )
    return await _list(connection, f"{_COUNTED} AND NOT ({same}) UNION {_UNCOUNTED} AND %(holds)s", told)


async def is_taken_otherwise(
    connection: Connection, mine: Offer, *, repository_id: int, head_sha: str, since: datetime
) -> bool:
    """Whether another one's review has written a check of `mine` since then, or is about to, without counting it so.

    Whatever became of that other one: what it wrote stands on the head, also once it is closed or offers another head.
    """
    told = {
        "repository_id": repository_id,
        "number": mine.number,
        "head_sha": head_sha,
        "base_ref": mine.base_ref,
        "conclusion": mine.conclusion,
        "attendance": mine.attendance.value,
        "since": since,
    }
    return bool(await _list(connection, _OTHERWISE, told))


def _is_attended(offer: Offer) -> bool:
    return offer.attendance is Attendance.REVIEW


async def _list(connection: Connection, query: LiteralString, params: dict[str, Any]) -> tuple[int, ...]:
    cursor = await connection.execute(query, params)
    return tuple(sorted(row[0] for row in await cursor.fetchall()))
