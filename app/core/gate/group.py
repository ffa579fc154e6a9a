"""A group of a merge queue: who is in it, and what its members' own verdicts say of it. Pure.

The queue tells of entries that stand one on another; git tells what each of them adds. Both must agree, or nobody can
tell who is in the group. https://docs.github.com/en/graphql/reference/objects#mergequeueentry
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.gate.policy import Policy, PolicyFault
from app.core.text.globs import Glob

MOST_LOOKS: Final = 30
"""How often a group's members are waited for: with `wait_s` about 25 minutes, within GitHub's own hour."""

_LONGEST_WAIT_S: Final = 55.0
_SQUASHED: Final = re.compile(r".*\(#([1-9][0-9]{0,8})\)")
_SUCCESS: Final = "success"
_ACTION_REQUIRED: Final = "action_required"


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


def merged_tips(commits: Mapping[str, Sequence[str]], head_sha: str) -> tuple[str, ...]:
    """The commits that were merged into the group: first those that its own commits merged, then those of its members.

    What the queue merged stands before all that people merged in their branches, however much that is.
    """
    own = _own_commits(commits, head_sha)
    merged = [tip for sha in dict.fromkeys([*own, *commits]) for tip in commits[sha][1:] if tip in commits]
    return tuple(dict.fromkeys(merged))


def name_squashed(commits: Mapping[str, Sequence[str]], titles: Mapping[str, str], head_sha: str) -> tuple[int, ...]:
    """The pull requests that the titles of a group's own commits name, as GitHub writes them when it squashes.

    One that merges is not asked. A title is anybody's words: it may hold a group up and never let one pass.
    """
    found: list[int] = []
    for sha in _own_commits(commits, head_sha):
        named = _SQUASHED.fullmatch(titles[sha].rstrip()) if len(commits[sha]) == 1 else None
        found += [int(named[1])] if named is not None else []
    return tuple(dict.fromkeys(found))


def _own_commits(commits: Mapping[str, Sequence[str]], head_sha: str) -> tuple[str, ...]:
    """`head_sha` and, from there, the first parent of each, as far as they are among `commits`: newest first."""
    found: list[str] = []
    at = head_sha
    while at in commits:
        found.append(at)
        parents = commits[at]
        at = parents[0] if parents else ""
    return tuple(found)


def stand(conclusion: str) -> Standing:
    """What a member that passed by itself is worth where the check that it shares with others says this.

    The shared check is what the branch asks for. Where it only waits for another pull request, so does the group.
    """
    if conclusion == _SUCCESS:
        return Standing.PASSED
    return Standing.AWAITED if conclusion == _ACTION_REQUIRED else Standing.BLOCKED


def is_settled(members: Sequence[Member]) -> bool:
    """Whether waiting would change nothing: all passed, or one is blocked."""
    standings = {member.standing for member in members}
    return Standing.BLOCKED in standings or Standing.AWAITED not in standings


def is_left_to_own(members: Sequence[Member], *, told: bool) -> bool:
    """Whether the review of the group's own change decides: nobody holds it up whose verdict it cannot stand in for.

    `told`: these are all members; else some may be unknown.
    """
    standings = {member.standing for member in members}
    return standings <= {Standing.PASSED, Standing.CHANGED} and (not told or Standing.CHANGED in standings)


def wait_s(looks: int) -> float:
    """Seconds until the members are looked at again, after so many looks."""
    return min(5.0 * 2.0 ** min(looks, 10), _LONGEST_WAIT_S)


def tells_wait(looks: int) -> bool:
    """Whether the check is to say at this look what is waited for: it is written at most once in 15 seconds."""
    return looks != 1
