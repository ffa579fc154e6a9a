"""Which rules a part of a change is held to, and how many are asked about in one question.

A model overlooks more of a list the longer it is, and the later ones first (https://arxiv.org/abs/2507.11538): so a
question has at most 20 rules, the narrowest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from app.core.rules.rule import Rule

PER_QUESTION = 20
MAX_FOUND = 60
"""Rules found in files that one chunk is held to at most; those that the policy declares are always asked about."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules for some files, most specific first, and those that apply and are not asked about: too many."""

    rules: tuple[Rule, ...]
    passed_over: tuple[Rule, ...] = ()

    @property
    def batches(self) -> tuple[tuple[Rule, ...], ...]:
        """The rules question by question, none with more than `PER_QUESTION`, all of nearly the same length."""
        count = ceil(len(self.rules) / PER_QUESTION)
        edges = [len(self.rules) * index // count for index in range(count + 1)] if count else []
        return tuple(self.rules[start:end] for start, end in pairwise(edges))


def choose(rules: Sequence[Rule], paths: Iterable[str]) -> Chosen:
    """The rules that apply to any of `paths`."""
    names = tuple(paths)
    scopes = {scope for scope in {rule.scope for rule in rules} if any(map(scope.covers, names))}
    fitting = sorted((rule for rule in rules if rule.scope in scopes), key=_order)
    found = [rule for rule in fitting if not rule.declared]
    over = frozenset(rule.id for rule in found[MAX_FOUND:])
    return Chosen(
        tuple(rule for rule in fitting if rule.id not in over), tuple(rule for rule in found if rule.id in over)
    )


def _order(rule: Rule) -> tuple[int, bool, int, str]:
    depth, choosing = rule.scope.narrowness
    return -depth, not choosing, len(rule.id), rule.id
