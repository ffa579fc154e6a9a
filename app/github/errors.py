"""Everything that can go wrong between us and GitHub, named by what it means for whoever asked.

No message holds a token, a header we sent or a body we sent; GitHub's own words are cut.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Which request failed: method, path (no query), GitHub's status (0: none came) and request id."""

    method: str
    path: str
    status: int = 0
    request_id: str = ""

    def __str__(self) -> str:
        """As it stands in a message."""
        status = f" → {self.status}" if self.status else ""
        request = f" [{self.request_id}]" if self.request_id else ""
        return f"{self.method} {self.path}{status}{request}"


class GitHubError(Exception):
    """A request to GitHub did not do what was asked."""

    def __init__(self, message: str, context: Context) -> None:
        super().__init__(f"{message} ({context})")
        self.message = message
        self.context = context


class NotFound(GitHubError):
    """It is not there, or this token must not know that it is."""


class Forbidden(GitHubError):
    """The App may not do this. `accepted_permissions` is GitHub's word on what would be needed."""

    def __init__(self, message: str, context: Context, accepted_permissions: str = "") -> None:
        needed = f"; GitHub accepts: {accepted_permissions}" if accepted_permissions else ""
        super().__init__(f"{message}{needed}", context)
        self.accepted_permissions = accepted_permissions


class Unprocessable(GitHubError):
    """GitHub understood and refused. `errors` are its reasons, one text each."""

    def __init__(self, message: str, context: Context, errors: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join((message, *errors)), context)
        self.errors = errors


class Refused(GitHubError):
    """Any other answer that says no (400, 405, 406, 409, 410, 451, …)."""


class GitHubDown(GitHubError):
    """No usable answer came: a connection, a timeout, a 5xx. Nothing was changed, or it can be asked again."""


class OutcomeUnknown(GitHubDown):
    """A write got no usable answer: GitHub may have done it. Look before writing again."""


class RateLimited(GitHubError):
    """GitHub wants us to wait `seconds`, longer than a request may wait in place. The write was not done."""

    def __init__(self, message: str, context: Context, seconds: float) -> None:
        super().__init__(f"{message}; wait {seconds:.0f} s", context)
        self.seconds = seconds


class TokenRefused(GitHubError):
    """401, even with a fresh token: the App's id or key is wrong, or the clock is."""


class TokenNotGranted(Forbidden):
    """The installation does not cover this repository, or has not accepted a permission that we need."""


class InstallationGone(GitHubError):
    """The installation was removed or suspended: its work is void."""


class WrongRepository(GitHubError):
    """The name led to another repository than the one meant (renamed and reused). Nothing of it may be used."""


class RedirectRefused(GitHubError):
    """GitHub's answer pointed to another host, or a write would have been repeated. It was not followed."""


class UnreadableAnswer(GitHubError):
    """GitHub said yes, in a shape we do not know."""


class NotAFile(GitHubError):
    """The path is a directory, symbolic link or submodule, or was exchanged while we looked."""


class FileTooLarge(GitHubError):
    """The file is larger than we are willing to read over the API."""
