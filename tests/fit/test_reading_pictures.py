"""The picture of a comment, read back from its text by a page that has no Mermaid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.picture.collapse import collapse
from app.architecture.picture.drawing import Drawing, Limits, Link, LinkKind, Node
from app.architecture.picture.mermaid import draw_mermaid
from app.architecture.picture.reading import read_mermaid
from app.architecture.picture.svg import draw_svg
from app.core.fit.delta import Delta
from tests.fit.pictured import GRAPH, MODULES, NEW, UP, changed, edge, hostile

CHANGED = draw_mermaid(changed())


def read(text: str) -> Drawing:
    drawing = read_mermaid(text)
    assert drawing is not None
    return drawing


def test_a_picture_is_read_back_as_it_was_drawn() -> None:
    drawing, told = changed(), read(CHANGED)
    assert [(node.path, node.layer, node.gone) for node in told.nodes] == [
        (drawing.label(node), node.layer, node.gone) for node in drawing.nodes
    ]
    assert told.layers == drawing.layers
    assert {(link.source, link.target, link.kind, link.soft, link.note) for link in told.links} == {
        (link.source, link.target, link.kind, link.soft, link.note) for link in drawing.links
    }
    assert "layers: core may not import web" in draw_svg(told)
    assert told.change


def test_a_picture_of_a_whole_tree_shows_no_change() -> None:
    told = read(draw_mermaid(collapse(MODULES, (*GRAPH, UP, NEW), Delta())))
    assert not told.change
    assert {link.kind for link in told.links} == {LinkKind.OLD}


def test_directories_keep_how_many_modules_they_stand_for() -> None:
    edges = [edge(f"lib/x/m{number}.py", f"lib/x/m{number + 1}.py") for number in range(1400)]
    told = read(draw_mermaid(collapse([], edges, Delta(new_edges=tuple(edges)), limits=Limits(nodes=4))))
    assert [(node.path, node.directory, node.modules, node.new_within) for node in told.nodes] == [
        ("lib/x", True, 1401, 1400)
    ]


def test_hostile_names_come_back_as_the_text_they_are() -> None:
    text = draw_mermaid(hostile())
    assert draw_mermaid(read(text)) == text
    assert "<script>" not in draw_svg(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flowchart TD",
        "flowchart LR\n  a --> b",
        "sequenceDiagram\n  Alice->>Bob: hello",
        CHANGED + "\n",
        CHANGED + '\n  click n1 "https://evil.example"',
        CHANGED.replace("flowchart TD", "flowchart TD\n%%{init: {}}%%"),
        CHANGED.replace("n1", "n99"),
        CHANGED.replace("#e5484d", "#000000"),
        CHANGED.replace("  end\n", "", 1),
        CHANGED.replace('"web"', '"web#99999999;"'),
        "flowchart TD\n" + "\n".join(f'  n{number}["x{number}"]' for number in range(1, 500)),
        'flowchart TD\n  n1["a"]\n' + "\n".join(["  n1 --> n1"] * 300),
        'flowchart TD\n  n1["a"]\n  n1 --> n2',
        'flowchart TD\n  n1["a"]\n  n\u0661["b"]',
    ],
)
def test_a_text_that_is_not_ours_to_the_letter_is_not_read(text: str) -> None:
    assert read_mermaid(text) is None


NAMES = st.one_of(st.text(min_size=1, max_size=4), st.text('abc/._-#;"|[]<>&\\\n é語', min_size=1, max_size=70))
"""Any characters in names that are shown whole: one that is cut in the midst of a `‹U+XXXX›` is not read back."""

NODES = st.builds(
    Node,
    path=NAMES,
    directory=st.booleans(),
    modules=st.integers(1, 5000),
    touched=st.booleans(),
    gone=st.booleans(),
    layer=st.sampled_from(["", "web", "core"]),
    new_within=st.integers(0, 3),
    broken_within=st.integers(0, 3),
)
LINKS = st.builds(
    Link,
    source=st.integers(0, 5),
    target=st.integers(0, 5),
    kind=st.sampled_from(LinkKind),
    weight=st.integers(1, 9),
    fresh=st.integers(1, 9),
    soft=st.booleans(),
    note=st.one_of(st.just(""), NAMES),
)


@given(st.lists(NODES, min_size=6, max_size=8), st.lists(LINKS, max_size=20))
def test_whatever_is_drawn_can_be_read_again(nodes: list[Node], links: list[Link]) -> None:
    layers = tuple(name for name in ("web", "core") if any(node.layer == name for node in nodes))
    text = draw_mermaid(Drawing(nodes=tuple(nodes), links=tuple(links), layers=layers))
    assert draw_mermaid(read(text)) == text


@given(st.lists(st.sampled_from(CHANGED.split("\n")), max_size=30))
def test_lines_in_disorder_do_no_harm(lines: list[str]) -> None:
    text = "\n".join(["flowchart TD", *lines])
    told = read_mermaid(text)
    assert told is None or draw_mermaid(told) == text
