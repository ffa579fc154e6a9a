"""Models' replies, stored under the digest of their request before they are used; encrypted with AES-256-GCM.

The digest is authenticated with the ciphertext, so no reply can be passed off as the answer to another request.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from psycopg.types.json import Jsonb

from app.core.model import Reply, Usage
from app.store.database import Database
from app.store.records.seal import Seal, SealBroken
from app.store.text import strip_text

_log = logging.getLogger(__name__)


class Replies:
    """The stored replies under one key of 32 bytes."""

    def __init__(
        self,
        database: Database,
        key: bytes,
        *,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Raises ValueError for a key of another length."""
        self._database = database
        self._seal = Seal(key, random_bytes=random_bytes)
        self._clock = clock

    async def get(self, digest: str) -> Reply | None:
        """The stored reply, marked as stored; None if there is none that this key opens (that is logged)."""
        async with self._database.connection() as connection:
            cursor = await connection.execute("SELECT ciphertext FROM lintel.reply WHERE digest = %s", [digest])
            row = await cursor.fetchone()
        return None if row is None else self._open(digest, bytes(row[0]))

    async def put(self, reply: Reply) -> None:
        """Store a reply durably; one that stood under its digest is replaced."""
        async with self._database.connection() as connection:
            await connection.execute(
                "INSERT INTO lintel.reply (digest, ciphertext, usage, model, created) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT (digest) DO UPDATE SET ciphertext = excluded.ciphertext, usage = excluded.usage,"
                " model = excluded.model, created = excluded.created",
                [
                    reply.digest,
                    self._close(reply),
                    Jsonb(dataclasses.asdict(reply.usage)),
                    strip_text(reply.model),
                    self._clock(),
                ],
            )

    async def forget(self, before: datetime) -> int:
        """Delete what was stored before then; how many replies that was."""
        async with self._database.connection() as connection:
            cursor = await connection.execute("DELETE FROM lintel.reply WHERE created < %s", [before])
            return cursor.rowcount

    def _close(self, reply: Reply) -> bytes:
        # ASCII JSON: a lone surrogate in a model's text survives the round trip.
        return self._seal.close(json.dumps(dataclasses.asdict(reply), ensure_ascii=True).encode(), reply.digest)

    def _open(self, digest: str, stored: bytes) -> Reply | None:
        try:
            fields = json.loads(self._seal.open(stored, digest))
            return Reply(**{**fields, "usage": Usage(**fields["usage"]), "also_paid": (), "stored": True})
        except (SealBroken, ValueError, TypeError, LookupError) as error:
            _log.warning("stored reply %s cannot be opened (%s): it is asked anew", digest, type(error).__name__)
            return None
