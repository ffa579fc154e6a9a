"""Layers that today's code almost keeps, as a start of what a team declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.architecture.graph import Graph
from app.architecture.grouping import FEWEST, MOST, Extent, Group, group_files, name_briefly, split_group
from app.architecture.ordering import SHARE, order_in_ranks
from app.architecture.reexports import Defined, Reexports, knows_nothing
from app.architecture.rules import Rules, find_breaks
from app.core.change.classes.classify import is_test
from app.core.fit.delta import Break
from app.core.gate.policy import MAX_GLOBS, ArchitecturePolicy, Layer

MOST_LAYERS: Final = 12
MOST_SHOWN: Final = 50
"""Exceptions that are written out."""

_MOST_SPLITS: Final = 6
_NAME: Final = 100
_PATH: Final = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """Layers, the top first, and what breaks them today.

    `kept` counts the edges between modules of different layers that keep them. Without layers `reason` says why.
    """

    layers: tuple[Layer, ...] = ()
    exceptions: tuple[Break, ...] = ()
    kept: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Order:
    """Groups by rank, the top first; how many edges between them keep that order, and of each group how many do not."""

    groups: tuple[Group, ...]
    ranks: tuple[tuple[Group, ...], ...]
    kept: int
    against: Counter[Group]

    @property
    def worth(self) -> int:
        """An edge against the order says as much as several that keep it; each is counted at both its ends."""
        return self.kept - SHARE * self.against.total() // 2


def propose(graph: Graph, defined: Defined = knows_nothing) -> Proposal:
    """Layers of directories. Tests are in none of them, and neither is what nothing else depends on or is used by."""
    bound = {path for files in graph.modules.values() if len(files) > 1 for path in files}
    groups = group_files([path for path in graph.resolutions if not is_test(path) and _is_utf8(path)], bound)
    if not FEWEST <= len(groups) <= MOST:
        return Proposal(reason=f"no level of directories has between {FEWEST} and {MOST} of them with code")
    order = _refine(graph, _find_order(graph, groups))
    if len(order.ranks) < 2:
        return Proposal(reason="the directories depend on one another both ways: no order of them almost holds")
    brief = name_briefly([group for rank in order.ranks for group in rank])
    layers = tuple(_make_layer(rank, brief) for rank in _join_ranks(list(order.ranks)))
    exceptions = find_breaks(graph, Rules(ArchitecturePolicy(layers=layers)), Reexports(graph, defined))
    return Proposal(layers, tuple(sorted(exceptions, key=_of_a_test)), order.kept)


def _of_a_test(item: Break) -> bool:
    return is_test(item.edge.path)


def _find_order(graph: Graph, groups: tuple[Group, ...]) -> _Order:
    weights = Counter(_pair(graph, groups))
    bound = sorted({number for pair in weights for number in pair})
    place = {number: at for at, number in enumerate(bound)}
    ranks = order_in_ranks(len(bound), {(place[a], place[b]): weight for (a, b), weight in weights.items()})
    flat = tuple(tuple(groups[bound[at]] for bundle in rank for at in bundle) for rank in ranks)
    rank_of = {group: number for number, rank in enumerate(flat) for group in rank}
    kept, against = 0, Counter[Group]()
    for (a, b), weight in weights.items():
        source, target = groups[a], groups[b]
        if rank_of[source] < rank_of[target]:
            kept += weight
        elif rank_of[source] > rank_of[target]:
            against.update({source: weight, target: weight})
    return _Order(groups, flat, kept, against)


def _refine(graph: Graph, order: _Order) -> _Order:
    """A directory that goes against the order may hold parts of several layers: then it is split."""
    for _ in range(_MOST_SPLITS):
        for group, _count in order.against.most_common(_MOST_SPLITS):
            parts = split_group(group)
            into_directories = any(part.extent is Extent.TREE for part in parts)
            if into_directories and len(parts) <= MOST - len(order.groups) + 1:
                other = _find_order(graph, tuple(sorted({*order.groups, *parts} - {group})))
                if other.worth > order.worth:
                    order = other
                    break
        else:
            return order
    return order


def render(proposal: Proposal) -> str:
    """The `architecture` section of `lintel.yml`, with the exceptions as comments; a comment alone without layers."""
    if not proposal.layers:
        return f"# No layers are proposed: {proposal.reason}.\n"
    lines = ["architecture:", "  layers:  # top first: a layer imports only layers below it"]
    for layer in proposal.layers:
        lines.append(f"    - name: {_quote(layer.name)}")
        lines.append("      paths:")
        lines.extend(f"        - {_quote(path)}" for path in layer.paths)
    lines.extend(_comment(proposal))
    return "\n".join(lines) + "\n"


def _comment(proposal: Proposal) -> list[str]:
    count, kept = len(proposal.exceptions), proposal.kept
    if not count:
        return [f"  # All {kept:,} dependencies between these layers keep this order."]
    tests = sum(map(_of_a_test, proposal.exceptions))
    lines = [f"  # {kept:,} dependencies between these layers keep this order; today's exceptions are {count:,}:"]
    if tests:
        lines[0] = f"{lines[0][:-1]}, {tests:,} of them in tests, which stand last:"
    for item in proposal.exceptions[:MOST_SHOWN]:
        edge = item.edge
        through = f" through {_plain(edge.through)}:{edge.through_line}" if edge.through else ""
        target = _plain(edge.target_path or edge.target)
        lines.append(f"  #   {_plain(edge.path)}:{edge.line} imports {target}{through} ({_plain(item.rule)})")
    if count > MOST_SHOWN:
        lines.append(f"  #   and {count - MOST_SHOWN:,} more")
    return lines


def _is_utf8(path: str) -> bool:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace") == path


def _pair(graph: Graph, groups: Sequence[Group]) -> Iterator[tuple[int, int]]:
    """For each edge between different groups their numbers."""
    home = {path: number for number, group in enumerate(groups) for path in group.files}
    at = {module: home[file] for module, files in graph.modules.items() for file in files if file in home}
    for targets in graph.edges.values():
        for target, site in targets.items():
            source, aim = home.get(site.path), home.get(site.target_path, at.get(target))
            if source is not None and aim is not None and source != aim:
                yield source, aim


def _join_ranks(ranks: list[tuple[Group, ...]]) -> list[tuple[Group, ...]]:
    """No more than `MOST_LAYERS`: neighbours with the fewest files share a layer."""
    while len(ranks) > MOST_LAYERS:
        sizes = [sum(len(group.files) for group in rank) for rank in ranks]
        at = min(range(len(ranks) - 1), key=lambda place: sizes[place] + sizes[place + 1])
        ranks[at : at + 2] = [(*ranks[at], *ranks[at + 1])]
    return ranks


def _make_layer(groups: Sequence[Group], brief: dict[Group, str]) -> Layer:
    names = [brief[group] for group in groups]
    name = ", ".join(names)
    if len(name) > _NAME:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        name = names[0][: _NAME - len(more)] + more
    return Layer(name=name, paths=tuple(group.glob for group in groups)[:MAX_GLOBS])


def _quote(text: str) -> str:
    """Text as YAML's double-quoted scalar (https://yaml.org/spec/1.2.2/#57-escaped-characters)."""
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _plain(text: str) -> str:
    """Text from a repository for one line of a comment."""
    return "".join(char if char.isprintable() else "?" for char in text[:_PATH])
