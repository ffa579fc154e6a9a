"""How much is answered: in one thread, and to one person in an hour. Beyond that nothing is asked of a model.

Everybody may write on a public repository: who has no role here and did not open the pull request is answered, but
little of what there is goes to them, so that they can neither spend the budget nor use up a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from app.core.people.role import Role

PER_THREAD: Final = 6
"""Answers in one thread."""

STRANGERS_PER_THREAD: Final = 2
"""Of them, answers to people without a role."""

PER_HOUR: Final = 10
"""Answers to one person in an hour, in all repositories of an installation."""

STRANGER_PER_HOUR: Final = 2
"""The same for somebody without a role."""

HOUR: Final = timedelta(hours=1)


class Silence(Enum):
    """Why somebody is not answered, as a sentence for people."""

    THREAD = "I have answered in this thread as often as I may: what to do about it is for people to decide."
    PERSON = "I have answered you as often as I may for now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered before: in the thread, to people without a role there, to this person in the last hour."""

    in_thread: int
    to_strangers: int
    to_person: int


def is_entitled(role: Role, *, is_author: bool) -> bool:
    """Whether somebody is more than a passer-by here: only then a finding may be given up over their words."""
    return is_author or role.reaches(Role.TRIAGE)


def refuse_answer(answered: Answered, *, entitled: bool) -> Silence | None:
    """Why one more is not answered; None if it is."""
    if answered.in_thread >= PER_THREAD:
        return Silence.THREAD
    if not entitled and answered.to_strangers >= STRANGERS_PER_THREAD:
        return Silence.PERSON
    if answered.to_person >= (PER_HOUR if entitled else STRANGER_PER_HOUR):
        return Silence.PERSON
    return None
