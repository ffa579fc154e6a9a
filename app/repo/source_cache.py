"""What was read out of source files, kept by content: by kind and blob id, in one SQLite file; graphs of trees too.

The same blob gives the same facts for ever, so nothing has to be invalidated, and a rebase costs only new blobs. It is
a cache: a row that is lost is made again, and a file that cannot be used is replaced. Nothing in it decides anything
that the blob would not decide again.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

T = TypeVar("T")

_log = logging.getLogger(__name__)

MAX_BYTES: Final = 512 << 20
"""Of the file. Facts of 10,000 source files take about 3 MB; above this the oldest half goes."""

_ASKED_AT_ONCE: Final = 500
_WAIT_S: Final = 5.0
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS facts (kind TEXT, name BLOB, body BLOB, PRIMARY KEY (kind, name))"


class SourceCache:
    """The file at `path`, which belongs to its user alone; None keeps nothing. Calls block: they are for a thread."""

    def __init__(self, path: Path | None, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes

    def find(self, kind: str, names: Sequence[str]) -> dict[str, bytes]:
        """What is kept of these blobs under that kind, by id. What is not kept is missing."""

        def look(database: sqlite3.Connection) -> dict[str, bytes]:
            found: dict[str, bytes] = {}
            for start in range(0, len(names), _ASKED_AT_ONCE):
                keys = [bytes.fromhex(name) for name in names[start : start + _ASKED_AT_ONCE]]
                asked = f"SELECT name, body FROM facts WHERE kind = ? AND name IN ({','.join('?' * len(keys))})"  # noqa: S608 - question marks alone
                found.update((name.hex(), body) for name, body in database.execute(asked, [kind, *keys]))
            return found

        return (self._use(look) if names else None) or {}

    def keep(self, kind: str, rows: Mapping[str, bytes], most: int | None = None) -> None:
        """Keep these, by blob id; of their kind the newest alone if there is a `most`."""
        items = [(kind, bytes.fromhex(name), body) for name, body in rows.items()]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", items)
                if most is not None:
                    database.execute(
                        "DELETE FROM facts WHERE kind = ? AND rowid NOT IN"
                        " (SELECT rowid FROM facts WHERE kind = ? ORDER BY rowid DESC LIMIT ?)",
                        [kind, kind, most],
                    )
            self._shrink(database)

        if items:
            self._use(write)

    def _shrink(self, database: sqlite3.Connection) -> None:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
        if pages * size > self._max_bytes:
            with database:
                database.execute("DELETE FROM facts WHERE rowid <= (SELECT (min(rowid) + max(rowid)) / 2 FROM facts)")
            database.execute("VACUUM")

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What comes of work on the database; None where it cannot be used, and a line in the log says so."""
        if self._path is None:
            return None
        try:
            with _connected(self._path) as database:
                return work(database)
        except sqlite3.DatabaseError as error:
            _log.warning("the cache of source facts is not used: %s", error)
            if not isinstance(error, sqlite3.OperationalError):
                _remove(self._path)
        except OSError as error:
            _log.warning("the cache of source facts is not used: %s", error.strerror)
        return None


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # made before SQLite makes it with the modes of the surroundings
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path, timeout=_WAIT_S)) as database:
        _prepare(database)
        yield database


# Of several that find the file new all but one are refused at once: SQLite does not wait where that could be for ever
# (https://sqlite.org/c3ref/busy_handler.html), neither to switch the journal nor to write what it has begun to read.
@retry(
    retry=retry_if_exception(lambda error: isinstance(error, sqlite3.OperationalError) and _is_busy(error)),
    wait=wait_random(0.001, 0.02),
    stop=stop_after_delay(_WAIT_S),
    reraise=True,
)
def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(_SCHEMA)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the lower byte: extended codes say which way


def _remove(path: Path) -> None:
    """A damaged file, with what belongs to it."""
    for name in _belonging(path):
        name.unlink(missing_ok=True)


def _belonging(path: Path) -> Iterable[Path]:
    return (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
