"""What a page shows of a pull request, read from the world in one go and then at rest."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.hub.accounts import App, Json, Role, User
from app.hub.checks import can_merge, latest
from app.hub.events import Hub
from app.hub.pulls import merge_base_of
from app.hub.state import CheckRun, IssueComment, PullRequest, Reaction, Review, ReviewComment, Side

_VERBS = {
    "COMMENTED": "reviewed",
    "APPROVED": "approved these changes",
    "CHANGES_REQUESTED": "requested changes",
    "DISMISSED": "reviewed (dismissed)",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Something said, by whom and when. `replaces`: the lines a suggestion in it is about."""

    anchor: str
    login: str
    bot: bool
    badges: tuple[str, ...]
    verb: str
    at: datetime
    edited: bool
    body: str
    reactions: tuple[tuple[str, int], ...] = ()
    path: str = ""
    replaces: tuple[str, ...] | None = None
    threads: tuple["Thread", ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation on the diff. `line` is None once outdated, or where it is about the whole file."""

    id: int
    path: str
    side: Side
    line: int | None
    start: tuple[Side, int] | None
    where: str
    said: tuple[Said, ...]

    def marks(self) -> Iterator[tuple[str, Side, int]]:
        """The lines it is about."""
        if self.line is None:
            return
        side, first = self.start or (self.side, self.line)
        if side == self.side:
            yield from ((self.path, side, number) for number in range(first, self.line + 1))
        else:
            yield from ((self.path, side, first), (self.path, self.side, self.line))


@dataclass(frozen=True, slots=True)
class Check:
    """The newest run of a check on the head. `seconds`: how long it took, None until it is over."""

    id: int
    name: str
    app: str
    required: bool
    word: str
    title: str
    summary: str
    text: str
    external_id: str
    details_url: str
    seconds: int | None
    annotations: tuple[Json, ...]
    actions: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be spoken for on the page."""

    login: str
    role: Role


@dataclass(frozen=True, slots=True)
class Look:
    """A pull request as it is at one moment. `range` is the bare repository, the merge base and the head."""

    url: str
    repository: str
    number: int
    title: str
    state: str
    base: str
    head: str
    range: tuple[Path, str, str]
    opening: Said
    talk: tuple[Said, ...]
    threads: tuple[Thread, ...]
    checks: tuple[Check, ...]
    expected: tuple[str, ...]
    mergeable: bool
    reason: str
    people: tuple[Person, ...]

    @property
    def running(self) -> bool:
        """Whether a check is under way."""
        return any(check.word in ("queued", "in_progress") for check in self.checks)

    @property
    def version(self) -> str:
        """Another one whenever anything shown is another."""
        return hashlib.sha256(repr(self).encode(errors="replace")).hexdigest()[:20]


def look_at(hub: Hub, pull: PullRequest) -> Look:
    """The pull request as it is now."""
    with hub.state.lock:
        repository, (mergeable, reason) = pull.repository, can_merge(hub, pull)
        runs = latest(hub.state.check_runs_of(repository, pull.head_sha))
        required = {check.name for check in repository.required_checks if check.branch == pull.base_ref}
        threads = _find_threads(hub, pull)
        head = f"{pull.head_repository.owner.login}:{pull.head_ref}" if pull.from_fork else pull.head_ref
        opened = ("opened this pull request", pull.created_at)
        return Look(
            url=hub.url,
            repository=repository.full_name,
            number=pull.number,
            title=pull.title,
            state=state_of(pull),
            base=pull.base_ref,
            head=head,
            range=(repository.path, merge_base_of(pull), pull.head_sha),
            opening=_say(pull, "opening", (pull.author, None), opened, pull.body or "", ()),
            talk=tuple(sorted(_find_talk(hub, pull, threads), key=lambda said: said.at)),
            threads=threads,
            checks=tuple(_read_check(run, required) for run in runs),
            expected=tuple(sorted(required - {run.name for run in runs})),
            mergeable=mergeable,
            reason=reason,
            people=tuple(_find_people(hub, pull)),
        )


def state_of(pull: PullRequest) -> str:
    """`open`, `draft`, `merged` or `closed`."""
    if pull.state == "closed":
        return "merged" if pull.merged_at else "closed"
    return "draft" if pull.draft else "open"


def _find_people(hub: Hub, pull: PullRequest) -> Iterator[Person]:
    """Whoever may speak here, the author first and then the strongest role."""
    people = [user for user in hub.state.users.values() if user.type == "User"]
    order = list(Role)
    people.sort(key=lambda user: (user is not pull.author, order.index(pull.repository.role_of(user)), user.login))
    for user in people:
        if (role := pull.repository.role_of(user)) is not Role.NONE:
            yield Person(user.login, role)


def _say(
    pull: PullRequest,
    anchor: str,
    author: tuple[User, App | None],
    doing: tuple[str, datetime],
    body: str,
    reactions: Iterable[Reaction],
    *,
    edited: bool = False,
) -> Said:
    user, (verb, at) = author[0], doing
    role = pull.repository.role_of(user)
    known = user.type == "User" and role not in (Role.NONE, Role.READ)
    badges = (*(["author"] if user is pull.author else []), *([str(role)] if known else []))
    counts: dict[str, int] = {}
    for reaction in reactions:
        counts[reaction.content] = counts.get(reaction.content, 0) + 1
    bot = user.type == "Bot" or author[1] is not None
    return Said(anchor, user.login, bot, badges, verb, at, edited, body, tuple(counts.items()))


def _find_talk(hub: Hub, pull: PullRequest, threads: tuple[Thread, ...]) -> Iterator[Said]:
    for comment in hub.state.comments_of(pull):
        yield _read_comment(pull, comment)
    for review in hub.state.reviews_of(pull):
        begun = {c.id for c in hub.state.review_comments_of(pull) if c.review is review and c.in_reply_to_id is None}
        if review.body.strip() or begun or review.state != "COMMENTED":
            yield _read_review(pull, review, tuple(thread for thread in threads if thread.id in begun))


def _read_comment(pull: PullRequest, comment: IssueComment) -> Said:
    doing, edited = ("commented", comment.created_at), comment.updated_at != comment.created_at
    author = (comment.author, comment.app)
    return _say(pull, f"comment-{comment.id}", author, doing, comment.body, comment.reactions, edited=edited)


def _read_review(pull: PullRequest, review: Review, threads: tuple[Thread, ...]) -> Said:
    doing = (_VERBS[review.state], review.submitted_at or pull.updated_at)
    said = _say(pull, f"review-{review.id}", (review.author, review.app), doing, review.body, ())
    return replace(said, threads=threads)


def _find_threads(hub: Hub, pull: PullRequest) -> tuple[Thread, ...]:
    comments = hub.state.review_comments_of(pull)
    return tuple(_read_thread(pull, root, comments) for root in comments if root.in_reply_to_id is None)


def _read_thread(pull: PullRequest, root: ReviewComment, comments: list[ReviewComment]) -> Thread:
    start = None if root.start_line is None else (root.start_side or root.side, root.start_line)
    answers = [root, *(comment for comment in comments if comment.in_reply_to_id == root.id)]
    said = tuple(_read_remark(pull, comment) for comment in answers)
    return Thread(root.id, root.path, root.side, root.line, start, _place(root), said)


def _read_remark(pull: PullRequest, comment: ReviewComment) -> Said:
    doing, edited = ("commented", comment.created_at), comment.updated_at != comment.created_at
    author, anchor = (comment.author, comment.app), f"remark-{comment.id}"
    said = _say(pull, anchor, author, doing, comment.body, comment.reactions, edited=edited)
    return replace(said, path=comment.path, replaces=_quote(comment))


def _quote(comment: ReviewComment) -> tuple[str, ...] | None:
    """The lines a comment is about, as it saw them; None where there is nothing to suggest about."""
    if comment.original_line is None or comment.side == "LEFT":
        return None
    many = comment.original_line - (comment.original_start_line or comment.original_line) + 1
    lines = [line[1:] for line in comment.diff_hunk.split("\n")[1:] if line[:1] not in ("-", "\\")]
    return tuple(lines[-many:])


def _place(comment: ReviewComment) -> str:
    if comment.subject_type == "file":
        return "the whole file"
    last, first = (comment.line, comment.start_line) if comment.line else (comment.original_line, None)
    first = first if comment.line else comment.original_start_line
    words = f"line {last}" if first is None else f"lines {first}–{last}"
    return ("" if comment.line else "outdated, once ") + ("removed " if comment.side == "LEFT" else "") + words


def _read_check(run: CheckRun, required: set[str]) -> Check:
    spent = None
    if run.started_at is not None and run.completed_at is not None:
        spent = max(0, round((run.completed_at - run.started_at).total_seconds()))
    return Check(
        id=run.id,
        name=run.name,
        app=run.app.name,
        required=run.name in required,
        word=run.conclusion or run.status,
        title=run.title or "",
        summary=run.summary or "",
        text=run.text or "",
        external_id=run.external_id,
        details_url=run.details_url or "",
        seconds=spent,
        annotations=tuple(run.annotations),
        actions=tuple(run.actions) if run.status == "completed" else (),
    )
