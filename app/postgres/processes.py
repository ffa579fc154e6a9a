"""Which processes live in a cluster's directory, seen from outside: pid files lie, `/proc` does not."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.postgres.faults import ClusterBroken

_PROC = Path("/proc")
_NAMES = frozenset({"postgres", "initdb"})
_PS_LINE = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)")
_GRACE = 5.0  # seconds in which a backend notices that its postmaster is gone
_POLL = 0.01


@dataclass(frozen=True, slots=True)
class Process:
    """A living process of PostgreSQL; `title` is its command line, which children rewrite."""

    pid: int
    parent: int
    title: str


def list_processes(directory: Path) -> tuple[Process, ...]:
    """The living PostgreSQL processes (zombies are dead) whose working directory is `directory`."""
    if not directory.is_dir():
        return ()
    if not (_PROC / "self" / "cwd").exists():
        return read_table(_run_ps(), directory)
    home = directory.stat()
    found = (_read_process(int(entry.name), home) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return tuple(process for process in found if process)


def find_postmaster(processes: Iterable[Process]) -> Process | None:
    """The server among `processes`, whatever its pid file says; None if only orphans of one are left.

    Its children write `postgres: …` over their command line; one that was forked this moment has not yet,
    but has the postmaster for a parent.
    """
    candidates = [process for process in processes if not process.title.startswith("postgres: ")]
    pids = {process.pid for process in candidates}
    return next((process for process in candidates if process.parent not in pids), None)


def end_processes(directory: Path, grace: float = _GRACE) -> None:
    """Wait `grace` seconds for what lives in `directory` to go by itself, then kill it.

    Raises ClusterBroken if something outlives that: no server may start beside it.
    """
    if await_none(directory, grace):
        return
    for process in list_processes(directory):
        signal_process(process.pid, signal.SIGKILL)
    if not await_none(directory, _GRACE):
        pids = [process.pid for process in list_processes(directory)]
        raise ClusterBroken(f"processes {pids} in {directory} cannot be killed; end them, then start again")


def await_none(directory: Path, seconds: float) -> bool:
    """Whether nothing lives in `directory` any more within `seconds`."""
    deadline = time.monotonic() + seconds
    while list_processes(directory):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already needs none."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _read_process(pid: int, home: os.stat_result) -> Process | None:
    """Process `pid` if it is PostgreSQL's, alive, and at home in `home`.

    A process may end between any two looks, and another user's cannot be looked into: neither is ours.
    """
    folder = _PROC / str(pid)
    try:
        name, _, rest = (folder / "stat").read_text(errors="replace").partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        if name not in _NAMES or state in {"Z", "X"}:
            return None
        where = (folder / "cwd").stat()
        title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    at_home = (where.st_dev, where.st_ino) == (home.st_dev, home.st_ino)
    return Process(pid, int(parent), title) if at_home else None


def read_table(table: str, directory: Path) -> tuple[Process, ...]:
    """The same from the output of `ps -axww -o pid=,ppid=,state=,command=`, for systems without `/proc`.

    There the postmaster is known by its `-D` and its children by their parent; orphans cannot be told from
    another cluster's and are left to PostgreSQL's own check of shared memory.
    """
    lines = [match for line in table.split("\n") if (match := _PS_LINE.fullmatch(line))]
    alive = [Process(int(m[1]), int(m[2]), m[4].strip()) for m in lines if not m[3].startswith("Z")]
    ours = re.compile(rf"/.*/(?:postgres -D |initdb --pgdata=){re.escape(str(directory))}(?: .*)?")
    heads = {process.pid for process in alive if ours.fullmatch(process.title)}
    return tuple(process for process in alive if process.pid in heads or process.parent in heads)


def _run_ps() -> str:
    program = shutil.which("ps")
    if program is None:
        raise ClusterBroken("neither /proc nor ps is here to see whether a server lives; install ps")
    command = [program, "-axww", "-o", "pid=,ppid=,state=,command="]
    answer = subprocess.run(  # noqa: S603 - fixed words, no shell
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=True
    )
    return answer.stdout
