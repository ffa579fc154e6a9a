"""Git's plumbing on the bare repositories.

Blocking, a few milliseconds each: called from threads, never from the loop.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

TIME_LIMIT_SECONDS = 120
SCRATCH_REF = "refs/hub/scratch"
_LOG_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01"


class GitFailedError(Exception):
    """Git said no: a bad object, a bad reference, a repository that cannot be read."""


class NoCommonHistoryError(Exception):
    """Two commits have no merge base, so nothing stands between them as a three-dot diff."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who and when; `date` is ISO 8601 with the offset the commit was made with."""

    name: str
    email: str
    date: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as `git log` reads it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a tree; `size` is None for what is not a blob."""

    mode: str
    type: str
    sha: str
    size: int | None
    path: str


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


def resolve(path: Path, revision: str, kind: str = "commit") -> str | None:
    """The full SHA a revision names, or None where it names nothing of that kind."""
    name = f"{revision}^{{{kind}}}"
    found = run(path, "rev-parse", "--verify", "--quiet", "--end-of-options", name, allowed=(0, 1, 128))
    return found.decode().strip() or None


def tip(path: Path, branch: str) -> str | None:
    """SHA a branch points at, or None."""
    return resolve(path, f"refs/heads/{branch}")


def branches(path: Path) -> dict[str, str]:
    """Every branch and its tip."""
    lines = run(path, "for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").decode()
    return {name: sha for sha, _, name in (line.partition(" ") for line in lines.splitlines())}


def is_ancestor(path: Path, older: str, newer: str) -> bool:
    """Whether `newer` contains `older`."""
    try:
        return merge_base(path, older, newer) == older
    except NoCommonHistoryError:
        return False


def merge_base(path: Path, one: str, other: str) -> str:
    """Their merge base. Raises NoCommonHistoryError."""
    found = run(path, "merge-base", "--end-of-options", one, other, allowed=(0, 1)).decode().strip()
    if not found:
        raise NoCommonHistoryError(f"{one} and {other} have no history in common")
    return found


def merges_cleanly(path: Path, base: str, head: str) -> bool:
    """Whether the two merge without conflict (needs git 2.38)."""
    tree = run(path, "merge-tree", "--write-tree", "--name-only", base, head, allowed=(0, 1))
    return b"\n" not in tree.strip()


def merge(path: Path, base: str, head: str, message: str, who: Signature) -> str:
    """SHA of a new merge commit of the two, on no branch yet. Raises GitFailedError on a conflict."""
    tree = run(path, "merge-tree", "--write-tree", base, head).decode().strip()
    person = ("-c", f"user.name={who.name}", "-c", f"user.email={who.email}")
    arguments = ("commit-tree", tree, "-p", base, "-p", head, "-m", message)
    return run(path, *person, *arguments).decode().strip()


def log(path: Path, *revisions: str, limit: int) -> list[Commit]:
    """Up to `limit` commits of a range, newest first."""
    arguments = ("log", f"--format={_LOG_FORMAT}", f"--max-count={limit}", "--end-of-options", *revisions)
    text = run(path, *arguments, "--").decode(errors="replace")
    return [_read_commit(record.removeprefix("\n")) for record in text.split("\x01") if record.strip("\n")]


def count(path: Path, *revisions: str) -> int:
    """How many commits a range has."""
    return int(run(path, "rev-list", "--count", "--end-of-options", *revisions, "--"))


def _read_commit(record: str) -> Commit:
    sha, tree, parents, an, ae, at, cn, ce, ct, message = record.split("\x00")[:10]
    names = tuple(parents.split())
    return Commit(sha, tree, names, Signature(an, ae, at), Signature(cn, ce, ct), message.rstrip("\n"))


def list_tree(path: Path, tree: str, *, recursive: bool = False) -> list[TreeEntry]:
    """Entries of a tree. Raises GitFailedError where it is none."""
    flags = ("-r", "-t") if recursive else ()
    listed = run(path, "ls-tree", "-z", "--long", *flags, "--end-of-options", tree).decode(errors="replace")
    return [_read_entry(line) for line in listed.split("\x00") if line]


def find_entry(path: Path, commit: str, file: str) -> TreeEntry | None:
    """What a commit has at a path, or None."""
    arguments = ("--literal-pathspecs", "ls-tree", "-z", "--long", "--end-of-options", commit, "--", file)
    listed = run(path, *arguments).decode(errors="replace").split("\x00")
    return _read_entry(listed[0]) if listed[0] else None


def _read_entry(line: str) -> TreeEntry:
    facts, _, path = line.partition("\t")
    mode, kind, sha, size = facts.split()
    return TreeEntry(mode, kind, sha, None if size == "-" else int(size), path)


def read_blob(path: Path, sha: str) -> bytes:
    """Bytes of a blob."""
    return run(path, "cat-file", "blob", sha)


def point(path: Path, ref: str, sha: str | None) -> None:
    """Let a reference point at a commit; None removes it."""
    arguments = ("-d", ref) if sha is None else (ref, sha)
    run(path, "update-ref", *arguments)


def write_commit(
    path: Path,
    files: Mapping[str, bytes | tuple[str, bytes] | None],
    parent: str | None,
    message: str,
    who: tuple[str, str, datetime],
) -> str:
    """SHA of a new commit: `parent` with some files replaced. Nothing but a scratch reference points at it.

    A value is the content, (mode, content) as in ("120000", b"target"), or None to remove the file.
    """
    name, email, moment = who
    text = message.encode()
    stream = [
        f"commit {SCRATCH_REF}\ncommitter {name} <{email}> {int(moment.timestamp())} +0000\n".encode(),
        b"data %d\n%s\n" % (len(text), text),
        b"from " + parent.encode() + b"\n" if parent else b"",
    ]
    for file, value in files.items():
        quoted = b'"' + file.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode() + b'"'
        if value is None:
            stream.append(b"D " + quoted + b"\n")
            continue
        mode, content = ("100644", value) if isinstance(value, bytes) else value
        stream.append(b"M %s inline %s\ndata %d\n" % (mode.encode(), quoted, len(content)) + content + b"\n")
    point(path, SCRATCH_REF, None)
    run(path, "fast-import", "--quiet", "--force", "--done", stdin=b"".join(stream) + b"done\n")
    sha = resolve(path, SCRATCH_REF)
    if sha is None:
        raise GitFailedError("fast-import made no commit")
    return sha


def create(path: Path, source: Path | None, default_branch: str) -> None:
    """Make a bare repository: empty, or with all the references of `source`, a repository on this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if source is None:
        run(path.parent, "init", "--quiet", "--bare", f"--initial-branch={default_branch}", "--", str(path))
    else:
        # Without links: git touches a file of an object that it is to write and finds there, for every name it has.
        run(path.parent, "clone", "--quiet", "--mirror", "--no-hardlinks", "--", str(source.resolve()), str(path))
        run(path, "symbolic-ref", "HEAD", f"refs/heads/{default_branch}")
    for key, value in (
        ("uploadpack.allowFilter", "true"),
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("gc.auto", "0"),
    ):
        run(path, "config", key, value)


def keep_branches(path: Path, wanted: Mapping[str, str] | None) -> None:
    """After copying: only branches and tags stay; with `wanted` (name → revision) exactly these branches.

    Raises GitFailedError for a revision the copy does not have.
    """
    shas = None if wanted is None else {name: resolve(path, revision) for name, revision in wanted.items()}
    for name, sha in (shas or {}).items():
        if sha is None:
            raise GitFailedError(f"{name}: there is no such revision in the source")
    kept = (b"refs/tags/",) if shas is not None else (b"refs/tags/", b"refs/heads/")
    gone = [ref for ref in run(path, "for-each-ref", "--format=%(refname)").split() if not ref.startswith(kept)]
    # One process for all: a clone may hold thousands, and each call would write the packed ones anew.
    run(path, "update-ref", "--no-deref", "--stdin", stdin=b"".join(b"delete %b\n" % ref for ref in gone))
    for name, sha in (shas or {}).items():
        point(path, f"refs/heads/{name}", sha)
    run(path, "remote", "remove", "origin")


def fetch(path: Path, source: Path, revision: str) -> None:
    """Bring a commit of another bare repository of this hub over, without a reference."""
    run(path, "fetch", "--quiet", "--no-tags", "--end-of-options", str(source), revision)
