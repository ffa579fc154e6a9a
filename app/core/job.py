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
class RerunJob:
    """Somebody pressed GitHub's own re-run button on our check."""

    installation_id: int
    repository_id: int
    repository: str
    head_sha: str
    check_run_id: int
    external_id: str
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        """One at a time for each check run."""
        return f"{self.installation_id}/{self.repository_id}@{self.check_run_id}:rerun"


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


def review_of(job: ReviewJob | CommandJob | RerunJob, number: int) -> ReviewJob:
    """A review of a pull request in the repository that another job is about; what else it is to be is added."""
    return ReviewJob(
        installation_id=job.installation_id, repository_id=job.repository_id, repository=job.repository, number=number
    )


Job = ReviewJob | CommandJob | RerunJob | InstallationJob
