"""What happens to branches: pushes, removals and merges, and what follows from them."""

from typing import Literal

from app.hub import git
from app.hub.accounts import Repository, User
from app.hub.events import Hub, announce
from app.hub.pulls import address, base_tip, close, retarget, synchronize, tell
from app.hub.refusals import RefusedError
from app.hub.replay import replay
from app.hub.state import PullRequest
from app.hub.suites import request_suites
from app.hub.views import show_commit

NO_SHA = "0" * 40
Method = Literal["merge", "squash", "rebase"]
"""How a pull request is merged, in the words of REST's `merge_method`."""


class PushRefusedError(Exception):
    """The push would throw commits away and was not forced, or names what is not there."""


def push(hub: Hub, repository: Repository, branch: str, sha: str, pusher: User, *, force: bool = False) -> None:
    """Move a branch to a commit the repository has. Raises PushRefusedError."""
    commit = git.resolve(repository.path, sha)
    before = git.tip(repository.path, branch)
    if commit is None:
        raise PushRefusedError(f"{repository.full_name} has no commit {sha}")
    forced = before is not None and not git.is_ancestor(repository.path, before, commit)
    if forced and not force:
        raise PushRefusedError(f"{branch}: non-fast-forward")
    git.point(repository.path, f"refs/heads/{branch}", commit)
    repository.pushed_at = hub.clock()
    _tell_push(hub, repository, branch, (before or NO_SHA, commit), pusher, forced=forced)
    request_suites(hub, repository, branch, commit, pusher)
    if before != commit:
        synchronize(hub, repository, branch, pusher, forced=forced)


def delete_branch(hub: Hub, repository: Repository, branch: str, pusher: User) -> None:
    """Remove a branch; what was to be merged from it closes. Raises PushRefusedError where there is none."""
    before = git.tip(repository.path, branch)
    if before is None:
        raise PushRefusedError(f"{repository.full_name} has no branch {branch}")
    git.point(repository.path, f"refs/heads/{branch}", None)
    _tell_push(hub, repository, branch, (before, NO_SHA), pusher, forced=False)
    for pull in hub.state.pulls_of(repository):
        if pull.state != "open":
            continue
        if pull.head_ref == branch and not pull.from_fork:
            close(hub, pull, pusher)
        elif pull.base_ref == branch:
            _lose_base(hub, pull, before, pusher)


def _lose_base(hub: Hub, pull: PullRequest, tip: str, pusher: User) -> None:
    """Its base branch is gone: it follows the pull request that merged that branch, or is closed.

    https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-branches
    """
    for merged in hub.state.pulls_of(pull.repository):
        if merged.merged_at is not None and merged.head_ref == pull.base_ref and not merged.from_fork:
            retarget(hub, pull, merged.base_ref, pusher, automatic=True)
            return
    pull.base_sha = tip
    close(hub, pull, pusher)


def _tell_push(
    hub: Hub, repository: Repository, branch: str, moved: tuple[str, str], pusher: User, *, forced: bool
) -> None:
    before, after = moved
    tip = None if after == NO_SHA else git.read_commit(repository.path, after)
    shown = None if tip is None else show_commit(hub.url, repository, tip, None)
    announce(
        hub,
        "push",
        None,
        repository,
        pusher,
        {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "created": before == NO_SHA,
            "deleted": after == NO_SHA,
            "forced": forced,
            "base_ref": None,
            "compare": f"{hub.url}/{repository.full_name}/compare/{before[:12]}...{after[:12]}",
            "commits": [],
            "head_commit": None if shown is None else shown["commit"] | {"id": after},
            "pusher": {"name": pusher.login, "email": None},
        },
    )


def merge(hub: Hub, pull: PullRequest, sender: User, method: Method = "merge") -> str:
    """Merge, whoever asks: `checks.can_merge` is the gate. The SHA that the base then has. Raises RefusedError 405."""
    base = base_tip(pull)
    sha = combine(hub, pull, base, sender, method)
    land(hub, pull, base, sha, sender)
    return sha


def combine(hub: Hub, pull: PullRequest, base: str, sender: User, method: Method) -> str:
    """What merging makes on top of `base`: a merge commit, one commit of all in one, or each commit again.

    On no branch yet. Raises git.GitFailedError or RefusedError on a conflict.
    """
    path, who = pull.repository.path, git.Signature(sender.login, address(sender), hub.clock().isoformat())
    if method == "rebase":
        return replay(path, base, pull.head_sha, who)
    message = f"Merge pull request #{pull.number} from {pull.head_repository.owner.login}/{pull.head_ref}"
    sha = git.merge(path, base, pull.head_sha, message, who)
    if method == "merge":
        return sha
    return git.commit_tree(path, git.read_commit(path, sha).tree, [base], f"{pull.title} (#{pull.number})", who)


def land(hub: Hub, pull: PullRequest, base: str, sha: str, sender: User) -> None:
    """Move the base branch to the commit that merges the pull request, and close it as merged."""
    now = hub.clock()
    git.point(pull.repository.path, f"refs/heads/{pull.base_ref}", sha)
    pull.base_sha, pull.state = base, "closed"
    pull.closed_at = pull.merged_at = now
    pull.merged_by, pull.merge_commit_sha = sender, sha
    _tell_push(hub, pull.repository, pull.base_ref, (base, sha), sender, forced=False)
    tell(hub, pull, "closed", sender)


def refuse_merge(reason: str) -> RefusedError:
    """What GitHub answers where the gate is shut."""
    return RefusedError(405, reason)
