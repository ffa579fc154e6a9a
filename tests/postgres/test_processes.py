"""The server is told from its children, from strangers and from the dead, with `/proc` and with `ps`."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.postgres import Cluster
from app.postgres.postmaster import read_status
from app.postgres.processes import Process, find_postmaster, list_processes, read_table

TABLE = """
    1     0 Ss   /sbin/launchd
  700     1 Ss   /opt/my pg/bin/postgres -D /Users/ann/data/postgres-18 -c jit=off
  701   700 S    postgres: checkpointer
  702   700 Z    (postgres)
  800     1 S    /opt/my pg/bin/postgres -D /Users/ann/data/postgres-180 -c jit=off
  801   800 S    postgres: checkpointer
  900     1 S    vi postgres -D /Users/ann/data
  901     1 Z    /opt/my pg/bin/postgres -D /Users/ann/data/postgres-18
"""


def test_a_table_of_ps_gives_the_server_and_its_living_children() -> None:
    found = read_table(TABLE, Path("/Users/ann/data/postgres-18"))
    assert [process.pid for process in found] == [700, 701]
    head = find_postmaster(found)
    assert head is not None
    assert head.pid == 700


def test_ps_and_proc_agree_on_a_running_server(directory: Path, own: Callable[[Path], Cluster]) -> None:
    own(directory)
    data = directory / "postgres-18"
    seen = find_postmaster(list_processes(data))
    assert seen is not None
    assert seen.pid == int((data / "postmaster.pid").read_text().split("\n")[0])
    ps = shutil.which("ps")
    if ps is not None:
        table = subprocess.run(
            [ps, "-axww", "-o", "pid=,ppid=,state=,command="], capture_output=True, text=True, check=True
        ).stdout
        assert find_postmaster(read_table(table, data)) == seen


def test_orphans_alone_are_no_server_and_a_fresh_fork_is_not_taken_for_one() -> None:
    orphans = [Process(11, 1, "postgres: lintel lintel [local] idle"), Process(12, 1, "postgres: walwriter")]
    assert find_postmaster(orphans) is None
    head, fork = Process(10, 1, "/bin/postgres -D /d"), Process(13, 10, "/bin/postgres -D /d")
    assert find_postmaster([fork, *orphans, head]) == head


def test_a_stranger_named_postgres_elsewhere_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(Path(sys.executable).resolve())
    (tmp_path / "home").mkdir()
    stranger = subprocess.Popen([tmp_path / "postgres", "-c", "input()"], stdin=subprocess.PIPE, cwd="/")
    try:
        assert list_processes(tmp_path / "home") == ()
    finally:
        stranger.kill()
        stranger.communicate()


@pytest.mark.parametrize("text", ["", "12", "x\n\n\n\n/s\n\n\nready\n", "12\n/d\n1\n5432\n\n\n\nready\n"])
def test_a_torn_pid_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)
    assert read_status(tmp_path) is None
