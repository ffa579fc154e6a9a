"""Making a cluster: initdb beside its place, a rename when it is whole, then the application's role."""

import os
import shutil
import subprocess

import psycopg
from psycopg import sql

from app.postgres.binaries import Binaries
from app.postgres.faults import ClusterBroken, DiskFull
from app.postgres.place import DATABASE, OWNER, ROLE, Address, Place
from app.postgres.processes import end_processes

# Nothing of the caller's environment reaches PostgreSQL: no PGDATA, no locale, no time zone.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
_BUILTIN_LOCALE_MAJOR = 17  # https://www.postgresql.org/docs/17/release-17.html
_PATIENCE = 120


def ensure_cluster(place: Place, binaries: Binaries, prefix: tuple[str, ...]) -> None:
    """Make the cluster of `place` unless it is there; safe to be killed at any moment.

    Raises ClusterBroken, or DiskFull when that is why.
    """
    if place.data.is_dir():
        found = _read_version(place)
        if found != str(place.major):
            raise ClusterBroken(
                f"{place.data} is not a cluster of PostgreSQL {place.major} (PG_VERSION is {found!r});"
                " restore it from a backup, or move it away to begin anew"
            )
        return
    if place.side.exists():
        end_processes(place.side, grace=0)
        shutil.rmtree(place.side)
    place.side.mkdir(mode=0o700)
    _run_initdb(place, binaries, prefix)
    place.side.rename(place.data)
    _sync_names(place)


def _read_version(place: Place) -> str:
    try:
        return (place.data / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        return str(error)


def _run_initdb(place: Place, binaries: Binaries, prefix: tuple[str, ...]) -> None:
    """Run initdb with the side directory as its working directory, where a later start can find it."""
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    command = [
        *prefix,
        binaries.initdb,
        f"--pgdata={place.side}",
        f"--username={OWNER}",
        "--auth=reject",
        "--auth-local=trust",
        "--encoding=UTF8",
        "--locale=C",
        *(builtin if binaries.major >= _BUILTIN_LOCALE_MAJOR else ()),
        "--data-checksums",
        "--wal-segsize=4",
        "--no-instructions",
    ]
    try:
        done = subprocess.run(  # noqa: S603 - found binaries and our own paths, no shell
            command,
            cwd=place.side,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ClusterBroken(f"initdb took over {_PATIENCE} s in {place.side}; look at the disk") from error
    if done.returncode:
        reason = " ".join(done.stderr.split())[-400:]
        if "No space left on device" in done.stderr:
            raise DiskFull(f"the disk of {place.directory} has no room for a cluster; free 128 MB")
        raise ClusterBroken(f"initdb failed in {place.side} ({reason}); mend that and start again")


def _sync_names(place: Place) -> None:
    """Make the rename outlive a power cut."""
    handle = os.open(place.directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def can_connect(address: Address) -> bool:
    """Whether the application's role is let into its database there."""
    try:
        psycopg.connect(address.dsn, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_role(address: Address) -> None:
    """Create the application's role, no superuser, and its database, where they are missing.

    Raises ClusterBroken.
    """
    try:
        with psycopg.connect(address.owner_dsn, autocommit=True, connect_timeout=10) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                names = (sql.Identifier(DATABASE), sql.Identifier(ROLE))
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    except psycopg.Error as error:
        raise ClusterBroken(
            f"the application's role cannot be made at {address.sockets}: {' '.join(str(error).split())};"
            " look into postgres.log"
        ) from error
