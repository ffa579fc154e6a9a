"""What models found in other pull requests of a repository, as far as a change may offer it anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg.rows import dict_row

from app.store.database import Connection
from app.store.records.findings import KnownFinding, read_row

MOST: Final = 200
"""So many findings are looked at."""


async def list_found(
    connection: Connection,
    *,
    repository_id: int,
    besides: int,
    paths: Sequence[str],
    severities: Sequence[str],
    since: datetime,
) -> tuple[tuple[int, KnownFinding], ...]:
    """Findings of models that stood in other pull requests, with the numbers of those: in these files first, then new.

    Of one of these severities, or dismissed; last found by a review that began since then. Groups are no pull requests.
    """
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT f.*, p.number AS pull FROM lintel.finding f JOIN lintel.pull_request p ON p.id = f.pull_request_id"
            " JOIN lintel.review z ON z.id = f.last_review"
            " WHERE p.repository_id = %s AND p.number > 0 AND p.number <> %s AND z.started_at >= %s"
            " AND f.claim ->> 'source' = 'model' AND f.placement ->> 'placed' <> 'summary'"
            " AND (f.claim ->> 'severity' = ANY(%s) OR f.state = 'dismissed')"
            " ORDER BY f.claim ->> 'path' = ANY(%s) DESC, z.started_at DESC, p.number DESC, f.number LIMIT %s",
            [repository_id, besides, since, list(severities), list(paths), MOST],
        )
        return tuple((row["pull"], read_row(row)) for row in await cursor.fetchall())
