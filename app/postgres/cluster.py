"""The embedded PostgreSQL for its callers: `start` to own it, `attach` to use what another process owns.

Both block for up to a second in the ordinary case; asyncio code calls them in a thread.
"""

import logging
import os
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from app.postgres.binaries import Binaries, find_binaries
from app.postgres.creation import can_connect, ensure_cluster, ensure_role
from app.postgres.disk import drop_ballast, free_bytes, lay_ballast
from app.postgres.faults import ClusterAbsent
from app.postgres.identity import find_prefix
from app.postgres.lock import OwnerLock, is_held
from app.postgres.place import (
    Address,
    Place,
    check_belongs,
    choose_sockets,
    clear_sockets,
    list_majors,
    lock_path,
    open_directory,
    secure_sockets,
)
from app.postgres.postmaster import Postmaster, find_ready

_log = logging.getLogger(__name__)
_POLL = 0.02


class Cluster:
    """A running server that this process owns, until `stop`. Its methods may be called from any thread."""

    def __init__(self, place: Place, binaries: Binaries, lock: OwnerLock) -> None:
        self._place = place
        self._binaries = binaries
        self._lock = lock
        self._turn = threading.Lock()
        self._postmaster: Postmaster | None = None

    @property
    def address(self) -> Address:
        """Where it listens; the same after `revive`, unless an adopted server listened elsewhere."""
        return Address(self._postmaster.sockets) if self._postmaster else self._place.address

    @property
    def dsn(self) -> str:
        """The application's conninfo (role `lintel`, no superuser)."""
        return self.address.dsn

    @property
    def owner_dsn(self) -> str:
        """The superuser's conninfo, in the maintenance database."""
        return self.address.owner_dsn

    @property
    def directory(self) -> Path:
        """The data directory, resolved."""
        return self._place.directory

    def free_bytes(self) -> int:
        """Room on its disk; give it to `is_low` before accepting work."""
        return free_bytes(self._place.directory)

    def is_alive(self) -> bool:
        """Whether the server runs; `revive` brings it back."""
        return self._postmaster is not None and self._postmaster.is_alive()

    def revive(self) -> bool:
        """Start the server again if it has died; whether that was needed. Raises as `start` does."""
        with self._turn:
            if self.is_alive():
                return False
            self._come_up()
            return True

    def stop(self) -> None:
        """Stop the server and give up the ownership; doing it twice is fine.

        Raises ClusterBroken, still the owner, if a process of the server cannot be ended.
        """
        with self._turn:
            if self._postmaster is not None:
                self._postmaster.stop()
                clear_sockets(self._place, self._postmaster.sockets)
                self._postmaster = None
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _come_up(self) -> None:
        place, binaries = self._place, self._binaries
        uid = os.geteuid()
        if place.data.is_dir():
            check_belongs(place.data, uid)
        secure_sockets(place, uid)
        self._postmaster = Postmaster.adopt(place)
        if self._postmaster is None:
            drop_ballast(place.ballast, self.free_bytes())
            prefix = find_prefix(uid, binaries.postgres)
            ensure_cluster(place, binaries, prefix)
            self._postmaster = Postmaster.launch(place, binaries, prefix)
        ensure_role(self.address)
        if not lay_ballast(place.ballast, self.free_bytes()):
            _log.warning("the disk is short: no reserve for a recovery was put aside")


def start(
    directory: Path,
    *,
    binaries: Path | None = None,
    temporary: Path | None = None,
) -> Cluster:
    """Own the cluster in `directory` and have it running: made, adopted or recovered as need be.

    `binaries` is a directory of PostgreSQL's programs to use instead of those found; `temporary` holds the
    socket when the path of `directory` is too long for one (default: the system's temporary directory).
    Raises a PostgresFault by its name; then nothing is owned and nothing that was started here still runs.
    """
    resolved = open_directory(directory)
    lock = OwnerLock.take(lock_path(resolved))
    try:
        programs = find_binaries(binaries, list_majors(resolved))
        data = Place(resolved, programs.major, resolved).data
        sockets = choose_sockets(data, temporary or Path(tempfile.gettempdir()), os.geteuid())
        cluster = Cluster(Place(resolved, programs.major, sockets), programs, lock)
    except BaseException:
        lock.release()
        raise
    try:
        cluster.revive()
    except BaseException:
        cluster.stop()
        raise
    return cluster


def attach(directory: Path, *, patience: float = 10.0) -> Address:
    """The address of the server that another process runs in `directory`, without owning it.

    Waits `patience` seconds for an owner that is still bringing it up. Raises ClusterAbsent when nobody is.
    """
    absent = ClusterAbsent(f"no server runs in {directory}; start one with `lintel serve`")
    if not directory.is_dir():
        raise absent
    resolved = open_directory(directory)
    deadline = time.monotonic() + patience
    while True:
        for major in list_majors(resolved):
            status = find_ready(resolved / f"postgres-{major}")
            if status is not None and can_connect(Address(status.sockets)):
                return Address(status.sockets)
        if time.monotonic() > deadline or not is_held(lock_path(resolved)):
            raise absent
        time.sleep(_POLL)
