"""Room on the disk: how much is free, and a reserve for the recovery of a server that filled it.

PostgreSQL needs room for one more WAL segment to come up after a crash, so a disk that is full to the last
byte keeps it down for ever. The reserve is given up before such a start.
"""

import errno
import os
import shutil
from pathlib import Path

LOW_BYTES = 256 * 1024 * 1024
BALLAST_BYTES = 64 * 1024 * 1024


def free_bytes(directory: Path) -> int:
    """The bytes an unprivileged writer may still use on the file system of `directory`."""
    return shutil.disk_usage(directory).free


def is_low(free: int) -> bool:
    """Whether so little is free that nothing new should be accepted (answer 503, not an error later)."""
    return free < LOW_BYTES


def drop_ballast(ballast: Path, free: int) -> None:
    """Give the reserve up if the disk is short."""
    if is_low(free):
        ballast.unlink(missing_ok=True)


def lay_ballast(ballast: Path, free: int) -> bool:
    """Put the reserve aside if it is missing and the disk stays roomy with it; whether it lies there now."""
    if ballast.exists():
        return True
    if is_low(free - BALLAST_BYTES):
        return False
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        _fill(handle)
    except OSError as error:
        ballast.unlink()
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        return False  # somebody else took the room meanwhile; the reserve is for better times
    finally:
        os.close(handle)
    return True


def _fill(handle: int) -> None:
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(handle, 0, BALLAST_BYTES)
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL}:
                raise
        else:
            return
    block = bytes(1024 * 1024)
    for _ in range(BALLAST_BYTES // len(block)):
        os.write(handle, block)
