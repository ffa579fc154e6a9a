"""The merge queue, as far as an App sees it: a group's commit on a branch of its own, to be checked."""

from app.hub import git
from app.hub.accounts import User
from app.hub.events import Hub, announce
from app.hub.pulls import address, base_tip
from app.hub.state import PullRequest
from app.hub.views import show_commit


def request_checks(hub: Hub, pull: PullRequest, sender: User) -> str:
    """Make the group of one pull request and ask for its checks; the group's head. Raises git.GitFailedError."""
    path, base = pull.repository.path, base_tip(pull)
    who = git.Signature(sender.login, address(sender), hub.clock().isoformat())
    head = git.merge(path, base, pull.head_sha, f"Merge pull request #{pull.number}", who)
    branch = f"gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{base}"
    git.point(path, f"refs/heads/{branch}", head)
    commit = show_commit(hub.url, pull.repository, git.read_commit(path, head), sender)
    group = {
        "head_sha": head,
        "head_ref": f"refs/heads/{branch}",
        "base_sha": base,
        "base_ref": f"refs/heads/{pull.base_ref}",
        "head_commit": commit["commit"] | {"id": head, "timestamp": commit["commit"]["author"]["date"]},
    }
    announce(hub, "merge_group", "checks_requested", pull.repository, sender, {"merge_group": group})
    return head
