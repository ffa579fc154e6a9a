"""A group of a merge queue: who is in it, and what its members' own verdicts say of it. Pure.

The queue tells of entries that stand one on another; git tells what each of them adds. Both must agree, or nobody can
tell who is in the group. https://docs.github.com/en/graphql/reference/objects#mergequeueentry
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.gate.policy import Policy, PolicyFault
from app.core.text.globs import Glob

MOST_LOOKS: Final = 30
"""How often a group's members are waited for: with `wait_s` about 25 minutes, within GitHub's own hour."""

_LONGEST_WAIT_S: Final = 55.0


class Standing(StrEnum):
    """What a member's own verdict is worth for the group."""

    PASSED = "passed"
    BLOCKED = "blocked"
    AWAITED = "awaited"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one entry of the queue adds to the group: the commits from `base_sha` to `head_sha`.

    `offered_sha` is the head that its pull request offers now, `base_ref` the branch that it is offered to.
    """

    number: int
    offered_sha: str
    base_ref: str
    base_sha: str
    head_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pull request of a group. `reason` is one sentence for people; `review` the id of the review it rests on.

    `rebased`: the queue made other commits of it, whose change is the one that was reviewed.
    """

    number: int
    head_sha: str
    standing: Standing
    reason: str
    review: str = ""
    rebased: bool = False


def is_gated(policy: Policy | PolicyFault, base_ref: str) -> bool:
    """Whether pull requests into the branch are reviewed at all. An unusable policy excuses nothing."""
    patterns = (policy if isinstance(policy, Policy) else Policy()).review.branches
    return any(Glob.parse(pattern).matches(base_ref) for pattern in patterns)


def link_parts(entries: Sequence[Part], base_sha: str, head_sha: str) -> tuple[Part, ...] | None:
    """The entries that lead without a gap from `base_sha` to `head_sha`, in that order; None where they do not."""
    by_head: Mapping[str, Part] = {entry.head_sha: entry for entry in entries}
    found: list[Part] = []
    at = head_sha
    while at != base_sha:
        part = by_head.get(at)
        if part is None or len(found) > len(entries):
            return None
        found.insert(0, part)
        at = part.base_sha
    return tuple(found) or None


def agree(parts: Sequence[Part], base_ref: str, commits: Mapping[str, Sequence[str]], told: Mapping[str, int]) -> bool:
    """Whether the group's own commits say the same as the queue's entries.

    `commits` are those between the group's base and head, each with its parents; `told` are the pull requests whose
    heads are among them, by that head.
    """
    numbers = {part.number for part in parts}
    if len(numbers) != len(parts) or any(part.base_ref != base_ref for part in parts):
        return False
    if any(part.head_sha not in commits for part in parts):
        return False
    return set(told.values()) <= numbers


def merged_head(part: Part, commits: Mapping[str, Sequence[str]]) -> str | None:
    """The commit that the queue merged for this part; None where it squashed or rebased."""
    parents = commits[part.head_sha]
    return parents[1] if len(parents) == 2 and parents[0] == part.base_sha else None


def is_settled(members: Sequence[Member]) -> bool:
    """Whether waiting would change nothing: all passed, or one is blocked."""
    standings = {member.standing for member in members}
    return Standing.BLOCKED in standings or Standing.AWAITED not in standings


def wait_s(looks: int) -> float:
    """Seconds until the members are looked at again, after so many looks."""
    return min(5.0 * 2.0 ** min(looks, 10), _LONGEST_WAIT_S)
