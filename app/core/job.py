"""What a delivery makes us do: plain, serialisable jobs. They are hints: whoever runs one reads the live state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewJob:
    """Bring the gate of one pull request up to date with its live state.

    `head_sha` is what the delivery saw: a running review of another head is stopped; with `stops` any is. `delay_s` is
    how long to wait for more pushes. `again` asks for a new review of a head that has one; `full` for one without
    stored replies. `asked`: a person wants this head read, which a pause does not stop. `looks` counts how often in a
    row the head was looked at unasked. `abandoned`: the worker died on it time and again, so nothing is left but to say
    so on the check.
    """

    installation_id: int
    repository_id: int
    repository: str
    number: int
    head_sha: str | None = None
    delay_s: float = 0.0
    full: bool = False
    again: bool = False
    abandoned: bool = False
    stops: bool = False
    looks: int = 0
    asked: bool = False

    @property
    def key(self) -> str:
        """One review at a time, and at most one waiting, for each key."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandJob:
    """Run the commands of one comment. The comment is read again by its id; `thread`: it is one on the change."""

    installation_id: int
    repository_id: int
    repository: str
    number: int
    comment_id: int
    thread: bool = False

    @property
    def key(self) -> str:
        """Commands of one pull request run one after another, beside its review."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}:commands:{self.comment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationJob:
    """Somebody answered in a thread. The comment is read again by its id: it may be none of ours, or a command."""

    installation_id: int
    repository_id: int
    repository: str
    number: int
    comment_id: int

    @property
    def key(self) -> str:
        """Answers in one pull request are given one after another, beside its review and its commands."""
        return f"{self.installation_id}/{self.repository_id}#{self.number}:conversation:{self.comment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunJob:
    """Somebody pressed a button on our check: GitHub's own re-run, or (`full`) ours.

    `asked_by` is the login of who did, where their role is to be looked at. `suite_id` is set, and `check_run_id` 0,
    where all checks of ours on the head are to run again.
    """

    installation_id: int
    repository_id: int
    repository: str
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
class ReadyJob:
    """A repository came to us: show once that the check exists, so that its branches may ask for it."""

    installation_id: int
    repository_id: int
    repository: str
    again: bool = False

    @property
    def key(self) -> str:
        """One at a time for each repository."""
        return f"{self.installation_id}/{self.repository_id}:ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedJob:
    """Another App completed a check with a name of ours. `name` and `app` (its slug) are untrusted."""

    installation_id: int
    repository_id: int
    repository: str
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
class PushJob:
    """A branch moved away from `before`: see whether what decides about its pull requests changed with it."""

    installation_id: int
    repository_id: int
    repository: str
    branch: str
    before: str

    @property
    def key(self) -> str:
        """Each move by itself: of two that were merged into one, nobody would look at what was in between."""
        return f"{self.installation_id}/{self.repository_id}@{self.branch}:push:{self.before}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedecideJob:
    """Decide all open pull requests of a repository again: what its organisation asks for changed."""

    installation_id: int
    repository_id: int
    repository: str

    @property
    def key(self) -> str:
        """One at a time for each repository."""
        return f"{self.installation_id}/{self.repository_id}:redecide"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupJob:
    """Show on the head of a merge queue's group whether all its members passed.

    `stops`: GitHub says that the group is over, so what runs for it is stopped. `looks` counts how often its members
    were waited for, `delay_s` is how long to wait for them now. `abandoned`: the worker died on it time and again.
    """

    installation_id: int
    repository_id: int
    repository: str
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


def review_of(
    job: ReviewJob | CommandJob | ConversationJob | RerunJob | ForgedJob | MergeGroupJob, number: int
) -> ReviewJob:
    """A review of a pull request in the repository that another job is about; what else it is to be is added."""
    return ReviewJob(
        installation_id=job.installation_id, repository_id=job.repository_id, repository=job.repository, number=number
    )


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
    | MergeGroupJob
)
