"""What the hub asks of its bare repositories.

Blocking, some microseconds where the repository's own files tell, and milliseconds where git is run: called from
threads, never from the loop. What depends on object ids alone is remembered; references are looked up each time.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from app.hub import history, objects
from app.hub.objects import SHA, Commit, NotLooseError, Signature, TreeEntry
from app.hub.plumbing import GitFailedError, environment, exec_path, run

__all__ = [
    "EMPTY_TREE",
    "Commit",
    "GitFailedError",
    "NoCommonHistoryError",
    "Signature",
    "TreeEntry",
    "branches",
    "commit_tree",
    "count",
    "environment",
    "exec_path",
    "fetch",
    "find_entry",
    "is_ancestor",
    "list_tree",
    "log",
    "merge",
    "merge_base",
    "merges_cleanly",
    "point",
    "read_blob",
    "read_commit",
    "resolve",
    "run",
    "tip",
    "write_commit",
]

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree without an entry, which every repository has."""
SCRATCH_REF = "refs/hub/scratch"
_LOG_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01"
_RANGE = re.compile(r"(?:([0-9a-f]{40})\.\.)?([0-9a-f]{40})", re.ASCII)


class NoCommonHistoryError(Exception):
    """Two commits have no merge base, so nothing stands between them as a three-dot diff."""


class _AbsentError(LookupError):
    """Nothing of that name and kind. Raised, so that only what is there is remembered."""


def resolve(path: Path, revision: str, kind: str = "commit") -> str | None:
    """The full SHA a revision names, or None where it names nothing of that kind."""
    sha: str | None = revision
    if objects.is_plain_ref(revision):
        try:
            sha = objects.read_ref(path, revision)
        except NotLooseError:
            return _ask_revision(path, revision, kind)
    if sha is None or SHA.fullmatch(sha) is None:
        return None if sha is None else _ask_revision(path, sha, kind)
    try:
        return _peel(path, sha, kind)
    except _AbsentError:
        return None


def _ask_revision(path: Path, revision: str, kind: str) -> str | None:
    name = f"{revision}^{{{kind}}}"
    found = run(path, "rev-parse", "--verify", "--quiet", "--end-of-options", name, allowed=(0, 1, 128))
    return found.decode().strip() or None


@lru_cache(maxsize=4096)
def _peel(path: Path, sha: str, kind: str) -> str:
    shown = objects.read_kind(path, sha)
    if shown is not None and shown[0] == kind:
        return sha
    if shown is not None and (shown[0], kind) == ("commit", "tree"):
        return read_commit(path, sha).tree
    found = _ask_revision(path, sha, kind)
    if found is None:
        raise _AbsentError(sha)
    return found


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
    if SHA.fullmatch(one) is None or SHA.fullmatch(other) is None:
        return _ask_merge_base(path, one, other)
    return _find_merge_base(path, one, other)


@lru_cache(maxsize=1024)
def _find_merge_base(path: Path, one: str, other: str) -> str:
    try:
        return history.find_merge_base(path, one, other) or _ask_merge_base(path, one, other)
    except history.UnrelatedError as error:
        raise NoCommonHistoryError(f"{one} and {other} have no history in common") from error


def _ask_merge_base(path: Path, one: str, other: str) -> str:
    found = run(path, "merge-base", "--end-of-options", one, other, allowed=(0, 1)).decode().strip()
    if not found:
        raise NoCommonHistoryError(f"{one} and {other} have no history in common")
    return found


@lru_cache(maxsize=1024)
def merges_cleanly(path: Path, base: str, head: str) -> bool:
    """Whether two commits, by their SHAs, merge without conflict (needs git 2.38)."""
    if is_ancestor(path, base, head):
        return True
    tree = run(path, "merge-tree", "--write-tree", "--name-only", base, head, allowed=(0, 1))
    return b"\n" not in tree.strip()


def merge(path: Path, base: str, head: str, message: str, who: Signature) -> str:
    """SHA of a new merge commit of the two, on no branch yet. Raises GitFailedError on a conflict."""
    tree = run(path, "merge-tree", "--write-tree", base, head).decode().strip()
    return commit_tree(path, tree, [base, head], message, who)


def commit_tree(path: Path, tree: str, parents: Sequence[str], message: str, who: Signature) -> str:
    """SHA of a new commit of a tree, on no branch yet."""
    person = ("-c", f"user.name={who.name}", "-c", f"user.email={who.email}")
    named = [word for parent in parents for word in ("-p", parent)]
    return run(path, *person, "commit-tree", tree, *named, "-m", message).decode().strip()


@lru_cache(maxsize=4096)
def read_commit(path: Path, sha: str) -> Commit:
    """One commit by its SHA. Raises GitFailedError where there is none."""
    try:
        return objects.read_commit(path, sha)
    except NotLooseError:
        return _ask_log(path, sha, limit=1)[0]


def log(path: Path, revisions: str, *, limit: int) -> list[Commit]:
    """Up to `limit` commits of a range, newest first."""
    if _RANGE.fullmatch(revisions) is None:
        return _ask_log(path, revisions, limit=limit)
    return list(_list_range(path, revisions, limit))


@lru_cache(maxsize=512)
def _list_range(path: Path, revisions: str, limit: int) -> tuple[Commit, ...]:
    base, _, head = revisions.rpartition("..")
    if not base and limit == 1:
        return (read_commit(path, head),)
    chain = history.list_chain(path, base, head) if base else None
    return tuple(_ask_log(path, revisions, limit=limit) if chain is None else chain[:limit])


def _ask_log(path: Path, revisions: str, *, limit: int) -> list[Commit]:
    arguments = ("log", f"--format={_LOG_FORMAT}", f"--max-count={limit}", "--end-of-options", revisions)
    text = run(path, *arguments, "--").decode(errors="replace")
    return [_read_record(record.removeprefix("\n")) for record in text.split("\x01") if record.strip("\n")]


def _read_record(record: str) -> Commit:
    sha, tree, parents, an, ae, at, cn, ce, ct, message = record.split("\x00")[:10]
    names = tuple(parents.split())
    return Commit(sha, tree, names, Signature(an, ae, at), Signature(cn, ce, ct), message.rstrip("\n"))


def count(path: Path, revisions: str) -> int:
    """How many commits a range has."""
    return _count_range(path, revisions) if _RANGE.fullmatch(revisions) else _ask_count(path, revisions)


@lru_cache(maxsize=1024)
def _count_range(path: Path, revisions: str) -> int:
    base, _, head = revisions.rpartition("..")
    commits = history.read_range(path, base, head) if base else history.read_ancestry(path, head)
    return _ask_count(path, revisions) if commits is None else len(commits)


def _ask_count(path: Path, revisions: str) -> int:
    return int(run(path, "rev-list", "--count", "--end-of-options", revisions, "--"))


def list_tree(path: Path, tree: str, *, recursive: bool = False) -> list[TreeEntry]:
    """Entries of a tree. Raises GitFailedError where it is none."""
    flags = ("-r", "-t") if recursive else ()
    listed = run(path, "ls-tree", "-z", "--long", *flags, "--end-of-options", tree).decode(errors="replace")
    return [_read_entry(line) for line in listed.split("\x00") if line]


@lru_cache(maxsize=4096)
def find_entry(path: Path, commit: str, file: str) -> TreeEntry | None:
    """What a commit, by its SHA, has at a path, or None."""
    try:
        return objects.find_entry(path, commit, file)
    except NotLooseError:
        arguments = ("--literal-pathspecs", "ls-tree", "-z", "--long", "--end-of-options", commit, "--", file)
        listed = run(path, *arguments).decode(errors="replace").split("\x00")
        return _read_entry(listed[0]) if listed[0] else None


def _read_entry(line: str) -> TreeEntry:
    facts, _, path = line.partition("\t")
    mode, kind, sha, size = facts.split()
    return TreeEntry(mode, kind, sha, None if size == "-" else int(size), path)


def read_blob(path: Path, sha: str) -> bytes:
    """Bytes of a blob."""
    content = objects.read_object(path, sha, "blob")
    return run(path, "cat-file", "blob", sha) if content is None else content


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
        # Without its own reset the scratch reference's last commit would be the parent of one that has none.
        f"reset {SCRATCH_REF}\ncommit {SCRATCH_REF}\nmark :1\n".encode(),
        f"committer {name} <{email}> {int(moment.timestamp())} +0000\n".encode(),
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
    told = run(path, "fast-import", "--quiet", "--force", "--done", stdin=b"".join(stream) + b"\nget-mark :1\ndone\n")
    return told.decode().strip()


def fetch(path: Path, source: Path, revision: str) -> None:
    """Bring a commit of another bare repository of this hub over, without a reference."""
    run(path, "fetch", "--quiet", "--no-tags", "--end-of-options", str(source), revision)
