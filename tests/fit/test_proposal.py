import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.graph import Graph
from app.architecture.grouping import Extent, group_files, name_briefly
from app.architecture.ordering import order_in_ranks
from app.architecture.proposal import Proposal, propose, render
from app.architecture.reexports import Reexports
from app.architecture.rules import Rules, find_breaks
from app.core.gate.policy import Policy, read_policy
from app.core.text.globs import Glob
from tests.fit.graphs import Files, make_graph


def _layered(*exceptions: tuple[str, str]) -> Graph:
    """Each of ten files of a room imports all of the rooms below it."""
    rooms = ["web", "flows", "store", "core"]
    files: dict[str, list[str]] = {}
    for at, room in enumerate(rooms):
        for number in range(10):
            files[f"app/{room}/f{number}.py"] = [f"app/{below}/f{number}.py" for below in rooms[at + 1 :]]
    for source, target in exceptions:
        files[source].append(target)
    return make_graph(files)


def _names(proposal: Proposal) -> list[str]:
    return [layer.name for layer in proposal.layers]


def _read(text: str) -> Policy:
    policy = read_policy(text)
    assert isinstance(policy, Policy), policy
    return policy


def test_layers_are_proposed_in_the_order_that_the_code_keeps() -> None:
    proposal = propose(_layered())
    assert _names(proposal) == ["web", "flows", "store", "core"]
    assert proposal.layers[0].paths == ("app/web/**",)
    assert (proposal.exceptions, proposal.kept) == ((), 60)
    assert "All 60 dependencies between these layers keep this order" in render(proposal)


def test_a_single_import_against_the_order_is_an_exception_with_its_place() -> None:
    proposal = propose(_layered(("app/core/f3.py", "app/web/f1.py")))
    assert _names(proposal) == ["web", "flows", "store", "core"]
    (item,) = proposal.exceptions
    assert (item.edge.path, item.edge.line, item.edge.target) == ("app/core/f3.py", 1, "app/web/f1.py")
    assert "app/core/f3.py:1 imports app/web/f1.py (layers: core may not import web)" in render(proposal)


def test_what_depends_on_one_another_both_ways_shares_a_layer() -> None:
    both = [(f"app/store/f{number}.py", f"app/flows/f{number}.py") for number in range(8)]
    proposal = propose(_layered(*both))
    assert _names(proposal) == ["web", "flows, store", "core"]
    assert proposal.exceptions == ()


def test_what_is_proposed_can_be_pasted_and_says_the_same() -> None:
    graph = _layered(("app/core/f3.py", "app/web/f1.py"))
    policy = _read(render(propose(graph)))
    assert find_breaks(graph, Rules(policy.architecture), Reexports(graph)) == propose(graph).exceptions


def test_tests_are_in_no_layer_and_no_exceptions() -> None:
    graph = _layered()
    files: dict[str, list[str]] = {
        path: [target.module for reference in graph.references(path) for target in [reference.target]]
        for path in graph.facts
    }
    files["tests/test_all.py"] = [f"app/{room}/f0.py" for room in ("web", "core")]
    files["app/core/test_f0.py"] = ["app/web/f0.py"]
    files["app/core/zz.py"] = ["app/web/f0.py"]
    proposal = propose(make_graph(files))
    assert not any("tests" in path for layer in proposal.layers for path in layer.paths)
    assert [item.edge.path for item in proposal.exceptions] == ["app/core/zz.py"]


def test_a_directory_that_holds_parts_of_several_layers_is_split() -> None:
    files: dict[str, list[str]] = {}
    for number in range(10):
        files[f"server/f{number}.py"] = [f"lib/high/f{number}.py", f"model/f{number}.py", f"lib/low/f{number}.py"]
        files[f"lib/high/f{number}.py"] = [f"model/f{number}.py"]
        files[f"model/f{number}.py"] = [f"lib/low/f{number}.py"] if number < 1 else []
        files[f"lib/low/f{number}.py"] = []
    proposal = propose(make_graph(files))
    assert _names(proposal) == ["server", "high", "model", "low"]
    assert proposal.exceptions == ()


def test_the_files_of_one_go_package_are_never_torn_apart() -> None:
    files: dict[str, list[str]] = {"main.go": ["cmd/"], "cmd/root.go": ["report/"], "cmd/scan.go": ["detect/"]}
    files |= {"cmd/gen/rules/r.go": ["cmd/gen/own/"], "cmd/gen/own/b.go": ["report/"]}
    files |= {"detect/d.go": ["report/"], "report/r.go": []}
    proposal = propose(make_graph(files))
    paths = [path for layer in proposal.layers for path in layer.paths]
    assert "cmd/*" in paths
    assert not {"cmd/root.go", "cmd/scan.go"} & set(paths)
    assert proposal.exceptions == ()


def test_where_no_order_holds_none_is_made_up() -> None:
    rooms = ["a", "b", "c"]
    files = {f"{room}/x.py": [f"{other}/x.py" for other in rooms if other != room] for room in rooms}
    proposal = propose(make_graph(files))
    assert proposal.layers == ()
    assert "depend on one another both ways" in render(proposal)
    assert _read(render(proposal)) == Policy()


@pytest.mark.parametrize("files", [{}, {"a.py": []}, {"x/a.py": ["x/b.py"], "x/b.py": []}])
def test_too_little_code_gives_a_reason(files: Files) -> None:
    assert "no level of directories" in propose(make_graph(files)).reason


def test_names_of_a_hostile_repository_stay_names() -> None:
    rooms = ["[id]", "a\n  forbid: x", 'q"uo\\te', "*", "{b,c}", "\u2028new", "é", "x" * 120]
    files: dict[str, list[str]] = {}
    for at, room in enumerate(rooms):
        for number in range(5):
            files[f"{room}/f{number}.py"] = [f"{below}/f{number}.py" for below in rooms[at + 1 :]]
    files["\udc80bad/f.py"] = ["é/f0.py"]
    files["é/f1.py"].append("[id]/f1.py")
    graph = make_graph(files)
    proposal = propose(graph)
    policy = _read(render(proposal))
    assert policy.architecture.layers == proposal.layers
    assert policy.architecture.forbid == ()
    rules = Rules(policy.architecture)
    assert [rules.find_layer(f"{room}/f0.py") for room in rooms] == list(range(len(rooms)))
    assert [item.edge.path for item in proposal.exceptions] == ["é/f1.py"]


paths = st.lists(st.text("ab/[*", min_size=1, max_size=8), max_size=30).map(
    lambda texts: sorted({"/".join(part for part in text.split("/") if part) + ".py" for text in texts})
)


@given(paths=paths)
def test_each_file_is_in_one_group_and_its_glob_says_which(paths: list[str]) -> None:
    groups = group_files(paths)
    assert sorted(path for group in groups for path in group.files) == paths
    for group in groups:
        glob = Glob.parse(group.glob)
        assert [path for path in paths if glob.matches(path)] == list(group.files)
    assert len(set(name_briefly(groups).values())) == len(groups)


def test_a_flat_package_is_split_into_its_files() -> None:
    groups = group_files([f"src/p/m{number}.py" for number in range(12)])
    assert {group.extent for group in groups} == {Extent.FILE}


weights = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1]), st.integers(1, 30)
)


@given(weights=weights)
def test_every_number_has_one_rank_and_only_exceptions_go_up(weights: dict[tuple[int, int], int]) -> None:
    ranks = order_in_ranks(8, weights)
    assert sorted(number for rank in ranks for bundle in rank for number in bundle) == list(range(8))
    rank_of = {number: at for at, rank in enumerate(ranks) for bundle in rank for number in bundle}
    bundle_of = {number: id(bundle) for rank in ranks for bundle in rank for number in bundle}
    for (source, target), weight in weights.items():
        assert rank_of[source] != rank_of[target] or bundle_of[source] == bundle_of[target]
        assert rank_of[source] <= rank_of[target] or weight * 10 <= sum(weights.values())


@given(links=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1])))
def test_what_has_no_cycle_is_ordered_without_exception(links: set[tuple[int, int]]) -> None:
    ranks = order_in_ranks(8, dict.fromkeys(links, 1))
    rank_of = {number: at for at, rank in enumerate(ranks) for bundle in rank for number in bundle}
    assert all(rank_of[source] < rank_of[target] for source, target in links)


def test_forty_directories_that_all_depend_on_one_another_take_no_time() -> None:
    weights = {(a, b): (a * 7 + b * 13) % 11 + 1 for a in range(40) for b in range(40) if a != b}
    started = time.monotonic()
    order_in_ranks(40, weights)
    assert time.monotonic() - started < 10
