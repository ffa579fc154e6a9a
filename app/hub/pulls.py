"""What happens to pull requests, and who is told."""

from app.hub import git
from app.hub.accounts import Json, Repository, User
from app.hub.diff import Diff, map_line, three_dot
from app.hub.events import Hub, announce
from app.hub.pull_views import Measures, show_pull
from app.hub.refusals import RefusedError, invalid
from app.hub.state import PullRequest, ReviewComment
from app.hub.timeline import AutomaticBaseChange, BaseRefChanged, HeadRefForcePushed
from app.hub.views import show_user

MAX_COMMITS = 250


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
    if head_repository is not repository:
        git.fetch(repository.path, head_repository.path, head_sha)
    try:
        git.merge_base(repository.path, base_sha, head_sha)
    except git.NoCommonHistoryError as error:
        message = f"The {head_ref} branch has no history in common with {base_ref}"
        raise invalid("PullRequest", "head", message) from error
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
    hub.state.pulls[repository.id, pull.number] = pull
    tell(hub, pull, "opened", author)
    return pull


def _bring_head(pull: PullRequest) -> None:
    if pull.from_fork:
        git.fetch(pull.repository.path, pull.head_repository.path, pull.head_sha)
    git.point(pull.repository.path, f"refs/pull/{pull.number}/head", pull.head_sha)


def synchronize(hub: Hub, repository: Repository, branch: str, sender: User, *, forced: bool) -> None:
    """Bring the open pull requests of a moved branch to its new tip."""
    for pull in list(hub.state.pulls.values()):
        if pull.state == "closed" or (pull.head_repository, pull.head_ref) != (repository, branch):
            continue
        before, after = pull.head_sha, git.tip(repository.path, branch)
        if after is None:
            continue
        pull.head_sha, pull.base_sha = after, base_tip(pull)
        if forced:
            pull.timeline.append(HeadRefForcePushed(hub.clock()))
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


def retarget(hub: Hub, pull: PullRequest, base_ref: str, sender: User, *, automatic: bool = False) -> None:
    """Point the pull request at another base branch. Raises RefusedError 422 where there is none.

    `automatic`: nobody asked for it, but the branch it had is gone.
    """
    tip = git.tip(pull.repository.path, base_ref)
    if tip is None:
        raise invalid("PullRequest", "base", "Proposed base branch was not found")
    changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
    pull.base_ref, pull.base_sha = base_ref, tip
    pull.timeline.append(AutomaticBaseChange(hub.clock()) if automatic else BaseRefChanged(hub.clock()))
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


def set_assignees(hub: Hub, pull: PullRequest, sender: User, assignees: list[User]) -> None:
    """Choose whose it is to deal with; each change is told by itself."""
    before, pull.assignees = pull.assignees, assignees
    for one in [user for user in before if user not in assignees]:
        tell(hub, pull, "unassigned", sender, {"assignee": show_user(hub.url, one)})
    for one in [user for user in assignees if user not in before]:
        tell(hub, pull, "assigned", sender, {"assignee": show_user(hub.url, one)})


def set_locked(hub: Hub, pull: PullRequest, sender: User, *, locked: bool) -> None:
    """Lock or unlock its conversation."""
    pull.locked = locked
    tell(hub, pull, "locked" if locked else "unlocked", sender)


def address(user: User) -> str:
    """The e-mail address commits of an account carry."""
    return f"{user.id}+{user.login}@users.noreply.github.com"
