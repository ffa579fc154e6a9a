"""A graph that was kept is the graph that was made, and nothing else is taken for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.graph import build_graph
from app.architecture.packed_graph import pack_graph, unpack_graph
from app.core.fit.packed import PackedUnreadableError
from app.core.fit.source_facts import Import, When
from tests.fit.graphs import BUILDERS, make_facts, make_ground

PATHS = ("a.py", "b.py", "pkg/c.py", "pkg/d.go", "pkg/e.go", "other/f.go", "odd.rb")
AIMS = (*PATHS, "pkg/", "ext:yaml", "std:os", "gone.py")

imports = st.one_of(
    st.sampled_from(AIMS),
    st.builds(
        Import,
        st.sampled_from(AIMS),
        st.integers(1, 99),
        st.lists(st.sampled_from((*PATHS, "name")), max_size=3).map(tuple),
        when=st.sampled_from(list(When)),
    ),
)
trees = st.dictionaries(st.sampled_from(PATHS), st.lists(imports, max_size=4), max_size=len(PATHS))


@given(trees)
def test_a_graph_comes_back_as_it_was_packed(files: dict[str, list[str | Import]]) -> None:
    facts, ground = make_facts(files), make_ground(files)
    graph = build_graph(facts, ground, BUILDERS)

    again = unpack_graph(pack_graph(graph), facts, ground, BUILDERS)

    assert again == graph
    assert list(again.modules) == list(graph.modules)
    assert [list(sites) for sites in again.edges.values()] == [list(sites) for sites in graph.edges.values()]


@pytest.mark.parametrize("damaged", ["", "[]", "7", "{}", "[[],[0],[],[[9]],[],[1,2,3,4],{}]", "[" * 90_000])
def test_what_is_no_packed_graph_is_refused(damaged: str) -> None:
    with pytest.raises(PackedUnreadableError):
        unpack_graph(damaged.encode(), make_facts({"a.py": []}), make_ground(["a.py"]), BUILDERS)


def test_a_graph_of_other_files_is_refused() -> None:
    packed = pack_graph(build_graph(make_facts({"a.py": []}), make_ground(["a.py"]), BUILDERS))
    assert json.loads(packed)
    with pytest.raises(PackedUnreadableError):
        unpack_graph(packed, make_facts({"a.py": [], "b.py": []}), make_ground(["a.py", "b.py"]), BUILDERS)
