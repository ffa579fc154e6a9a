"""Processes of git: each starts, says one thing and ends.

Blocking, a few milliseconds each: called from threads, never from the loop.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TIME_LIMIT_SECONDS = 120


class GitFailedError(Exception):
    """Git said no: a bad object, a bad reference, a repository that cannot be read."""


@cache
def executable() -> str:
    """Absolute path of git. Raises GitFailedError where there is none."""
    found = shutil.which("git")
    if found is None:
        raise GitFailedError("git is not installed")
    return found


@cache
def exec_path() -> str:
    """Directory of git's own programs, `git-http-backend` among them."""
    return run(Path("/"), "--exec-path").decode().strip()


def environment() -> dict[str, str]:
    """All the environment git is given: no person's configuration, no prompt, nothing of the server's."""
    return {
        "PATH": os.pathsep.join((str(Path(executable()).parent), os.defpath)),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_DEFAULT_REF_FORMAT": "files",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }


def run(path: Path, *arguments: str, stdin: bytes = b"", allowed: Sequence[int] = (0,)) -> bytes:
    """Standard output of `git ARGUMENTS` in `path`. Raises GitFailedError on any other exit code."""
    options = ("-c", "core.quotePath=false", "-c", f"core.hooksPath={os.devnull}")
    finished = subprocess.run(  # noqa: S603 - git by absolute path, no shell, revisions guarded by callers
        [executable(), *options, *arguments],
        cwd=path,
        env=environment(),
        input=stdin,
        capture_output=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    if finished.returncode not in allowed:
        raise GitFailedError(finished.stderr.decode(errors="replace").strip())
    return finished.stdout
