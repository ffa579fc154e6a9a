"""The ledger: an append-only chain of entries for each installation.

hash = SHA-256("lintel/v1" ‖ 0 ‖ prev ‖ 0 ‖ canonical JSON of the entry), in hex; the first `prev` is 64 zeros. The
JSON is that of RFC 8785 for what a body may hold: null, booleans, integers within ±(2⁵³-1), text, lists, objects; no
fractions, whose text differs between programs. A chain alone proves little against who holds the database: compare
it with anchors that GitHub keeps (`verify`'s `anchors`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from app.store.database import Connection
from app.store.faults import ChainBroken
from app.store.text import strip_json, strip_text

GENESIS = "0" * 64
_MAX_SAFE_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """The body holds a value whose JSON is not the same everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `seq` counts from 1 within the chain."""

    chain: str
    seq: int
    at: datetime
    kind: str
    body: Mapping[str, JsonValue]
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that holds, to its newest entry (`GENESIS` for an empty one)."""

    chain: str
    entries: int
    head: str


async def append(
    connection: Connection, chain: str, kind: str, body: Mapping[str, JsonValue], *, at: datetime
) -> Entry:
    """Add an entry in the caller's transaction; other appends to the chain wait for its end.

    Raises NotCanonical.
    """
    clean = strip_json(dict(body))
    assert_canonical(clean)
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('lintel.ledger/' || %s::text, 0))", [chain])
    cursor = await connection.execute(
        "SELECT seq, hash FROM lintel.ledger WHERE chain = %s ORDER BY seq DESC LIMIT 1", [chain]
    )
    seq, prev = await cursor.fetchone() or (0, GENESIS)
    fields: dict[str, Any] = {"chain": chain, "seq": seq + 1, "at": at, "kind": strip_text(kind), "body": clean}
    entry = Entry(**fields, prev=prev, hash=hash_entry(prev, **fields))
    await connection.execute(
        "INSERT INTO lintel.ledger (chain, seq, at, kind, body, prev, hash) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [chain, entry.seq, at, entry.kind, Jsonb(clean), entry.prev, entry.hash],
    )
    return entry


async def last_of_review(connection: Connection, chain: str | None, kind: str, review: str) -> Entry | None:
    """The newest entry of a kind whose body names this review, if there is any; without a chain in any of them."""
    async with connection.cursor(row_factory=class_row(Entry)) as cursor:
        await cursor.execute(
            "SELECT chain, seq, at, kind, body, prev, hash FROM lintel.ledger"
            " WHERE (%(chain)s::text IS NULL OR chain = %(chain)s) AND kind = %(kind)s"
            " AND body ->> 'review' = %(review)s ORDER BY at DESC, seq DESC LIMIT 1",
            {"chain": chain, "kind": kind, "review": review},
        )
        return await cursor.fetchone()


async def entries(connection: Connection, chain: str, *, after: int = 0) -> AsyncIterator[Entry]:
    """The entries of a chain after a number, in order. In the caller's transaction."""
    async with connection.cursor(name="ledger", row_factory=class_row(Entry)) as cursor:
        cursor.itersize = 1000
        await cursor.execute(
            "SELECT chain, seq, at, kind, body, prev, hash FROM lintel.ledger"
            " WHERE chain = %s AND seq > %s ORDER BY seq",
            [chain, after],
        )
        async for entry in cursor:
            yield entry


async def chains(connection: Connection) -> tuple[str, ...]:
    """The names of all chains."""
    cursor = await connection.execute("SELECT DISTINCT chain FROM lintel.ledger ORDER BY chain")
    return tuple(row[0] for row in await cursor.fetchall())


async def verify(connection: Connection, chain: str, *, anchors: Mapping[int, str] | None = None) -> Verified:
    """Read the whole chain and recompute every hash, in the caller's transaction.

    `anchors` are beginnings of hashes, by seq, as some witness keeps them. Raises ChainBroken at the first entry
    that was changed, removed, put in between or does not agree with an anchor.
    """
    prev, seq = GENESIS, 0
    witnessed = dict(anchors or {})
    async for entry in entries(connection, chain):
        seq += 1
        if entry.seq != seq:
            raise ChainBroken(chain, seq, f"it is missing; entry {entry.seq} follows")
        if entry.prev != prev:
            raise ChainBroken(chain, seq, "it does not follow the entry before it")
        computed = hash_entry(prev, chain=chain, seq=seq, at=entry.at, kind=entry.kind, body=entry.body)
        if entry.hash != computed:
            raise ChainBroken(chain, seq, "its contents are not what was recorded")
        if not entry.hash.startswith(witnessed.pop(seq, "")):
            raise ChainBroken(chain, seq, "the witness knows another entry")
        prev = entry.hash
    if witnessed:
        raise ChainBroken(chain, min(witnessed), "the witness knows an entry that is missing")
    return Verified(chain, seq, prev)


def hash_entry(
    prev: str, *, chain: str, seq: int, at: datetime, kind: str, body: JsonValue | Mapping[str, JsonValue]
) -> str:
    """The hash of an entry that follows the one whose hash is `prev`."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    value = {"at": moment, "body": body, "chain": chain, "kind": kind, "seq": seq, "v": 1}
    return hashlib.sha256(b"lintel/v1\0" + prev.encode() + b"\0" + canonical(value)).hexdigest()


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """RFC 8785 for the values a body may hold: keys sorted by UTF-16 units, no space, UTF-8."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def assert_canonical(value: JsonValue) -> None:
    """Raise NotCanonical for a fraction or an integer that JSON's readers do not all keep."""
    if isinstance(value, dict):
        for item in value.values():
            assert_canonical(item)
    elif isinstance(value, list):
        for item in value:
            assert_canonical(item)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > _MAX_SAFE_INTEGER):
        raise NotCanonical(f"{value!r}: write it as text, or as a count of a smaller unit")


def _sorted(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
