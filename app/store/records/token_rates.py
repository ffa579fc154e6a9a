"""How many bytes a token of each model has, by what its real calls have used."""

from __future__ import annotations

from datetime import datetime

from app.core.change.tokens import DEFAULT_RATE, Observed, TokenRate, next_rate
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.text import strip_text


async def in_force(connection: Connection, model: str) -> TokenRate:
    """The rate to plan a new review with; the default for a model that was never asked."""
    cursor = await connection.execute("SELECT centibytes FROM lintel.token_rate WHERE model = %s", [strip_text(model)])
    row = await cursor.fetchone()
    return DEFAULT_RATE if row is None else TokenRate(row[0])


async def observe(connection: Connection, model: str, *, size: int, tokens: int, now: datetime) -> None:
    """Count one real call: the bytes of its request, and the input tokens that the server counted.

    In the caller's transaction: calls that end at once are counted one after the other.
    """
    key = strip_text(model)
    cursor = await connection.execute(
        "INSERT INTO lintel.token_rate (model, size, tokens, samples, centibytes, changed_at)"
        " VALUES (%s, 0, 0, 0, %s, %s) ON CONFLICT (model) DO UPDATE SET changed_at = excluded.changed_at"
        " RETURNING size, tokens, samples, centibytes",
        [key, DEFAULT_RATE.centibytes, now],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotStored(f"the token rate of {key}")
    observed = Observed(*row[:3]).plus(size, tokens)
    await connection.execute(
        "UPDATE lintel.token_rate SET size = %s, tokens = %s, samples = %s, centibytes = %s WHERE model = %s",
        [observed.size, observed.tokens, observed.samples, next_rate(TokenRate(row[3]), observed).centibytes, key],
    )
