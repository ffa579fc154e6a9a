"""Which modules are drawn as one: deeper directories first, until there are few enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from app.architecture.picture.drawing import Limits
from app.core.change.classes.classify import is_test

_FEW = 6
_SOME = 3
"""Parts of a directory that come out of it, at least, where not all can."""

_PORTION = 20
"""A directory with less than this part of all that weighs is not taken apart."""


class Place(NamedTuple):
    """Where a module is drawn. Modules of two layers never share one."""

    layer: str
    path: str
    merged: bool = False

    @property
    def depth(self) -> int:
        """Segments of the path; the top itself has none."""
        return 0 if self.path == "." else self.path.count("/") + 1

    def parent(self) -> Place:
        """The directory around it, as a place for several."""
        return Place(self.layer, self.path.rpartition("/")[0] or ".", merged=True)


def merge(
    touched: Collection[str], weight_of: Mapping[str, int], layer_of: Mapping[str, str], limits: Limits
) -> dict[str, Place]:
    """A place for each touched module and for those of the others that there is room for.

    `weight_of` has the others, and how much each matters. Three quarters of the room are for what is touched, if it
    needs that much; where even top directories are too many, those that matter least have no place.
    """
    own = {module: Place(layer_of.get(module, ""), module) for module in sorted(touched)}
    others = {module: Place(layer_of.get(module, ""), module) for module in sorted(weight_of)}
    if not touched:
        return _keep(_unfold(others, weight_of, limits.overview), weight_of, limits.nodes)
    room = max(limits.nodes - limits.context, limits.nodes * 3 // 4) if others else limits.nodes
    _fold(own, room, least=1)
    own = _keep(own, dict.fromkeys(own, 1), room)
    room = min(limits.nodes - len(set(own.values())), limits.context)
    # What is around the change says little as a top directory: rather less of it is drawn.
    _fold(others, room, least=2)
    return {**_keep(others, weight_of, room), **own}


def _fold(places: dict[str, Place], room: int, *, least: int) -> None:
    """Puts modules together, the deepest first and where it saves most, until the places are at most `room`.

    Nothing that is `least` segments deep is put together.
    """
    held: dict[Place, list[str]] = defaultdict(list)
    for module, place in places.items():
        held[place].append(module)
    for depth in range(max((place.depth for place in held), default=0), least, -1):
        if len(held) <= room:
            break
        children: dict[Place, list[Place]] = defaultdict(list)
        for place in held:
            if place.depth == depth:
                children[place.parent()].append(place)
        for parent in sorted(children, key=lambda place: (-len(children[place]), place)):
            if len(held) > room:
                own = parent._replace(merged=False)
                for place in [*children[parent], *([own] if own in held else [])]:
                    held[parent].extend(held.pop(place))
    places.update(_settled(held))


def _unfold(places: Mapping[str, Place], weight_of: Mapping[str, int], room: int) -> dict[str, Place]:
    """The other way: top directories, and the weightiest of them taken apart while the places are at most `room`.

    Where there is room only for some parts, the largest come out, and the directory stands for the rest. Of very few
    places one is taken apart in any case: a picture of one directory says nothing. What weighs little stays whole, and
    tests weigh nothing.
    """
    held = _group(places.values(), _shared_depth(places) + 1)
    weights = {module: 0 if is_test(module) else weight for module, weight in weight_of.items()}
    least = sum(weights.values()) / _PORTION
    whole = [place for place in held if place.merged]
    while whole:
        heaviest = max(
            whole, key=lambda place: (sum(weights[module] for module in held[place]), len(held[place]), place)
        )
        whole.remove(heaviest)
        if len(held) >= _FEW and sum(weights[module] for module in held[heaviest]) < least:
            break
        parts = _group((Place(heaviest.layer, module) for module in held[heaviest]), heaviest.depth + 1)
        if len(held) >= _FEW and len(held) - 1 + len(parts) > room:
            largest = sorted(parts, key=lambda place: (-len(parts[place]), place))[: max(room - len(held), 0)]
            out = {place: parts[place] for place in largest if place.merged and len(largest) >= _SOME}
            rest = [module for place, modules in parts.items() if place not in out for module in modules]
            parts = {**out, heaviest: rest}
        held = {**{place: modules for place, modules in held.items() if place != heaviest}, **parts}
        whole.extend(place for place in parts if place.merged and place != heaviest)
    return _settled(held)


def _shared_depth(modules: Iterable[str]) -> int:
    """How many directories from the top have all modules in them."""
    directories = [module.split("/")[:-1] for module in modules]
    levels = zip(*directories, strict=False)
    return sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))


def _group(modules: Iterable[Place], depth: int) -> dict[Place, list[str]]:
    """Modules by the directory of so many segments that they are in, or by themselves where they are no deeper."""
    held: dict[Place, list[str]] = defaultdict(list)
    for module in modules:
        segments = module.path.split("/")
        inside = len(segments) > depth
        held[Place(module.layer, "/".join(segments[:depth]), merged=True) if inside else module].append(module.path)
    for place in [place for place in held if not place.merged]:
        # A directory that is a module itself (as in Go) goes with those below it.
        if (around := place._replace(merged=True)) in held:
            held[around].extend(held.pop(place))
    return held


def _settled(held: Mapping[Place, Sequence[str]]) -> dict[str, Place]:
    """The place of each module. What stands for one module alone is that module."""
    return {
        module: place if len(modules) > 1 else Place(place.layer, module)
        for place, modules in held.items()
        for module in modules
    }


def _keep(places: Mapping[str, Place], weight_of: Mapping[str, int], room: int) -> dict[str, Place]:
    """The modules of the `room` places that weigh most."""
    weights = _weigh(places, weight_of)
    kept = set(sorted(weights, key=lambda place: (-weights[place], place))[:room])
    return {module: place for module, place in places.items() if place in kept}


def _weigh(places: Mapping[str, Place], weight_of: Mapping[str, int]) -> Counter[Place]:
    weights = Counter[Place]()
    for module, place in places.items():
        weights[place] += weight_of[module]
    return weights
