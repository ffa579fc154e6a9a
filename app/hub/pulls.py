"""What happens to pull requests and branches, and who is told."""

from app.hub import git
from app.hub.accounts import Json, Repository, User
from app.hub.diff import Diff, map_line, three_dot
from app.hub.events import Hub, announce
from app.hub.pull_views import Measures, show_pull
from app.hub.refusals import RefusedError, invalid
from app.hub.state import PullRequest, ReviewComment
from app.hub.suites import request_suites
from app.hub.views import show_commit

NO_SHA = "0" * 40
MAX_COMMITS = 250


class PushRefusedError(Exception):
    """The push would throw commits away and was not forced, or names what is not there."""


def base_tip(pull: PullRequest) -> str:
    """The commit a pull request is compared with: its base branch's tip while it is open."""
    if pull.state == "closed":
        return pull.base_sha
    return git.tip(pull.repository.path, pull.base_ref) or pull.base_sha


def change_of(pull: PullRequest, head: str | None = None) -> Diff:
    """What the pull request changes: merge base of base branch and head … head (or an older head)."""
    return three_dot(pull.repository.path, base_tip(pull), head or pull.head_sha)


def merge_base_of(pull: PullRequest) -> str:
    """The commit the change starts from."""
    return git.merge_base(pull.repository.path, base_tip(pull), pull.head_sha)


def measure(hub: Hub, pull: PullRequest, *, mergeable: bool | None) -> Measures:
    """Sizes and counts of a pull request."""
    files = change_of(pull).files
    return Measures(
        additions=sum(file.additions for file in files),
        deletions=sum(file.deletions for file in files),
        changed_files=len(files),
        commits=git.count(pull.repository.path, f"{base_tip(pull)}..{pull.head_sha}"),
        comments=len(hub.state.comments_of(pull)),
        review_comments=len(hub.state.review_comments_of(pull)),
        mergeable=mergeable,
    )


def ask_mergeable(pull: PullRequest) -> bool | None:
    """Whether it merges cleanly; None the first time after a change, as GitHub computes it in the background."""
    if pull.state == "closed":
        return None
    pair = (base_tip(pull), pull.head_sha)
    if pull.mergeable_for != pair:
        pull.mergeable_for = pair
        return None
    return git.merges_cleanly(pull.repository.path, *pair)


def tell(hub: Hub, pull: PullRequest, action: str, sender: User, extra: Json | None = None) -> None:
    """Send a `pull_request` event."""
    pull.updated_at = hub.clock()
    shown = show_pull(hub.url, pull, seen_by_members=False, measures=measure(hub, pull, mergeable=None))
    parts = {"number": pull.number, "pull_request": shown} | (extra or {})
    announce(hub, "pull_request", action, pull.repository, sender, parts)


def open_pull(
    hub: Hub,
    repository: Repository,
    author: User,
    words: tuple[str, str | None],
    head: tuple[Repository, str],
    base_ref: str,
    *,
    draft: bool = False,
) -> PullRequest:
    """Open a pull request; `words` are title and body. Raises RefusedError 422 as GitHub does."""
    head_repository, head_ref = head
    head_sha, base_sha = git.tip(head_repository.path, head_ref), git.tip(repository.path, base_ref)
    for field, sha in (("head", head_sha), ("base", base_sha)):
        if sha is None:
            raise invalid("PullRequest", field, f"{field} is invalid", "invalid")
    if head_sha is None or base_sha is None or head_sha == base_sha:
        message = f"No commits between {base_ref} and {head_ref}"
        raise RefusedError(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom"}, message])
    repository.last_number += 1
    now = hub.clock()
    pull = PullRequest(
        id=hub.state.next_id(),
        number=repository.last_number,
        repository=repository,
        title=words[0],
        body=words[1],
        author=author,
        head_repository=head_repository,
        head_ref=head_ref,
        head_sha=head_sha,
        base_ref=base_ref,
        base_sha=base_sha,
        created_at=now,
        updated_at=now,
        draft=draft,
    )
    _bring_head(pull)
    git.merge_base(repository.path, base_sha, head_sha)
    hub.state.pulls[repository.id, pull.number] = pull
    tell(hub, pull, "opened", author)
    return pull


def _bring_head(pull: PullRequest) -> None:
    if pull.from_fork:
        git.fetch(pull.repository.path, pull.head_repository.path, pull.head_sha)
    git.point(pull.repository.path, f"refs/pull/{pull.number}/head", pull.head_sha)


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
        _synchronize(hub, repository, branch, pusher, forced=forced)


def delete_branch(hub: Hub, repository: Repository, branch: str, pusher: User) -> None:
    """Remove a branch. Raises PushRefusedError where there is none."""
    before = git.tip(repository.path, branch)
    if before is None:
        raise PushRefusedError(f"{repository.full_name} has no branch {branch}")
    git.point(repository.path, f"refs/heads/{branch}", None)
    _tell_push(hub, repository, branch, (before, NO_SHA), pusher, forced=False)
    for pull in hub.state.pulls_of(repository):
        if pull.state == "open" and pull.head_ref == branch and not pull.from_fork:
            close(hub, pull, pusher)


def _tell_push(
    hub: Hub, repository: Repository, branch: str, moved: tuple[str, str], pusher: User, *, forced: bool
) -> None:
    before, after = moved
    tip = None if after == NO_SHA else git.log(repository.path, after, limit=1)[0]
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


def _synchronize(hub: Hub, repository: Repository, branch: str, sender: User, *, forced: bool) -> None:
    for pull in list(hub.state.pulls.values()):
        if pull.state == "closed" or (pull.head_repository, pull.head_ref) != (repository, branch):
            continue
        before, after = pull.head_sha, git.tip(repository.path, branch)
        if after is None:
            continue
        pull.head_sha, pull.base_sha = after, base_tip(pull)
        _bring_head(pull)
        anchor_again(hub, pull, before, forced=forced)
        tell(hub, pull, "synchronize", sender, {"before": before, "after": after})


def anchor_again(hub: Hub, pull: PullRequest, before: str, *, forced: bool) -> None:
    """Move line comments along with their lines; where a line changed or left the diff, the comment is outdated.

    After a force-push all are, and every review is said to be of the new head.
    """
    if forced:
        for review in hub.state.reviews_of(pull):
            review.commit_id = pull.head_sha
    for comment in hub.state.review_comments_of(pull):
        if comment.subject_type == "file":
            comment.commit_id = pull.head_sha
        elif comment.line is not None:
            anchor_comment(pull, comment, before, forced=forced)


def anchor_comment(pull: PullRequest, comment: ReviewComment, before: str, *, forced: bool) -> None:
    """Move one line comment from its place in commit `before` to its place at the head, or outdate it."""
    path, line = pull.repository.path, comment.line
    file = None if forced else change_of(pull).file(comment.path)
    if file is not None and line is not None and comment.side == "RIGHT":
        moved = map_line(path, before, pull.head_sha, comment.path, line)
        start = comment.start_line
        begun = None if start is None else map_line(path, before, pull.head_sha, comment.path, start)
        whole = start is None or (begun is not None and moved is not None and moved - begun == line - start)
        line, comment.start_line = (moved, begun) if whole else (None, None)
    elif merge_base_of(pull) != comment.original_base:
        line = None
    if file is None or line is None or file.hunk_at(comment.side, line) is None:
        comment.line = comment.start_line = None
    else:
        comment.line, comment.commit_id = line, pull.head_sha


def retarget(hub: Hub, pull: PullRequest, base_ref: str, sender: User) -> None:
    """Point the pull request at another base branch. Raises RefusedError 422 where there is none."""
    tip = git.tip(pull.repository.path, base_ref)
    if tip is None:
        raise invalid("PullRequest", "base", "Proposed base branch was not found")
    changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
    pull.base_ref, pull.base_sha = base_ref, tip
    anchor_again(hub, pull, pull.head_sha, forced=False)
    tell(hub, pull, "edited", sender, {"changes": changes})


def edit(hub: Hub, pull: PullRequest, sender: User, title: str | None, body: str | None) -> None:
    """Change title or body; None leaves it."""
    changes: Json = {}
    if title is not None:
        changes["title"] = {"from": pull.title}
    if body is not None:
        changes["body"] = {"from": pull.body}
    pull.title, pull.body = title or pull.title, pull.body if body is None else body
    tell(hub, pull, "edited", sender, {"changes": changes})


def close(hub: Hub, pull: PullRequest, sender: User) -> None:
    """Close without merging."""
    pull.base_sha = base_tip(pull)
    pull.state, pull.closed_at = "closed", hub.clock()
    tell(hub, pull, "closed", sender)


def reopen(hub: Hub, pull: PullRequest, sender: User) -> None:
    """Open again, at whatever its branch now points at. Raises RefusedError 422 after a merge."""
    tip = git.tip(pull.head_repository.path, pull.head_ref)
    if pull.merged_at is not None or tip is None:
        raise invalid("PullRequest", "state", "state cannot be changed. The pull request cannot be reopened.")
    pull.state, pull.closed_at, pull.head_sha = "open", None, tip
    _bring_head(pull)
    tell(hub, pull, "reopened", sender)


def set_draft(hub: Hub, pull: PullRequest, sender: User, *, draft: bool) -> None:
    """Make it a draft, or ready for review; nothing is said where it is so already."""
    if pull.draft != draft:
        pull.draft = draft
        tell(hub, pull, "converted_to_draft" if draft else "ready_for_review", sender)


def set_locked(hub: Hub, pull: PullRequest, sender: User, *, locked: bool) -> None:
    """Lock or unlock its conversation."""
    pull.locked = locked
    tell(hub, pull, "locked" if locked else "unlocked", sender)


def merge(hub: Hub, pull: PullRequest, sender: User) -> str:
    """Merge, whoever asks: `checks.can_merge` is the gate. The merge commit's SHA."""
    now = hub.clock()
    base = base_tip(pull)
    who = git.Signature(sender.login, address(sender), now.isoformat())
    message = f"Merge pull request #{pull.number} from {pull.head_repository.owner.login}/{pull.head_ref}"
    sha = git.merge(pull.repository.path, base, pull.head_sha, message, who)
    git.point(pull.repository.path, f"refs/heads/{pull.base_ref}", sha)
    pull.base_sha, pull.state = base, "closed"
    pull.closed_at = pull.merged_at = now
    pull.merged_by, pull.merge_commit_sha = sender, sha
    _tell_push(hub, pull.repository, pull.base_ref, (base, sha), sender, forced=False)
    tell(hub, pull, "closed", sender)
    return sha


def refuse_merge(reason: str) -> RefusedError:
    """What GitHub answers where the gate is shut."""
    return RefusedError(405, reason)


def address(user: User) -> str:
    """The e-mail address commits of an account carry."""
    return f"{user.id}+{user.login}@users.noreply.github.com"
