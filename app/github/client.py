"""One repository on GitHub: one method for each endpoint used, named after it.

Reads carry a token that can only read, writes one that can only write what we write; both are minted for this
repository alone. Every method raises the errors of `app.github.errors`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from app.core.gate.enforcement import Requirements
from app.github.bodies import Body, action_body, comment_body, output_body
from app.github.contents import MOST_BYTES, read_file
from app.github.drafts import (
    CheckAction,
    CheckConclusion,
    CheckOutput,
    CheckStatus,
    DraftComment,
    ReactionContent,
)
from app.github.edits import Edit, read_last_edit
from app.github.errors import Context, WrongRepository
from app.github.objects import GitCommit, GitTree, read_blob, read_commit, read_tree
from app.github.payloads import (
    CheckRun,
    CollaboratorPermission,
    CommitRef,
    ComparedCommit,
    Comparison,
    IssueComment,
    Pull,
    PullCommit,
    PullFile,
    Reaction,
    Repository,
    Review,
    ReviewComment,
)
from app.github.protection import read_requirements
from app.github.reactions import list_reactions
from app.github.reading import Reader, quoted
from app.github.transport import Credential, Wire
from app.github.turns import read_last_base_change, read_last_turn

_FULL_NAME: Final = re.compile(r"([A-Za-z0-9._-]{1,100})/([A-Za-z0-9._-]{1,100})", re.ASCII)
# GitHub lists no more commits of a pull request than this.
MOST_PULL_FILES: Final = 3_000
MOST_PULL_COMMITS: Final = 250


class GitHubClient:
    """A repository, as its installation's token sees it."""

    def __init__(
        self, wire: Wire, *, reads: Credential, writes: Credential, repository_id: int, full_name: str
    ) -> None:
        """`full_name` may be an old name: redirects are followed, but only to `repository_id`.

        Raises ValueError for a name that GitHub could not have given.
        """
        if not _FULL_NAME.fullmatch(full_name) or {".", ".."} & set(full_name.split("/")):
            raise ValueError("a repository is named owner/name")
        self.repository_id = repository_id
        self.full_name = full_name
        self._repo = Reader(wire, reads, writes, f"/repos/{full_name}", repository_id)

    async def get_repository(self) -> Repository:
        """The repository itself."""
        repository = await self._repo.get("", Repository)
        self._prove(repository)
        return repository

    async def get_pull(self, number: int) -> Pull:
        """One pull request, now."""
        pull = await self._repo.get(f"/pulls/{number}", Pull)
        self._prove(pull.base.repo)
        return pull

    async def list_pulls(self, *, state: str = "open", base: str | None = None) -> tuple[Pull, ...]:
        """Pull requests, oldest first; of one base branch if given."""
        order = {"sort": "created", "direction": "asc"}
        params = {"state": state, **order, **({"base": base} if base is not None else {})}
        pulls = await self._repo.list_all("/pulls", Pull, params)
        for pull in pulls:
            self._prove(pull.base.repo)
        return pulls

    async def list_pulls_for_commit(self, sha: str) -> tuple[Pull, ...]:
        """The pull requests of this repository that a commit belongs to, from forks as well."""
        pulls = await self._repo.list_all(f"/commits/{quoted(sha)}/pulls", Pull)
        return tuple(pull for pull in pulls if pull.base.repo is None or pull.base.repo.id == self.repository_id)

    async def list_pull_commits(self, number: int) -> tuple[PullCommit, ...]:
        """The commits of a pull request, oldest first: `MOST_PULL_COMMITS` at most, whatever it has."""
        return await self._repo.list_all(f"/pulls/{number}/commits", PullCommit)

    async def get_last_turn(self, number: int) -> datetime | None:
        """When the base branch of a pull request was last changed, or its head force-pushed; None: neither ever was."""
        return await read_last_turn(self._repo, self.full_name, number)

    async def get_last_base_change(self, number: int) -> datetime | None:
        """When the base branch of a pull request was last changed; None: it never was."""
        return await read_last_base_change(self._repo, self.full_name, number)

    async def list_pull_files(self, number: int) -> tuple[PullFile, ...]:
        """The files that a pull request changes: `MOST_PULL_FILES` at most, whatever it has."""
        return await self._repo.list_all(f"/pulls/{number}/files", PullFile)

    async def compare(self, base: str, head: str) -> Comparison:
        """Two commits; NotFound when they have no common ancestor. The files are git's business."""
        return await self._repo.get(f"/compare/{quoted(base)}...{quoted(head)}", Comparison, {"per_page": 1})

    async def list_compared_commits(self, base: str, head: str) -> tuple[ComparedCommit, ...]:
        """The commits that `head` has and `base` has not, oldest first."""
        return await self._repo.list_all(f"/compare/{quoted(base)}...{quoted(head)}", ComparedCommit, key="commits")

    async def get_commit(self, ref: str) -> CommitRef:
        """The commit that `heads/BRANCH` or a SHA names; Unprocessable or NotFound where there is none."""
        return await self._repo.get(f"/commits/{quoted(ref)}", CommitRef, {"per_page": 1})

    async def get_git_commit(self, sha: str) -> GitCommit:
        """A commit as git has it, with its tree's id."""
        return await read_commit(self._repo, sha)

    async def get_tree(self, sha: str, *, recursive: bool) -> GitTree:
        """A tree, `recursive`: through all its directories, as far as GitHub lists it."""
        return await read_tree(self._repo, sha, recursive=recursive)

    async def get_blob(self, sha: str) -> bytes:
        """A blob's content."""
        return await read_blob(self._repo, sha)

    async def get_content(self, path: str, ref: str, *, most_bytes: int = MOST_BYTES) -> bytes | None:
        """A regular file's bytes, or None where there is none; NotAFile, FileTooLarge for what is not read."""
        return await read_file(self._repo, path, ref, most_bytes)

    async def get_collaborator_permission(self, login: str) -> CollaboratorPermission:
        """What somebody may do here now; NotFound for nobody GitHub knows."""
        return await self._repo.get(f"/collaborators/{quoted(login)}/permission", CollaboratorPermission)

    async def list_check_runs(
        self, ref: str, *, app_id: int, name: str | None = None, latest: bool = False
    ) -> tuple[CheckRun, ...]:
        """The check runs of one App on a commit; with `latest` only the newest of each name."""
        params: dict[str, str | int] = {"app_id": app_id, "filter": "latest" if latest else "all"}
        if name is not None:
            params["check_name"] = name
        runs = await self._repo.list_all(f"/commits/{quoted(ref)}/check-runs", CheckRun, params, key="check_runs")
        # Servers that do not know the parameter answer with every App's.
        return tuple(run for run in runs if run.app is not None and run.app.id == app_id)

    async def create_check_run(
        self,
        *,
        name: str,
        head_sha: str,
        external_id: str,
        status: CheckStatus = "queued",
        details_url: str | None = None,
        output: CheckOutput | None = None,
    ) -> CheckRun:
        """A new check run, not yet completed. Not repeatable: look for `external_id` after OutcomeUnknown."""
        body: Body = {"name": name, "head_sha": head_sha, "external_id": external_id, "status": status}
        if details_url is not None:
            body["details_url"] = details_url
        if output is not None:
            body["output"] = output_body(output)
        return await self._repo.write("POST", "/check-runs", CheckRun, body)

    async def update_check_run(
        self,
        check_run_id: int,
        *,
        status: CheckStatus | None = None,
        conclusion: CheckConclusion | None = None,
        external_id: str | None = None,
        output: CheckOutput | None = None,
        actions: Sequence[CheckAction] = (),
        completed_at: datetime | None = None,
    ) -> CheckRun:
        """Change what is given. Annotations are appended, so an update that has some is not repeated."""
        given: Body = {
            "status": status,
            "conclusion": conclusion,
            "external_id": external_id,
            "output": output_body(output) if output else None,
            "actions": [action_body(action) for action in actions] or None,
            "completed_at": completed_at.strftime("%Y-%m-%dT%H:%M:%SZ") if completed_at else None,
        }
        body = {key: value for key, value in given.items() if value is not None}
        repeatable = output is None or not output.annotations
        return await self._repo.write("PATCH", f"/check-runs/{check_run_id}", CheckRun, body, repeatable=repeatable)

    async def list_required_checks(self, branch: str) -> Requirements:
        """What a branch asks for before a merge, and what of that we may not see."""
        return await read_requirements(self._repo, branch)

    async def list_reviews(self, number: int) -> tuple[Review, ...]:
        """The reviews of a pull request, oldest first."""
        return await self._repo.list_all(f"/pulls/{number}/reviews", Review)

    async def create_review(
        self, number: int, *, commit_id: str, body: str, comments: Sequence[DraftComment] = ()
    ) -> Review:
        """A review that comments, and never approves. All or nothing: one bad line is Unprocessable for all."""
        placed: list[JsonValue] = [comment_body(comment) for comment in comments]
        review: Body = {"commit_id": commit_id, "body": body, "event": "COMMENT", "comments": placed}
        return await self._repo.write("POST", f"/pulls/{number}/reviews", Review, review)

    async def list_review_comments(self, number: int) -> tuple[ReviewComment, ...]:
        """Every comment on the change, oldest first."""
        return await self._repo.list_all(f"/pulls/{number}/comments", ReviewComment)

    async def get_review_comment(self, comment_id: int) -> ReviewComment:
        """One comment on the change, now; NotFound when it was deleted."""
        return await self._repo.get(f"/pulls/comments/{comment_id}", ReviewComment)

    async def create_review_comment(self, number: int, *, commit_id: str, comment: DraftComment) -> ReviewComment:
        """A single comment; without a line it stands on the whole file."""
        body = {"commit_id": commit_id, **comment_body(comment)}
        if comment.line is None:
            body["subject_type"] = "file"
        return await self._repo.write("POST", f"/pulls/{number}/comments", ReviewComment, body)

    async def create_review_comment_reply(self, number: int, comment_id: int, body: str) -> ReviewComment:
        """An answer in a thread; `comment_id` is the thread's first comment."""
        path = f"/pulls/{number}/comments/{comment_id}/replies"
        return await self._repo.write("POST", path, ReviewComment, {"body": body})

    async def update_review_comment(self, comment_id: int, body: str) -> ReviewComment:
        """Exchange the text of our comment."""
        path = f"/pulls/comments/{comment_id}"
        return await self._repo.write("PATCH", path, ReviewComment, {"body": body}, repeatable=True)

    async def create_review_comment_reaction(self, comment_id: int, content: ReactionContent) -> Reaction:
        """React to a comment on the change; a second time changes nothing."""
        path = f"/pulls/comments/{comment_id}/reactions"
        return await self._repo.write("POST", path, Reaction, {"content": content}, repeatable=True)

    async def list_reactions(self, comment_id: int, content: ReactionContent, *, thread: bool) -> tuple[Reaction, ...]:
        """The first of those who reacted to a comment so; `thread`: it is one on the change."""
        return await list_reactions(self._repo, comment_id, content, thread=thread)

    async def list_issue_comments(self, number: int) -> tuple[IssueComment, ...]:
        """Every comment of the conversation, oldest first."""
        return await self._repo.list_all(f"/issues/{number}/comments", IssueComment)

    async def get_issue_comment(self, comment_id: int) -> IssueComment:
        """One comment, now; NotFound when it was deleted."""
        return await self._repo.get(f"/issues/comments/{comment_id}", IssueComment)

    async def get_last_edit(self, node_id: str) -> Edit | None:
        """The last edit of a comment, on the change or not; None: it never was. NotFound when it was deleted."""
        return await read_last_edit(self._repo, node_id)

    async def create_issue_comment(self, number: int, body: str) -> IssueComment:
        """A new comment. Not repeatable: look for its marker after OutcomeUnknown."""
        return await self._repo.write("POST", f"/issues/{number}/comments", IssueComment, {"body": body})

    async def update_issue_comment(self, comment_id: int, body: str) -> IssueComment:
        """Exchange the text of our comment."""
        path = f"/issues/comments/{comment_id}"
        return await self._repo.write("PATCH", path, IssueComment, {"body": body}, repeatable=True)

    async def create_issue_comment_reaction(self, comment_id: int, content: ReactionContent) -> Reaction:
        """React to a comment; a second time changes nothing."""
        path = f"/issues/comments/{comment_id}/reactions"
        return await self._repo.write("POST", path, Reaction, {"content": content}, repeatable=True)

    def _prove(self, repository: Repository | None) -> None:
        if repository is None or repository.id != self.repository_id:
            context = Context("GET", f"/repos/{self.full_name}")
            raise WrongRepository("the name belongs to another repository now", context)
