"""The world around a cluster: other processes that own it, other users, a machine that dies."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from app.postgres.processes import find_postmaster, list_processes

ROOT = Path(__file__).parents[2]
UNSHARE = shutil.which("unshare") or "unshare"
MAJOR = 18

_OWNER = """
import json, sys
from pathlib import Path
from app.postgres import PostgresFault, start
try:
    cluster = start(Path(sys.argv[1]), temporary=Path(sys.argv[2]))
except PostgresFault as fault:
    print(json.dumps({"fault": type(fault).__name__, "words": str(fault)}), flush=True)
    sys.exit(0)
print(json.dumps({"dsn": cluster.dsn, "owner_dsn": cluster.owner_dsn}), flush=True)
sys.stdin.read()
cluster.stop()
print(json.dumps({"stopped": True}), flush=True)
"""

# A first process of a container that never reaps: what dies below it stays a zombie.
_NEGLECT = """
import ctypes, subprocess, sys
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER
subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
sys.stdin.read()
"""


class Owner:
    """Another process that owns the cluster of `directory` (or was refused)."""

    def __init__(
        self, directory: Path, temporary: Path, *, prefix: Sequence[str] = (), neglected: bool = False
    ) -> None:
        wrap = [_NEGLECT] if neglected else []
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", *wrap, _OWNER, directory, temporary],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> None:
        """Let it stop its cluster and end."""
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        """End it (and whatever stands between it and us) at once, postgres not included."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=30)


def await_state(reached: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.005)


def list_pids(directory: Path) -> list[int]:
    return [process.pid for process in list_processes(directory / f"postgres-{MAJOR}")]


def find_head(directory: Path) -> int:
    """The pid of the server, whose children come and go."""
    head = find_postmaster(list_processes(directory / f"postgres-{MAJOR}"))
    assert head is not None
    return head.pid


def kill_all(directory: Path) -> None:
    """What a power cut does to the server: every process of it gone, without a word."""
    for pid in list_pids(directory):
        os.kill(pid, signal.SIGKILL)


def namespaces_work() -> bool:
    return subprocess.run([UNSHARE, "-Ur", "true"], capture_output=True, check=False).returncode == 0


def write_rows(dsn: str, count: int) -> None:
    """Commit `count` rows, each acknowledged on its own."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept (number int PRIMARY KEY)")
        for _ in range(count):
            connection.execute("INSERT INTO kept SELECT count(*) FROM kept")


def count_rows(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    number: int = row[0]
    return number
