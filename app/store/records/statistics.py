"""Counts over everything that is stored, by repository and month."""

from __future__ import annotations

from app.core.report.statistics import Count
from app.store.database import Connection

_COUNTS = """
WITH counted (repository_id, month, what, many) AS (
    SELECT (body ->> 'repository')::bigint, date_trunc('month', at AT TIME ZONE 'UTC')::date,
        'verdict ' || (body ->> 'conclusion'), count(*)::numeric
    FROM lintel.ledger WHERE kind = 'gate.set' GROUP BY 1, 2, 3
    UNION ALL
    SELECT (body ->> 'repository')::bigint, date_trunc('month', at AT TIME ZONE 'UTC')::date,
        'situation ' || (body ->> 'situation'), count(*)
    FROM lintel.ledger WHERE kind = 'gate.set' GROUP BY 1, 2, 3
    UNION ALL
    SELECT p.repository_id, date_trunc('month', r.started_at AT TIME ZONE 'UTC')::date, 'usd', sum(r.cost_usd)
    FROM lintel.review r JOIN lintel.pull_request p ON p.id = r.pull_request_id GROUP BY 1, 2
    UNION ALL
    SELECT p.repository_id, date_trunc('month', o.at AT TIME ZONE 'UTC')::date, 'overrides', count(*)
    FROM lintel.override o JOIN lintel.pull_request p ON p.id = o.pull_request_id GROUP BY 1, 2
    UNION ALL
    SELECT repository_id, date_trunc('month', bypassed_at AT TIME ZONE 'UTC')::date, 'bypassed', count(*)
    FROM lintel.pull_request WHERE bypassed_at IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT p.repository_id, date_trunc('month', r.started_at AT TIME ZONE 'UTC')::date,
        CASE WHEN f.blocking THEN 'blocking ' ELSE 'finding ' END || f.state, count(*)
    FROM lintel.finding f JOIN lintel.pull_request p ON p.id = f.pull_request_id
    JOIN lintel.review r ON r.id = f.first_review GROUP BY 1, 2, 3
    UNION ALL
    SELECT p.repository_id, date_trunc('month', r.started_at AT TIME ZONE 'UTC')::date, 'comments', count(*)
    FROM lintel.finding f JOIN lintel.pull_request p ON p.id = f.pull_request_id
    JOIN lintel.review r ON r.id = f.first_review WHERE f.comment_id IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT p.repository_id, date_trunc('month', r.started_at AT TIME ZONE 'UTC')::date,
        CASE WHEN o.liked THEN 'liked' ELSE 'disliked' END, count(*)
    FROM lintel.reaction o JOIN lintel.finding f USING (pull_request_id, number)
    JOIN lintel.pull_request p ON p.id = f.pull_request_id
    JOIN lintel.review r ON r.id = f.first_review GROUP BY 1, 2, 3
    UNION ALL
    SELECT p.repository_id, date_trunc('month', r.started_at AT TIME ZONE 'UTC')::date,
        'because ' || lower(left(btrim(f.dismissed_reason), 200)), count(*)
    FROM lintel.finding f JOIN lintel.pull_request p ON p.id = f.pull_request_id
    JOIN lintel.review r ON r.id = f.first_review WHERE f.state = 'dismissed' GROUP BY 1, 2, 3
)
SELECT c.repository_id, coalesce(n.full_name, ''), c.month, c.what, c.many
FROM counted c LEFT JOIN lintel.repository n ON n.id = c.repository_id ORDER BY 2, 1, 3, 4
"""


async def count_all(connection: Connection) -> tuple[Count, ...]:
    """Every count that is not nothing, by repository and month. A name is empty where none is known."""
    return tuple(Count(*row) for row in await (await connection.execute(_COUNTS)).fetchall())
