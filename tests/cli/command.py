"""The command line as people meet it: a process of its own, with an environment and a directory of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """Runs `lintel` in `directory`, where nothing of the person who runs the tests is known."""

    directory: Path

    def lintel(self, *arguments: str | Path, out: Path | None = None, **variables: str) -> Ended:
        """The command with these arguments and settings; `out` is where its standard output goes instead."""
        environment = {"PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)), "HOME": str(self.directory)}
        environment |= {"LC_ALL": "C.UTF-8", "COLUMNS": "120"} | variables
        command = [sys.executable, "-X", "utf8", "-m", "app", *map(str, arguments)]
        with (out or Path(os.devnull)).open("wb") as sink:
            done = subprocess.run(
                command,
                cwd=self.directory,
                env=environment,
                stdout=sink if out else subprocess.PIPE,
                stderr=subprocess.PIPE,
                check=False,
                timeout=PATIENCE_S,
            )
        return Ended(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def everything_in(top: Path) -> dict[str, tuple[Any, ...]]:
    """Every path below `top` with its kind, time of writing and content: equal twice, nothing was written between."""
    return {str(place.relative_to(top)): _facts(place) for place in sorted(top.rglob("*"))}


def _facts(place: Path) -> tuple[Any, ...]:
    facts = place.lstat()
    content = place.read_bytes() if place.is_file() and not place.is_symlink() else b""
    return facts.st_mode, facts.st_mtime_ns, facts.st_ino, content
