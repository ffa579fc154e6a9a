"""What paths and modules of the base are called at head."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from app.architecture.graph import Edges, Graph

_GONE = "\0"
"""Before the name of what is gone, where something else has that name at head. No path holds it."""

FEWEST_MOVED: Final = 2
"""Files that have to go one way before others of their directory are taken to have gone with them."""


@dataclass(frozen=True, slots=True)
class Renames:
    """`files` are the renamed files of the change, `modules` the modules that come of it: new names by old ones."""

    files: Mapping[str, str]
    modules: Mapping[str, str]
    taken: frozenset[str]

    def name_file(self, path: str) -> str:
        """A file of the base by its name at head; of one that is gone, a name that nothing has at head."""
        return self._name(path, self.files.get(path))

    def name_module(self, module: str) -> str:
        """The same for a module."""
        return self._name(module, self.modules.get(module))

    def name_target(self, path: str, module: str) -> str:
        """What an edge means, a file or a module, by its name at head."""
        return self.name_module(module) if path == module else self.name_file(path)

    def _name(self, old: str, new: str | None) -> str:
        if new is not None:
            return new
        return _GONE + old if old in self.taken else old

    def name_edges(self, edges: Edges) -> Edges:
        """Edges of the base between modules by their names at head, with their sites as they were."""
        if not self.modules and not self.taken:
            return edges
        name = self.name_module
        return {
            name(module): {name(target): site for target, site in targets.items()} for module, targets in edges.items()
        }


def find_renames(before: Graph, after: Graph, moved: Mapping[str, str]) -> Renames:
    """The renames of a change whose files have moved so: new paths by old ones, each new path once.

    A module of several files is renamed if what is left of it has gone to one module, to which nothing else of the base
    belongs: else it was split or joined, and what it depends on is new there.
    """
    came_from = {new: old for old, new in moved.items()}
    homes = {before.module_of.get(old, old) for old in moved}
    modules = {}
    for home in sorted(homes):
        new = _follow_module(home, before, after, moved, came_from)
        if new is not None and new != home:
            modules[home] = new
    return Renames(moved, modules, frozenset(moved.values()) | frozenset(modules.values()))


def _follow_module(
    home: str, before: Graph, after: Graph, moved: Mapping[str, str], came_from: Mapping[str, str]
) -> str | None:
    if home not in before.modules:
        # Of a file without facts nothing is known but its name.
        return moved.get(home)
    left = [moved.get(path, path) for path in before.modules[home]]
    homes = {after.module_of[path] for path in left if path in after.module_of}
    if len(homes) != 1:
        return None
    new = homes.pop()
    olds = (came_from.get(path, path) for path in after.modules[new])
    origins = {before.module_of[old] for old in olds if old in before.module_of}
    return new if origins == {home} else None


def follow_directories(moved: Mapping[str, str], gone: Collection[str], come: Collection[str]) -> dict[str, str]:
    """The renamed files of a change, new paths by old ones, with those that only their directory tells.

    `moved` are those that git sees by their content; `gone` and `come` are paths that it calls removed and added. Where
    most files that leave a directory keep their names in another one, so does the rest of it, however much of it was
    rewritten on the way (https://git-scm.com/docs/directory-rename-detection/).
    """
    ways: dict[str, Counter[str]] = {}
    for old, new in moved.items():
        (source, _, was), (target, _, now) = old.rpartition("/"), new.rpartition("/")
        ways.setdefault(source, Counter())[target if was == now and source != target else ""] += 1
    followed = dict(moved)
    taken = set(moved.values())
    for old in sorted(gone):
        source, _, name = old.rpartition("/")
        way = ways.get(source, Counter())
        target, many = max(way.items(), key=lambda item: item[1], default=("", 0))
        new = f"{target}/{name}"
        if target and many >= FEWEST_MOVED and 2 * many > way.total() and new in come and new not in taken:
            followed[old] = new
            taken.add(new)
    return followed
