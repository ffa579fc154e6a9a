"""New definitions that resemble one that was there already: facts for whoever judges, told seldom rather than often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Final, NamedTuple

from app.architecture.likeness import Purpose, compare_parameters, pair_words, purpose_of, read_parameters, split_words
from app.core.fit.delta import Twin
from app.core.fit.source_facts import Symbol
from app.syntax.languages import language_of

ENOUGH: Final = 0.8
"""The likeness from which on something is told: on the history of real projects, in few commits."""

_NAME: Final = 0.65
_PARAMETERS: Final = 1 - _NAME
"""What names and parameters count for: neither is enough alone."""

_MOST_TOLD: Final = 20
_MOST_NEW: Final = 2_000
_MOST_KNOWN: Final = 50_000
_MOST_COMPARED: Final = 200
"""Definitions that one new one is held against: those that share its rarest words."""

_CUSTOM: Final = 3
"""A name that so many definitions have is a custom of the project (`to_dict`, `render`), no one's capability."""

_FUNCTIONS: Final = frozenset({"function", "method"})
_CLASSES: Final = frozenset({"class", "struct"})


class _Candidate(NamedTuple):
    path: str
    symbol: Symbol
    purpose: Purpose


class _Known:
    """What was there, to be found by its words, with how seldom each word is."""

    def __init__(self, known: Mapping[str, Sequence[Symbol]]) -> None:
        self._by_word: dict[str, list[_Candidate]] = {}
        self.names: Counter[tuple[str, ...]] = Counter()
        self._words: Counter[str] = Counter()
        self._count = 0
        for path in sorted(known):
            for symbol in known[path]:
                if self._count < _MOST_KNOWN and _is_capability(symbol):
                    self._add(_Candidate(path, symbol, purpose_of(path, symbol)))

    def _add(self, candidate: _Candidate) -> None:
        self._count += 1
        self.names[split_words(candidate.symbol.name)] += 1
        for word in candidate.purpose.words:
            self._words[word[:4]] += 1
            self._by_word.setdefault(word[:4], []).append(candidate)

    def weigh(self, word: str) -> float:
        """How much a word tells: the rarer the more."""
        return log(2 + self._count / (1 + self._words[word[:4]]))

    def near(self, words: Iterable[str]) -> Iterable[_Candidate]:
        """Those that share a word, the rarest words first, no more than are worth comparing."""
        found: dict[int, _Candidate] = {}
        for word in sorted(words, key=lambda word: (self._words[word[:4]], word)):
            for candidate in self._by_word.get(word[:4], ()):
                if len(found) >= _MOST_COMPARED:
                    return found.values()
                found.setdefault(id(candidate), candidate)
        return found.values()

    def is_rare(self, word: str) -> bool:
        """Whether so few definitions have the word that it alone can tell two as one."""
        return self._words[word[:4]] <= max(_CUSTOM, self._count // 500)


def find_twins(new: Sequence[tuple[str, Symbol]], known: Mapping[str, Sequence[Symbol]]) -> tuple[Twin, ...]:
    """For each new function, method or class the one in another file that is most like it, if one is like enough.

    `new` are the definitions that the change adds, with their files; `known` those by file that stand at base and at
    head: what moved, and what the change itself removes, has no twin. Tests have their own customs: the caller leaves
    them out on both sides. The most alike first; at most 20.
    """
    index = _Known(known)
    twins = []
    for path, symbol in new[:_MOST_NEW]:
        if not _is_capability(symbol) or index.names[split_words(symbol.name)] >= _CUSTOM:
            continue
        purpose = purpose_of(path, symbol)
        mine = _Candidate(path, symbol, purpose)
        compared = [
            (_weigh(mine, other, index), other)
            for other in index.near(purpose.words)
            if other.path != path and index.names[split_words(other.symbol.name)] < _CUSTOM
        ]
        best = max(compared, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] >= ENOUGH:
            twins.append(_tell(mine, best[1], best[0]))
    twins.sort(key=lambda twin: (-twin.likeness, twin.path, twin.line))
    return tuple(twins[:_MOST_TOLD])


def _is_capability(symbol: Symbol) -> bool:
    """Whether a definition does something of its own: more than a line, under a name that says more than `run`."""
    if symbol.kind not in _FUNCTIONS | _CLASSES or symbol.last_line == symbol.first_line:
        return False
    words = split_words(symbol.name)
    return len(words) >= 2 and not symbol.name.startswith("__") and words[0] not in ("test", "mock", "fake", "stub")


def _weigh(mine: _Candidate, other: _Candidate, index: _Known) -> float:
    """How alike two definitions are, 0..1."""
    if (mine.symbol.kind in _CLASSES) != (other.symbol.kind in _CLASSES) or _follow_one_custom(mine, other):
        return 0.0
    one, two = mine.purpose, other.purpose
    if mine.symbol.kind in _CLASSES:
        same = set(split_words(mine.symbol.name)) == set(split_words(other.symbol.name))
        return 1.0 if same and len(one.words) >= 2 else 0.0
    if one.verbs and two.verbs and not one.verbs & two.verbs:
        return 0.0
    pairs = pair_words(one.words, two.words)
    weights = [index.weigh(word) for word in (*one.words, *two.words)]
    shared = sum(index.weigh(left) + index.weigh(right) for left, right in pairs)
    named = shared / sum(weights) if weights else 0.0
    if len(pairs) < 2 and not (one.verbs & two.verbs and pairs and index.is_rare(pairs[0][0])):
        return 0.0
    strange = 1.0 if one.family is two.family else 0.9
    if strange * (_NAME * named + _PARAMETERS) < ENOUGH:
        return 0.0
    taken = (read_parameters(each.symbol.signature, each.symbol.name, language_of(each.path)) for each in (mine, other))
    return round(strange * (_NAME * named + _PARAMETERS * compare_parameters(*taken)), 2)


def _follow_one_custom(mine: _Candidate, other: _Candidate) -> bool:
    """Whether two of one name are variants by design: of sibling classes, platforms, or plug-ins."""
    if split_words(mine.symbol.name) != split_words(other.symbol.name):
        return False
    one, two = (split_words(each.symbol.within[-1]) if each.symbol.within else () for each in (mine, other))
    if one and two:
        return one[-1] == two[-1] or one[0] == two[0]
    directories, names = zip(*(each.path.rpartition("/")[::2] for each in (mine, other)), strict=True)
    return len(set(names)) == 1 or len(set(directories)) == 1


def _tell(mine: _Candidate, other: _Candidate, likeness: float) -> Twin:
    return Twin(
        mine.path,
        mine.symbol.first_line,
        mine.symbol.path,
        mine.symbol.signature,
        other.path,
        other.symbol.first_line,
        other.symbol.path,
        other.symbol.signature,
        likeness,
    )
