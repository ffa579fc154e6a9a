"""The picture in a comment: what is drawn of a graph, and the text of the Mermaid fence."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.picture.collapse import collapse
from app.architecture.picture.drawing import Drawing, Limits, Link, LinkKind, Node
from app.architecture.picture.mermaid import MAX_BYTES, draw_mermaid, escape_label
from app.core.fit.delta import Break, Cycle, Delta, Edge
from app.core.fit.source_facts import When
from tests.fit.pictured import CHANGE, GRAPH, LAYER_OF, LAYERS, MODULES, NEW, UP, changed, edge, hostile

LINE = re.compile(
    r"flowchart TD"
    r'|  subgraph layer\d+\["[^"`<>]*"\]|  end'
    r'|(?:  ){1,2}n\d+\[{1,2}"(?:[^"`<>]|<br>)*"\]{1,2}'
    r'|  n\d+ (?:==>|-->|-\.->)(?:\|"[^"`<>]*"\|)? n\d+'
    r"|  layer\d+ ~~~ layer\d+"
    r"|  linkStyle [\d,]+ [a-z0-9:,#-]+"
    r"|  classDef \w+ [a-z0-9:,# -]+|  class [n\d,]+ \w+"
)


def paths(drawing: Drawing) -> list[str]:
    return [node.path for node in drawing.nodes]


def kinds(drawing: Drawing) -> dict[tuple[str, str], LinkKind]:
    return {(drawing.nodes[link.source].path, drawing.nodes[link.target].path): link.kind for link in drawing.links}


def test_the_picture_of_a_change_reads(check_golden: Callable[[str, str], None]) -> None:
    check_golden("architecture.mmd", draw_mermaid(changed()) + "\n")


def test_links_say_what_became_of_them() -> None:
    found = kinds(changed())
    assert found["app/core/model.py", "app/web/api.py"] is LinkKind.BROKEN
    assert found["app/web/health.py", "app/core/model.py"] is LinkKind.NEW
    assert found["app/flows/old.py", "app/core/model.py"] is LinkKind.REMOVED
    assert found["app/web/api.py", "app/flows/review.py"] is LinkKind.OLD


def test_what_is_far_from_the_change_is_not_drawn_but_counted() -> None:
    drawing = changed()
    assert "app/core/text/words.py" not in paths(drawing)
    assert drawing.hidden_modules == 1


def test_of_a_large_cycle_a_shortest_way_round_is_drawn() -> None:
    ring = [f"lib/m{number:02}.py" for number in range(20)]
    edges = [edge(source, target) for source, target in pairwise([*ring, ring[0]])]
    short = edge(ring[5], ring[0])
    cycle = Cycle(tuple(ring), (short,), hard=True, before=tuple(ring), loop=(ring[5], *ring[:5]))
    drawing = collapse(ring, [*edges, short], Delta(new_edges=(short,), cycles=(cycle,)))
    assert {node.path for node in drawing.nodes if node.touched} == set(ring[:6])
    assert kinds(drawing)[ring[5], ring[0]] is LinkKind.CYCLE
    assert '-->|"grows a cycle"|' in draw_mermaid(drawing)


def test_a_module_that_is_gone_is_marked_so() -> None:
    assert [node.path for node in changed().nodes if node.gone] == ["app/flows/old.py"]


def test_lazy_links_are_dashed_and_broken_ones_stay_thick() -> None:
    drawing = changed()
    assert {drawing.nodes[link.target].path for link in drawing.links if link.soft} == {"app/settings.py"}
    text = draw_mermaid(drawing)
    assert text.count("-.->") == 2
    assert text.count("==>") == 1


def test_layers_stand_from_the_top() -> None:
    assert changed().layers == LAYERS
    order = [node.layer for node in changed().nodes]
    assert order == sorted(order, key=[*LAYERS, ""].index)


def test_a_link_that_only_passes_on_and_breaks_a_rule_is_drawn() -> None:
    through = Edge("app/core/model.py", "app/web/api.py", "app/core/model.py", 1, through="app/core/facade.py")
    drawing = collapse(MODULES, GRAPH, Delta(breaks=(Break("r", "", through),)))
    assert kinds(drawing)["app/core/model.py", "app/web/api.py"] is LinkKind.BROKEN


def test_an_old_break_is_no_news() -> None:
    drawing = collapse(MODULES, (*GRAPH, UP, NEW), Delta(new_edges=(NEW,), old_breaks=(Break("r", "", UP),)))
    assert kinds(drawing)["app/core/model.py", "app/web/api.py"] is LinkKind.OLD_BREAK


def test_what_was_removed_from_a_module_that_moved_starts_at_its_new_place() -> None:
    delta = Delta(removed_edges=(edge("app/was.py", "app/core/model.py"),), moved=(("app/was.py", "app/web/api.py"),))
    assert kinds(collapse(MODULES, GRAPH, delta))["app/web/api.py", "app/core/model.py"] is LinkKind.REMOVED


def star(names: list[str]) -> list[Edge]:
    return [edge(name, names[0]) for name in names[1:]]


def test_without_a_change_the_weightiest_directories_are_taken_apart_while_there_is_room() -> None:
    parts = [f"app/{room}/m{number}.py" for room in ("core", "web", "jobs", "cli") for number in range(9)]
    drawing = collapse([], star(parts), Delta(), limits=Limits(overview=12))
    assert paths(drawing) == ["app/cli", *sorted(parts[:9]), "app/jobs", "app/web"]
    assert drawing.hidden_modules == 0


def test_of_a_directory_with_too_many_parts_the_largest_come_out() -> None:
    inner = [
        f"src/{part}{number}/m{each}.py"
        for part, size in (("big", 5), ("small", 2))
        for number in range(6)
        for each in range(size)
    ]
    others = [f"{top}/m{number}.py" for top in ("a", "b", "c", "d", "e") for number in range(2)]
    drawing = collapse([], star([*inner, *others]), Delta(), limits=Limits(overview=12))
    shown = {node.path: node.modules for node in drawing.nodes}
    assert shown == {**dict.fromkeys("abcde", 2), **{f"src/big{number}": 5 for number in range(6)}, "src": 12}


def test_what_stands_alone_is_no_part_of_the_picture_of_a_tree() -> None:
    drawing = collapse(["setup.py", "a.py", "b.py"], [edge("a.py", "b.py")], Delta())
    assert paths(drawing) == ["a.py", "b.py"]
    assert drawing.hidden_modules == 1
    assert paths(collapse(["setup.py", "a.py"], [], Delta())) == ["a.py", "setup.py"]


def test_tests_are_not_taken_apart() -> None:
    modules = [f"src/m{number}.py" for number in range(8)] + [f"tests/t{number}.py" for number in range(30)]
    drawing = collapse([], star(modules), Delta(), limits=Limits(overview=50))
    assert "tests" in paths(drawing)
    assert "src/m3.py" in paths(drawing)


def test_a_directory_that_is_a_module_goes_with_those_below_it() -> None:
    modules = ["pkg", *(f"pkg/a{number}" for number in range(60)), *(f"cmd/a{number}" for number in range(3))]
    edges = [edge(module, "cmd/a0") for module in modules if module != "cmd/a0"]
    drawing = collapse(modules, edges, Delta(new_edges=(edges[-1],)), limits=Limits(nodes=6, context=3))
    assert len(drawing.nodes) <= 6


def test_labels_leave_out_a_long_directory_that_all_share() -> None:
    below = "src/main/java/org/example/"
    new = edge(f"{below}a/B", f"{below}c/D")
    drawing = collapse([new.source, new.target], [new], Delta(new_edges=(new,)))
    assert drawing.below == below
    assert [drawing.label(node) for node in drawing.nodes] == ["a/B", "c/D"]


def test_new_edges_hidden_inside_a_directory_are_counted_on_it() -> None:
    edges = [edge(f"lib/x/m{number}.py", f"lib/x/m{number + 1}.py") for number in range(60)]
    delta = Delta(new_edges=tuple(edges), breaks=(Break("r", "", edges[0]),))
    drawing = collapse([], edges, delta, limits=Limits(nodes=4))
    assert [(node.path, node.new_within, node.broken_within) for node in drawing.nodes] == [("lib/x", 60, 1)]
    assert "1 broken within" in draw_mermaid(drawing)


def test_modules_of_two_layers_never_share_a_node() -> None:
    modules = [f"lib/m{number}.py" for number in range(80)]
    layer_of = {module: LAYERS[number % 2] for number, module in enumerate(modules)}
    edges = [edge(source, target) for source, target in pairwise(modules)]
    drawing = collapse(modules, edges, Delta(new_edges=tuple(edges)), layers=LAYERS, layer_of=layer_of)
    assert [(node.path, node.layer, node.modules) for node in drawing.nodes] == [
        ("lib", "web", 40),
        ("lib", "flows", 40),
    ]


def test_the_same_graph_gives_the_same_text_in_whatever_order_it_comes() -> None:
    edges = (*GRAPH, UP, NEW)
    again = collapse(MODULES[::-1], edges[::-1], CHANGE, layers=LAYERS, layer_of=LAYER_OF)
    assert draw_mermaid(again) == draw_mermaid(changed())


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_mermaid(collapse([], [], Delta())) == ""


def test_names_cannot_break_out_of_their_labels() -> None:
    text = draw_mermaid(hostile())
    assert [line for line in text.split("\n") if LINE.fullmatch(line) is None] == []
    assert "```" not in text
    assert "%%" not in text
    assert text.isascii()


def test_what_eyes_do_not_see_is_shown() -> None:
    assert escape_label("a\u202eb") == "a#8249;U#43;202E#8250;b"


def test_a_long_name_shows_its_end() -> None:
    assert escape_label("x" * 100 + "/end.py").endswith("/end.py")
    assert escape_label("x" * 100).startswith("#8230;")


def test_styles_go_by_the_number_of_their_link() -> None:
    lines = draw_mermaid(changed()).split("\n")
    links = [line for line in lines if " n" in line and (">|" in line or "> n" in line)]
    broken = next(line for line in lines if line.startswith("  linkStyle") and "4px" in line)
    assert broken.split()[1] == "0"
    assert "==>" in links[0]


NAMES = st.text(min_size=1, max_size=30)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=60), st.sets(NAMES, max_size=3), st.integers(0, 60))
def test_any_names_give_lines_that_are_all_ours(pairs: list[tuple[str, str]], layers: set[str], new: int) -> None:
    edges = tuple(edge(source, target) for source, target in pairs if source != target)
    modules = {end for known in edges for end in (known.source, known.target)}
    layer_of = dict.fromkeys(modules, next(iter(sorted(layers)), ""))
    drawing = collapse(modules, edges, Delta(new_edges=edges[:new]), layers=sorted(layers), layer_of=layer_of)
    text = draw_mermaid(drawing)
    assert [line for line in text.split("\n") if line and LINE.fullmatch(line) is None] == []


SEGMENTS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5).map("/".join)


@given(st.lists(st.tuples(SEGMENTS, SEGMENTS), max_size=150), st.integers(0, 150), st.integers(1, 40))
def test_a_drawing_keeps_its_limits_and_loses_nothing_silently(
    pairs: list[tuple[str, str]], new: int, most: int
) -> None:
    edges = tuple({(source, target): edge(source, target) for source, target in pairs if source != target}.values())
    modules = {end for known in edges for end in (known.source, known.target)}
    limits = Limits(nodes=most, context=5, links=20)
    drawing = collapse(modules, edges, Delta(new_edges=edges[:new]), limits=limits)
    assert len(drawing.nodes) <= most
    assert len(drawing.links) <= 20
    assert sum(node.modules for node in drawing.nodes) + drawing.hidden_modules == len(modules)
    assert all(link.source != link.target for link in drawing.links)


@pytest.mark.parametrize("char", ["a", "é", "日", "\U0001f600"])
def test_no_names_make_the_text_too_large(char: str) -> None:
    nodes = tuple(Node(path=f"{char * 300}{number}", touched=True, layer=char * 90) for number in range(40))
    links = tuple(
        Link(source=number % 40, target=(number * 7 + 1) % 40, kind=LinkKind.BROKEN, note=char * 200)
        for number in range(80)
        if number % 40 != (number * 7 + 1) % 40
    )
    text = draw_mermaid(Drawing(nodes=nodes, links=links, layers=(char * 90,)))
    assert len(text.encode()) <= MAX_BYTES
    assert text.count("==>") == len(links)


def test_soft_edges_with_a_hard_one_make_a_hard_link() -> None:
    edges = [edge("a/x/1.py", "b.py", When.LAZY), edge("a/x/2.py", "b.py")]
    drawing = collapse([], edges, Delta(new_edges=tuple(edges)), limits=Limits(nodes=2))
    assert [(link.weight, link.soft) for link in drawing.links] == [(2, False)]
