"""Whether a pull request has one merge base: only then its diff shows all that merging it does.

Where base and head have merged with each other crosswise there are several, and GitHub compares with one of them. What
the head took back of another one is then in no diff, and is merged all the same.
https://git-scm.com/docs/git-merge-base#_discussion
"""

from __future__ import annotations

from app.core.gate.snapshot import Snapshot
from app.github.client import GitHubClient

MAX_COMMITS = 1000
"""Commits of a head whose parents are looked at."""

MAX_BORDER = 30
"""Commits of the base that a head has merged, each of which is one request."""


SEVERAL_MERGE_BASES = (
    "Base and head have merged with each other crosswise, so their diff may not show all that merging does: merge the "
    "base branch into this one once more."
)


async def has_one_merge_base(client: GitHubClient, snapshot: Snapshot) -> bool:
    """Whether `merge_base` is the only one; False too where that would take too many requests to tell.

    Every merge base is a parent of some commit that only the head has. It is another one unless it is an ancestor of
    this one. Raises the errors of `app.github.errors`.
    """
    base, head, merge_base = snapshot.base_sha, snapshot.head_sha, snapshot.merge_base
    if merge_base in (base, head):
        return True
    if (await client.compare(base, head)).ahead_by > MAX_COMMITS:
        return False
    own = await client.list_compared_commits(base, head)
    parents = {parent.sha for commit in own for parent in commit.parents}
    border = parents - {commit.sha for commit in own} - {merge_base}
    if len(border) > MAX_BORDER:
        return False
    for commit in sorted(border):
        if (await client.compare(commit, merge_base)).behind_by:
            return False
    return True
