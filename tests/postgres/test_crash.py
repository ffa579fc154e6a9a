"""Whatever is killed, the next start serves everything that was acknowledged."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from app.postgres import Cluster
from tests.postgres.world import Owner, await_state, count_rows, find_head, kill_all, list_pids, write_rows

Own = Callable[[Path], Cluster]
Another = Callable[..., Owner]

TORN: dict[str, Callable[[str], str]] = {
    "a stranger's pid": lambda text: text.replace(text.split("\n")[0], str(os.getpid()), 1),
    "cut short": lambda text: text[:9],
    "empty": lambda _: "",
    "no number": lambda text: "x" + text,
}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_owner_that_dies_leaves_a_server_that_the_next_adopts(
    directory: Path, own: Own, another: Another, number: signal.Signals
) -> None:
    owner = another(directory)
    write_rows(owner.hear()["dsn"], 5)
    before = find_head(directory)
    os.kill(owner.process.pid, number)
    owner.process.wait(10)
    cluster = own(directory)
    assert find_head(directory) == before
    assert count_rows(cluster.dsn) == 5
    cluster.stop()
    assert list_pids(directory) == []


def test_everything_killed_at_once_loses_no_acknowledged_row(directory: Path, own: Own, another: Another) -> None:
    owner = another(directory)
    write_rows(owner.hear()["dsn"], 200)
    owner.kill()
    kill_all(directory)
    assert count_rows(own(directory).dsn) == 200


def test_a_postmaster_that_nobody_reaps_is_dead(directory: Path, own: Own, another: Another) -> None:
    owner = another(directory, neglected=True)
    write_rows(owner.hear()["dsn"], 5)
    head = find_head(directory)
    lost = int((directory / "postgres.lock").read_text().split()[1])
    os.kill(lost, signal.SIGKILL)
    kill_all(directory)
    await_state(lambda: ") Z" in Path(f"/proc/{head}/stat").read_text())
    assert count_rows(own(directory).dsn) == 5
    assert ") Z" in Path(f"/proc/{head}/stat").read_text()


@pytest.mark.parametrize("harm", TORN)
def test_a_dead_server_s_pid_file_is_not_believed(directory: Path, own: Own, another: Another, harm: str) -> None:
    owner = another(directory)
    write_rows(owner.hear()["dsn"], 5)
    owner.kill()
    pid_file = directory / "postgres-18" / "postmaster.pid"
    text = pid_file.read_text()
    kill_all(directory)
    pid_file.write_text(TORN[harm](text))
    assert count_rows(own(directory).dsn) == 5


def test_a_living_server_whose_pid_file_is_empty_is_ended_and_started_anew(
    directory: Path, own: Own, another: Another
) -> None:
    owner = another(directory)
    write_rows(owner.hear()["dsn"], 5)
    before = find_head(directory)
    owner.kill()
    (directory / "postgres-18" / "postmaster.pid").write_text("")
    assert count_rows(own(directory).dsn) == 5
    assert find_head(directory) != before


def test_a_killed_backend_costs_its_connection_and_nothing_else(directory: Path, own: Own) -> None:
    cluster = own(directory)
    write_rows(cluster.dsn, 5)
    with psycopg.connect(cluster.dsn) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    def answers() -> bool:
        try:
            return count_rows(cluster.dsn) == 5
        except psycopg.OperationalError:
            return False

    await_state(answers)
    assert cluster.is_alive()
    assert not cluster.revive()


def test_a_killed_postmaster_is_seen_and_revived(directory: Path, own: Own) -> None:
    cluster = own(directory)
    write_rows(cluster.dsn, 5)
    os.kill(find_head(directory), signal.SIGKILL)
    await_state(lambda: not cluster.is_alive())
    assert cluster.revive()
    assert count_rows(cluster.dsn) == 5


def test_a_frozen_orphan_of_a_dead_postmaster_is_killed_after_a_grace(directory: Path, own: Own) -> None:
    cluster = own(directory)
    write_rows(cluster.dsn, 5)
    with psycopg.connect(cluster.dsn) as connection:
        orphan = connection.info.backend_pid
        os.kill(orphan, signal.SIGSTOP)
        os.kill(find_head(directory), signal.SIGKILL)
        await_state(lambda: not cluster.is_alive())
        begun = time.monotonic()
        assert cluster.revive()
        assert time.monotonic() - begun > 4.5
    assert orphan not in list_pids(directory)
    assert count_rows(cluster.dsn) == 5


@pytest.mark.parametrize("moment", ["base", "global/pg_control"])
def test_an_initdb_killed_half_way_is_wiped_and_made_again(
    tmp_path: Path, own: Own, another: Another, moment: str
) -> None:
    directory = tmp_path / "data"
    side = directory / "postgres-18.init"
    owner = another(directory)
    await_state(lambda: (side / moment).exists() or (directory / "postgres-18").exists())
    owner.kill()  # initdb itself lives on, and must not write into what comes after it
    write_rows(own(directory).dsn, 1)
    assert not side.exists()


def test_a_side_directory_left_over_is_wiped_not_used(tmp_path: Path, own: Own) -> None:
    side = tmp_path / "data" / "postgres-18.init"
    side.mkdir(parents=True)
    (side / "PG_VERSION").write_text("18\n")
    write_rows(own(tmp_path / "data").dsn, 1)
    assert not side.exists()
