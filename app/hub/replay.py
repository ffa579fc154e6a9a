"""What *Rebase and merge* makes of a pull request: each of its commits again, one after another on the base's tip.

GitHub keeps who wrote a commit and what it says, and always makes new commits, also where the old ones would do.
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/about-merge-methods-on-github
"""

from datetime import datetime
from pathlib import Path

from app.hub import git, objects
from app.hub.objects import Commit, Signature
from app.hub.refusals import RefusedError

MOST_COMMITS = 1_000


def replay(path: Path, tip: str, head: str, who: Signature) -> str:
    """SHA of the last commit, on no branch yet. Merge commits, and commits of which nothing is left, fall away.

    Raises RefusedError 405 where a commit conflicts with what `tip` brings.
    """
    made = tip
    for commit in reversed(git.log(path, f"{tip}..{head}", limit=MOST_COMMITS)):
        if len(commit.parents) == 1:
            made = _make_again(path, commit, made, who)
    return made


def _make_again(path: Path, commit: Commit, tip: str, who: Signature) -> str:
    (parent,) = commit.parents
    before, there = git.read_commit(path, parent).tree, git.read_commit(path, tip).tree
    # Merged with a commit that has the tip's files and this one's parent, just what this commit did is added to them.
    stand_in = git.commit_tree(path, there, [parent], "What the commit is put upon", who)
    try:
        tree = git.run(path, "merge-tree", "--write-tree", stand_in, commit.sha).decode().strip()
    except git.GitFailedError as error:
        raise RefusedError(405, "This branch can't be rebased") from error
    if tree == there and commit.tree != before:
        return tip
    return _write(path, commit, tree, tip, who)


def _write(path: Path, commit: Commit, tree: str, parent: str, who: Signature) -> str:
    """The commit with its author and its words, byte for byte; a signature would no longer be true."""
    raw = objects.read_object(path, commit.sha, "commit") or git.run(path, "cat-file", "commit", commit.sha)
    head, _, message = raw.partition(b"\n\n")
    (author,) = [line for line in head.split(b"\n") if line.startswith(b"author ")]
    moment = int(datetime.fromisoformat(who.date).timestamp())
    committer = f"committer {who.name} <{who.email}> {moment} +0000".encode()
    lines = [b"tree " + tree.encode(), b"parent " + parent.encode(), author, committer, b"", message]
    return git.run(path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=b"\n".join(lines)).decode().strip()
