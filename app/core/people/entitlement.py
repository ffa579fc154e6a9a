"""Who may let something pass: an override, or a dismissal. Pure; the facts are live ones, read at that moment.

Roles are those of https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories.
What nobody can tell entitles nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.core.people.role import Role
from app.core.people.sensitivity import Sensitive, SensitiveKind


class Ownership(Enum):
    """What the asker is to the sensitive paths concerned, by the base's policy and CODEOWNERS."""

    NOT_ASKED = "none of the paths has owners that the policy asks for"
    OWNER = "an owner of all of them"
    OTHER = "not an owner of all of them"
    UNKNOWN = "nobody can tell the owners"
    NO_POLICY = "the policy that would say so cannot be used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks. `wrote` is whether they had a hand in the change, or pushed to it; None: nobody can tell."""

    login: str
    user_id: int
    role: Role
    is_author: bool = False
    wrote: bool | None = None
    ownership: Ownership = Ownership.NOT_ASKED


class Refusal(Enum):
    """Why somebody may not, for people."""

    ROLE = "Your role in this repository does not allow it."
    OWN_CHANGE = (
        "A finding that blocks is dismissed by somebody who neither opened nor wrote the change, or by somebody with "
        "the role maintain."
    )
    WRITERS_UNKNOWN = (
        "A finding that blocks is dismissed by somebody who did not write the change, and nobody can tell who wrote "
        "all of this one: a commit or co-author has no account behind it, or I was not told of a push. So it takes "
        "the role maintain."
    )
    NOT_OWNER = "Paths that the policy calls sensitive are concerned: only their owners may do that."
    OWNERS_UNKNOWN = (
        "Paths that the policy calls sensitive are concerned, and nobody can tell whether you own them: I cannot read "
        "who belongs to a team, so name people in CODEOWNERS or in the policy."
    )
    NO_POLICY = "The policy cannot be used, so nobody can tell who decides here: mend it on the base branch first."


def judge_ownership(login: str, sensitive: Iterable[Sensitive]) -> Ownership:
    """What somebody is to the paths that the policy itself declares sensitive."""
    told = {_tell(login, item.owners) for item in sensitive if item.kind is SensitiveKind.DECLARED}
    return next((one for one in (Ownership.OTHER, Ownership.UNKNOWN, Ownership.OWNER) if one in told), NOT_ASKED)


def _tell(login: str, owners: Collection[str]) -> Ownership:
    if login.lower() in {name.lower().removeprefix("@") for name in owners}:
        return Ownership.OWNER
    # Who belongs to a team is not ours to read, and an address may be anybody's.
    doubtful = not owners or any("/" in name or "@" in name.removeprefix("@") for name in owners)
    return Ownership.UNKNOWN if doubtful else Ownership.OTHER


NOT_ASKED: Final = Ownership.NOT_ASKED
_OWNERSHIP = {
    Ownership.OTHER: Refusal.NOT_OWNER,
    Ownership.UNKNOWN: Refusal.OWNERS_UNKNOWN,
    Ownership.NO_POLICY: Refusal.NO_POLICY,
}


def refuse_override(asker: Asker, lowest: Role) -> Refusal | None:
    """Why the asker may not let a head pass, where the policy asks for at least the role `lowest`; None if they may."""
    if not asker.role.reaches(max(lowest, Role.MAINTAIN, key=lambda role: role.rank)):
        return Refusal.ROLE
    return _OWNERSHIP.get(asker.ownership)


def refuse_dismissal(asker: Asker, *, blocking: bool) -> Refusal | None:
    """Why the asker may not dismiss a finding that does or does not block; None if they may."""
    if not asker.role.reaches(Role.WRITE):
        return Refusal.ROLE
    if not blocking:
        return None
    if refused := _OWNERSHIP.get(asker.ownership):
        return refused
    if asker.role.reaches(Role.MAINTAIN):
        return None
    if asker.is_author or asker.wrote:
        return Refusal.OWN_CHANGE
    return Refusal.WRITERS_UNKNOWN if asker.wrote is None else None
