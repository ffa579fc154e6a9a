"""Why a repository could not be fetched, told from git's words."""

from __future__ import annotations

from enum import StrEnum

from app.repo.git import GitError, GitFailedError, GitOutputTooLargeError, GitTimedOutError


class FetchFault(StrEnum):
    """What stood in the way; the value says it to people."""

    DENIED = "the server refused the token, or the repository does not exist for it"
    ABSENT = "the server has no such commit"
    UNREACHABLE = "the server could not be reached or broke off"
    SLOW = "it took too long"
    TOO_LARGE = "it is larger than allowed"
    NO_ROOM = "there is no room left on the disk"
    ADDRESS = "the address is not a plain HTTP address"
    BROKEN = "the local copy is damaged and could not be rebuilt"


class CannotFetchError(Exception):
    """A repository's objects are not here and could not be brought; `fault` is the reason."""

    def __init__(self, fault: FetchFault, detail: str) -> None:
        self.fault = fault
        super().__init__(f"{fault}: {detail}" if detail else str(fault))


_NO_ROOM = ("no space left on device", "disk quota exceeded")
# the words of git's http.c, remote-curl.c, fetch-pack.c and index-pack.c, and of curl
_WORDS: tuple[tuple[FetchFault, tuple[str, ...]], ...] = (
    (FetchFault.NO_ROOM, _NO_ROOM),
    (FetchFault.TOO_LARGE, ("signal 25", "file size limit", "file too large")),
    (FetchFault.ABSENT, ("not our ref", "couldn't find remote ref", "no such remote ref", "unadvertised object")),
    (
        FetchFault.DENIED,
        ("authentication failed", "could not read username", "returned error: 403", "' not found", "terminal prompts"),
    ),
    (
        FetchFault.UNREACHABLE,
        (
            "unable to access",
            "returned error: ",
            "rpc failed",
            "hung up unexpectedly",
            "early eof",
            "could not resolve",
            "expected flush",
            "expected 'packfile'",
            "bad line length",
            "invalid index-pack output",
            "unable to update url base",
        ),
    ),
)


def blame_remote(error: GitError) -> FetchFault | None:
    """The fault that lies beyond the local copy, or None where that must be at fault."""
    if isinstance(error, GitTimedOutError):
        return FetchFault.SLOW
    if isinstance(error, GitOutputTooLargeError):
        return FetchFault.TOO_LARGE
    if not isinstance(error, GitFailedError):
        return None
    complaint = error.complaint.lower()
    if error.command != "fetch":
        return FetchFault.NO_ROOM if any(word in complaint for word in _NO_ROOM) else None
    return next((fault for fault, words in _WORDS if any(word in complaint for word in words)), None)
