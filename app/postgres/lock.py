"""One owner: who holds the lock may start, adopt and stop the cluster."""

import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Self

from app.postgres.faults import ClusterInUse, DirectoryUnusable

_PATIENCE = 0.25  # seconds: a look at the lock by `is_held` must not refuse an honest owner


class OwnerLock:
    """A flock on a file, which the kernel gives back whatever becomes of the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def take(cls, path: Path) -> Self:
        """Become the owner, or raise ClusterInUse with the holder's pid, host and the path."""
        handle = _open(path)
        deadline = time.monotonic() + _PATIENCE
        while not _try(handle, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
                os.close(handle)
                raise ClusterInUse(
                    f"{path.parent} is in use by {holder or 'another process'!r}; stop it, or give this one"
                    " its own LINTEL_DATA_DIR"
                )
            time.sleep(0.02)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"pid {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        return cls(handle)

    def release(self) -> None:
        """Stop being the owner; the file stays, since removing it would let two owners in."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_held(path: Path) -> bool:
    """Whether some process owns the cluster now."""
    if not path.exists():
        return False
    handle = _open(path)
    try:
        return not _try(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DirectoryUnusable(f"the lock {path} cannot be opened: {error}; mend its owner and mode") from error


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
