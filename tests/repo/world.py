"""Real git repositories for the tests, made with git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

GIT = shutil.which("git") or "git"
_ENVIRONMENT = {
    "PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}

Tree = dict[bytes, tuple[str, bytes]]
"""Path → mode and content; a submodule's content is the commit's id."""


def file(content: bytes) -> tuple[str, bytes]:
    return "100644", content


@dataclass(frozen=True)
class Repository:
    path: Path

    def git(self, *arguments: str | bytes, stdin: bytes = b"", check: bool = True) -> bytes:
        command = [GIT, "-C", str(self.path), "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, env=_ENVIRONMENT, check=False, timeout=60)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes] | None = None, message: str = "A change") -> str:
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").decode().strip()

    def commit_tree(self, tree: Tree, parent: str | None = None) -> str:
        """A commit of exactly `tree`, whatever names and modes it holds."""
        (commit,) = self.commit_trees([(tree, parent)])
        return commit

    def commit_trees(self, trees: Sequence[tuple[Tree, str | int | None]]) -> list[str]:
        """Commits of exactly these trees, in one go. A parent is a commit's id, or the number of an earlier tree."""
        script: list[bytes] = []
        for number, (tree, parent) in enumerate(trees):
            script.append(b"commit refs/heads/built\nmark :%d\n" % (number + 1))
            script.append(b"committer Ada <ada@example.com> 1767225600 +0000\ndata 1\nx\n")
            match parent:
                case str():
                    script.append(b"from %b\n" % parent.encode())
                case int():
                    script.append(b"from :%d\n" % (parent + 1))
                case None if number:
                    # Without a word it would be the child of the one before.
                    script.insert(-2, b"reset refs/heads/built\n")
            script += [b"deleteall\n", *_list_files(tree), b"get-mark :%d\n" % (number + 1)]
        said = self.git("fast-import", "--quiet", "--force", stdin=b"".join(script))
        return said.decode().split()

    @property
    def git_dir(self) -> Path:
        return self.path / ".git" if (self.path / ".git").exists() else self.path


def _list_files(tree: Tree) -> Iterator[bytes]:
    """What tells fast-import to put all of `tree` in place."""
    for path, (mode, content) in sorted(tree.items()):
        quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
        if mode == "160000":
            yield b"M 160000 %b %b\n" % (content, quoted)
        else:
            yield b"M %b inline %b\ndata %d\n%b\n" % (mode.encode(), quoted, len(content), content)


def make_repository(path: Path, *options: str) -> Repository:
    path.mkdir(parents=True, exist_ok=True)
    repository = Repository(path)
    repository.git("init", "--quiet", "--initial-branch=main", "--template=", *options)
    return repository
