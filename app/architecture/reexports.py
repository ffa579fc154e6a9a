"""Names that files hand on from others: whoever takes such a name depends on where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from app.architecture.graph import Graph, Reference
from app.architecture.resolution import Target
from app.architecture.resolve.python import hands_on as hands_on_in_python
from app.core.fit.source_facts import Import
from app.syntax.languages import Language

EVERYTHING: Final = "*"
MOST_STEPS: Final = 2_000
"""Places that one name is followed through."""

MOST_IN_ALL: Final = 2_000_000
"""Places that all names of a graph are followed through: a few seconds."""

Defined = Callable[[str], Collection[str] | None]
"""The names that a file defines and lets others have, by its path; None if that is not known."""


class Hop(NamedTuple):
    """A file hands a name on, at this line."""

    path: str
    line: int


class Passed(NamedTuple):
    """A file that a name comes from, with the module it belongs to, and what hands the name on, the nearest first."""

    path: str
    module: str
    hops: tuple[Hop, ...]


class _Offer(NamedTuple):
    """A file offers `name` (`*`: whatever `path` has), which is called `inner` in `path`; empty: it is `path` itself.

    `meant`: it is for others by the customs of the language, so that `*` takes it too.
    """

    name: str
    inner: str
    path: str
    module: str
    line: int
    meant: bool


class _Offers(NamedTuple):
    """What one file hands on: by name, and as a whole."""

    named: dict[str, list[_Offer]]
    stars: list[_Offer]


_NOTHING: Final = _Offers({}, [])


def knows_nothing(_: str) -> Collection[str] | None:
    """Nothing is known of any file."""
    return None


class Reexports:
    """Follows names through the files of one graph. It remembers what it followed.

    A name that comes through `*` is followed to the files that have it, for which `defined` has to know the names of
    those files and of the one with the `*`: see `asked`. What an import takes as a whole, without any name, is not
    followed: which of its names are used is not in the graph.
    """

    def __init__(self, graph: Graph, defined: Defined = knows_nothing) -> None:
        self._graph = graph
        self._defined = defined
        self._offers: dict[str, _Offers] = {}
        self._followed: dict[tuple[str, str], tuple[Passed, ...]] = {}
        self._left = MOST_IN_ALL
        self._cut: set[str] = set()
        self._asked: set[str] = set()
        self._stops: dict[tuple[str, str], set[str]] = {}
        self._behind: dict[str, frozenset[str]] = {}

    @property
    def cut(self) -> tuple[str, ...]:
        """Files that offer names which were not followed to their end, for they lead through too many places."""
        return tuple(sorted(self._cut))

    @property
    def asked(self) -> tuple[str, ...]:
        """Files of which `defined` knew nothing and would have had to, as far as `ask` was told that it matters."""
        return tuple(sorted(self._asked))

    def follow(self, reference: Reference) -> Iterator[tuple[str, Passed]]:
        """The names that a reference takes, each with the files beyond its target that the name comes from."""
        for path, name in self._list_taken(reference):
            for passed in self._follow_name(path, name):
                yield name, passed

    def find_stops(self, reference: Reference) -> frozenset[str]:
        """Files with a `*` through which a name was not followed, for it is not known which names they have."""
        stops = (self._stops.get(taken, ()) for taken in self._list_taken(reference))
        return frozenset(path for of_name in stops for path in of_name)

    def list_behind(self, path: str) -> frozenset[str]:
        """All files that something can come from which `path` hands on."""
        known = self._behind.get(path)
        if known is None:
            waiting = [path]
            seen = {path}
            for at in waiting:
                new = {offer.path for offer in self._list_offers(at)} - seen
                seen |= new
                waiting.extend(sorted(new))
            known = self._behind[path] = frozenset(seen - {path})
        return known

    def ask(self, path: str) -> None:
        """Note that the names of a file have to be known, and of all that is behind its `*`."""
        waiting = [path]
        for at in waiting:
            if self._defined(at) is None and at not in self._asked:
                self._asked.add(at)
                waiting.extend(offer.path for offer in (self._offers_of(at) or _NOTHING).stars)

    def _list_taken(self, reference: Reference) -> Iterator[tuple[str, str]]:
        target = reference.target
        if len(target.files) == 1 and self._offers_of(target.files[0]):
            if target.by_way_of:
                yield target.files[0], target.by_way_of
                return
            language = self._graph.facts[target.files[0]].language
            for name in target.names or reference.imported.names:
                if not _is_module(language, reference.imported, target, name):
                    yield target.files[0], name

    def _list_offers(self, path: str) -> Iterator[_Offer]:
        offers = self._offers_of(path) or _NOTHING
        yield from offers.stars
        for named in offers.named.values():
            yield from named

    def _follow_name(self, path: str, name: str) -> tuple[Passed, ...]:
        known = self._followed.get((path, name))
        if known is None:
            known = self._followed[path, name] = tuple(self._walk(path, name).values())
        return known

    def _walk(self, path: str, name: str) -> dict[str, Passed]:
        """Breadth first, so that the shortest way to each file is the one that is told."""
        found: dict[str, Passed] = {}
        seen = {(path, name)}
        waiting: list[tuple[str, str, tuple[Hop, ...]]] = [(path, name, ())]
        for at, wanted, hops in waiting:
            if self._is_unknown(at, wanted):
                self._stops.setdefault((path, name), set()).add(at)
                continue
            for offer, certain in self._choose(at, wanted):
                self._left -= 1
                if len(seen) > MOST_STEPS or self._left < 0:
                    self._cut.add(path)
                    return found
                way = (*hops, Hop(at, offer.line))
                if certain and offer.path != path:
                    found.setdefault(offer.path, Passed(offer.path, offer.module, way))
                inner = wanted if offer.name == EVERYTHING else offer.inner
                if inner and (offer.path, inner) not in seen:
                    seen.add((offer.path, inner))
                    waiting.append((offer.path, inner, way))
        return found

    def _choose(self, path: str, name: str) -> Iterator[tuple[_Offer, bool]]:
        """The offers of a file that a name can come from, and whether what is behind is known to have it."""
        offers = self._offers_of(path) or _NOTHING
        if name == EVERYTHING:
            yield from ((offer, True) for named in offers.named.values() for offer in named if offer.meant)
            yield from ((offer, True) for offer in offers.stars)
        elif name in offers.named:
            yield from ((offer, True) for offer in offers.named[name])
        elif name not in (self._defined(path) or ()):
            for offer in offers.stars:
                has = self._has(offer.path, name)
                if has or self._offers_of(offer.path):
                    yield offer, has

    def _is_unknown(self, path: str, name: str) -> bool:
        """Whether a name can come through a `*` of a file, and nobody knows what the file has itself."""
        offers = self._offers_of(path) or _NOTHING
        if name == EVERYTHING or name in offers.named or not offers.stars:
            return False
        return self._defined(path) is None

    def _has(self, path: str, name: str) -> bool:
        offers = self._offers_of(path)
        return bool(offers and name in offers.named) or name in (self._defined(path) or ())

    def _offers_of(self, path: str) -> _Offers | None:
        """What a file hands on; None for nothing."""
        known = self._offers.get(path)
        if known is None:
            known = self._offers[path] = self._read_offers(path)
        return known if known is not _NOTHING else None

    def _read_offers(self, path: str) -> _Offers:
        file = self._graph.facts.get(path)
        if file is None or not any(imported.passed_on for imported in file.imports):
            return _NOTHING
        named: dict[str, list[_Offer]] = {}
        stars: list[_Offer] = []
        tabled, outer = None, dict[str, list[str]]()
        for reference in self._graph.references(path):
            imported = reference.imported
            if imported.passed_on:
                if imported is not tabled:
                    tabled, outer = imported, _table_names(imported)
                for offer in _make_offers(file.language, path, reference, outer):
                    if offer.name == EVERYTHING:
                        stars.append(offer)
                    else:
                        named.setdefault(offer.name, []).append(offer)
        return _Offers(named, stars) if named or stars else _NOTHING


def _table_names(imported: Import) -> dict[str, list[str]]:
    """The names under which an import hands on what it takes, by what that is called where it comes from."""
    found: dict[str, list[str]] = {}
    for inner, outer in zip(imported.names, imported.as_names or imported.names, strict=False):
        found.setdefault(inner, []).append(outer)
    return found


def _make_offers(
    language: str, path: str, reference: Reference, outer: Mapping[str, Collection[str]]
) -> Iterator[_Offer]:
    imported, target, _ = reference
    # What a module of Python imports can be taken from it by name, whether or not it is meant to be.
    meant = language != Language.PYTHON or hands_on_in_python(path, imported)
    for inner in dict.fromkeys(target.names or imported.names):
        line = reference.line_of(inner)
        within = "" if _is_module(language, imported, target, inner) else inner
        for name in outer.get(inner, ()):
            if meant or name != EVERYTHING:
                yield from (_Offer(name, within, file, target.module, line, meant) for file in target.files)


def _is_module(language: str, imported: Import, target: Target, name: str) -> bool:
    """Whether a name that is taken stands for the module, not for something in it: `from package import module`."""
    if language not in (Language.PYTHON, Language.RUST) or target.names != (name,) or not target.files:
        return False
    file = PurePosixPath(target.files[0])
    stem = file.parent.name if file.stem in ("__init__", "mod") else file.stem
    return stem == name and imported.target.replace("::", ".").rpartition(".")[2] != name
