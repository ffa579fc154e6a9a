"""What a delivery makes us do: plain, serialisable jobs. They are hints: whoever runs one reads the live state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypedDict

from app.core.event import Event
from app.core.gate.again import Waits


class Place(TypedDict):
    """The repository that a job is about, under the installation that it is worked on with."""

    installation_id: int
    repository_id: int
    repository: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryJob:
    """Something to do in one repository. `repository` is its full name as the delivery had it; only the id is sure."""

    installation_id: int
    repository_id: int
    repository: str

    @property
    def place(self) -> Place:
        """What another job in the same repository begins with."""
        return Place(installation_id=self.installation_id, repository_id=self.repository_id, repository=self.repository)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewJob(RepositoryJob):
    """Bring the gate of one pull request up to date with its live state.

    `head_sha` is what the delivery saw: a running review of another head is stopped; with `stops` any is. `delay_s` is
    how long to wait for more pushes. `again` asks for a new review of a head that has one; `full` for one without
    stored replies, but for those of its own under `salt`. `asked`: a person wants the head `asked_of` read (empty:
    whichever there is), which a pause does not stop. `looks` counts how often in a row the head was looked at unasked.
    `waits_for` is what a look waits for; the month's money had `left_usd` left then. `abandoned`: the worker died on it
    time and again, so nothing is left but to say so on the check.

    A head that was read is decided again by what was read then; one that was not is read, if the job `reads` at all.
    `owed`: it is read in any case, because something that passes was in the way.
    """

    number: int
    head_sha: str | None = None
    delay_s: float = 0.0
    full: bool = False
    again: bool = False
    abandoned: bool = False
    stops: bool = False
    looks: int = 0
    salt: str = ""
    waits_for: Waits = Waits.NOTHING
    left_usd: Decimal | None = None
    asked: bool = False
    asked_of: str = ""
    reads: bool = True
    owed: bool = False

    def asks_for(self, head_sha: str) -> bool:
        """Whether a person wants this very head read."""
        return self.asked and self.asked_of in ("", head_sha)

    @property
    def key(self) -> str:
        """One review at a time, and at most one waiting, for each key."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandJob(RepositoryJob):
    """Run the commands of one comment. The comment is read again by its id; `thread`: it is one on the change."""

    number: int
    comment_id: int
    thread: bool = False

    @property
    def key(self) -> str:
        """Commands of one pull request run one after another, beside its review."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}:commands:{self.comment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationJob(RepositoryJob):
    """Somebody answered in a thread. The comment is read again by its id: it may be none of ours, or a command."""

    number: int
    comment_id: int

    @property
    def key(self) -> str:
        """Answers in one pull request are given one after another, beside its review and its commands."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}:conversation:{self.comment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunJob(RepositoryJob):
    """Somebody pressed a button on our check: GitHub's own re-run, or (`full`) ours.

    `asked_by` is the login of who did, where their role is to be looked at. `suite_id` is set, and `check_run_id` 0,
    where all checks of ours on the head are to run again.
    """

    head_sha: str
    check_run_id: int
    external_id: str
    numbers: tuple[int, ...]
    full: bool = False
    asked_by: str = ""
    suite_id: int = 0

    @property
    def key(self) -> str:
        """One at a time for each check run; what one may ask for and another not is not merged."""
        what = f"{self.check_run_id}:rerun" if self.check_run_id else f"{self.suite_id}:suite"
        who = f":full:{self.asked_by}" if self.full else ""
        return f"{self.installation_id}/{self.repository_id}@{what}{who}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationJob:
    """Our list of installations or their repositories changed: read it again."""

    installation_id: int
    action: str
    account: str

    @property
    def key(self) -> str:
        """One at a time for each installation."""
        return f"{self.installation_id}:installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyJob(RepositoryJob):
    """A repository came to us: show once that the check exists, so that its branches may ask for it."""

    again: bool = False

    @property
    def key(self) -> str:
        """One at a time for each repository."""
        return f"{self.installation_id}/{self.repository_id}:ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedJob(RepositoryJob):
    """Another App completed a check with a name of ours. `name` and `app` (its slug) are untrusted."""

    head_sha: str
    check_run_id: int
    name: str
    app_id: int
    app: str

    @property
    def key(self) -> str:
        """One at a time for each check run."""
        return f"{self.installation_id}/{self.repository_id}@{self.check_run_id}:forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushJob(RepositoryJob):
    """A branch moved away from `before`: see whether what decides about its pull requests changed with it.

    `forced`: it was moved back, so that pull requests may bring lines that were its own.
    """

    branch: str
    before: str
    forced: bool = False

    @property
    def key(self) -> str:
        """Each move by itself: of two that were merged into one, nobody would look at what was in between."""
        return f"{self.installation_id}/{self.repository_id}@{self.branch}:push:{self.before}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedecideJob(RepositoryJob):
    """Decide all open pull requests of a repository again: what its organisation asks for changed."""

    @property
    def key(self) -> str:
        """One at a time for each repository."""
        return f"{self.installation_id}/{self.repository_id}:redecide"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackJob(RepositoryJob):
    """Read what people think of our comments on a pull request, and of proposals in its repository."""

    number: int

    @property
    def key(self) -> str:
        """One at a time for each pull request, beside its review."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}:feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupJob(RepositoryJob):
    """Show on the head of a merge queue's group whether all its members passed.

    `stops`: GitHub says that the group is over, so what runs for it is stopped. `looks` counts how often its members
    were waited for, `delay_s` is how long to wait for them now. `abandoned`: the worker died on it time and again.
    """

    head_sha: str
    head_ref: str
    base_sha: str
    base_ref: str
    stops: bool = False
    looks: int = 0
    delay_s: float = 0.0
    abandoned: bool = False

    @property
    def key(self) -> str:
        """One at a time for each group: its head is made for it alone."""
        return f"{self.installation_id}/{self.repository_id}@{self.head_sha}:group"


def look_again(job: ReviewJob, *, again: bool, delay_s: float, looks: int) -> ReviewJob:
    """A review of the same pull request as it is then, for the same reason; as often as `looks` it was in vain."""
    fresh = replace(job, head_sha=None, stops=False, abandoned=False, waits_for=Waits.NOTHING, left_usd=None)
    return replace(fresh, again=again, delay_s=delay_s, looks=looks)


def place_of(event: Event) -> Place | None:
    """Where a delivery's jobs are to be done; None where it names no repository or no installation."""
    if event.installation_id is None or event.repository is None:
        return None
    return Place(
        installation_id=event.installation_id,
        repository_id=event.repository.id,
        repository=event.repository.full_name,
    )


def review_of(job: RepositoryJob, number: int) -> ReviewJob:
    """A review of a pull request in the repository that another job is about; what else it is to be is added."""
    return ReviewJob(**job.place, number=number)


def feedback_of(job: ReviewJob) -> FeedbackJob:
    """What people think of the pull request that a review is about."""
    return FeedbackJob(**job.place, number=job.number)


Job = (
    ReviewJob
    | CommandJob
    | ConversationJob
    | RerunJob
    | InstallationJob
    | ReadyJob
    | ForgedJob
    | PushJob
    | RedecideJob
    | FeedbackJob
    | MergeGroupJob
)
