"""The command line as people meet it: a process of its own, with an environment and a directory of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.nursery import Nursery
from tests.repo.world import GIT

PATIENCE_S = 60


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line with which a command refuses."""
        assert "Traceback" not in self.err
        line, rest = self.err.split("\n", 1)
        assert (rest, line.startswith("lintel: ")) == ("", True), self.err
        return line.removeprefix("lintel: ")


@dataclass(frozen=True)
class Shell:
    """Runs `lintel` in `directory`, where nothing of the person who runs the tests is known.

    Without a nursery every command gets a fresh interpreter.
    """

    directory: Path
    nursery: Nursery | None = None

    def lintel(self, *arguments: str | Path, out: Path | None = None, **variables: str) -> Ended:
        """The command with these arguments and settings; `out` is where its standard output goes instead."""
        environment = {"PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)), "HOME": str(self.directory)}
        environment |= {"LC_ALL": "C.UTF-8", "COLUMNS": "120"} | variables
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
            with contextlib.ExitStack() as stack:
                sink = stack.enter_context(out.open("wb")) if out else said
                code = self._run([str(word) for word in arguments], environment, sink.fileno(), complained.fileno())
            said.seek(0)
            complained.seek(0)
            return Ended(code, said.read().decode(), complained.read().decode())

    def _run(self, arguments: list[str], environment: dict[str, str], stdout: int, stderr: int) -> int:
        if self.nursery is not None:
            return self.nursery.run(
                arguments, cwd=self.directory, env=environment, stdout=stdout, stderr=stderr, timeout=PATIENCE_S
            )
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "app", *arguments],
            cwd=self.directory,
            env=environment,
            stdout=stdout,
            stderr=stderr,
            check=False,
            timeout=PATIENCE_S,
        )
        return done.returncode


def everything_in(top: Path) -> dict[str, tuple[Any, ...]]:
    """Every path below `top` with its kind, time of writing and content: equal twice, nothing was written between."""
    return {str(place.relative_to(top)): _facts(place) for place in sorted(top.rglob("*"))}


def _facts(place: Path) -> tuple[Any, ...]:
    facts = place.lstat()
    content = place.read_bytes() if place.is_file() and not place.is_symlink() else b""
    return facts.st_mode, facts.st_mtime_ns, facts.st_ino, content
