"""Which existing modules a change is most like, so that it can be held against them: chosen by names alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Final, NamedTuple

from app.architecture.likeness import split_words
from app.core.fit.source_facts import Symbol
from app.syntax.languages import language_of

_MOST_SIGNATURES: Final = 40
_WHOLE_DIRECTORY: Final = frozenset({"index", "init", "mod", "main", "lib", "doc"})
"""Stems that stand for their directory."""


class Analogue(NamedTuple):
    """An existing module and how its public definitions are used, in their order."""

    path: str
    signatures: tuple[str, ...]


class _Names(NamedTuple):
    """What the place of a file says of it."""

    directory: str
    words: tuple[str, ...]
    ending: str


def nearest(
    path: str, symbols: Sequence[Symbol], known: Mapping[str, Sequence[Symbol]], limit: int = 3
) -> tuple[Analogue, ...]:
    """The existing modules that are most like one of the change, the most alike first.

    `known` are definitions by file; `symbols` those of the file at `path`. What counts is how files are named
    (`…_controller`), where they lie, and the words of their public definitions. None that shares nothing.
    """
    mine = _read_names(path)
    words = _words_of(symbols)
    scored = [
        (_weigh(mine, _read_names(other)) + 4 * _share(words, _words_of(known[other])), other)
        for other in sorted(known)
        if other != path and language_of(other) is language_of(path)
    ]
    best = nlargest(limit, (pair for pair in scored if pair[0] > 1), key=lambda pair: pair[0])
    return tuple(Analogue(other, _sign(known[other])) for _, other in best)


def wants_outline(new: Mapping[str, Sequence[Symbol]], sources: Collection[str], limit: int = 200) -> tuple[str, ...]:
    """The unchanged source files that are worth reading for twins and analogues, the most promising first.

    `new` are the new definitions by changed file, `sources` the paths of all source files that may be chosen. Files
    are taken that lie beside a changed file, or are named with a word of one, or with a word of a new definition.
    """
    beside = {_directory_of(path) for path in new}
    stems = {word for path in new for word in _read_names(path).words}
    named = {
        word for symbols in new.values() for symbol in symbols for word in split_words(symbol.name) if len(word) > 2
    }
    languages = {language_of(path) for path in new}
    ranked = []
    for path in sources:
        if path in new or language_of(path) not in languages:
            continue
        words = set(_read_names(path).words)
        score = 3 * len(words & named) + 2 * len(words & stems) + 2 * (_directory_of(path) in beside)
        if score:
            ranked.append((-score, path))
    return tuple(path for _, path in sorted(ranked)[:limit])


def _weigh(one: _Names, other: _Names) -> float:
    shared = len(set(one.words) & set(other.words))
    same_end = bool(one.ending) and one.ending == other.ending and len(one.words) > 1 and len(other.words) > 1
    parents = _directory_of(one.directory), _directory_of(other.directory)
    beside = 2.0 if one.directory == other.directory else 1.0 if parents[0] == parents[1] else 0.0
    return beside + shared + (2.0 if same_end else 0.0)


def _share(one: Collection[str], other: Collection[str]) -> float:
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / max(len(mine | theirs), 1)


def _words_of(symbols: Iterable[Symbol]) -> frozenset[str]:
    return frozenset(word for symbol in symbols if symbol.public for word in split_words(symbol.name))


def _sign(symbols: Sequence[Symbol]) -> tuple[str, ...]:
    signed = [symbol.signature for symbol in symbols if symbol.public and symbol.signature]
    return tuple(signed[:_MOST_SIGNATURES])


def _read_names(path: str) -> _Names:
    directory, _, name = path.rpartition("/")
    stem = name.partition(".")[0] if "." in name[1:] else name
    words = split_words(stem)
    dotted = name.split(".")
    if not words or words[-1] in _WHOLE_DIRECTORY:
        words = split_words(directory.rpartition("/")[2])
    kinds = [word for part in dotted[1:-1] for word in split_words(part)]
    words = (*words, *kinds)
    return _Names(directory, words, words[-1] if words else "")


def _directory_of(path: str) -> str:
    return path.rpartition("/")[0]
