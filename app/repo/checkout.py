"""A repository on somebody's own machine, read without writing into it or running anything it configures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.repo.git import GitFailedError, Surroundings, run_git
from app.repo.objects import GitStore

_INIT = ("init", "--quiet", "--bare", "--template=", "--initial-branch=none")
_FACTS = ("--git-common-dir", "--git-path", "objects", "--git-path", "index", "--git-path", "info/exclude")


class LocalRangeError(Exception):
    """There is nothing to review here; the message says what to do, in one line."""


class NotARepositoryError(LocalRangeError):
    """The directory is in no git repository."""


class RepositoryTooStrangeError(LocalRangeError):
    """The repository is in a state that cannot be read without changing it."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where a local repository keeps its things. `top` is None for a bare one; `hash` names its object format."""

    top: Path | None
    common: Path
    objects: Path
    index: Path
    exclude: Path
    hash: str


async def find_checkout(directory: Path) -> Checkout:
    """The repository that `directory` is in. Raises NotARepositoryError."""
    plain = Surroundings(directory=directory)
    try:
        answer = await run_git(
            ("rev-parse", "--path-format=absolute", "--is-inside-work-tree", "--show-object-format", *_FACTS),
            surroundings=plain,
        )
        inside, kind, common, objects, index, exclude = answer.decode("utf-8", "surrogateescape").split("\n")[:-1]
        top = await run_git(("rev-parse", "--show-toplevel"), surroundings=plain) if inside == "true" else b""
    except (GitFailedError, OSError) as error:
        raise NotARepositoryError(f"{directory} is in no git repository: name one with --repo") from error
    except ValueError as error:
        raise RepositoryTooStrangeError("the repository's path holds a line feed: move it") from error
    return Checkout(
        top=Path(top.decode("utf-8", "surrogateescape")[:-1]) if top else None,
        common=Path(common),
        objects=Path(objects),
        index=Path(index),
        exclude=Path(exclude),
        hash=kind,
    )


async def borrow_objects(checkout: Checkout, git_dir: Path) -> GitStore:
    """An empty bare repository that reads the objects of `checkout`, and those written by `write_beside`."""
    await run_git((*_INIT, f"--object-format={checkout.hash}", str(git_dir)))
    alternates = git_dir / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    written(GitStore(git_dir)).mkdir()
    alternates.write_bytes(b"%b\n%b\n" % (os.fsencode(checkout.objects), os.fsencode(written(GitStore(git_dir)))))
    shallow = checkout.common / "shallow"
    if shallow.is_file():
        shutil.copyfile(shallow, git_dir / "shallow")
    return GitStore(git_dir)


def written(store: GitStore) -> Path:
    """Where a borrowing store keeps the objects made for it.

    They lie apart from the borrowed ones: git that finds an object it is to write touches the file it found.
    """
    return store.git_dir / "written"


async def write_beside(store: GitStore, arguments: Sequence[str], stdin: bytes = b"") -> bytes:
    """Standard output of a command that writes objects, without a sight of the borrowed ones."""
    apart = Surroundings(variables={"GIT_OBJECT_DIRECTORY": str(written(store))})
    return await run_git(arguments, git_dir=store.git_dir, surroundings=apart, stdin=stdin)
