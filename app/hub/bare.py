"""Bare repositories as they are made: empty, or a copy of one on this machine."""

from collections.abc import Mapping
from pathlib import Path

from app.hub import git

_CONFIG = "[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n"


def create(path: Path, source: Path | None, default_branch: str) -> None:
    """Make a bare repository: empty, or with all the references of `source`, a repository on this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    quietly = ("--quiet", "--template=")
    if source is None:
        git.run(path.parent, "init", *quietly, "--bare", f"--initial-branch={default_branch}", "--", str(path))
    else:
        # Without links: git touches a file of an object that it is to write and finds there, for every name it has.
        git.run(path.parent, "clone", *quietly, "--mirror", "--no-hardlinks", "--", str(source.resolve()), str(path))
        git.run(path, "symbolic-ref", "HEAD", f"refs/heads/{default_branch}")
    with (path / "config").open("a", encoding="utf-8") as config:
        config.write(_CONFIG)


def keep_branches(path: Path, wanted: Mapping[str, str] | None) -> None:
    """After copying: only branches and tags stay; with `wanted` (name → revision) exactly these branches.

    Raises git.GitFailedError for a revision the copy does not have.
    """
    shas = None if wanted is None else {name: git.resolve(path, revision) for name, revision in wanted.items()}
    for name, sha in (shas or {}).items():
        if sha is None:
            raise git.GitFailedError(f"{name}: there is no such revision in the source")
    kept = (b"refs/tags/",) if shas is not None else (b"refs/tags/", b"refs/heads/")
    gone = [ref for ref in git.run(path, "for-each-ref", "--format=%(refname)").split() if not ref.startswith(kept)]
    # One process for all: a clone may hold thousands, and each call would write the packed ones anew.
    git.run(path, "update-ref", "--no-deref", "--stdin", stdin=b"".join(b"delete %b\n" % ref for ref in gone))
    for name, sha in (shas or {}).items():
        git.point(path, f"refs/heads/{name}", sha)
    git.run(path, "remote", "remove", "origin")
