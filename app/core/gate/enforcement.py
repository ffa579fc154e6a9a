"""Whether a branch's check can hold a merge up: required there, and from this App alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Requirement:
    """A check that a branch asks for before a merge. `app_id` is the App it must come from; None: whoever sets it."""

    name: str
    app_id: int | None


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a branch asks for, as far as it could be read; `unread` says in words what could not, and why."""

    required: tuple[Requirement, ...] = ()
    unread: tuple[str, ...] = ()


class Hold(StrEnum):
    """What a branch makes of our check."""

    ENFORCED = "enforced"
    UNPINNED = "unpinned"
    OTHER_APP = "other_app"
    NOT_REQUIRED = "not_required"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What holds for the check `name`. `unread` says why it is UNKNOWN.

    `others` are the slugs of other Apps that completed a check of that name on the head; untrusted.
    """

    hold: Hold
    unread: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def judge_enforcement(requirements: Requirements, name: str, app_id: int, others: tuple[str, ...] = ()) -> Enforcement:
    """Whether the check `name` of the App `app_id` can hold a merge up.

    Every requirement has to be met, so one that asks for this App is enough, whatever stands beside it. What could not
    be read can only add to what could.
    """
    sources = {requirement.app_id for requirement in requirements.required if requirement.name == name}
    if app_id in sources:
        return Enforcement(Hold.ENFORCED, others=others)
    if requirements.unread:
        return Enforcement(Hold.UNKNOWN, requirements.unread, others)
    if None in sources:
        return Enforcement(Hold.UNPINNED, others=others)
    return Enforcement(Hold.OTHER_APP if sources else Hold.NOT_REQUIRED, others=others)
