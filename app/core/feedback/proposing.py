"""When people's 👎 are enough to propose that a kind of finding is left out. Pure; nothing is left out by a proposal.

Three different findings in two pull requests: one bad finding, or one bad day, is no pattern. Two people, or one who
maintains the repository: else whoever writes the changes alone would choose what is said about them. More 👎 than 👍:
what divides a team is not for us to propose. A 👎 on what blocks says nothing here, for what blocks is never left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.core.feedback.kind import Kind
from app.core.feedback.opinion import LOWEST, Opinion
from app.core.people.role import Role

LEAST_FINDINGS: Final = 3
LEAST_PULLS: Final = 2
LEAST_PEOPLE: Final = 2
REST: Final = timedelta(days=90)
"""How long a kind is left alone once somebody has refused or ended that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one person thinks of one finding: its kind, its pull request and number, its comment, whether it blocks."""

    kind: Kind
    pull: int
    finding: int
    comment_id: int
    blocking: bool
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class Past:
    """What was decided about a kind last. `at` is when; None: it is proposed or in force now."""

    kind: Kind
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A kind that may be left out, the 👎 that speak for it, and how many 👍 speak against it."""

    kind: Kind
    against: tuple[Vote, ...]
    likes: int

    @property
    def findings(self) -> tuple[Vote, ...]:
        """One vote for each finding that speaks for it."""
        return tuple({(vote.pull, vote.finding): vote for vote in self.against}.values())


def find_proposals(votes: Iterable[Vote], past: Sequence[Past], now: datetime) -> tuple[Proposal, ...]:
    """The kinds to propose, the most disliked first. What somebody has decided once is not decided by the same 👎."""
    decided = {one.kind: one.at for one in past}
    by_kind: defaultdict[Kind, list[Vote]] = defaultdict(list)
    for vote in votes:
        if vote.opinion.role.reaches(LOWEST) and _is_open(vote, decided, now):
            by_kind[vote.kind].append(vote)
    found = [proposal for kind, of_kind in by_kind.items() if (proposal := _weigh(kind, of_kind)) is not None]
    return tuple(sorted(found, key=lambda one: (-len(one.against), one.kind.source, one.kind.category, one.kind.rule)))


def _is_open(vote: Vote, decided: Mapping[Kind, datetime | None], now: datetime) -> bool:
    if vote.kind not in decided:
        return True
    at = decided[vote.kind]
    return at is not None and now - at >= REST and vote.opinion.at > at


def _weigh(kind: Kind, votes: Sequence[Vote]) -> Proposal | None:
    likes = sum(vote.opinion.up for vote in votes)
    against = [vote for vote in votes if not vote.opinion.up and not vote.blocking]
    against.sort(key=lambda vote: (vote.pull, vote.finding, vote.opinion.at, vote.opinion.user_id))
    people = {vote.opinion.user_id for vote in against}
    enough = (
        len({(vote.pull, vote.finding) for vote in against}) >= LEAST_FINDINGS
        and len({vote.pull for vote in against}) >= LEAST_PULLS
        and (len(people) >= LEAST_PEOPLE or any(vote.opinion.role.reaches(Role.MAINTAIN) for vote in against))
    )
    return Proposal(kind, tuple(against), likes) if enough and len(against) > likes else None
