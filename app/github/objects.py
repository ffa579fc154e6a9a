"""Git's objects over the API: a commit's tree, what a tree holds, a blob's content.

https://docs.github.com/en/rest/git
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from pydantic import Field

from app.github.errors import Context, UnreadableAnswer
from app.github.payloads import Answer
from app.github.reading import Reader, quoted

# A blob beyond this is not handed out.
MOST_BLOB_BYTES: Final = 100_000_000


class ObjectRef(Answer):
    """An object by its id."""

    sha: str


class GitCommit(Answer):
    """A commit as git has it."""

    sha: str
    tree: ObjectRef
    parents: tuple[ObjectRef, ...] = ()


class GitTreeEntry(Answer):
    """An entry of a tree; `size` is that of a blob. A submodule's type is `commit`."""

    path: str
    mode: str
    type: str
    sha: str
    size: int | None = None


class GitTree(Answer):
    """What a tree holds. `truncated`: it has more than GitHub lists (100,000 entries, 7 MB)."""

    sha: str
    entries: tuple[GitTreeEntry, ...] = Field(alias="tree")
    truncated: bool


class _Blob(Answer):
    sha: str
    encoding: str
    content: str
    size: int | None = None


async def read_commit(reader: Reader, sha: str) -> GitCommit:
    """A commit; UnreadableAnswer where another one comes."""
    commit = await reader.get(f"/git/commits/{quoted(sha)}", GitCommit)
    _prove(commit.sha == sha, "another commit came than was asked for", reader, f"/git/commits/{quoted(sha)}")
    return commit


async def read_tree(reader: Reader, sha: str, *, recursive: bool) -> GitTree:
    """A tree; UnreadableAnswer where another one comes."""
    # any value would mean yes: https://docs.github.com/en/rest/git/trees#get-a-tree
    tree = await reader.get(f"/git/trees/{quoted(sha)}", GitTree, {"recursive": "1"} if recursive else {})
    _prove(tree.sha == sha, "another tree came than was asked for", reader, f"/git/trees/{quoted(sha)}")
    return tree


async def read_blob(reader: Reader, sha: str) -> bytes:
    """A blob's content, whole; UnreadableAnswer for anything else."""
    path = f"/git/blobs/{quoted(sha)}"
    blob = await reader.get(path, _Blob)
    _prove(blob.sha == sha and blob.encoding == "base64", "the blob's content is not there", reader, path)
    try:
        content = base64.b64decode(blob.content)
    except binascii.Error as error:
        raise UnreadableAnswer("the blob's content has an unknown shape", _context(reader, path)) from error
    _prove(blob.size in (None, len(content)), "the blob's content is not complete", reader, path)
    return content


def _prove(holds: bool, otherwise: str, reader: Reader, path: str) -> None:  # noqa: FBT001 - it is what is proved
    if not holds:
        raise UnreadableAnswer(otherwise, _context(reader, path))


def _context(reader: Reader, path: str) -> Context:
    return Context("GET", f"{reader.prefix}{path}")
