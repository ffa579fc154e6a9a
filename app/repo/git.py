"""One way to run git: clean environment, no configuration but ours, no network unless asked for, bounded in all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import shutil
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_COMPLAINT_BYTES = 16_384
_CHUNK = 1 << 20
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
_AUTHORIZATION = re.compile(r"(?i)(authorization: *\S+ +)\S+")
_CONFIG: Mapping[str, str] = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    # git 2.43 to 2.45 read the attributes of HEAD in a bare repository unless another tree is named
    "attr.tree": _EMPTY_TREE,
    "credential.helper": "",
    "diff.renameLimit": "1000",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "http.followRedirects": "initial",
    # also forbids fetching on demand to a git too old for GIT_NO_LAZY_FETCH
    "protocol.allow": "never",
    "protocol.version": "2",
    # nothing a repository configures is run, so who owns it does not matter
    "safe.directory": "*",
    "submodule.recurse": "false",
}


class GitError(Exception):
    """Git did not do what it was asked."""


class GitMissingError(GitError):
    """There is no git on this machine: install it (2.38 or newer)."""


class GitTimedOutError(GitError):
    """Git was killed because it took too long."""


class GitOutputTooLargeError(GitError):
    """Git was killed because it wrote more than was allowed for."""


class GitFailedError(GitError):
    """Git ended with an error. `command` is its first word, `complaint` all it said, without secrets."""

    def __init__(self, command: str, exit_code: int, complaint: str) -> None:
        self.command = command
        self.exit_code = exit_code
        self.complaint = complaint
        super().__init__(f"git {command} ended with {exit_code}: {_first_line(complaint)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run of git finds around it.

    `config` and `secrets` are settings (`{"core.bare": "true"}`) that reach git through its environment; the values
    of `secrets` never show in an error. `variables` are further environment variables. `descriptors` are open files
    that git and its children keep open: a lock on one of them stays until the last has ended, even if we end first.
    """

    directory: Path | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a run of git is killed. `file_bytes` bounds each file git writes (where the system can: Linux)."""

    seconds: float = 120
    output_bytes: int = 512 << 20
    file_bytes: int | None = None


PLAIN = Surroundings()
ORDINARY = Limits()


async def run_git(
    arguments: Sequence[str],
    *,
    git_dir: Path | None = None,
    stdin: bytes = b"",
    surroundings: Surroundings = PLAIN,
    limits: Limits = ORDINARY,
) -> bytes:
    """What `git ARGUMENTS` writes to its standard output.

    `arguments` begin with git's command; whatever in them comes from outside stands behind `--end-of-options` or `--`,
    or has been checked. The process and all its children are killed on cancellation.

    Raises GitMissingError, GitFailedError, GitTimedOutError or GitOutputTooLargeError.
    """
    process = await _start(arguments, git_dir, surroundings, piped=bool(stdin))
    if limits.file_bytes is not None and hasattr(resource, "prlimit"):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    try:
        async with asyncio.timeout(limits.seconds):
            output, complaint, _ = await asyncio.gather(
                _read_output(process, limits.output_bytes), _read_complaint(process), _feed(process, stdin)
            )
            exit_code = await process.wait()
    except TimeoutError as error:
        raise GitTimedOutError(f"git {arguments[0]} took longer than {limits.seconds:g} s") from error
    finally:
        await _end(process)
    if output is None:
        raise GitOutputTooLargeError(f"git {arguments[0]} wrote more than {limits.output_bytes} bytes")
    if exit_code != 0:
        raise GitFailedError(arguments[0], exit_code, _scrub(complaint, surroundings.secrets.values()))
    return output


async def _start(
    arguments: Sequence[str], git_dir: Path | None, surroundings: Surroundings, *, piped: bool
) -> asyncio.subprocess.Process:
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            _executable(),
            *arguments,
            stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_CHUNK,
            cwd=surroundings.directory or git_dir or "/",
            env=_environment(git_dir, surroundings),
            pass_fds=surroundings.descriptors,
            # a group of its own, so that git's children die with it
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # asyncio, cancelled while it starts a process, kills that one alone and waits for its children to end.
        await _end(await starting)
        raise


@cache
def _executable() -> str:
    found = shutil.which("git")
    if found is None:
        raise GitMissingError("git is not installed: install git 2.38 or newer")
    return found


def _environment(git_dir: Path | None, surroundings: Surroundings) -> dict[str, str]:
    settings = {**_CONFIG, **surroundings.config, **surroundings.secrets}
    environment = {
        "PATH": os.pathsep.join((str(Path(_executable()).parent), os.defpath)),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for index, (key, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    if git_dir is not None:
        environment["GIT_DIR"] = str(git_dir)
    return {**environment, **surroundings.variables}


async def _read_output(process: asyncio.subprocess.Process, most: int) -> bytes | None:
    """All of standard output, or None (and the process killed) where it is more than `most` bytes."""
    chunks: list[bytes] = []
    size = 0
    while process.stdout is not None and (chunk := await process.stdout.read(_CHUNK)):
        size += len(chunk)
        if size <= most:
            chunks.append(chunk)
        else:
            chunks.clear()
            _kill(process)
    return b"".join(chunks) if size <= most else None


async def _read_complaint(process: asyncio.subprocess.Process) -> bytes:
    kept = b""
    while process.stderr is not None and (chunk := await process.stderr.read(_CHUNK)):
        kept += chunk[: _COMPLAINT_BYTES - len(kept)]
    return kept


async def _feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    if process.stdin is None:
        return
    # a git that stops reading says why with its exit code
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for start in range(0, len(stdin), _CHUNK):
            process.stdin.write(stdin[start : start + _CHUNK])
            await process.stdin.drain()
    process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave no process behind; reading to the end lets asyncio close the pipes, which a child may hold open."""
    _kill(process)
    for stream in (process.stdout, process.stderr):
        while stream is not None and await stream.read(_CHUNK):
            pass
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _scrub(complaint: bytes, secrets: Iterable[str]) -> str:
    text = complaint.decode("utf-8", "replace")
    for secret in secrets:
        for part in (secret, *secret.split()[-1:]):
            text = text.replace(part, "***")
    text = _AUTHORIZATION.sub(r"\1***", _USER_IN_URL.sub("***@", text))
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)


def _first_line(complaint: str) -> str:
    """The line that says what is wrong: git's own verdict before warnings and the server's greetings."""
    lines = [line.strip() for line in complaint.split("\n") if line.strip()]
    verdicts = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (verdicts or lines or ["no reason given"])[0]
