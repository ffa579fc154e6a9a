"""The picture on the dashboard: where things lie, and the file."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from random import Random
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.picture.drawing import Drawing, Link, LinkKind, Node
from app.architecture.picture.layout import NODE_HEIGHT, Layout, lay_out
from app.architecture.picture.ranking import order_nodes
from app.architecture.picture.svg import draw_svg
from tests.fit.pictured import HOSTILE, changed, hostile

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text"}


def linked(nodes: int, ends: Sequence[tuple[int, int]], layers: Sequence[str] = ()) -> Drawing:
    return Drawing(
        nodes=tuple(
            Node(path=f"src/m{number}.py", layer=layers[number * len(layers) // nodes] if layers else "")
            for number in range(nodes)
        ),
        links=tuple(Link(source=source, target=target, kind=LinkKind.OLD) for source, target in ends),
        layers=tuple(layers),
    )


def laid_out(drawing: Drawing) -> Layout:
    return lay_out(drawing, lambda number: 60.0 + number % 5 * 20)


def classes(text: str) -> Counter[str]:
    return Counter(element.get("class", "") for element in ET.fromstring(text).iter())


def test_the_picture_of_a_change_is_this_file(check_golden: Callable[[str, str], None]) -> None:
    check_golden("architecture.svg", draw_svg(changed(), "acme/shop #7"))


def test_the_file_has_nothing_that_runs_or_comes_from_elsewhere() -> None:
    text = draw_svg(hostile(), "<script>alert(1)</script>")
    root = ET.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}
    assert "url(http" not in text
    assert "@import" not in text
    assert root.findtext(f"{SVG}title") == "<script>alert(1)</script>"


def test_every_hostile_name_is_shown_as_it_is_or_made_visible() -> None:
    root = ET.fromstring(draw_svg(hostile()))
    titles = [element.text for element in root.iter(f"{SVG}title")]
    for name in HOSTILE:
        if name.isprintable() and "\ufffe" not in name:
            assert name in titles
    assert "a‹U+202E›b.py" in titles
    assert "new\\nline.py" in titles


def test_it_is_readable_on_a_light_and_on_a_dark_ground() -> None:
    text = draw_svg(changed())
    assert "prefers-color-scheme:dark" in text
    used, defined = set(re.findall(r"var\((--\w+)\)", text)), Counter(re.findall(r"(--\w+):#", text))
    assert {name: defined[name] for name in used} == dict.fromkeys(used, 2)


def test_its_rules_hold_for_nothing_outside_it() -> None:
    style = ET.fromstring(draw_svg(changed())).findtext(f"{SVG}style") or ""
    selectors = re.findall(r"([^{}\n]+)\{", style.replace("@media (prefers-color-scheme:dark){", ""))
    assert selectors
    assert all(part.startswith(".lintel-architecture") for names in selectors for part in names.split(","))


def test_links_nodes_bands_and_the_legend_are_drawn() -> None:
    found = classes(draw_svg(changed()))
    assert found["layer"] == 3
    assert found["link broken"] == 2  # one in the picture, one in the legend
    assert found["link removed"] == 2
    assert found["node touched gone"] == 1
    assert found["node touched hurt"] == 2
    assert found["note broken"] == 1


def noted(many: int, kind: LinkKind) -> Drawing:
    nodes = tuple(Node(path=f"m{number}.py", touched=True) for number in range(many + 1))
    links = tuple(Link(source=0, target=number, kind=kind, note=f"words of {number}") for number in range(1, many + 1))
    return Drawing(nodes=nodes, links=links)


def test_words_beside_cycles_are_left_to_the_legend_where_there_are_many() -> None:
    assert classes(draw_svg(noted(6, LinkKind.CYCLE)))["note cycle"] == 6
    many = draw_svg(noted(7, LinkKind.CYCLE))
    assert classes(many)["note cycle"] == 0
    assert "new, makes a cycle" in many
    assert classes(draw_svg(noted(7, LinkKind.BROKEN)))["note broken"] == 7


def test_words_do_not_lie_on_others_where_there_is_room_elsewhere() -> None:
    chain = tuple(Link(source=number, target=number + 1, kind=LinkKind.OLD) for number in range(5))
    long = tuple(Link(source=0, target=end, kind=LinkKind.BROKEN, note="a rule of some length") for end in (4, 5))
    drawing = Drawing(nodes=tuple(Node(path=f"m{number}") for number in range(6)), links=(*chain, *long))
    root = ET.fromstring(draw_svg(drawing))
    heights = [float(text.get("y", "")) for text in root.iter(f"{SVG}text") if text.get("class") == "note broken"]
    assert abs(heights[0] - heights[1]) > 14


def test_the_description_tells_what_broke() -> None:
    described = ET.fromstring(draw_svg(changed())).findtext(f"{SVG}desc") or ""
    assert "app/core/model.py to app/web/api.py: new, breaks a rule" in described
    assert "Layers from the top: web, flows, core." in described


def test_an_empty_drawing_is_a_file_too() -> None:
    assert ET.fromstring(draw_svg(Drawing())).get("role") == "img"


def test_links_point_down_where_there_is_no_cycle() -> None:
    drawing = linked(6, [(0, 1), (1, 2), (0, 2), (3, 2), (2, 4), (3, 5)])
    layout = laid_out(drawing)
    assert all(layout.boxes[link.source].y < layout.boxes[link.target].y for link in drawing.links)


def test_a_new_link_is_the_one_that_points_up_in_a_cycle() -> None:
    drawing = Drawing(
        nodes=tuple(Node(path=name) for name in "abc"),
        links=(
            Link(source=0, target=1, kind=LinkKind.BROKEN),
            Link(source=1, target=2, kind=LinkKind.OLD),
            Link(source=2, target=0, kind=LinkKind.OLD),
        ),
    )
    boxes = laid_out(drawing).boxes
    assert boxes[1].y < boxes[2].y < boxes[0].y


def test_declared_layers_lie_one_below_the_other_whatever_the_links_say() -> None:
    drawing = linked(9, [(8, 0), (7, 1), (3, 0)], ["top", "middle", "bottom"])
    bands = laid_out(drawing).bands
    assert [band.name for band in bands] == ["top", "middle", "bottom"]
    assert all(upper.bottom < lower.top for upper, lower in pairwise(bands))


def test_what_nothing_links_stands_in_several_rows_not_in_one() -> None:
    layout = laid_out(linked(30, []))
    assert max(Counter(box.y for box in layout.boxes).values()) <= 8


GRAPHS = st.integers(2, 16).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes),
        st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda ends: ends[0] != ends[1]),
            max_size=40,
            unique=True,
        ),
        st.sampled_from([(), ("a", "b"), ("a", "b", "c")]),
    )
)


@given(GRAPHS)
def test_no_two_boxes_overlap_and_every_link_goes_from_box_to_box(
    graph: tuple[int, list[tuple[int, int]], tuple[str, ...]],
) -> None:
    drawing = linked(*graph)
    layout = laid_out(drawing)
    for one, other in combinations(layout.boxes, 2):
        assert one.y != other.y or abs(one.x - other.x) >= (one.width + other.width) / 2
    for box in layout.boxes:
        assert box.x - box.width / 2 >= -0.01
        assert box.x + box.width / 2 <= layout.width + 0.01
        assert box.y + NODE_HEIGHT / 2 <= layout.height + 0.01
    for link, route in zip(drawing.links, layout.routes, strict=True):
        assert len(route) % 2 == 0
        for number, (x, y) in ((link.source, route[0]), (link.target, route[-1])):
            box = layout.boxes[number]
            assert abs(x - box.x) <= box.width / 2
            assert abs(abs(y - box.y) - NODE_HEIGHT / 2) < 0.01
    assert laid_out(drawing) == layout


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda ends: ends[0] < ends[1])))
def test_an_order_without_a_cycle_is_kept_whole(ends: set[tuple[int, int]]) -> None:
    order = order_nodes(range(10), dict.fromkeys(sorted(ends), 1.0))
    assert sorted(order) == list(range(10))
    assert all(order.index(source) < order.index(target) for source, target in ends)


@given(st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=6, unique=True), st.text(max_size=20))
def test_any_names_give_well_formed_xml(names: list[str], title: str) -> None:
    drawing = Drawing(
        nodes=tuple(Node(path=name, touched=True, layer=names[0], directory=name < "b") for name in names),
        links=(Link(source=0, target=1, kind=LinkKind.BROKEN, note=names[1]),),
        layers=(names[0],),
    )
    root = ET.fromstring(draw_svg(drawing, title))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED


def test_sixty_nodes_are_laid_out_in_no_time() -> None:
    random = Random(7)
    ends = sorted({(random.randrange(60), random.randrange(60)) for _ in range(125)})
    drawing = linked(60, [(source, target) for source, target in ends if source != target])
    assert len(drawing.links) > 110
    began = time.monotonic()
    text = draw_svg(drawing)
    # It takes some 15 ms; a machine that is busy may take much longer.
    assert time.monotonic() - began < 2
    assert len(text) < 100_000
