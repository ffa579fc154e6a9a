"""Calls of models as rows, and the accounts that they are booked on: a review's, a pull request's, a month's.

A reservation is two steps in one transaction: `lock` the accounts, and, where their sums allow it, `begin` the call.
Whoever comes second to an account waits for the first one's end, so two can never both get the last dollar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from app.core.budget.limits import Account, Limits
from app.core.budget.reserving import Standing
from app.core.model import Failure, FailureKind, Usage
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.text import strip_text

REPLY: Final = "reply"
"""The outcome of a call that was answered; others have the kind of their failure."""

ABANDONED: Final = "abandoned"
"""The outcome of a call whose end nobody waited for."""

LOST: Final = "lost"
"""The outcome of a call whose process died: it took what it had reserved, as far as anybody knows."""

FROZEN_S = 30.0
"""Who holds accounts and says nothing for so long (a stopped process, a lost machine) loses them; who waits for twice
as long is told that the store is away. All reviews of an installation wait for the row of its month."""

_ZERO = Decimal(0)
_TOKENS: Final = "calls, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The accounts that a call is booked on: whose they are. `month` is any day of the calendar month, in UTC."""

    installation_id: int
    pull_request_id: int
    review_id: UUID
    month: date

    @property
    def names(self) -> tuple[tuple[Account, str], ...]:
        """Kind and name of each account, in the order in which everybody locks them."""
        return (
            (Account.MONTH, name_month(self.installation_id, self.month)),
            (Account.PULL_REQUEST, str(self.pull_request_id)),
            (Account.REVIEW, str(self.review_id)),
        )


def name_month(installation_id: int, day: date) -> str:
    """The name of the account of a calendar month, by any of its days in UTC."""
    return f"{installation_id}/{day:%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that is about to be made. `reserved_usd` is the most it can cost; None: the model has no price."""

    id: UUID
    digest: str
    stage: str
    lens: str
    model: str
    reserved_usd: Decimal | None


async def lock(connection: Connection, books: Books, limits: Limits, *, alive_since: datetime) -> tuple[Standing, ...]:
    """What the accounts hold, on which nobody else can book until the caller's transaction ends.

    A call begun before `alive_since` that has not ended counts as dead. The limits are kept for people to be told.
    """
    await _bound_waits(connection)
    booked = await _book(connection, books.names, _ZERO, Usage(), 0)
    by_kind = {account: limit.usd for account, limit in limits}
    await connection.execute(
        "UPDATE lintel.account a SET limit_usd = w.usd FROM unnest(%s::text[], %s::text[], %s::numeric[])"
        " AS w(kind, name, usd) WHERE (a.kind, a.name) = (w.kind, w.name) AND a.limit_usd IS DISTINCT FROM w.usd",
        [*map(list, zip(*books.names, strict=True)), [by_kind.get(kind) for kind, _ in books.names]],
    )
    cursor = await connection.execute(
        "SELECT coalesce(sum(reserved_usd) FILTER (WHERE month = %(month)s), 0),"
        " coalesce(sum(reserved_usd) FILTER (WHERE pull_request_id = %(pull_request)s), 0),"
        " coalesce(sum(reserved_usd) FILTER (WHERE review_id = %(review)s), 0)"
        " FROM lintel.call WHERE installation_id = %(installation)s AND ended_at IS NULL AND begun_at >= %(alive)s",
        {
            "month": books.month.replace(day=1),
            "pull_request": books.pull_request_id,
            "review": books.review_id,
            "installation": books.installation_id,
            "alive": alive_since,
        },
    )
    row = await cursor.fetchone() or (_ZERO, _ZERO, _ZERO)
    return tuple(
        Standing(kind, by_kind.get(kind), all_ - under_way, under_way)
        for (kind, _), all_, under_way in zip(books.names, booked, row, strict=True)
    )


async def own_share(connection: Connection, books: Books) -> Mapping[Account, Decimal]:
    """How much of each account is for calls of this very review, those under way with their reservations."""
    cursor = await connection.execute(
        "SELECT coalesce(sum(coalesce(usd, reserved_usd)), 0),"
        " coalesce(sum(coalesce(usd, reserved_usd)) FILTER (WHERE month = %s), 0)"
        " FROM lintel.call WHERE review_id = %s",
        [books.month.replace(day=1), books.review_id],
    )
    whole, month = await cursor.fetchone() or (_ZERO, _ZERO)
    return {Account.REVIEW: whole, Account.PULL_REQUEST: whole, Account.MONTH: month}


async def begin(connection: Connection, books: Books, call: Call, *, now: datetime) -> None:
    """Book the reservation of a call that is made as soon as the caller's transaction has ended."""
    await _insert(connection, books, call, now)
    if call.reserved_usd is not None:
        await _book(connection, books.names, call.reserved_usd, Usage(), 0)


async def refuse(connection: Connection, books: Books, call: Call, detail: str, *, now: datetime) -> None:
    """Note a call that is not made for want of money. `detail` is a sentence of ours: account and limit."""
    await _insert(connection, books, call, now)
    await connection.execute(
        "UPDATE lintel.call SET reserved_usd = 0, usd = 0, outcome = %s, failure = %s, ended_at = %s WHERE id = %s",
        [FailureKind.BUDGET, Jsonb({"detail": strip_text(detail)}), now, call.id],
    )


async def end(
    connection: Connection, call_id: UUID, usage: Usage, usd: Decimal | None, outcome: Failure | str, *, now: datetime
) -> None:
    """Book what a call took instead of its reservation; once, however often it is told.

    `outcome` is REPLY, ABANDONED or a failure, whose words are the server's: they are not kept. A call that was taken
    for lost is put right. Raises NotStored where no such call was begun.
    """
    await _bound_waits(connection)
    cursor = await connection.execute(
        "SELECT installation_id, pull_request_id, review_id, month, outcome, reserved_usd FROM lintel.call"
        " WHERE id = %s FOR UPDATE",
        [call_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"call {call_id}")
    installation_id, pull_request_id, review_id, month, before, reserved = row
    if before not in (None, LOST):
        return
    await connection.execute(
        "UPDATE lintel.call SET usd = %s, calls = %s, input_tokens = %s, cache_read_tokens = %s,"
        " cache_write_tokens = %s, output_tokens = %s, outcome = %s, failure = %s, ended_at = %s WHERE id = %s",
        [
            usd,
            *_tokens(usage),
            outcome.kind if isinstance(outcome, Failure) else outcome,
            Jsonb(_fields(outcome)) if isinstance(outcome, Failure) else None,
            now,
            call_id,
        ],
    )
    books = Books(installation_id=installation_id, pull_request_id=pull_request_id, review_id=review_id, month=month)
    unpriced = usage.calls if usd is None else 0
    await _book(connection, books.names, (usd or _ZERO) - (reserved or _ZERO), usage, unpriced)


async def write_off(connection: Connection, review_id: UUID, *, now: datetime) -> int:
    """Count the calls of a review that nobody makes any more as lost: how many there were.

    For a review that is gone on with after a crash. They keep their reservations, but nobody waits for their ends.
    """
    cursor = await connection.execute(
        "UPDATE lintel.call SET outcome = %s, usd = reserved_usd, ended_at = %s"
        " WHERE review_id = %s AND ended_at IS NULL",
        [LOST, now, review_id],
    )
    return cursor.rowcount


async def _bound_waits(connection: Connection) -> None:
    await connection.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, true), set_config('lock_timeout', %s, true)",
        [f"{FROZEN_S * 1000:.0f}ms", f"{FROZEN_S * 2000:.0f}ms"],
    )


async def _book(
    connection: Connection, names: Sequence[tuple[Account, str]], usd: Decimal, usage: Usage, unpriced: int
) -> list[Decimal]:
    """Add to accounts, made if need be and locked one after the other; the dollars booked on each, as named."""
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(names))
    params = [value for name in names for value in (*name, usd, unpriced, *_tokens(usage))]
    cursor = await connection.execute(
        f"INSERT INTO lintel.account AS a (kind, name, booked_usd, unpriced, {_TOKENS}) VALUES {values}"  # noqa: S608 - constants of ours
        " ON CONFLICT (kind, name) DO UPDATE SET booked_usd = a.booked_usd + excluded.booked_usd,"
        " unpriced = a.unpriced + excluded.unpriced, calls = a.calls + excluded.calls,"
        " input_tokens = a.input_tokens + excluded.input_tokens,"
        " cache_read_tokens = a.cache_read_tokens + excluded.cache_read_tokens,"
        " cache_write_tokens = a.cache_write_tokens + excluded.cache_write_tokens,"
        " output_tokens = a.output_tokens + excluded.output_tokens RETURNING kind, booked_usd",
        params,
    )
    booked: dict[str, Decimal] = dict(await cursor.fetchall())
    return [booked[kind] for kind, _ in names]


async def _insert(connection: Connection, books: Books, call: Call, now: datetime) -> None:
    await connection.execute(
        "INSERT INTO lintel.call (id, installation_id, pull_request_id, review_id, month, digest, stage, lens, model,"
        " reserved_usd, begun_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            call.id,
            books.installation_id,
            books.pull_request_id,
            books.review_id,
            books.month.replace(day=1),
            call.digest,
            call.stage,
            strip_text(call.lens),
            strip_text(call.model),
            call.reserved_usd,
            now,
        ],
    )


def _tokens(usage: Usage) -> tuple[int, ...]:
    return (
        usage.calls,
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
    )


def _fields(failure: Failure) -> dict[str, bool | float | None]:
    return {"passing": failure.passing, "repeated": failure.repeated, "retry_after_s": failure.retry_after_s}
