"""What commands lead to: plain values. Words of people in them are untrusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReplyKind(StrEnum):
    """What to answer; the sentences are not ours."""

    HELP = "help"
    UNKNOWN = "unknown"
    USAGE = "usage"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer in words. `command` is a name of our own table: the one meant, or the nearest (None: none is near)."""

    kind: ReplyKind
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Review what is new, or everything again."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class Explain:
    """Show the evidence behind a finding; None: the one of the thread."""

    finding: int | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a question about the change. The question is untrusted, as all words of people are."""

    question: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Suggest a fix for a finding; None: the one of the thread."""

    finding: int | None


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Let a finding no longer count; None: the one of the thread."""

    finding: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """Let a head pass in spite of what was found. `sha` is as it was written: it may name no head, or nothing."""

    sha: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop automatic reviews of the pull request, or start them again."""

    paused: bool


class Topic(StrEnum):
    """What there is to be shown."""

    CONFIG = "config"
    COST = "cost"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Show:
    """Tell how things stand."""

    topic: Topic


Action = Review | Explain | Ask | Fix | Dismiss | Override | Pause | Show | Reply
