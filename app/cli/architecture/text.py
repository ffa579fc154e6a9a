"""`lintel architecture` on the terminal: counts first, then what is broken, then what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from app.architecture.declared.documents import NAME as DOCUMENT
from app.cli.shown import shown
from app.core.fit.delta import ApiChange, Break, Cycle, Delta, Edge, NewDependency, Twin
from app.core.gate.policy import ArchitecturePolicy
from app.core.report.architecture import say_facts, say_kind
from app.core.report.fitting import clip
from app.core.report.telling_order import order_api, order_dependencies, order_edges
from app.core.secrecy.redaction import redact
from app.core.text.plural import count
from app.flows.architecture.inventory import Heard, Inventory
from app.flows.architecture.survey import Surveyed

MOST = 20
_WHOLE_CYCLE = 6
_DECLARED = 120


def print_graph(found: Inventory, policy: ArchitecturePolicy, console: Console) -> None:
    """One tree: how large the graph is, which rules hold, what breaks them, which modules need one another."""
    graph = found.graph
    if not graph.facts and not found.failures:
        console.print("There is no source file here in a language that Lintel reads.")
        return
    edges = sum(map(len, graph.edges.values()))
    languages = Counter(file.language for file in graph.facts.values())
    told = ", ".join(f"{many:,} {language}" for language, many in languages.most_common())
    console.print(
        shown(f"{count(len(graph.modules), 'module')}, {count(edges, 'edge')}; files: {told or 'none'}", "bold")
    )
    counts = graph.counts
    console.print(
        f"imports: {counts.internal:,} within the repository, {counts.external:,} of third parties, "
        f"{counts.unresolved:,} not resolved"
    )
    for language, many in sorted(graph.unread.items()):
        if not many:
            continue
        console.print(shown(f"{count(many, 'import')} of {language} not resolved: the language has no resolver yet"))
    _print_rules(found.breaks, found.rules, policy, console)
    contracts = [item for item in found.heard if item.declaration.tool != DOCUMENT]
    _print(console, "Declared for other tools", map(_tell_heard, contracts), len(contracts))
    _print(console, count(len(found.cycles), "set") + " of modules that need one another", map(_tell_set, found.cycles))
    _print(
        console,
        "Not resolved",
        (_place(item.path, item.line, item.name) for item in found.unresolved),
        len(found.unresolved),
    )
    _print(console, "Not analysed", (_line(f"{path}: {why}") for path, why in sorted(found.failures.items())))


def print_range(surveyed: Surveyed, policy: ArchitecturePolicy, console: Console) -> None:
    """A change: what it does to the graph, the weightiest first."""
    delta = surveyed.delta
    console.print(shown(say_facts(delta), "bold"))
    if not delta.rules:
        console.print(_HINT)
    _print_delta(delta, console)
    del policy


_HINT = Text("No rules are declared: `lintel architecture --propose` writes layers to start from.", "dim")


def _print_rules(breaks: Sequence[Break], rules: int, policy: ArchitecturePolicy, console: Console) -> None:
    if not rules:
        console.print(_HINT)
        return
    names = " → ".join(layer.name for layer in policy.layers)
    layers = f"layers {names}; " if names else ""
    console.print(shown(f"{layers}{count(rules, 'rule')} checked, broken in {count(len(breaks), 'place')}", "bold"))
    _print(console, "Broken", map(_tell_break, breaks), len(breaks), style="red")


def _print_delta(delta: Delta, console: Console) -> None:
    parts: list[tuple[str, list[Text], str]] = [
        ("Newly broken", [_tell_break(item) for item in delta.breaks], "red"),
        ("New or grown cycles", [_tell_cycle(item) for item in delta.cycles], "red"),
        ("New edges", [_tell_edge(edge) for edge in order_edges(delta.new_edges)], ""),
        ("Edges that are gone", [_tell_edge(edge) for edge in order_edges(delta.removed_edges)], ""),
        ("Public names", [_tell_api(item) for item in order_api(delta.api)], ""),
        ("New dependencies", [_tell_dependency(item) for item in order_dependencies(delta.dependencies)], ""),
        ("Resembles what is there", [_tell_twin(item) for item in delta.twins], ""),
        ("Broken before", [_tell_break(item) for item in delta.old_breaks], "dim"),
        ("Mended", [_tell_break(item) for item in delta.mended], "green"),
        ("Not analysed", [_line(f"{item.path}: {item.reason}") for item in delta.not_analysed], ""),
    ]
    for name, lines, style in parts:
        _print(console, name, lines, len(lines), style=style)


def _print(console: Console, name: str, lines: Iterable[Text], many: int | None = None, *, style: str = "") -> None:
    rows = [line for line, _ in zip(lines, range(MOST), strict=False)]
    if not rows:
        return
    console.print()
    console.print(Text(name, f"bold {style}".strip()))
    for row in rows:
        console.print(Text("  ") + row, soft_wrap=True)
    if many is not None and many > len(rows):
        console.print(f"  …and {many - len(rows):,} more")


def _tell_heard(item: Heard) -> Text:
    declared = item.declaration
    held = "not held to it here" if item.breaks is None else f"broken in {count(len(item.breaks), 'place')}"
    kept = "kept" if item.breaks == () else held
    return _place(declared.path, declared.line, f"{declared.tool}, {kept}: {clip(declared.text, _DECLARED)}")


def _line(text: str) -> Text:
    return shown(redact(text).text)


def _place(path: str, line: int, rest: str) -> Text:
    return _line(f"{path}:{line}  {rest}")


def _tell_break(item: Break) -> Text:
    edge = item.edge
    through = f" through {edge.through}" if edge.through else ""
    because = f" ({item.because})" if item.because else ""
    return _place(edge.path, edge.line, f"imports {edge.target_path or edge.target}{through}: {item.rule}{because}")


def _tell_cycle(item: Cycle) -> Text:
    kind = "" if item.hard else " (lazy, or for types)"
    grew = f", {len(item.before)} before" if item.before else ""
    return _place(
        item.edges[0].path,
        item.edges[0].line,
        f"closes a cycle of {len(item.modules):,} modules{grew}{kind}: {', '.join(item.modules[:_WHOLE_CYCLE])}",
    )


def _tell_set(names: tuple[str, ...]) -> Text:
    more = f" and {len(names) - _WHOLE_CYCLE:,} more" if len(names) > _WHOLE_CYCLE else ""
    return _line(f"{len(names):,}: {', '.join(names[:_WHOLE_CYCLE])}{more}")


def _tell_edge(edge: Edge) -> Text:
    return _place(edge.path, edge.line, f"→ {edge.target_path or edge.target}")


def _tell_api(item: ApiChange) -> Text:
    used = f"; {count(item.users, 'module')} {'uses' if item.users == 1 else 'use'} its file" if item.users else ""
    moved = f", now in {item.moved_to}" if item.moved_to else ""
    return _place(item.path, item.line, f"{item.name} {say_kind(item)}{moved}{used}")


def _tell_dependency(item: NewDependency) -> Text:
    asked = f"{item.path}:{item.line}" if item.path else "in no manifest"
    used = f", first used at {item.used_at[0]}:{item.used_at[1]}" if item.used_at else ""
    return _line(f"{item.name} {item.version} ({item.ecosystem}) {asked}{used}".replace("  ", " "))


def _tell_twin(item: Twin) -> Text:
    return _place(
        item.path, item.line, f"{item.name} resembles {item.other_name} at {item.other_path}:{item.other_line}"
    )
