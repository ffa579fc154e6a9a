"""One run of the server: launch it or adopt a living one, wait until it is ready, stop it."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from app.postgres.binaries import Binaries
from app.postgres.creation import ENVIRONMENT
from app.postgres.faults import ClusterBroken, DiskFull
from app.postgres.place import SOCKET, Place
from app.postgres.processes import (
    await_none,
    end_processes,
    find_postmaster,
    list_processes,
    signal_process,
)

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum_max_workers": "1",
    "max_worker_processes": "2",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    "jit": "off",
    # What a statement carried is the tenants'; the log keeps only that it failed.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_SETTINGS_SINCE = {18: {"io_method": "sync"}}
_LOG_LIMIT = 8 * 1024 * 1024
_READY_SECONDS = 120.0  # recovery replays at most max_wal_size
_TORN_SECONDS = 2.0  # a living postmaster writes its pid file at once, and whole
_STOP_STEPS = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0))
_POLL = 0.01


@dataclass(frozen=True, slots=True)
class Status:
    """What the server says in `postmaster.pid`; `state` is `starting`, `ready`, `stopping` or `standby`."""

    pid: int
    sockets: Path
    state: str


def read_status(data: Path) -> Status | None:
    """The pid file's word, or None where it is missing, torn or damaged.

    Lines: https://www.postgresql.org/docs/current/storage-file-layout.html and its source, `pidfile.h`.
    """
    try:
        lines = (data / "postmaster.pid").read_text(errors="surrogateescape").split("\n")
    except FileNotFoundError:
        return None
    if len(lines) < 8 or not lines[0].isdecimal() or not lines[4]:
        return None
    return Status(int(lines[0]), Path(lines[4]), lines[7].strip())


def find_ready(data: Path) -> Status | None:
    """The living server of `data` once it takes connections, else None."""
    living = find_postmaster(list_processes(data))
    status = read_status(data)
    return status if living and status and (status.pid, status.state) == (living.pid, "ready") else None


class Postmaster:
    """A living server: our child, or one that an owner before us left behind."""

    def __init__(self, place: Place, status: Status, child: "subprocess.Popen[bytes] | None") -> None:
        self._place = place
        self._child = child
        self.pid = status.pid
        self.sockets = status.sockets

    @classmethod
    def adopt(cls, place: Place) -> "Postmaster | None":
        """The server that lives in `place`, or None; one that cannot say where it listens is ended."""
        living = find_postmaster(list_processes(place.data))
        if living is None:
            return None
        status = _await_ready(place.data, living.pid, None)
        if status is not None:
            return cls(place, status, None)
        if _is_alive(place.data, living.pid, None):
            _end(place.data, None)
        return None

    @classmethod
    def launch(cls, place: Place, binaries: Binaries, prefix: tuple[str, ...]) -> "Postmaster":
        """Clear what a dead server left and start a new one; return when it takes connections.

        Raises ClusterBroken with the last words of its log, or DiskFull.
        """
        _clear_remains(place)
        log, start = _open_log(place.log)
        try:
            child = subprocess.Popen(  # noqa: S603 - found binaries and our own paths, no shell
                _build_command(place, binaries, prefix),
                cwd=place.data,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
        try:
            status = _await_ready(place.data, child.pid, child)
        except BaseException:
            _end(place.data, child)
            raise
        if status is None:
            _end(place.data, child)
            raise _explain(place, start)
        return cls(place, status, child)

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return _is_alive(self._place.data, self.pid, self._child)

    def stop(self) -> None:
        """End it and all of its processes: a fast shutdown, then harder. Raises ClusterBroken if it stays."""
        _end(self._place.data, self._child)


def _build_command(place: Place, binaries: Binaries, prefix: tuple[str, ...]) -> list[str]:
    quoted = str(place.sockets).replace('"', '""')
    settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"'}
    for since, more in _SETTINGS_SINCE.items():
        settings |= more if binaries.major >= since else {}
    command = [*prefix, str(binaries.postgres), "-D", str(place.data)]
    return command + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _await_ready(data: Path, pid: int, child: "subprocess.Popen[bytes] | None") -> Status | None:
    """The status of process `pid` when it is ready; None when it ended, is mute, or took too long."""
    begun = time.monotonic()
    while _is_alive(data, pid, child):
        waited = time.monotonic() - begun
        status = read_status(data)
        told = status is not None and status.pid == pid
        if told and status is not None and status.state == "ready":
            return status
        if waited > (_READY_SECONDS if told or child else _TORN_SECONDS):
            return None
        time.sleep(_POLL)
    return None


def _is_alive(data: Path, pid: int, child: "subprocess.Popen[bytes] | None") -> bool:
    if child is not None:
        return child.poll() is None
    return any(process.pid == pid for process in list_processes(data))


def _end(data: Path, child: "subprocess.Popen[bytes] | None") -> None:
    for number, patience in _STOP_STEPS:
        head = find_postmaster(list_processes(data))
        if child is not None and child.poll() is None:
            child.send_signal(number)
        elif head is not None:
            signal_process(head.pid, number)
        else:
            break
        if _await_end(data, child, patience):
            break
    else:
        end_processes(data, grace=0)
    end_processes(data)
    if child is not None:
        child.kill()
        child.wait()


def _await_end(data: Path, child: "subprocess.Popen[bytes] | None", patience: float) -> bool:
    if child is not None:
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            return False
    return await_none(data, patience)


def _clear_remains(place: Place) -> None:
    """Remove a dead server's files, after its last orphan has gone: they would speak for a stranger's pid."""
    end_processes(place.data)
    for left in (place.data / "postmaster.pid", place.sockets / SOCKET, place.sockets / f"{SOCKET}.lock"):
        left.unlink(missing_ok=True)


def _open_log(log: Path) -> tuple[int, int]:
    """The log, open for appending, and its length now; a long one is put aside once."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return handle, os.fstat(handle).st_size


def _explain(place: Place, start: int) -> ClusterBroken | DiskFull:
    """The error for a server that did not come up, with the weightiest line it wrote since `start`."""
    with place.log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").strip().split("\n")
    if any("No space left on device" in line for line in lines):
        return DiskFull(f"PostgreSQL cannot recover in {place.data}: the disk is full; free 64 MB and start again")
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line]
    reason = " ".join((grave or lines)[-1].split())[-400:] or "it said nothing"
    return ClusterBroken(f"PostgreSQL did not start in {place.data} ({reason}); {place.log} has the rest")
