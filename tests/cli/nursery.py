"""Processes that begin with `lintel` loaded: most stories of the command line are not about how long that takes.

One process loads the program and then forks for each command. The child gets the arguments, the environment, the
directory and the standard streams that a shell would give it, and runs what the console script runs. What depends on
how an interpreter starts is tested with a fresh one.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
import traceback
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
MOST_BYTES = 1 << 18
LOADED = (
    "app.cli.commands",
    "app.cli.review",
    "app.cli.plan.command",
    "app.cli.evaluation.command",
    "app.cli.architecture.command",
    "app.claude.client",
    "app.wiring.model",
    "app.analyzers.ruff",
    "app.analyzers.secrets",
    "app.analyzers.zizmor",
    "anyio._backends._asyncio",
    "httpcore2",
    "httpcore2._backends.anyio",
    "truststore",
)
"""What most commands load, and the libraries that they load when they are first used."""


class Nursery:
    """Starts commands by forking. One at a time is started; any number runs."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line = ours
        self._lock = threading.Lock()
        environment = {"PATH": os.defpath, "HOME": os.devnull, "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tests.cli.nursery", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=environment,
        )
        theirs.close()

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: int, stderr: int, timeout: float
    ) -> int:
        """The exit code of one command, as `subprocess` tells it. Raises TimeoutError, and ends the command."""
        told, tells = os.pipe()
        try:
            body = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}).encode()
            with self._lock:
                self._line.sendmsg([body], [_pass_on([stdout, stderr, tells])])
                pid = int(self._line.recv(64))
        finally:
            os.close(tells)
        with os.fdopen(told, "rb") as answer:
            ended = threading.Timer(timeout, os.kill, (pid, 9))
            ended.start()
            code = answer.read()
            ended.cancel()
        if not code or int(code) == -9:
            raise TimeoutError(f"{' '.join(arguments)} took longer than {timeout} s")
        return int(code)

    def close(self) -> None:
        """End it; commands that still run go on."""
        self._line.close()
        self._process.wait(10)


def _pass_on(files: Sequence[int]) -> tuple[int, int, array[int]]:
    return (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", files))


def _serve(line: socket.socket) -> None:
    """Load the program, then fork for each command until nobody asks any more."""
    for name in LOADED:
        importlib.import_module(name)
    importlib.import_module("app.claude.client").trust()
    gc.freeze()
    while True:
        body, ancillary, _, _ = line.recvmsg(MOST_BYTES, socket.CMSG_SPACE(3 * array("i").itemsize))
        if not body:
            _bury()
            return
        files = array("i")
        files.frombytes(ancillary[0][2])
        if os.fork() == 0:
            _watch(json.loads(body), files, line)
        for file in files:
            os.close(file)
        _bury()


def _bury() -> None:
    """Let those go who watched a command to its end; the time they took is counted as ours only then."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _watch(asked: Mapping[str, Any], files: Sequence[int], line: socket.socket) -> NoReturn:
    """Run the command in a child of its own, and tell how that ends."""
    stdout, stderr, tells = files
    pid = os.fork()
    if pid == 0:
        line.close()
        os.close(tells)
        _become(asked, stdout, stderr)
    line.send(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    os.write(tells, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: Mapping[str, Any], stdout: int, stderr: int) -> NoReturn:
    """Be the command, as the console script is."""
    for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    os.environ.clear()  # noqa: TID251 - this is where a command's environment is made
    os.environ.update(asked["env"])  # noqa: TID251 - as above
    os.chdir(asked["cwd"])
    sys.argv = ["lintel", *asked["arguments"]]
    code = 0
    try:
        importlib.import_module("app.cli.commands").main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - an interpreter that meets one prints it and ends with 1
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        code = 120
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
