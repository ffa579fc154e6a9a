"""One check for several open pull requests of a commit: it says the worst of what they are worth. Pure.

A check belongs to a commit and not to a pull request. Its name may carry the base: then it speaks for all that offer
the commit to that base. Under `check: shared` it speaks for all of them: else a head that is fine for one base would
open the gate of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.core.gate.attendance import Attendance
from app.core.gate.policy import CheckNaming, Mode, Policy, PolicyFault

SHARED_NAME: Final = "lintel"
"""The check's name under `check: shared`."""

SHARED_IS_WEAKER: Final = (
    "`check: shared` has one check for all bases: a head that passed for another base shows that for a new pull "
    "request until Lintel has heard of it. With `check: per_base` no other base's verdict ever shows."
)
"""What whoever chooses that name has to know; nothing that Lintel writes can close it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Another open pull request of the same head. `conclusion` is what it is worth by itself; None: not judged yet.

    `attendance` says whether it is going to be judged, or why not.
    """

    number: int
    base_ref: str
    conclusion: str | None = None
    attendance: Attendance = Attendance.REVIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the check `name` says for several pull requests, and what those beside this one were worth by then."""

    name: str
    conclusion: str
    offers: tuple[Offer, ...]


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


def count_offers(offers: Iterable[Offer], name: str, base_ref: str, policy: Policy | PolicyFault) -> tuple[Offer, ...]:
    """Those that have a say in the check of this name on a pull request into `base_ref`, whose `policy` it is.

    Into the same base nobody has one where the policy only advises, and none that is not attended to: what it brings
    is read here, for that very base.
    """
    gated = policy.mode is Mode.GATE

    def has_a_say(offer: Offer) -> bool:
        if offer.base_ref == base_ref:
            return gated and offer.attendance is Attendance.REVIEW
        return name == SHARED_NAME

    return tuple(filter(has_a_say, offers))


_LEFT_OUT: Final = {
    Attendance.DRAFT: ("a draft, which is not reviewed", "make it ready, close it"),
    Attendance.OTHER_BRANCH: ("not reviewed, as `review: branches:` there leaves that branch out", "close it"),
    Attendance.BOT: ("a bot's, which `review: bots: false` there leaves out", "close it"),
}


def tell_kept_out(offer: Offer) -> str:
    """Why an offer is not going to be judged, in few words; empty where it is."""
    return _LEFT_OUT[offer.attendance][0] if offer.attendance in _LEFT_OUT else ""


def tell_offer(offer: Offer) -> str:
    """Why a check is not green: one sentence for people."""
    if offer.attendance in _LEFT_OUT:
        why, mend = _LEFT_OUT[offer.attendance]
        how = f"is {why}: {mend}, or push a commit of its own here"
    elif offer.conclusion is None:
        how = "is not judged yet"
    else:
        how = f"ended with {offer.conclusion}"
    return f"One check stands for all: pull request {offer.number} into {offer.base_ref}, of the same commit, {how}."
