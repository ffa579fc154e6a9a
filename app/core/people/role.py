"""GitHub's roles in a repository."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """GitHub's repository roles; whatever else GitHub says counts as none."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    @classmethod
    def of(cls, text: str) -> Role:
        """The role that `text` names; NONE for a name that is unknown (custom roles are mapped before)."""
        return cls(text) if text in set(cls) else cls.NONE

    @property
    def rank(self) -> int:
        """0 for none … 5 for admin."""
        return list(Role).index(self)

    def reaches(self, lowest: Role) -> bool:
        """Whether it is that role or a higher one."""
        return self.rank >= lowest.rank
