"""What people have decided about a pull request, as far as its gate depends on it. Words of theirs are untrusted."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.gate.policy import Policy, PolicyFault
from app.core.people.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """Somebody entitled lets one head pass, offered to one base branch, in spite of what was found."""

    login: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What counts for one head. `paused_by` is the login of who stopped automatic reviews; empty: nobody did.

    `asked`: a person asked for this very review, which a pause does not stop.
    """

    overridden: Overridden | None = None
    paused_by: str = ""
    asked: bool = False

    @property
    def resting(self) -> bool:
        """Whether the head is not to be read now, for somebody paused the pull request."""
        return bool(self.paused_by) and not self.asked


NO_ACTS = Acts()


def suffices(role: str, policy: Policy | PolicyFault) -> bool:
    """Whether somebody with this role, when they let a head pass, had the one that the policy asks for now."""
    return Role.of(role).reaches(find_lowest(policy))


def find_lowest(policy: Policy | PolicyFault) -> Role:
    """The least role that lets a head pass.

    While the policy cannot be used it is the strictest that a policy may ask for. Owners are then not asked for: nobody
    can tell them, and an override is the only way in for the change that mends the policy.
    """
    return Role(policy.people.override) if isinstance(policy, Policy) else Role.ADMIN
