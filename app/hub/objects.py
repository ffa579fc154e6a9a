"""Loose objects and references, read from a bare repository's files: what a small repository mostly consists of.

A process of git for each costs a hundred times as much. Whoever finds None here asks git: the object may be packed,
or missing, or of a shape that only git should judge. Objects never change under their names, and the hub collects no
garbage, so what was read once stays true. https://git-scm.com/docs/gitrepository-layout
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_SHOWN_REF = re.compile(r"refs(?:/[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.|/|$|lock(?:/|$)))*)+", re.ASCII)
_IDENTITY = re.compile(r"([^<>\n]*) <([^<>\n]*)> ([0-9]{1,10}) ([+-])([0-9]{2})([0-5][0-9])", re.ASCII)
_OBJECT = re.compile(rb"(blob|tree|commit|tag) ([0-9]{1,18})\x00")
_HEAD_BYTES = 64
_MAX_BYTES = 32 * 1024 * 1024  # larger ones are git's to read
_KINDS = {"40000": "tree", "160000": "commit"}


class NotLooseError(LookupError):
    """No loose object or reference of that name that is read here: ask git."""


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


def read_kind(path: Path, sha: str) -> tuple[str, int] | None:
    """Kind and size of a loose object, or None."""
    try:
        with _file(path, sha).open("rb") as file:
            head = zlib.decompressobj().decompress(file.read(_HEAD_BYTES), _HEAD_BYTES)
    except (OSError, zlib.error):
        return None
    shown = _OBJECT.match(head)
    return None if shown is None else (shown[1].decode(), int(shown[2]))


def read_object(path: Path, sha: str, kind: str) -> bytes | None:
    """Content of a loose object of that kind, or None."""
    found = read_kind(path, sha)
    if found is None or found[0] != kind or found[1] > _MAX_BYTES:
        return None
    try:
        content = zlib.decompress(_file(path, sha).read_bytes()).partition(b"\x00")[2]
    except (OSError, zlib.error):
        return None
    return content if len(content) == found[1] else None


def _file(path: Path, sha: str) -> Path:
    return path / "objects" / sha[:2] / sha[2:]


@lru_cache(maxsize=4096)
def read_commit(path: Path, sha: str) -> Commit:
    """A loose commit. Raises NotLooseError, also for one whose words are not UTF-8 or whose dates are odd."""
    content = read_object(path, sha, "commit")
    try:
        head, _, message = (content or b"").decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise NotLooseError(sha) from error
    # A line that begins with a space belongs to the signature above it.
    fields = [line.partition(" ")[::2] for line in head.split("\n")]
    names = [name for name, _ in fields]
    if names[:1] != ["tree"] or "encoding" in names:
        raise NotLooseError(sha)
    parents = tuple(value for name, value in fields if name == "parent")
    author, committer = (_read_identity(dict(fields).get(name, "")) for name in ("author", "committer"))
    return Commit(sha, fields[0][1], parents, author, committer, message.rstrip("\n"))


def _read_identity(text: str) -> Signature:
    match = _IDENTITY.fullmatch(text)
    if match is None or match[1] != match[1].strip():
        raise NotLooseError(text)
    name, email, second, sign, hours, minutes = match.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    if abs(ahead) >= timedelta(hours=24):
        raise NotLooseError(text)
    moment = datetime.fromtimestamp(int(second), UTC).astimezone(timezone(ahead))
    return Signature(name, email, moment.isoformat())


@lru_cache(maxsize=4096)
def read_tree(path: Path, sha: str) -> tuple[tuple[str, str, bytes], ...]:
    """Mode, SHA and name of each entry of a loose tree, in git's order. Raises NotLooseError."""
    content = read_object(path, sha, "tree")
    if content is None:
        raise NotLooseError(sha)
    return tuple(_read_entries(content))


def _read_entries(content: bytes) -> Iterator[tuple[str, str, bytes]]:
    at = 0
    while at < len(content):
        end = content.index(b"\x00", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 21
        yield mode.decode(), content[end + 1 : at].hex(), name


def find_entry(path: Path, commit: str, file: str) -> TreeEntry | None:
    """What a commit has at a path, or None where it has nothing. Raises NotLooseError."""
    mode, sha = "40000", read_commit(path, commit).tree
    for part in file.encode(errors="surrogateescape").split(b"/"):
        entries = read_tree(path, sha) if mode == "40000" else ()
        found = next((entry for entry in entries if entry[2] == part), None)
        if found is None:
            return None
        mode, sha, _ = found
    return _show_entry(path, mode, sha, file)


def _show_entry(path: Path, mode: str, sha: str, file: str) -> TreeEntry:
    kind = _KINDS.get(mode, "blob")
    if kind != "blob":
        return TreeEntry(mode.zfill(6), kind, sha, None, file)
    found = read_kind(path, sha)
    if found is None:
        raise NotLooseError(sha)
    return TreeEntry(mode, kind, sha, found[1], file)


def is_plain_ref(name: str) -> bool:
    """Whether a name is a reference's own, `refs/…`, without a sign that git reads anything into."""
    return _SHOWN_REF.fullmatch(name) is not None


def read_ref(path: Path, name: str) -> str | None:
    """What a reference with a plain name points at, or None where there is none. Asked anew each time.

    Raises NotLooseError where it points at another reference.
    """
    try:
        sha = (path / name).read_bytes().strip().decode("ascii", "replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return _read_packed_ref(path, name)
    except OSError as error:
        raise NotLooseError(name) from error
    if SHA.fullmatch(sha) is None:
        raise NotLooseError(name)
    return sha


def _read_packed_ref(path: Path, name: str) -> str | None:
    try:
        packed = (path / "packed-refs").read_bytes()
    except FileNotFoundError:
        return None
    at = packed.find(b" " + name.encode() + b"\n")
    return None if at < 0 else packed[at - 40 : at].decode("ascii")
