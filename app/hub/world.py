"""What people do on the local GitHub. Each action changes the state and fires the webhooks GitHub would."""

from collections.abc import Mapping, Sequence

from app.hub import branches, checks, conversation, git, placing, pulls, reviews
from app.hub.accounts import Repository
from app.hub.grounds import Grounds
from app.hub.merge_queue import Method, Reason, destroy, drop_moved, proceed, request_checks
from app.hub.state import CheckRun, IssueComment, MergeGroup, PullRequest, Reaction, Review, ReviewComment
from app.hub.suites import tell_suite

Files = Mapping[str, bytes | tuple[str, bytes] | None]


class World(Grounds):
    """The local GitHub with its people; everybody is named by login. Refusals are refusals.RefusedError."""

    def commit(
        self,
        repository: Repository,
        branch: str,
        files: Files,
        *,
        by: str,
        message: str = "Change",
        onto: str | None = None,
    ) -> str:
        """Push one commit to a branch, made where there is none; its SHA.

        `files`: path → content, (mode, content) or None to remove it. `onto` is the parent where it is not
        the branch's tip (for a new branch: not the default branch's); a history rewritten so is force-pushed.
        """
        with self.state.lock:
            user, path = self.user(by), repository.path
            parent = onto or git.tip(path, branch) or git.tip(path, repository.default_branch)
            who = (user.login, pulls.address(user), self.hub.clock())
            sha = git.write_commit(path, files, parent, message, who)
            branches.push(self.hub, repository, branch, sha, user, force=onto is not None)
            drop_moved(self.hub)
            return sha

    def push(self, repository: Repository, branch: str, sha: str, *, by: str, force: bool = False) -> None:
        """Move a branch to a commit the repository has. Raises branches.PushRefusedError."""
        with self.state.lock:
            branches.push(self.hub, repository, branch, sha, self.user(by), force=force)
            drop_moved(self.hub)

    def delete_branch(self, repository: Repository, branch: str, *, by: str) -> None:
        """Remove a branch; its pull requests close."""
        with self.state.lock:
            branches.delete_branch(self.hub, repository, branch, self.user(by))

    def open_pull(  # noqa: PLR0913 - what the form asks for
        self,
        repository: Repository,
        head: str,
        *,
        by: str,
        base: str | None = None,
        title: str | None = None,
        body: str | None = None,
        draft: bool = False,
        fork: Repository | None = None,
    ) -> PullRequest:
        """Open a pull request from a branch of the repository, or of a fork."""
        with self.state.lock:
            words, origin = (title or head, body), (fork or repository, head)
            target = base or repository.default_branch
            return pulls.open_pull(self.hub, repository, self.user(by), words, origin, target, draft=draft)

    def retarget(self, pull: PullRequest, base: str, *, by: str) -> None:
        """Choose another base branch."""
        with self.state.lock:
            pulls.retarget(self.hub, pull, base, self.user(by))
            drop_moved(self.hub)

    def edit_pull(self, pull: PullRequest, *, by: str, title: str | None = None, body: str | None = None) -> None:
        """Change title or body."""
        with self.state.lock:
            pulls.edit(self.hub, pull, self.user(by), title, body)

    def close_pull(self, pull: PullRequest, *, by: str) -> None:
        """Close without merging."""
        with self.state.lock:
            pulls.close(self.hub, pull, self.user(by))
            drop_moved(self.hub)

    def reopen(self, pull: PullRequest, *, by: str) -> None:
        """Open it again."""
        with self.state.lock:
            pulls.reopen(self.hub, pull, self.user(by))

    def ready_for_review(self, pull: PullRequest, *, by: str) -> None:
        """No longer a draft."""
        with self.state.lock:
            pulls.set_draft(self.hub, pull, self.user(by), draft=False)

    def convert_to_draft(self, pull: PullRequest, *, by: str) -> None:
        """A draft again."""
        with self.state.lock:
            pulls.set_draft(self.hub, pull, self.user(by), draft=True)

    def assign(self, pull: PullRequest, *logins: str, by: str) -> None:
        """Choose whose it is to deal with: these, and nobody else."""
        with self.state.lock:
            pulls.set_assignees(self.hub, pull, self.user(by), [self.user(login) for login in logins])

    def lock(self, pull: PullRequest, *, by: str) -> None:
        """Let only collaborators speak."""
        with self.state.lock:
            pulls.set_locked(self.hub, pull, self.user(by), locked=True)

    def unlock(self, pull: PullRequest, *, by: str) -> None:
        """Let everybody speak again."""
        with self.state.lock:
            pulls.set_locked(self.hub, pull, self.user(by), locked=False)

    def can_merge(self, pull: PullRequest) -> tuple[bool, str]:
        """Whether the base branch lets it in, and why not."""
        with self.state.lock:
            return checks.can_merge(self.hub, pull)

    def merge(self, pull: PullRequest, *, by: str, method: branches.Method = "merge") -> str:
        """Merge through the gate; what the base then has. Raises RefusedError 405 where it is shut."""
        with self.state.lock:
            allowed, reason = checks.can_merge(self.hub, pull)
            if not allowed:
                raise branches.refuse_merge(reason)
            return branches.merge(self.hub, pull, self.user(by), method)

    def queue(self, pull: PullRequest, *, by: str) -> str:
        """Put it into the merge queue: a group of one, whose head's SHA is returned."""
        return self.queue_together([pull], by=by).head_sha

    def queue_together(self, pulls: Sequence[PullRequest], *, by: str, method: Method = "MERGE") -> MergeGroup:
        """Put them into the merge queue, as one group behind those that wait."""
        with self.state.lock:
            return request_checks(self.hub, pulls, self.user(by), method)

    def proceed(self, group: MergeGroup) -> str:
        """Let the queue go on with a group: merged (the empty text), or what it waits for or was dropped for."""
        with self.state.lock:
            return proceed(self.hub, group)

    def unqueue(self, group: MergeGroup, reason: Reason = "dequeued") -> None:
        """Take a group out of the queue."""
        with self.state.lock:
            destroy(self.hub, group, reason)

    def comment(self, pull: PullRequest, body: str, *, by: str) -> IssueComment:
        """Say something in the conversation."""
        with self.state.lock:
            return conversation.post_comment(self.hub, pull, self.user(by), body, None)

    def edit_comment(self, comment: IssueComment, body: str, *, by: str) -> None:
        """Change what a comment says."""
        with self.state.lock:
            conversation.edit_comment(self.hub, comment, self.user(by), body)

    def delete_comment(self, comment: IssueComment, *, by: str) -> None:
        """Take a comment away."""
        with self.state.lock:
            conversation.delete_comment(self.hub, comment, self.user(by))

    def react(self, comment: IssueComment | ReviewComment, content: str, *, by: str) -> Reaction:
        """React to a comment."""
        with self.state.lock:
            return conversation.react(self.hub, comment, self.user(by), content)[0]

    def unreact(self, comment: IssueComment | ReviewComment, reaction: Reaction, *, by: str) -> None:
        """Take one's own reaction back."""
        with self.state.lock:
            conversation.unreact(comment, reaction.id, self.user(by))

    def review(
        self,
        pull: PullRequest,
        body: str,
        *,
        by: str,
        event: reviews.Event = "COMMENT",
        comments: Sequence[placing.Draft] = (),
    ) -> Review:
        """Review it at its head."""
        with self.state.lock:
            author = (self.user(by), None)
            return reviews.create_review(self.hub, pull, author, body, event, None, comments)

    def dismiss_review(self, review: Review, *, by: str) -> None:
        """Take back what a review decided."""
        with self.state.lock:
            reviews.dismiss_review(self.hub, review, self.user(by))

    def reply(self, comment: ReviewComment, body: str, *, by: str) -> ReviewComment:
        """Answer in a thread, whichever of its comments is named."""
        with self.state.lock:
            parent = self.state.review_comments[comment.in_reply_to_id or comment.id]
            return reviews.reply(self.hub, parent, (self.user(by), None), body)

    def edit_reply(self, comment: ReviewComment, body: str, *, by: str) -> None:
        """Change what a comment on the diff says."""
        with self.state.lock:
            conversation.edit_review_comment(self.hub, comment, self.user(by), body)

    def delete_reply(self, comment: ReviewComment, *, by: str) -> None:
        """Take a comment on the diff away."""
        with self.state.lock:
            conversation.delete_review_comment(self.hub, comment, self.user(by))

    def rerequest(self, run: CheckRun, *, by: str) -> None:
        """Press *Re-run* on one check."""
        with self.state.lock:
            checks.rerequest(self.hub, run, self.user(by))

    def rerequest_all(self, run: CheckRun, *, by: str) -> None:
        """Press *Re-run all checks* on the suite of a check."""
        with self.state.lock:
            run.suite.reset = True
            tell_suite(self.hub, run.suite, "rerequested", self.user(by))

    def press(self, run: CheckRun, identifier: str, *, by: str) -> None:
        """Press one of a check's own buttons."""
        with self.state.lock:
            checks.request_action(self.hub, run, identifier, self.user(by))
