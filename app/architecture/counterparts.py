"""Which removed definition is an added one under a new name: said only where nothing else is nearly as likely."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from app.core.fit.source_facts import Symbol

Name = tuple[str, ...]
"""The name of a definition behind those around it, outermost first."""

_MOST_PAIRS: Final = 2_500
"""Removed times added definitions that are compared; past it none is called renamed."""

_LONGEST_NAME: Final = 100
_TELLING: Final = 24
"""Characters that a signature has beside its name, from which on it is hardly that of anything else."""

_MARGIN: Final = 0.1
"""By how much a counterpart is likelier than the next, to be the only likely one."""


def find_counterparts(gone: Mapping[Name, Symbol], come: Mapping[Name, Symbol]) -> dict[Name, Name]:
    """New names by old ones, of definitions within the same one that are each other's only likely counterpart."""
    if len(gone) * len(come) > _MOST_PAIRS:
        return {}
    scores = {
        (old, new): score
        for old, was in gone.items()
        for new, has in come.items()
        if old[:-1] == new[:-1] and (score := _weigh(was, has)) > 0
    }
    by_end: dict[tuple[str, Name], list[float]] = {}
    for (old, new), score in scores.items():
        by_end.setdefault(("old", old), []).append(score)
        by_end.setdefault(("new", new), []).append(score)
    best = {end: _find_clear_best(rivals) for end, rivals in by_end.items()}
    return {old: new for (old, new), score in scores.items() if score == best["old", old] == best["new", new]}


def _find_clear_best(scores: Sequence[float]) -> float:
    """The highest score if it stands out, else 0."""
    first, second = (*sorted(scores, reverse=True)[:2], 0.0)[:2]
    return first if first - second > _MARGIN else 0.0


def _weigh(old: Symbol, new: Symbol) -> float:
    """How likely one definition is another under a new name; 0 for what should rather count as two.

    They are as long as each other, and either nothing of the signature changed but the name, or the names are close.
    """
    if old.kind != new.kind or max(len(old.name), len(new.name)) > _LONGEST_NAME:
        return 0.0
    lengths = sorted(each.last_line - each.first_line + 1 for each in (old, new))
    if lengths[1] - lengths[0] > max(1, lengths[1] // 10):
        return 0.0
    likeness = SequenceMatcher(None, old.name.lower(), new.name.lower(), autojunk=False).ratio()
    shape = _shape_of(old)
    if shape == _shape_of(new) and (likeness >= 0.4 or len(shape) >= _TELLING):
        return 1.0 + likeness
    return likeness if likeness >= 0.75 else 0.0


def _shape_of(symbol: Symbol) -> str:
    """A signature without the name."""
    return re.sub(rf"(?<!\w){re.escape(symbol.name)}(?!\w)", "", symbol.signature, count=1)
