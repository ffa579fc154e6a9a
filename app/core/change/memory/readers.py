"""Who has read a hunk: what a policy asked of the reading by name, and a digest over what else makes it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

MOST: Final = 64
"""More names than this stand as one digest: a reader is part of a key in the store."""


@dataclass(frozen=True, slots=True)
class Reader:
    """`asked` are names without blanks of what the policy asked for; `made` is a digest over what else makes a reading.

    As text: the digest and the names, blanks between them.
    """

    made: str
    asked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, made: str, asked: Iterable[str]) -> Self:
        """A reader who was asked all this."""
        names = frozenset(asked)
        if len(names) > MOST:
            joined = "\n".join(sorted(names))
            names = frozenset({f"all:{hashlib.sha256(joined.encode()).hexdigest()}"})
        return cls(made, names)

    def __str__(self) -> str:
        return " ".join((self.made, *sorted(self.asked)))

    def stands_for(self, wanted: Reader, *, by_policy: bool = False) -> bool:
        """Whether what this one has read need not be read by `wanted`, who is asked no more.

        `by_policy`: all that counts is what a policy asks for, whatever prompts, models and guidance have become.
        """
        return wanted.asked <= self.asked and (by_policy or wanted.made == self.made)


@lru_cache(maxsize=4096)
def read_reader(text: str) -> Reader:
    """The reader that stands so in the store."""
    made, *asked = text.split(" ")
    return Reader(made, frozenset(asked))
