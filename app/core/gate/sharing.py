"""One check for all open pull requests of a commit (`check: shared`): it says the worst of what they are worth. Pure.

A check belongs to a commit and not to a pull request: under a name without the base, a head that is fine for one base
would otherwise open the gate of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.core.gate.policy import CheckNaming, Policy, PolicyFault

SHARED_NAME: Final = "lintel"
"""The check's name under `check: shared`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Another open pull request of the same head. `conclusion` is what it is worth by itself; None: not judged yet."""

    number: int
    base_ref: str
    conclusion: str | None


def check_name(base_ref: str) -> str:
    """The name for one base. It carries the base, because a check belongs to a commit and not to a pull request."""
    return f"lintel: {base_ref}"


def name_checks(policy: Policy | PolicyFault, base_ref: str, standing: Iterable[str]) -> tuple[str, ...]:
    """The names under which a verdict has to stand, the policy's own first. `standing` are those on the head already.

    Each base's own policy names its check. Where a policy cannot be read, both names are written; and a name that
    stands is kept up to date, whoever began it: else a green check could outlive the policy, or the base, it was for.
    """
    single = check_name(base_ref)
    if isinstance(policy, PolicyFault):
        return (single, SHARED_NAME)
    both = (SHARED_NAME, single) if policy.check is CheckNaming.SHARED else (single, SHARED_NAME)
    there = frozenset(standing)
    return (both[0], *(name for name in both[1:] if name in there))
