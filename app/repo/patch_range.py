"""A patch as a range: the empty tree before, what the patch makes of it after. Nothing is checked out."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from app.repo.checkout import LocalRangeError
from app.repo.git import GitFailedError, Limits, run_git
from app.repo.local import LocalRange
from app.repo.objects import GitStore

MAX_BYTES = 64 << 20
_LIMITS = Limits(file_bytes=4 * MAX_BYTES)


class PatchUnusableError(LocalRangeError):
    """Git cannot apply the patch to an empty tree."""


@contextlib.asynccontextmanager
async def open_patch(patch: bytes) -> AsyncIterator[LocalRange]:
    """The range that the patch makes of nothing, in an own bare repository that lives as long as this.

    Raises PatchUnusableError, and GitError where git itself fails. A patch without any change is none that git takes.
    """
    if len(patch) > MAX_BYTES:
        raise PatchUnusableError(f"the patch is larger than {MAX_BYTES >> 20} MiB")
    with tempfile.TemporaryDirectory(prefix="lintel-") as scratch:
        git_dir = Path(scratch) / "git"
        await run_git(("init", "--quiet", "--bare", "--template=", "--initial-branch=none", str(git_dir)))
        store = GitStore(git_dir)
        # With whitespace errors as they are: a review is to see them.
        apply = ("apply", "--cached", "--whitespace=nowarn", "-")
        try:
            await store.run(apply, stdin=patch, limits=_LIMITS)
        except GitFailedError as error:
            raise PatchUnusableError(f"the patch does not apply to an empty tree: {error}") from error
        tree = (await store.run(("write-tree",))).decode().strip()
        empty = (await store.run(("hash-object", "-w", "-t", "tree", "--stdin"))).decode().strip()
        yield LocalRange(store, empty, empty, tree, "the empty tree")
