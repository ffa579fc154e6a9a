"""The change that `lintel review` looks at on somebody's own machine.

Nothing is written into the repository and nothing it configures is run: objects are read from it through an own empty
bare repository that borrows its objects.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.repo.checkout import LocalRangeError, borrow_objects, find_checkout
from app.repo.git import GitFailedError, Surroundings, run_git
from app.repo.objects import GitStore
from app.repo.uncommitted import write_index, write_working_tree


class UnknownRevisionError(LocalRangeError):
    """A revision names no commit here."""


class UnrelatedHistoriesError(LocalRangeError):
    """The two revisions have no common ancestor here."""


class SeveralMergeBasesError(LocalRangeError):
    """Base and head have merged with each other crosswise, so no one diff shows what merging them does."""


class EmptyRangeError(LocalRangeError):
    """Nothing changed in the range."""


@dataclass(frozen=True, slots=True)
class LocalRange:
    """A range of a local repository. `store` lives as long as the `open_range` that gave it.

    `head_sha` is a commit, or the tree of the index or of the working tree. `base_ref` is the name the base goes by.
    """

    store: GitStore
    merge_base: str
    base_sha: str
    head_sha: str
    base_ref: str


@contextlib.asynccontextmanager
async def open_range(
    directory: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    working_tree: bool = False,
) -> AsyncIterator[LocalRange]:
    """The range from the merge base of `base` and `head` to `head`, or from `base` to what is not committed yet.

    `base` defaults to the default branch (of origin, else `main` or `master`), `head` to HEAD. With `staged` the
    index and with `working_tree` the files as they are (untracked ones too, ignored ones not) are compared with HEAD.

    Raises LocalRangeError by its subclasses; GitError where git itself fails.
    """
    checkout = await find_checkout(directory)
    with tempfile.TemporaryDirectory(prefix="lintel-") as scratch:
        store = await borrow_objects(checkout, Path(scratch) / "git")
        if staged or working_tree:
            start = await _commit(directory, "HEAD") or await _empty_tree(store)
            write = write_working_tree if working_tree else write_index
            found = LocalRange(store, start, start, await write(checkout, store), "HEAD")
        else:
            found = await _committed(directory, store, base, "HEAD" if head is None else head)
        if not await store.run(("diff-tree", "-r", "--raw", "--no-renames", found.merge_base, found.head_sha)):
            raise EmptyRangeError(
                f"nothing differs from {found.base_ref}: name another --base, or look at --staged or --working-tree"
            )
        yield found


@contextlib.asynccontextmanager
async def open_commit(directory: Path, revision: str = "HEAD") -> AsyncIterator[tuple[GitStore, str]]:
    """One commit of a local repository, read in the same way. Raises LocalRangeError by its subclasses; GitError."""
    checkout = await find_checkout(directory)
    with tempfile.TemporaryDirectory(prefix="lintel-") as scratch:
        store = await borrow_objects(checkout, Path(scratch) / "git")
        yield store, await _known(directory, revision, "--head")


async def _committed(directory: Path, store: GitStore, base: str | None, head: str) -> LocalRange:
    head_sha = await _known(directory, head, "--head")
    base_ref = await _default_branch(directory) if base is None else base
    base_sha = await _known(directory, base_ref, "--base")
    try:
        found = await store.run(("merge-base", "--all", base_sha, head_sha))
    except GitFailedError as error:
        if error.exit_code != 1:
            raise
        raise UnrelatedHistoriesError(
            f"{base_ref} and {head} have no common ancestor here: name another --base, or `git fetch --unshallow`"
        ) from error
    bases = found.decode().split()
    if len(bases) > 1:
        raise SeveralMergeBasesError(
            f"{base_ref} and {head} have {len(bases)} merge bases, and what one of them hides another shows: "
            f"merge {base_ref} into {head} first, or name one of them with --base"
        )
    return LocalRange(store, bases[0], base_sha, head_sha, base_ref)


async def _default_branch(directory: Path) -> str:
    """The default branch's name. Raises UnknownRevisionError where none of the usual ones exists."""
    configured = await _ask(directory, "config", "--get", "init.defaultBranch")
    for name in ("refs/remotes/origin/HEAD", "main", "master", *([configured] if configured else [])):
        if await _commit(directory, name) is None:
            continue
        if name != "refs/remotes/origin/HEAD":
            return name
        target = await _ask(directory, "symbolic-ref", "--quiet", "--short", name)
        return target or name
    raise UnknownRevisionError("no default branch was found (origin/HEAD, main, master): name one with --base")


async def _known(directory: Path, revision: str, option: str) -> str:
    found = await _commit(directory, revision)
    if found is None and revision == "HEAD":
        raise UnknownRevisionError(f"HEAD has no commit yet: commit something, or name a revision with {option}")
    if found is None:
        raise UnknownRevisionError(f"{revision!r} names no commit here: fetch it, or name another with {option}")
    return found


async def _commit(directory: Path, revision: str) -> str | None:
    """The commit that `revision` names, or None; it may be anything a person typed."""
    if not revision or "\0" in revision:
        return None
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return await _ask(directory, *arguments)


async def _ask(directory: Path, *arguments: str) -> str | None:
    """Git's one line, or None where it has no answer."""
    try:
        answer = await run_git(arguments, surroundings=Surroundings(directory=directory))
    except GitFailedError as error:
        if error.exit_code not in (1, 128):
            raise
        return None
    return answer.decode("utf-8", "replace").strip() or None


async def _empty_tree(store: GitStore) -> str:
    return (await store.run(("hash-object", "-t", "tree", "--stdin"))).decode().strip()
