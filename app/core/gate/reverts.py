"""Reverts: what a pull request says that it takes back, and what has been proved of that. Pure.

Words are hints alone: anybody can write them. That a change takes another one back is proved by trees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_HINTS: Final = 3
"""So many pull requests are looked at in one that says it reverts something."""

# GitHub's button writes "Reverts owner/name#7", `git revert` writes "This reverts commit 0123….".
_NUMBER: Final = re.compile(
    r"\breverts?:? (?:pull request )?(?:[\w.-]{1,100}/[\w.-]{1,100})?#([0-9]{1,9})\b", re.IGNORECASE
)
_COMMIT: Final = re.compile(r"\breverts? commit ([0-9a-f]{40})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hints:
    """What a pull request's words name as taken back: pull requests by number, commits by SHA. Untrusted."""

    numbers: tuple[int, ...] = ()
    commits: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.numbers or self.commits)


@dataclass(frozen=True, slots=True)
class Reverted:
    """Proved: the change takes back what pull request `number` brought, no more and no less.

    `head_sha` is the head of it that a verdict is recorded of. `brings_back` are sentences on blocking findings that
    were known of the code that comes back.
    """

    number: int
    head_sha: str
    brings_back: tuple[str, ...] = ()


def find_hints(title: str, body: str) -> Hints:
    """What the words of a pull request say that it takes back, as far as it is worth a look."""
    words = f"{title}\n{body}"
    numbers = tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(words)))
    commits = tuple(dict.fromkeys(sha.lower() for sha in _COMMIT.findall(words)))
    return Hints(numbers[:MOST_HINTS], commits[:MOST_HINTS])
