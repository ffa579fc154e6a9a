"""One owner of a data directory; others are told who it is, or attach to its server."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from app.postgres import (
    Cluster,
    ClusterAbsent,
    ClusterBroken,
    ClusterForeign,
    ClusterInUse,
    DirectoryUnusable,
    attach,
    start,
)
from app.postgres.place import check_belongs
from tests.postgres.world import Owner, await_state, count_rows, kill_all, list_pids, write_rows

Own = Callable[[Path], Cluster]
Another = Callable[..., Owner]


def test_a_second_owner_is_refused_and_told_who_the_first_is(directory: Path, another: Another) -> None:
    owner = another(directory)
    dsn = owner.hear()["dsn"]
    with pytest.raises(ClusterInUse, match=f"pid {owner.process.pid} on ") as refusal:
        start(directory)
    assert str(directory) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    write_rows(dsn, 1)


def test_one_process_cannot_own_a_cluster_twice(directory: Path, own: Own) -> None:
    own(directory)
    with pytest.raises(ClusterInUse):
        own(directory)


def test_an_owner_that_stops_makes_room_for_the_next(directory: Path, own: Own, another: Another) -> None:
    owner = another(directory)
    owner.hear()
    owner.leave()
    assert list_pids(directory) == []
    own(directory)


def test_stopping_twice_is_fine(directory: Path, own: Own) -> None:
    cluster = own(directory)
    cluster.stop()
    cluster.stop()
    assert not cluster.is_alive()


def test_a_server_frozen_solid_is_still_stopped(directory: Path, own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.postgres.postmaster._STOP_STEPS", ((signal.SIGINT, 0.1), (signal.SIGQUIT, 0.1)))
    cluster = own(directory)
    for pid in list_pids(directory):
        # A worker of its own that just ended needs no stopping.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    cluster.stop()
    assert list_pids(directory) == []


def test_a_worker_attaches_to_the_server_of_another_process(directory: Path, another: Another) -> None:
    owner = another(directory)
    dsn = owner.hear()["dsn"]
    write_rows(dsn, 4)
    address = attach(directory)
    assert count_rows(address.dsn) == 4
    assert address.dsn == dsn


def test_a_worker_waits_for_an_owner_that_is_still_making_the_cluster(tmp_path: Path, another: Another) -> None:
    another(tmp_path / "data")
    lock = tmp_path / "data" / "postgres.lock"
    await_state(lambda: lock.exists() and lock.read_text() != "")
    write_rows(attach(tmp_path / "data", patience=30).dsn, 1)


def test_a_worker_finds_the_socket_of_a_server_with_another_temporary_directory(
    directory: Path, temporary: Path, another: Another
) -> None:
    long = directory.rename(directory.with_name("d" * 125))
    another(long).hear()
    assert attach(long).sockets.parent == temporary


def test_a_worker_alone_is_told_that_nobody_serves(directory: Path, tmp_path: Path) -> None:
    for place in (directory, tmp_path / "nowhere"):
        with pytest.raises(ClusterAbsent, match="lintel serve"):
            attach(place)
    assert not (tmp_path / "nowhere").exists()


def test_a_dead_server_is_not_attached_to(directory: Path, another: Another) -> None:
    owner = another(directory)
    owner.hear()
    owner.kill()
    kill_all(directory)
    assert (directory / "postgres-18" / "postmaster.pid").exists()
    with pytest.raises(ClusterAbsent):
        attach(directory)


def test_a_cluster_of_another_user_is_left_alone(directory: Path, own: Own) -> None:
    data = directory / "postgres-18"
    if os.geteuid() != 0:
        with pytest.raises(ClusterForeign, match="run it as the owner"):
            check_belongs(data, os.geteuid() + 1)
        return
    os.chown(data, 12345, 12345)
    with pytest.raises(ClusterForeign, match="uid 12345"):
        own(directory)
    os.chown(data, 0, 0)
    own(directory)


def test_a_lock_that_is_a_symbolic_link_is_not_followed(directory: Path, tmp_path: Path, own: Own) -> None:
    victim = tmp_path / "victim"
    victim.write_text("dear")
    (directory / "postgres.lock").unlink()
    (directory / "postgres.lock").symlink_to(victim)
    with pytest.raises(DirectoryUnusable):
        own(directory)
    assert victim.read_text() == "dear"
    (directory / "postgres.lock").unlink()


def test_a_directory_that_is_no_cluster_is_never_overwritten(tmp_path: Path, own: Own) -> None:
    treasure = tmp_path / "data" / "postgres-18" / "treasure"
    treasure.parent.mkdir(parents=True)
    treasure.write_text("dear")
    with pytest.raises(ClusterBroken, match="PG_VERSION"):
        own(tmp_path / "data")
    assert treasure.read_text() == "dear"


def test_a_ruined_cluster_is_reported_with_the_server_s_own_words_and_given_up(doomed: Path, own: Own) -> None:
    (doomed / "postgres-18" / "global" / "pg_control").write_bytes(b"")
    for _ in range(2):  # the second refusal is the same: the first gave the lock back
        with pytest.raises(ClusterBroken, match=r"(FATAL|PANIC).*postgres\.log has the rest") as refusal:
            own(doomed)
        assert "\n" not in str(refusal.value)
    assert list_pids(doomed) == []
