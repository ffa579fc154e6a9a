"""A cluster starts in any directory, shut off from everybody but its owner."""

import contextlib
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from app.postgres import Cluster, DirectoryUnusable
from tests.postgres.world import count_rows, find_head, list_pids, write_rows

Own = Callable[[Path], Cluster]

LISTENING = "0A"


def test_a_new_directory_becomes_a_cluster_and_keeps_its_rows_over_a_stop(tmp_path: Path, own: Own) -> None:
    directory = tmp_path / "deep" / "data"
    first = own(directory)
    write_rows(first.dsn, 3)
    first.stop()
    assert list_pids(directory) == []
    assert count_rows(own(directory).dsn) == 3
    assert {entry.name for entry in directory.iterdir()} == {
        "postgres-18",
        "postgres.ballast",
        "postgres.lock",
        "postgres.log",
    }


def test_the_application_is_no_superuser_and_owns_its_database(directory: Path, own: Own) -> None:
    with psycopg.connect(own(directory).dsn) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        database = connection.execute(
            "SELECT datname, datdba::regrole::text, pg_encoding_to_char(encoding), datlocale FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        assert role == (False,) * 5
        assert database == ("lintel", "lintel", "UTF8", "C.UTF-8")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_a_role_and_database_that_were_lost_half_way_are_made_again(directory: Path, own: Own) -> None:
    cluster = own(directory)
    with psycopg.connect(cluster.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE lintel")
        connection.execute("DROP ROLE lintel")
    cluster.stop()
    write_rows(own(directory).dsn, 1)


def test_no_process_of_the_server_listens_on_tcp(directory: Path, own: Own) -> None:
    own(directory)
    held = set()
    for link in Path(f"/proc/{find_head(directory)}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a file it closed meanwhile is no listener
            held.add(link.readlink().name)
    assert held
    for table in ("tcp", "tcp6"):
        lines = [line.split() for line in Path(f"/proc/net/{table}").read_text().split("\n")[1:] if line]
        listening = {f"socket:[{fields[9]}]" for fields in lines if fields[3] == LISTENING}
        assert not listening & held


def test_a_tcp_listener_opened_by_mistake_still_lets_nobody_in(directory: Path) -> None:
    rules = (directory / "postgres-18" / "pg_hba.conf").read_text().split("\n")
    hosts = [line.split() for line in rules if line.startswith("host")]
    assert hosts
    assert {words[-1] for words in hosts} == {"reject"}


def test_the_caller_s_environment_does_not_reach_the_server(
    tmp_path: Path, own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGDATA": "/nowhere", "LC_ALL": "xx_XX", "TZ": "Asia/Tokyo", "SECRET": "s3cret"}.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(own(tmp_path / "data").dsn) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
    environment = Path(f"/proc/{find_head(tmp_path / 'data')}/environ").read_bytes()
    assert b"LC_ALL=C" in environment
    assert b"s3cret" not in environment


@pytest.mark.parametrize("name", ["my dir", "a%20b$c", "dür", 'a"b', "a,b", "it's; $(true)", "-x"])
def test_any_name_of_a_directory_will_do(directory: Path, own: Own, name: str) -> None:
    write_rows(own(directory.rename(directory.with_name(name))).dsn, 1)


def test_a_symbolic_link_leads_to_one_and_the_same_cluster(directory: Path, tmp_path: Path, own: Own) -> None:
    link = tmp_path / "link"
    link.symlink_to(directory)
    cluster = own(link)
    assert cluster.directory == directory.resolve()
    write_rows(cluster.dsn, 1)


def test_a_path_too_long_for_a_socket_gets_a_private_directory_elsewhere(
    directory: Path, temporary: Path, own: Own
) -> None:
    cluster = own(directory.rename(directory.with_name("d" * 125)))
    write_rows(cluster.dsn, 1)
    sockets = cluster.address.sockets
    assert sockets.parent == temporary
    assert stat.S_IMODE(sockets.lstat().st_mode) == 0o700
    cluster.stop()
    assert not sockets.exists()


@pytest.mark.parametrize("trap", ["link", "open"])
def test_a_socket_directory_that_somebody_else_could_enter_is_refused(
    directory: Path, tmp_path: Path, own: Own, trap: str
) -> None:
    long = directory.rename(directory.with_name("d" * 125))
    cluster = own(long)
    sockets = cluster.address.sockets
    cluster.stop()
    if trap == "link":
        (tmp_path / "private").mkdir(mode=0o700)
        sockets.symlink_to(tmp_path / "private")
    else:
        sockets.mkdir()
        sockets.chmod(0o755)
    with pytest.raises(DirectoryUnusable, match="shorter data directory"):
        own(long)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path, own: Own) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DirectoryUnusable):
        own(tmp_path / "data")


def test_a_path_that_would_break_the_pid_file_into_more_lines_is_refused(tmp_path: Path, own: Own) -> None:
    with pytest.raises(DirectoryUnusable, match="unprintable"):
        own(tmp_path / "two\nlines")
