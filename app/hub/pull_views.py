"""The JSON GitHub shows of a pull request and of what is said on it."""

from dataclasses import dataclass
from urllib.parse import quote

from app.hub.accounts import Json, Repository
from app.hub.diff import FileDiff
from app.hub.state import IssueComment, PullRequest, Reaction, Review, ReviewComment
from app.hub.views import (
    api,
    associate,
    node_id,
    show_app,
    show_repository,
    show_user,
    stamp,
    stamp_if,
)

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


@dataclass(frozen=True, slots=True)
class Measures:
    """What only a look into the repository tells of a pull request."""

    additions: int
    deletions: int
    changed_files: int
    commits: int
    comments: int
    review_comments: int
    mergeable: bool | None


def show_pull(url: str, pull: PullRequest, *, seen_by_members: bool, measures: Measures | None) -> Json:
    """A `pull-request-simple`; with measures the `pull-request` in full."""
    base, html = f"{api(url, pull.repository)}/pulls/{pull.number}", pull_page(url, pull)
    issue = f"{api(url, pull.repository)}/issues/{pull.number}"
    links = {
        "self": base,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{base}/comments",
        "review_comment": f"{api(url, pull.repository)}/pulls/comments{{/number}}",
        "commits": f"{base}/commits",
        "statuses": f"{api(url, pull.repository)}/statuses/{pull.head_sha}",
    }
    return {
        "url": base,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        **{f"{name}_url": links[name] for name in links if name not in ("self", "html")},
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "active_lock_reason": "resolved" if pull.locked else None,
        "title": pull.title,
        "user": show_user(url, pull.author),
        "body": pull.body,
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": stamp_if(pull.closed_at),
        "merged_at": stamp_if(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": show_user(url, pull.assignees[0]) if pull.assignees else None,
        "assignees": [show_user(url, one) for one in pull.assignees],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": None,
        "draft": pull.draft,
        "head": _show_end(url, pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _show_end(url, pull.repository, pull.base_ref, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": associate(pull.repository, pull.author, seen_by_members=seen_by_members),
        "auto_merge": None,
        **({} if measures is None else _show_measures(url, pull, measures)),
    }


def pull_page(url: str, pull: PullRequest) -> str:
    """Address of the page people look at."""
    return f"{url}/{pull.repository.full_name}/pull/{pull.number}"


def _show_end(url: str, repository: Repository, ref: str, sha: str) -> Json:
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": show_user(url, repository.owner),
        "repo": None if repository.deleted else show_repository(url, repository),
    }


def _show_measures(url: str, pull: PullRequest, measures: Measures) -> Json:
    state = {None: "unknown", True: "clean", False: "dirty"}[measures.mergeable]
    return {
        "merged": pull.merged_at is not None,
        "mergeable": measures.mergeable,
        "rebaseable": measures.mergeable,
        "mergeable_state": "draft" if pull.draft else state,
        "merged_by": None if pull.merged_by is None else show_user(url, pull.merged_by),
        "comments": measures.comments,
        "review_comments": measures.review_comments,
        "maintainer_can_modify": False,
        "commits": measures.commits,
        "additions": measures.additions,
        "deletions": measures.deletions,
        "changed_files": measures.changed_files,
    }


def show_issue(url: str, pull: PullRequest, comments: int) -> Json:
    """The pull request as the issue it also is: no head SHA, no head repository."""
    base, html = f"{api(url, pull.repository)}/issues/{pull.number}", pull_page(url, pull)
    return {
        "url": base,
        "repository_url": api(url, pull.repository),
        "labels_url": f"{base}/labels{{/name}}",
        "comments_url": f"{base}/comments",
        "events_url": f"{base}/events",
        "timeline_url": f"{base}/timeline",
        "html_url": html,
        "id": pull.id + 1,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": show_user(url, pull.author),
        "labels": [],
        "state": pull.state,
        "state_reason": None,
        "locked": pull.locked,
        "assignee": show_user(url, pull.assignees[0]) if pull.assignees else None,
        "assignees": [show_user(url, one) for one in pull.assignees],
        "milestone": None,
        "comments": comments,
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": stamp_if(pull.closed_at),
        "author_association": associate(pull.repository, pull.author, seen_by_members=False),
        "active_lock_reason": "resolved" if pull.locked else None,
        "draft": pull.draft,
        "pull_request": {
            "url": f"{api(url, pull.repository)}/pulls/{pull.number}",
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": stamp_if(pull.merged_at),
        },
        "body": pull.body,
        "reactions": _show_reactions(f"{base}/reactions", []),
        "performed_via_github_app": None,
    }


def _show_reactions(url: str, reactions: list[Reaction]) -> Json:
    counts = {name: sum(r.content == name for r in reactions) for name in REACTIONS}
    return {"url": url, "total_count": len(reactions), **counts}


def show_reaction(url: str, reaction: Reaction) -> Json:
    """A `reaction`."""
    return {
        "id": reaction.id,
        "node_id": node_id("REA", reaction.id),
        "user": show_user(url, reaction.user),
        "content": reaction.content,
        "created_at": stamp(reaction.created_at),
    }


def show_comment(url: str, comment: IssueComment, *, seen_by_members: bool) -> Json:
    """An `issue-comment`."""
    repository = comment.pull.repository
    base = f"{api(url, repository)}/issues/comments/{comment.id}"
    return {
        "url": base,
        "html_url": f"{pull_page(url, comment.pull)}#issuecomment-{comment.id}",
        "issue_url": f"{api(url, repository)}/issues/{comment.pull.number}",
        "id": comment.id,
        "node_id": node_id("IC", comment.id),
        "user": show_user(url, comment.author),
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.updated_at),
        "author_association": associate(repository, comment.author, seen_by_members=seen_by_members),
        "body": comment.body,
        "reactions": _show_reactions(f"{base}/reactions", comment.reactions),
        "performed_via_github_app": None if comment.app is None else show_app(url, comment.app),
    }


def show_review(url: str, review: Review, *, seen_by_members: bool) -> Json:
    """A `pull-request-review`; payloads write its state in lower case."""
    pull = review.pull
    html = f"{pull_page(url, pull)}#pullrequestreview-{review.id}"
    base = f"{api(url, pull.repository)}/pulls/{pull.number}"
    submitted = {} if review.submitted_at is None else {"submitted_at": stamp(review.submitted_at)}
    return {
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": show_user(url, review.author),
        "body": review.body,
        "state": review.state if seen_by_members else review.state.lower(),
        "html_url": html,
        "pull_request_url": base,
        "author_association": associate(pull.repository, review.author, seen_by_members=seen_by_members),
        "_links": {"html": {"href": html}, "pull_request": {"href": base}},
        **submitted,
        "commit_id": review.commit_id,
    }


def show_review_comment(url: str, comment: ReviewComment, *, seen_by_members: bool) -> Json:
    """A `pull-request-review-comment`."""
    pull, repository = comment.pull, comment.pull.repository
    base = f"{api(url, repository)}/pulls/comments/{comment.id}"
    html = f"{pull_page(url, pull)}#discussion_r{comment.id}"
    pull_url = f"{api(url, repository)}/pulls/{pull.number}"
    current = comment.line is not None or comment.subject_type == "file"
    answered = {} if comment.in_reply_to_id is None else {"in_reply_to_id": comment.in_reply_to_id}
    return {
        "url": base,
        "pull_request_review_id": comment.review.id,
        "id": comment.id,
        "node_id": node_id("PRRC", comment.id),
        "diff_hunk": comment.diff_hunk,
        "path": comment.path,
        "position": (comment.original_position or 1) if current else None,
        "original_position": comment.original_position or 1,
        "commit_id": comment.commit_id,
        "original_commit_id": comment.original_commit_id,
        **answered,
        "user": show_user(url, comment.author),
        "body": comment.body,
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.updated_at),
        "html_url": html,
        "pull_request_url": pull_url,
        "author_association": associate(repository, comment.author, seen_by_members=seen_by_members),
        "_links": {"self": {"href": base}, "html": {"href": html}, "pull_request": {"href": pull_url}},
        "start_line": comment.start_line,
        "original_start_line": comment.original_start_line,
        "start_side": comment.start_side,
        "line": comment.line,
        **({} if comment.original_line is None else {"original_line": comment.original_line}),
        "side": comment.side,
        "subject_type": comment.subject_type,
        "reactions": _show_reactions(f"{base}/reactions", comment.reactions),
    }


def show_file(url: str, repository: Repository, file: FileDiff, head: str) -> Json:
    """A `diff-entry`."""
    path, html = quote(file.path), f"{url}/{repository.full_name}"
    previous = {} if file.previous_path is None else {"previous_filename": file.previous_path}
    patch = {} if file.patch is None else {"patch": file.patch}
    return {
        "sha": file.blob,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{html}/blob/{head}/{path}",
        "raw_url": f"{html}/raw/{head}/{path}",
        "contents_url": f"{api(url, repository)}/contents/{path}?ref={head}",
        **patch,
        **previous,
    }
