"""The declared shape of the code, held against the references of a graph."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.architecture.graph import RANKS, Graph, Reference, name_target
from app.architecture.reexports import Passed, Reexports
from app.core.change.classes.classify import is_test
from app.core.fit.delta import Break, Edge
from app.core.gate.policy import ArchitecturePolicy, Forbidden
from app.core.text.globs import Glob

_LITERAL: Final = re.compile(r"[^*?\[\]{}\\,]*")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A glob, and what every path that fits begins with: most paths need no more than that."""

    glob: Glob
    beginning: str
    is_tree: bool

    def matches(self, path: str) -> bool:
        if not path.startswith(self.beginning):
            return False
        return self.is_tree or self.glob.matches(path)


def _compile(pattern: str) -> _Pattern:
    found = _LITERAL.match(pattern)
    beginning = found[0] if found else ""
    return _Pattern(Glob.parse(pattern), beginning, beginning.endswith("/") and pattern == f"{beginning}**")


class _Layer(NamedTuple):
    name: str
    patterns: tuple[_Pattern, ...]


class _Forbid(NamedTuple):
    name: str
    because: str
    source: _Pattern
    target: _Pattern


class Broken(NamedTuple):
    """A rule that does not allow something, by its name for people, and the reason that was given for it."""

    rule: str
    because: str


class Rules:
    """The rules of a policy. It remembers where paths belong, so that one is made for all graphs of a comparison."""

    def __init__(self, policy: ArchitecturePolicy) -> None:
        self._layers = tuple(_Layer(layer.name, tuple(map(_compile, layer.paths))) for layer in policy.layers)
        self._forbid = tuple(map(_read_forbidden, policy.forbid))
        self._layer_of: dict[str, int | None] = {}
        self._forbidden_from: dict[str, tuple[_Forbid, ...]] = {}
        self._is_target: dict[tuple[str, str], bool] = {}

    @property
    def count(self) -> int:
        """How many rules there are: one for each layer that has one above it, and each that forbids."""
        return max(0, len(self._layers) - 1) + len(self._forbid)

    def find_layer(self, path: str) -> int | None:
        """The number of the first layer that has a path, 0 for the top; None for a path in no layer."""
        if path not in self._layer_of:
            matching = (
                number
                for number, layer in enumerate(self._layers)
                if any(pattern.matches(path) for pattern in layer.patterns)
            )
            self._layer_of[path] = next(matching, None)
        return self._layer_of[path]

    def binds(self, path: str) -> bool:
        """Whether any import in such a file can break a rule."""
        return bool(self.find_layer(path)) or bool(self._find_forbidden(path))

    def judge(self, path: str, targets: Collection[str]) -> list[Broken]:
        """The rules that a file breaks if it takes in these files together, itself aside."""
        found: list[Broken] = []
        layer = self.find_layer(path)
        if layer:
            above = layer
            # A package takes in the file that asks for it as well: nobody forbids a file to itself.
            for target in targets:
                at = self.find_layer(target)
                if at is not None and at < above and target != path:
                    above = at
            if above < layer:
                found.append(
                    Broken(f"layers: {self._layers[layer].name} may not import {self._layers[above].name}", "")
                )
        found.extend(
            Broken(forbid.name, forbid.because)
            for forbid in self._find_forbidden(path)
            if any(self._fits(forbid, target) for target in targets if target != path)
        )
        return found

    def _find_forbidden(self, path: str) -> tuple[_Forbid, ...]:
        known = self._forbidden_from.get(path)
        if known is None:
            known = tuple(forbid for forbid in self._forbid if forbid.source.matches(path))
            self._forbidden_from[path] = known
        return known

    def _fits(self, forbid: _Forbid, path: str) -> bool:
        key = (forbid.target.glob.pattern, path)
        if key not in self._is_target:
            self._is_target[key] = forbid.target.matches(path)
        return self._is_target[key]


def _read_forbidden(rule: Forbidden) -> _Forbid:
    name = f"forbid: {rule.source} → {rule.target}"
    return _Forbid(name, rule.because, _compile(rule.source), _compile(rule.target))


def find_breaks(
    graph: Graph, rules: Rules, reexports: Reexports, changed: Collection[str] = frozenset()
) -> tuple[Break, ...]:
    """What breaks a rule: one for each rule, file and target, by path, line and rule.

    All kinds of imports count. Tests are held to no rule, unless code that is no test takes them in: what tests use
    ships with nothing. A target of several files breaks a rule if one of them does. An import that names the
    target itself comes before one that has it through another file. `Edge.through` is a file among `changed`, if one of
    those that hand the name on is; else the nearest.
    """
    if not rules.count:
        return ()
    found = [
        found
        for path in graph.resolutions
        if rules.binds(path)
        for found in _find_in_file(path, graph, rules, reexports, changed)
    ]
    tests = {item.edge.path for item in found if is_test(item.edge.path)}
    idle = tests - _find_used(graph) if tests else tests
    return tuple(sorted((item for item in found if item.edge.path not in idle), key=_order))


def _find_used(graph: Graph) -> set[str]:
    """The tests that code takes in, itself or by way of another test."""
    users: dict[str, set[str]] = {}
    code: list[str] = []
    for path in graph.resolutions:
        taken = {file for reference in graph.references(path) for file in reference.target.files}
        if is_test(path):
            users[path] = taken
        else:
            code.extend(file for file in taken if is_test(file))
    used: set[str] = set()
    while code:
        path = code.pop()
        if path not in used:
            used.add(path)
            code.extend(file for file in users.get(path, ()) if is_test(file))
    return used


def _find_in_file(path: str, graph: Graph, rules: Rules, reexports: Reexports, changed: Collection[str]) -> list[Break]:
    best: dict[tuple[str, str], Break] = {}
    for reference in graph.references(path):
        target, when = reference.target, reference.imported.when
        module = graph.module_of[path]
        direct = rules.judge(path, target.files)
        if direct:
            edge = Edge(module, target.module, path, reference.line, when, name_target(target))
            _keep_best(best, direct, edge)
        for name, passed, broken in _follow(path, reference, rules, reexports, {item.rule for item in direct}):
            hop = next((hop for hop in passed.hops if hop.path in changed), passed.hops[0])
            line = reference.line_of(name)
            edge = Edge(module, passed.module, path, line, when, passed.path, hop.path, hop.line)
            _keep_best(best, broken, edge)
    return list(best.values())


def _follow(
    path: str, reference: Reference, rules: Rules, reexports: Reexports, direct: Collection[str]
) -> Iterator[tuple[str, Passed, list[Broken]]]:
    """Files that names come from and that break rules. The nearest is enough: those behind it say nothing more."""
    told = dict.fromkeys(direct, "")
    for name, passed in reexports.follow(reference):
        broken = [item for item in rules.judge(path, (passed.path,)) if told.get(item.rule) not in ("", name)]
        if broken:
            told.update({item.rule: name for item in broken})
            yield name, passed, broken
    for stop in reexports.find_stops(reference):
        if rules.judge(path, reexports.list_behind(stop)):
            reexports.ask(stop)


def _keep_best(best: dict[tuple[str, str], Break], broken: Iterable[Broken], edge: Edge) -> None:
    for rule, because in broken:
        item = Break(rule, because, edge)
        key = (rule, edge.target_path)
        if key not in best or _weight(item) < _weight(best[key]):
            best[key] = item


def _weight(item: Break) -> tuple[bool, int, int]:
    return bool(item.edge.through), RANKS[item.edge.when], item.edge.line


def _order(item: Break) -> tuple[str, int, str, str]:
    return item.edge.path, item.edge.line, item.rule, item.edge.target_path
