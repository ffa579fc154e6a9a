"""What each run of a review was made from, encrypted, and what came of its calls: enough to make the review again.

The review's id and the number of the run are authenticated with the ciphertext. The last run is the one that a verdict
was made by.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import JsonValue

from app.core.model import Failure, FailureKind, Paid, Usage
from app.store.database import Connection
from app.store.faults import NotStored
from app.store.records.calls import ABANDONED, LOST, REPLY
from app.store.records.seal import Seal, SealBroken
from app.store.text import strip_text

_KINDS = frozenset(FailureKind)
_TOKENS = ("calls", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


class InputsUnreadable(Exception):
    """What was recorded cannot be opened: it was written under another key, or changed."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a run could not read its change, a sentence for people. `passing`: it was worth another try."""

    message: str
    passing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a review: when it began, what it was made from as JSON, and what stood in its way.

    `standings` is what its accounts held, as JSON; None: nobody keeps any.
    """

    review_id: UUID
    number: int
    at: datetime
    content: JsonValue
    standings: JsonValue
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the calls of a run, by the digests of their requests: answered, or failed so in the end."""

    answered: frozenset[str]
    failures: Mapping[str, Failure]


class Inputs:
    """The recorded inputs under one key of 32 bytes. Each method is part of the caller's transaction."""

    def __init__(self, key: bytes, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Raises ValueError for a key of another length."""
        self._seal = Seal(key, random_bytes=random_bytes)

    async def put(self, connection: Connection, review_id: UUID, content: JsonValue, *, at: datetime) -> None:
        """Record what the next run of a review is made from; what earlier runs had stays."""
        cursor = await connection.execute(
            "SELECT coalesce(max(run), 0) + 1 FROM lintel.input WHERE review_id = %s", [review_id]
        )
        row = await cursor.fetchone()
        number = int(row[0]) if row else 1
        await connection.execute(
            "INSERT INTO lintel.input (review_id, run, at, ciphertext) VALUES (%s, %s, %s, %s)",
            [review_id, number, at, self._close(content, review_id, number)],
        )

    async def amend(self, connection: Connection, review_id: UUID, content: JsonValue) -> None:
        """The last run of a review is made from more than was known when it began. Raises NotStored without a run."""
        cursor = await connection.execute(
            "SELECT run FROM lintel.input WHERE review_id = %s ORDER BY run DESC LIMIT 1 FOR UPDATE", [review_id]
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotStored(f"the inputs of review {review_id}")
        await connection.execute(
            "UPDATE lintel.input SET ciphertext = %s WHERE review_id = %s AND run = %s",
            [self._close(content, review_id, row[0]), review_id, row[0]],
        )

    async def last(self, connection: Connection, review_id: UUID, *, until: datetime) -> Run | None:
        """The last run of a review begun until then; None if none is recorded (any more). Raises InputsUnreadable."""
        cursor = await connection.execute(
            "SELECT run, at, ciphertext, standings, obstacle FROM lintel.input WHERE review_id = %s AND at <= %s"
            " ORDER BY run DESC LIMIT 1",
            [review_id, until],
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        number, at, ciphertext, standings, obstacle = row
        try:
            content = json.loads(self._seal.open(bytes(ciphertext), _name(review_id, number)))
        except (SealBroken, ValueError) as error:
            raise InputsUnreadable(f"run {number} of review {review_id}") from error
        stood = None if obstacle is None else Obstacle(str(obstacle["message"]), bool(obstacle["passing"]))
        return Run(review_id=review_id, number=number, at=at, content=content, standings=standings, obstacle=stood)

    def _close(self, content: JsonValue, review_id: UUID, number: int) -> bytes:
        # In ASCII a lone surrogate of somebody's title survives.
        plain = json.dumps(content, ensure_ascii=True, allow_nan=False).encode()
        return self._seal.close(plain, _name(review_id, number))


async def note_obstacle(connection: Connection, review_id: UUID, obstacle: Obstacle) -> None:
    """The last run of a review could not read its change. Raises NotStored without a run."""
    cursor = await connection.execute(
        "UPDATE lintel.input SET obstacle = %(obstacle)s WHERE review_id = %(review)s"
        " AND run = (SELECT max(run) FROM lintel.input WHERE review_id = %(review)s)",
        {
            "obstacle": Jsonb({"message": strip_text(obstacle.message), "passing": obstacle.passing}),
            "review": review_id,
        },
    )
    if cursor.rowcount == 0:
        raise NotStored(f"the inputs of review {review_id}")


async def note_standings(connection: Connection, review_id: UUID, standings: JsonValue) -> None:
    """What the accounts of a review held when its last run began, if that run is recorded."""
    await connection.execute(
        "UPDATE lintel.input SET standings = %(standings)s WHERE review_id = %(review)s"
        " AND run = (SELECT max(run) FROM lintel.input WHERE review_id = %(review)s)",
        {"standings": Jsonb(standings), "review": review_id},
    )


async def forget(connection: Connection, before: datetime) -> int:
    """Delete what was recorded before then; how many runs that was."""
    return (await connection.execute("DELETE FROM lintel.input WHERE at < %s", [before])).rowcount


async def outcomes(connection: Connection, review_id: UUID, *, since: datetime, until: datetime) -> Outcomes:
    """What came of the calls that a review began in that time: of several about one request, of the last."""
    cursor = await connection.execute(
        "SELECT digest, outcome, failure, model, calls, input_tokens, cache_read_tokens, cache_write_tokens,"
        " output_tokens FROM lintel.call WHERE review_id = %s AND begun_at BETWEEN %s AND %s"
        " AND outcome <> ALL(%s) ORDER BY begun_at, ended_at",
        [review_id, since, until, [LOST, ABANDONED]],
    )
    answered: set[str] = set()
    failed: dict[str, Failure] = {}
    took: dict[str, Usage] = {}
    for digest, outcome, fields, model, *tokens in await cursor.fetchall():
        took[digest] = took.get(digest, Usage()) + Usage(**dict(zip(_TOKENS, tokens, strict=True)))
        if outcome == REPLY:
            answered.add(digest)
            failed.pop(digest, None)
        else:
            answered.discard(digest)
            paid = (Paid(str(model), took[digest]),) if took[digest].calls else ()
            failed[digest] = _failure(str(outcome), fields or {}, paid)
    return Outcomes(frozenset(answered), failed)


async def find(connection: Connection, beginning: str) -> tuple[UUID, ...]:
    """The reviews whose ids begin with these hexadecimal digits, two at most."""
    cursor = await connection.execute(
        "SELECT id FROM lintel.review WHERE starts_with(replace(id::text, '-', ''), %s) ORDER BY id LIMIT 2",
        [beginning],
    )
    return tuple(row[0] for row in await cursor.fetchall())


def _failure(outcome: str, fields: Mapping[str, JsonValue], paid: tuple[Paid, ...]) -> Failure:
    wait = fields.get("retry_after_s")
    return Failure(
        # A newer program may know more kinds; each of them is a question without a usable answer.
        FailureKind(outcome) if outcome in _KINDS else FailureKind.UNEXPECTED,
        str(fields.get("detail", "")),
        passing=bool(fields.get("passing", False)),
        retry_after_s=float(wait) if isinstance(wait, int | float) else None,
        paid=paid,
        repeated=bool(fields.get("repeated", False)),
    )


def _name(review_id: UUID, number: int) -> str:
    return f"{review_id}/{number}"
