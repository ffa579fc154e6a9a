"""Where things lie: the names inside a data directory, and the directory of the socket."""

import hashlib
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from app.postgres.faults import ClusterForeign, DirectoryUnusable

PORT = 5432
OWNER = "lintel_owner"
ROLE = DATABASE = "lintel"
SOCKET = f".s.PGSQL.{PORT}"
# sun_path has 108 bytes with its closing NUL: https://man7.org/linux/man-pages/man7/unix.7.html
_LONGEST_SOCKET = 107 if sys.platform == "linux" else 103
_SOCKETS_NAME = "lintel-"
_CLUSTER_NAME = re.compile(r"postgres-(\d+)")


@dataclass(frozen=True, slots=True)
class Address:
    """How to connect to a living server: `sockets` is the absolute directory of its socket."""

    sockets: Path

    @property
    def dsn(self) -> str:
        """The conninfo of the application: role `lintel`, no superuser, owner of database `lintel`."""
        return make_conninfo(host=str(self.sockets), port=PORT, user=ROLE, dbname=DATABASE)

    @property
    def owner_dsn(self) -> str:
        """The conninfo of the superuser in the maintenance database, for upgrades and repairs alone."""
        return make_conninfo(host=str(self.sockets), port=PORT, user=OWNER, dbname="postgres")


@dataclass(frozen=True, slots=True)
class Place:
    """The paths of one cluster; `directory` is absolute and resolved, `sockets` short enough to bind."""

    directory: Path
    major: int
    sockets: Path

    @property
    def data(self) -> Path:
        """The cluster itself; its name carries the major version, so two majors never share files."""
        return self.directory / f"postgres-{self.major}"

    @property
    def side(self) -> Path:
        """Where initdb works before the finished cluster is renamed to `data`."""
        return self.directory / f"postgres-{self.major}.init"

    @property
    def log(self) -> Path:
        """What the server writes to its standard output and error."""
        return self.directory / "postgres.log"

    @property
    def ballast(self) -> Path:
        """Room kept in reserve for a recovery on a full disk."""
        return self.directory / "postgres.ballast"

    @property
    def address(self) -> Address:
        """Where a server of this place listens."""
        return Address(self.sockets)


def lock_path(directory: Path) -> Path:
    """The file whose flock makes a process the owner of all clusters in `directory`."""
    return directory / "postgres.lock"


def open_directory(directory: Path) -> Path:
    """Make `directory` (mode 0700 if it is new) and return it absolute and without symbolic links.

    Raises DirectoryUnusable where that cannot be, or where PostgreSQL's line-based files could not name it.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        resolved = directory.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise DirectoryUnusable(f"{str(directory)!r} cannot be a data directory: {error}") from error
    if not str(resolved).isprintable():
        raise DirectoryUnusable(
            f"the data directory's path {str(resolved)!r} has unprintable characters; choose another"
        )
    return resolved


def list_majors(directory: Path) -> tuple[int, ...]:
    """The major versions that have a finished cluster in `directory`, newest first."""
    if not directory.is_dir():
        return ()
    matches = (_CLUSTER_NAME.fullmatch(entry.name) for entry in directory.iterdir() if entry.is_dir())
    return tuple(sorted((int(match[1]) for match in matches if match), reverse=True))


def choose_sockets(data: Path, temporary: Path, uid: int) -> Path:
    """The directory for the socket: `data`, or one under `temporary` where libpq could not name `data`.

    Raises DirectoryUnusable if it could name neither. libpq reads a comma in `host` as a list of hosts:
    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-HOST
    """
    if _is_nameable(data):
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    sockets = temporary.absolute() / f"{_SOCKETS_NAME}{uid}-{digest}"
    if not _is_nameable(sockets):
        raise DirectoryUnusable(
            f"neither {data} nor {sockets} can hold a socket (over {_LONGEST_SOCKET} bytes, or a comma);"
            " choose a shorter data directory"
        )
    return sockets


def _is_nameable(sockets: Path) -> bool:
    return len(os.fsencode(sockets / SOCKET)) <= _LONGEST_SOCKET and "," not in str(sockets)


def secure_sockets(place: Place, uid: int) -> None:
    """Make the socket's directory if it is not the cluster itself; nobody but `uid` may enter it.

    Raises DirectoryUnusable when something else stands there: whoever can reach the socket is let in.
    """
    if place.sockets == place.data:
        return
    try:
        place.sockets.mkdir(mode=0o700, exist_ok=True)
        found = place.sockets.lstat()
    except OSError as error:
        raise DirectoryUnusable(
            f"no directory for the socket at {place.sockets}: {error}; choose a shorter data directory"
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise DirectoryUnusable(
            f"{place.sockets} is not our directory of mode 0700; remove it, or choose a shorter data directory"
        )


def clear_sockets(place: Place, used: Path) -> None:
    """Remove the socket's directory `used` if it is one that `secure_sockets` made."""
    if used.name.startswith(_SOCKETS_NAME) and used != place.data and used.is_dir():
        for name in (SOCKET, f"{SOCKET}.lock"):
            (used / name).unlink(missing_ok=True)
        used.rmdir()


def check_belongs(data: Path, uid: int) -> None:
    """Raise ClusterForeign unless `data` belongs to `uid`."""
    owner = data.lstat().st_uid
    if owner != uid:
        raise ClusterForeign(f"{data} belongs to uid {owner}, this process runs as {uid}; run it as the owner")
