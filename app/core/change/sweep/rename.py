"""Renames: names become other names, and every other character of the lines stays.

Proved in a place are all of these, so that a listed place holds no news: line for line, the old tokens with the names
exchanged are the new line, to the last character; no old name is left in the lines shown after the change (there the
rename would have stopped short), and no new name stood among those before it (there it would have met another of its
name). String literals are never looked into: a changed one is another edit. Words that decide something (`true`,
`and`, `private`, `min`) are no names: what exchanging them means is told by each place.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from app.core.change.sweep.edit import Shape
from app.core.change.sweep.lexeme import classify_token, first_word, has_quotes, is_name, last_word, split_line
from app.core.change.sweep.place import Place

MAX_NAMES = 6
"""Names that one edit exchanges; more would be told by no sentence."""

_WORD_ENDS = (r"[\w$]", r"(?![\w$])")
_PATH_ENDS = (r"[\w$.:/-]", r"(?![\w$])(?!(?:[./-]|::)[\w$])")

LEAST_TOGETHER = 3
"""Places in which names must be exchanged together to be one edit."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The pairs of names exchanged in one place. `paths`: these are whole paths, of different lengths."""

    pairs: frozenset[Pair]
    paths: bool


@dataclass(frozen=True)
class Rename:
    """An exchange of names, the same in many places."""

    pairs: tuple[Pair, ...]
    paths: bool

    @property
    def words(self) -> str:
        """The edit in words."""
        return ", ".join(f"`{old}` becomes `{new}`" for old, new in self.pairs)

    @property
    def decides(self) -> bool:
        """No: words that decide are no names."""
        return False

    def may_stand_in(self, body: str) -> bool:
        """Whether one of the names stands there."""
        return any(new in body for _, new in self.pairs) and any(old in body for old, _ in self.pairs)

    def prove(self, place: Place) -> frozenset[Shape] | None:
        """What stands before and after each name that was exchanged."""
        shapes: list[Shape] = []
        for block in place.blocks:
            if len(block.removed) != len(block.added):
                return None
            for old, new in zip(block.removed, block.added, strict=True):
                found = self._exchange(old, new, go=place.go)
                if found is None:
                    return None
                shapes += found
        # Every old name shown is one that was exchanged, and every new one is what it became.
        body = place.hunk.body
        if any(sum(len(name.findall(body)) for name in names) != len(shapes) for names in (self._olds, self._news)):
            return None
        return frozenset(shapes)

    def is_doubted_by(self, body: str) -> bool:
        """Whether a name stands there: it may be given another meaning, or be left as it was."""
        return any(name.search(body) for name in (*self._olds, *self._news))

    def _exchange(self, old: str, new: str, *, go: bool) -> list[Shape] | None:
        """The shapes around the names of a line that was changed by their exchange and by nothing else."""
        if not self.paths and not has_quotes(old):
            return self._exchange_words(old, new)
        tokens = split_line(old, paths=self.paths, go=go)
        names = self._names
        if "".join([names.get(token, token) for token in tokens]) != new:
            return None
        solid = ["start", *(token for token in tokens if not token.isspace()), "end"]
        return [
            (classify_token(solid[index - 1]), classify_token(solid[index + 1]))
            for index, token in enumerate(solid)
            if token in names
        ]

    def _exchange_words(self, old: str, new: str) -> list[Shape] | None:
        """The same for a line without string literals, in which every whole word is a token."""
        shapes: list[Shape] = []
        made, at = "", 0
        for found in self._any_old.finditer(old):
            start, end = found.span()
            made += old[at:start] + self._names[found[0]]
            at = end
            shapes.append((classify_token(last_word(old[:start])), classify_token(first_word(old[end:]))))
        return shapes if made + old[at:] == new else None

    @cached_property
    def _any_old(self) -> re.Pattern[str]:
        return re.compile("|".join(pattern.pattern for pattern in self._olds))

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.pairs)

    @cached_property
    def _olds(self) -> list[re.Pattern[str]]:
        return [self._whole(old) for old, _ in self.pairs]

    @cached_property
    def _news(self) -> list[re.Pattern[str]]:
        return [self._whole(new) for _, new in self.pairs]

    def _whole(self, name: str) -> re.Pattern[str]:
        """The name where it is not a part of another; the name first, which is sought much faster."""
        before, after = _PATH_ENDS if self.paths else _WORD_ENDS
        return re.compile(rf"{re.escape(name)}(?<!{before}{re.escape(name)}){after}")


def read_exchange(place: Place) -> Exchange | None:
    """The names that a place exchanges, if it does nothing else; its lines are not yet proved."""
    for paths in (False, True):
        pairs = _read_pairs(place, paths=paths)
        if pairs is not None:
            return Exchange(pairs, paths) if 0 < len(pairs) <= MAX_NAMES else None
    return None


def join_exchanges(exchanges: Counter[Exchange], least: int) -> list[Rename]:
    """The renames behind exchanges, given how often each was seen; a place may have made a part of one only.

    Pairs seen less than `least` times are no rename. Pairs that were seen together in several places are one. A name
    that becomes two, two that become one, and names that change places or follow each other are none, in one rename or
    in several: where each went is told by each place.
    """
    seen: Counter[tuple[Pair, bool]] = Counter()
    for exchange, count in exchanges.items():
        seen.update({(pair, exchange.paths): count for pair in exchange.pairs})
    together: dict[tuple[Pair, bool], set[tuple[Pair, bool]]] = {
        key: {key} for key, count in seen.items() if count >= least
    }
    for exchange, count in exchanges.items():
        keys = [(pair, exchange.paths) for pair in exchange.pairs]
        if count >= LEAST_TOGETHER and all(key in together for key in keys):
            merged = set().union(*(together[key] for key in keys))
            together |= dict.fromkeys(merged, merged)
    groups = {frozenset(group) for group in together.values()}
    renames = sorted(map(_join, groups), key=lambda rename: rename.pairs)
    names = Counter(name for pair in {pair for rename in renames for pair in rename.pairs} for name in pair)
    return [rename for rename in renames if len(rename.pairs) <= MAX_NAMES and _is_apart(rename, names)]


def _join(group: frozenset[tuple[Pair, bool]]) -> Rename:
    return Rename(tuple(sorted({pair for pair, _ in group})), paths=any(paths for _, paths in group))


def _is_apart(rename: Rename, names: Counter[str]) -> bool:
    """Whether each name of a rename is old or new in one pair alone, of all pairs of all renames."""
    return all(names[name] == 1 for pair in rename.pairs for name in pair)


def _read_pairs(place: Place, *, paths: bool) -> frozenset[Pair] | None:
    pairs: set[Pair] = set()
    for block in place.blocks:
        if len(block.removed) != len(block.added):
            return None
        for old, new in zip(block.removed, block.added, strict=True):
            before, after = (split_line(text, paths=paths, go=place.go) for text in (old, new))
            if len(before) != len(after):
                return None
            differing = {pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]}
            if not all(is_name(old) and is_name(new) for old, new in differing):
                return None
            pairs |= differing
    return frozenset(pairs)
