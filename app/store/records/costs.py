"""What calls of models came to, as people ask for it: by account, and a review's by stage and model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.core.budget.limits import Account
from app.core.model import FailureKind, Usage
from app.core.report.cost import Balance, ReviewTally, StageTally, Tally
from app.store.database import Connection
from app.store.records.calls import LOST, Books, name_month

_NOT_MADE = [FailureKind.BUDGET.value, FailureKind.UNASKED.value]
"""The outcomes of calls that were only noted."""


async def balances(connection: Connection, books: Books) -> tuple[Balance, Balance, Balance]:
    """What the review, the pull request and the month have taken until now, and their limits."""
    kinds, names = zip(*books.names, strict=True)
    cursor = await connection.execute(
        "SELECT kind, limit_usd, booked_usd, unpriced, calls, input_tokens, cache_read_tokens, cache_write_tokens,"
        " output_tokens FROM lintel.account JOIN unnest(%s::text[], %s::text[]) AS w(kind, name) USING (kind, name)",
        [list(kinds), list(names)],
    )
    found = {row[0]: Balance(_tally(row[2:]), row[1]) for row in await cursor.fetchall()}
    return found.get("review", Balance()), found.get("pull_request", Balance()), found.get("month", Balance())


async def left_of_month(
    connection: Connection, installation_id: int, day: date, *, limit: Decimal | None = None
) -> Decimal | None:
    """What an installation's month can still pay for, by `limit` or else the one last told; None without one."""
    cursor = await connection.execute(
        "SELECT booked_usd, limit_usd FROM lintel.account WHERE (kind, name) = (%s, %s)",
        [Account.MONTH, name_month(installation_id, day)],
    )
    booked, told = await cursor.fetchone() or (Decimal(0), None)
    within = told if limit is None else limit
    return None if within is None else within - booked


async def of_review(connection: Connection, review_id: UUID) -> ReviewTally:
    """What a review took in detail."""
    cursor = await connection.execute(
        "SELECT stage, model, coalesce(sum(coalesce(usd, reserved_usd)), 0),"
        " coalesce(sum(calls) FILTER (WHERE usd IS NULL), 0), coalesce(sum(calls), 0),"
        " coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0),"
        " coalesce(sum(cache_write_tokens), 0), coalesce(sum(output_tokens), 0)"
        " FROM lintel.call WHERE review_id = %s AND coalesce(outcome, '') <> ALL(%s)"
        " GROUP BY stage, model ORDER BY min(begun_at), stage, model",
        [review_id, _NOT_MADE],
    )
    stages = tuple(StageTally(row[0], row[1], _tally(row[2:])) for row in await cursor.fetchall())
    cursor = await connection.execute(
        "SELECT failure ->> 'detail', count(*) FROM lintel.call WHERE review_id = %s AND outcome = %s"
        " GROUP BY 1 ORDER BY min(begun_at), 1",
        [review_id, FailureKind.BUDGET],
    )
    refused = tuple((str(row[0]), int(row[1])) for row in await cursor.fetchall())
    cursor = await connection.execute(
        "SELECT count(*) FROM lintel.call WHERE review_id = %s AND outcome = %s", [review_id, LOST]
    )
    row = await cursor.fetchone()
    return ReviewTally(stages=stages, refused=refused, lost=int(row[0]) if row else 0)


async def asked(connection: Connection, review_id: UUID) -> frozenset[str]:
    """The digests of the requests that a review has made calls for, whatever came of them."""
    cursor = await connection.execute(
        "SELECT DISTINCT digest FROM lintel.call WHERE review_id = %s AND coalesce(outcome, '') <> ALL(%s)",
        [review_id, _NOT_MADE],
    )
    return frozenset(row[0] for row in await cursor.fetchall())


def _tally(row: Sequence[Decimal | int]) -> Tally:
    usd, unpriced, *tokens = row
    calls, fresh, read, written, output = (int(number) for number in tokens)
    usage = Usage(
        calls=calls,
        input_tokens=fresh,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=output,
    )
    return Tally(usage, Decimal(usd), int(unpriced))
