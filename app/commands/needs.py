"""Who may give a command, as far as a role tells."""

from __future__ import annotations

from enum import Enum

from app.core.people.role import Role

_DISMISSING = (
    "write; for a blocking finding write by somebody who is neither author nor committer of the change, or maintain;"
    " on sensitive paths an owner"
)


class Needs(Enum):
    """Who may give a command: the lowest role, whether the pull request's author may too, and that in words."""

    ANYONE = (Role.NONE, True, "anyone")
    TRIAGE_OR_AUTHOR = (Role.TRIAGE, True, "triage, or the author")
    WRITE_OR_AUTHOR = (Role.WRITE, True, "write, or the author")
    WRITE = (Role.WRITE, False, "write")
    WRITE_OR_MORE = (Role.WRITE, False, _DISMISSING)
    """The lowest role of some; what more is needed depends on what the command is about."""

    MAINTAIN = (Role.MAINTAIN, False, "maintain")

    @property
    def words(self) -> str:
        """As the help says it."""
        return self.value[2]


def allowed(needs: Needs, role: Role, *, is_author: bool) -> bool:
    """Whether somebody with this live role may give such a command. `author_association` must never come in here."""
    lowest, author_too, _ = needs.value
    return role.reaches(lowest) or (author_too and is_author)
