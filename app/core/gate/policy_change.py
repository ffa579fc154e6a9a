"""What a change of `lintel.yml` would do to the policy in force. Pure; the change itself is judged by the old one."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.gate.effective import Effective, merge
from app.core.gate.floor import list_values
from app.core.gate.policy import Policy, PolicyFault


@dataclass(frozen=True, slots=True)
class ChangedKey:
    """A key of the policy in force with the value it has and the one it would have. Both are untrusted."""

    key: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What merging would make of the policy in force: other values, or (`fault`) no policy that can be used."""

    keys: tuple[ChangedKey, ...] = ()
    fault: PolicyFault | None = None


def compare_policies(
    organisation: Policy | PolicyFault | None, old: Policy | PolicyFault, new: Policy | PolicyFault, in_force: Policy
) -> PolicyChange:
    """The difference that a change of the repository's own file makes, from `old` to `new`, below the organisation's.

    Where `old` cannot be used, it is the difference to the policy `in_force`.
    """
    before, after = merge(organisation, old), merge(organisation, new)
    if not isinstance(after, Effective):
        return PolicyChange(fault=after)
    standing = before.policy if isinstance(before, Effective) else in_force
    others = dict(list_values(after.policy))
    keys = (ChangedKey(key, value, others[key]) for key, value in list_values(standing) if others[key] != value)
    return PolicyChange(tuple(keys))
