"""The facts of a change's shape as numbered lines, for a model that weighs them and has to cite them by number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.core.change.classes.classify import is_test
from app.core.fit.delta import ApiChange, ApiChangeKind, Break, Cycle, Delta, Edge, NewDependency, Twin
from app.core.fit.source_facts import When
from app.core.gate.policy import ArchitecturePolicy, Layer
from app.core.text.plural import count
from app.core.text.unicode import reveal

MAX_BYTES: Final = 22_000
"""Of all lines together: some 8,000 tokens."""

MAX_OF_A_KIND: Final = 60
_NAME: Final = 200
_WHEN: Final = {When.LOADING: "", When.LAZY: " (inside a function)", When.TYPES: " (for types alone)"}


@dataclass(frozen=True, slots=True)
class Fact:
    """`id` is what it is cited by: a letter for its kind, and a number. `text` holds names from the repository.

    `graph`: it is an edge, a cycle or a broken rule, on which a conflict can rest. `edge` is where it stands, if what
    it says is a new import that no program claims anything about yet.
    """

    id: str
    text: str
    graph: bool = False
    edge: Edge | None = None

    @property
    def line(self) -> str:
        """The fact with its id."""
        return f"{self.id} | {self.text}"


@dataclass(frozen=True, slots=True)
class Told:
    """The facts that are told, the weightiest kinds first, and how many more there are."""

    facts: tuple[Fact, ...]
    more: int = 0

    @property
    def text(self) -> str:
        """One line for each, and one for what is not told."""
        tail = [f"({self.more} more facts of these kinds are not shown)"] if self.more else []
        return "\n".join([*(fact.line for fact in self.facts), *tail])

    @property
    def graph_ids(self) -> frozenset[str]:
        """The ids of facts on which a conflict can rest."""
        return frozenset(fact.id for fact in self.facts if fact.graph)


def tell_facts(delta: Delta, policy: ArchitecturePolicy, most: int = MAX_BYTES) -> Told:
    """The facts, in an order that never depends on anything but them.

    On a cycle no conflict can rest where the policy allows cycles.
    """
    forbidden = policy.cycles == "new"
    kinds = [
        _number("B", map(_tell_break, delta.breaks), graph=True),
        _number("C", map(_tell_cycle, delta.cycles), graph=forbidden),
        _tell_edges(delta, cycles=forbidden),
        _number("X", (f"import that is gone {_tell_edge(edge)}" for edge in delta.removed_edges)),
        _number("A", map(_tell_api, delta.api)),
        _number("D", map(_tell_dependency, delta.dependencies)),
        _number("T", map(_tell_twin, delta.twins)),
        _number("F", _tell_fans(delta)),
        _number("L", (_tell_layer(place, layer) for place, layer in enumerate(policy.layers, start=1))),
        _number("N", (f"not analysed: {_cut(item.path)}: {item.reason}" for item in delta.not_analysed)),
    ]
    kept: list[Fact] = []
    told = sum(map(len, kinds))
    for facts in kinds:
        for fact in facts[:MAX_OF_A_KIND]:
            size = len(fact.line.encode("utf-8", "replace")) + 1
            if size <= most:
                most -= size
                kept.append(fact)
    return Told(tuple(kept), told - len(kept))


def has_substance(delta: Delta) -> bool:
    """Whether the change touches the shape of the code: without that there is nothing to weigh, and nobody is paid.

    No such thing is a name that is added where others stand already, unless it resembles one of them; one that nobody
    uses; what only tests import; and an import less.
    """
    told = (delta.breaks, delta.cycles, delta.twins, delta.moved)
    return (
        any(told)
        or any(not is_test(edge.path) for edge in delta.new_edges)
        or any(not package.indirect for package in delta.dependencies)
        or any(change.kind is not ApiChangeKind.ADDED and change.users for change in delta.api)
    )


def _tell_edges(delta: Delta, *, cycles: bool) -> list[Fact]:
    claimed = {(item.edge.source, item.edge.target) for item in delta.breaks}
    if cycles:
        claimed |= {(edge.source, edge.target) for cycle in delta.cycles for edge in cycle.edges}
    facts = _number("E", (f"new import {_tell_edge(edge)}" for edge in delta.new_edges), graph=True)
    return [
        fact if (edge.source, edge.target) in claimed else replace(fact, edge=edge)
        for fact, edge in zip(facts, delta.new_edges, strict=True)
    ]


def _number(letter: str, texts: Iterable[str], *, graph: bool = False) -> list[Fact]:
    return [Fact(f"{letter}{number}", text, graph) for number, text in enumerate(texts, start=1)]


def _tell_edge(edge: Edge) -> str:
    through = f", through {_cut(edge.through)}:{edge.through_line}" if edge.through else ""
    target = edge.target_path or edge.target
    return f"at {_cut(edge.path)}:{edge.line} of {_cut(target)}{through}{_WHEN[edge.when]}"


def _tell_break(broken: Break) -> str:
    because = f" (because: {_cut(broken.because)})" if broken.because else ""
    return f"this breaks the rule «{_cut(broken.rule)}»{because}: import {_tell_edge(broken.edge)}"


def _tell_cycle(cycle: Cycle) -> str:
    kind = "when loaded" if cycle.hard else "with lazy imports or those for types"
    new = "grew from " + str(len(cycle.before)) if cycle.before else "new"
    names = " · ".join(_cut(name) for name in cycle.modules[:8])
    return f"{new} cycle of {len(cycle.modules)} modules {kind}: {names}; closed {_tell_edge(cycle.edges[0])}"


def _tell_api(change: ApiChange) -> str:
    what = f"public {_cut(change.name)} {change.kind.value} at {_cut(change.path)}:{change.line}"
    versions = [_cut(text) for text in (change.before, change.after) if text]
    moved = f", now in {_cut(change.moved_to)}" if change.moved_to else ""
    return f"{what}{moved}, in a module that {count(change.users, 'other')} used: {' → '.join(versions)}"


def _tell_dependency(item: NewDependency) -> str:
    asked = f" {_cut(item.version)} at {_cut(item.path)}:{item.line}" if item.path else ", in no manifest"
    used = f", first used at {_cut(item.used_at[0])}:{item.used_at[1]}" if item.used_at else ""
    why = ", which another package needs" if item.indirect else ""
    return f"new third-party package {_cut(item.name)} ({item.ecosystem}){asked}{used}{why}"


def _tell_twin(twin: Twin) -> str:
    own = f"{_cut(twin.signature)} at {_cut(twin.path)}:{twin.line}"
    other = f"{_cut(twin.other_signature)} at {_cut(twin.other_path)}:{twin.other_line}"
    return f"new {own} resembles {other} (likeness {twin.likeness:.2f})"


def _tell_fans(delta: Delta) -> Iterator[str]:
    for fan in delta.fans[:20]:
        used = f"used by {fan.in_before} → {fan.in_after} modules"
        yield f"{_cut(fan.module)}: {used}, uses {fan.out_before} → {fan.out_after}"


def _tell_layer(place: int, layer: Layer) -> str:
    return f"layer {place} from the top, {_cut(layer.name)}: {', '.join(map(_cut, layer.paths[:10]))}"


def _cut(text: str) -> str:
    line = reveal(" ".join(text.split()))
    return line if len(line) <= _NAME else f"{line[: _NAME - 1]}…"
