"""Runs a foreign tool over text from a pull request, so that nothing there can configure, feed or reach anything.

The tool sees a fresh directory of files under names of ours: no name, dot file or link of the change is ever written,
so there is no configuration to find and no path to escape by. It gets no environment, no input, bounded time, memory
and output, and is killed with all its children.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import site
import sys
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.analyzers.analyzer import Limits

log = logging.getLogger(__name__)

LAUNCHER = Path(__file__).with_name("launch.py")
SOURCE = Path(__file__).parents[2]
CHUNK = 1 << 16
# Not from outside: they keep a tool's own threads few, whose stacks count as memory.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}


class ToolFailed(Exception):
    """A tool did not do its work. The message is ours and safe to post."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool that ended by itself left. `root` is the directory it ran on, gone by now."""

    root: Path
    status: int
    stdout: bytes


def find_tool(name: str) -> Path:
    """The program that our own installation brought, never one from `PATH`. Raises ToolFailed."""
    folders = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    for folder in folders:
        if (program := folder / name).is_file():
            return program
    raise ToolFailed(f"{name} is not installed beside the interpreter")


async def run_tool(program: Path, arguments: Sequence[str], files: Mapping[str, bytes], limits: Limits) -> Output:
    """Write `files` (relative names of ours) into a fresh directory and run `program` with `arguments` on them.

    Raises ToolFailed when time, memory or output run out, or a signal ends it.
    """
    try:
        async with _directory(files) as (root, elsewhere):
            bounds = (max(1, round(limits.seconds)), limits.memory_bytes, limits.output_bytes)
            command = bound_command(program, [*arguments, "--", *(str(root / name) for name in files)], bounds)
            async with asyncio.timeout(limits.seconds):
                stdout, status = await _run(program.name, command, elsewhere, limits.output_bytes)
    except TimeoutError as error:
        raise ToolFailed(f"{program.name} took longer than {limits.seconds:g} seconds") from error
    except OSError as error:
        raise ToolFailed(f"{program.name} could not be run: {error.strerror}") from error
    return Output(root, status, stdout)


def bound_command(program: Path, arguments: Sequence[str], bounds: tuple[int, int, int]) -> list[str]:
    """The command line of a program with bounds: seconds of processor time, bytes of memory and of a file it writes."""
    return [*_launch(bounds), "--", str(program), *arguments]


def bound_module(module: str, bounds: tuple[int, int, int]) -> list[str]:
    """The command line of `main` in a module of ours, with the same bounds.

    It imports from this interpreter's library, what is installed with it and where `app` lies: as an isolated
    interpreter does, from no folder that it is started in and none that the environment names.
    """
    folders = dict.fromkeys([*site.getsitepackages(), str(SOURCE)])
    return [*_launch(bounds), "+", module, *folders]


def _launch(bounds: tuple[int, int, int]) -> list[str]:
    return [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, bounds)]


@contextlib.asynccontextmanager
async def open_process(
    command: Sequence[str], folder: Path, *, stdin: int = asyncio.subprocess.DEVNULL, limit: int = CHUNK
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that sees nothing of ours, killed with all its children on leaving. `limit`: bytes of a line it says.

    Raises OSError if it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may quote the change, secrets included
        start_new_session=True,
        limit=limit,
    )
    try:
        yield process
    finally:
        kill_process(process)
        await process.wait()


def kill_process(process: asyncio.subprocess.Process) -> None:
    """Kill one that `open_process` opened, with all its children, without a wait until it is gone."""
    # The leader may be gone and its children not: the group is killed in any case.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.asynccontextmanager
async def _directory(files: Mapping[str, bytes]) -> AsyncIterator[tuple[Path, Path]]:
    top = Path(tempfile.mkdtemp(prefix="lintel-analyzer-"))
    root, elsewhere = top / "files", top / "elsewhere"
    writing = asyncio.ensure_future(asyncio.to_thread(_write, root, elsewhere, files))
    try:
        await asyncio.shield(writing)
        yield root, elsewhere
    finally:
        # A thread cannot be cancelled: nothing is removed before it has written all, and removing goes on by itself.
        await asyncio.wait([writing])
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, top))


def _write(root: Path, elsewhere: Path, files: Mapping[str, bytes]) -> None:
    elsewhere.mkdir()
    root.mkdir()
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


async def _run(name: str, command: Sequence[str], elsewhere: Path, most: int) -> tuple[bytes, int]:
    async with open_process(command, elsewhere) as process:
        stdout = await _read(process, name, most)
        status = await process.wait()
    if status < 0:
        raise ToolFailed(f"{name} was ended by signal {-status}, as for too much time or memory")
    log.debug("%s ended with status %d and %d bytes", name, status, len(stdout))
    return stdout, status


async def _read(process: asyncio.subprocess.Process, name: str, most: int) -> bytes:
    assert process.stdout is not None, "stdout is a pipe"  # noqa: S101 - invariant of the call above
    pieces: list[bytes] = []
    size = 0
    while piece := await process.stdout.read(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise ToolFailed(f"{name} wrote more than {most} bytes")
    return b"".join(pieces)
