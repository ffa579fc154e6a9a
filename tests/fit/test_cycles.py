import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.cycles import find_components, find_new_cycles, find_shortest_loop, say_loop
from app.core.fit.source_facts import Import, When
from tests.fit.graphs import Files, for_types, lazily, make_graph

MODULES = list("abcdefg")
successors = st.dictionaries(st.sampled_from(MODULES), st.lists(st.sampled_from(MODULES), max_size=3))


def _reach(links: dict[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for step in links.get(waiting.pop(), []):
            if step not in found:
                found.add(step)
                waiting.append(step)
    return found


@given(links=successors)
def test_components_are_the_modules_that_reach_one_another(links: dict[str, list[str]]) -> None:
    reached = {module: _reach(links, module) for module in MODULES}
    expected = {
        tuple(other for other in MODULES if other == module or (other in reached[module] and module in reached[other]))
        for module in MODULES
    }
    assert find_components(links) == sorted(modules for modules in expected if len(modules) > 1)


@given(links=successors, start=st.sampled_from(MODULES), end=st.sampled_from(MODULES))
def test_a_loop_is_a_way_that_there_is_and_ends_where_it_begins(
    links: dict[str, list[str]], start: str, end: str
) -> None:
    links = {**links, start: [*links.get(start, []), end]}
    loop = find_shortest_loop(links, start, end)
    if start == end:
        assert loop == (start,)
    elif start in _reach(links, end):
        assert loop[:2] == (start, end)
        assert all(two in links[one] for one, two in pairwise((*loop, start)))
        assert len(set(loop)) == len(loop)
    else:
        assert loop == ()


def test_ten_thousand_modules_in_one_ring_and_a_deep_chain_need_no_recursion() -> None:
    ring = {str(number): [str((number + 1) % 10_000), str((number * 7) % 10_000)] for number in range(10_000)}
    started = time.monotonic()
    assert [len(modules) for modules in find_components(ring)] == [10_000]
    assert find_components({str(number): [str(number + 1)] for number in range(50_000)}) == []
    assert time.monotonic() - started < 2


def _compare(before: Files, after: Files) -> list[tuple[tuple[str, ...], bool, tuple[str, ...], list[tuple[str, int]]]]:
    cycles = find_new_cycles(make_graph(before).edges, make_graph(after).edges)
    return [
        (cycle.modules, cycle.hard, cycle.before, [(edge.path, edge.line) for edge in cycle.edges]) for cycle in cycles
    ]


def test_a_new_cycle_is_told_with_the_line_that_closes_it() -> None:
    before = {"a.py": ["b.py"], "b.py": []}
    after = {"a.py": ["b.py"], "b.py": ["std:os", "a.py"]}
    assert _compare(before, after) == [(("a.py", "b.py"), True, (), [("b.py", 2)])]


def test_a_cycle_that_was_there_is_not_told_even_with_one_more_edge_inside() -> None:
    before = {"a.py": ["b.py"], "b.py": ["c.py"], "c.py": ["a.py"]}
    after = {"a.py": ["b.py", "c.py"], "b.py": ["c.py"], "c.py": ["a.py"]}
    assert _compare(before, after) == []


def test_a_cycle_that_shrinks_is_not_told() -> None:
    before = {"a.py": ["b.py"], "b.py": ["c.py"], "c.py": ["a.py", "b.py"]}
    after = {"a.py": ["b.py"], "b.py": ["c.py"], "c.py": ["b.py"]}
    assert _compare(before, after) == []


def test_a_cycle_that_grows_says_what_it_was() -> None:
    before = {"a.py": ["b.py"], "b.py": ["a.py"], "c.py": []}
    after = {"a.py": ["b.py"], "b.py": ["a.py", "c.py"], "c.py": ["a.py"]}
    grown = (("a.py", "b.py", "c.py"), True, ("a.py", "b.py"), [("b.py", 2), ("c.py", 1)])
    assert _compare(before, after) == [grown]


def test_two_cycles_that_become_one_have_grown() -> None:
    before = {"a.py": ["b.py"], "b.py": ["a.py", "c.py"], "c.py": ["d.py"], "d.py": ["c.py"]}
    after = {**before, "d.py": ["c.py", "a.py"]}
    assert [cycle[2:] for cycle in _compare(before, after)] == [(("c.py", "d.py"), [("d.py", 2)])]


def test_a_cycle_over_a_lazy_import_or_one_for_types_is_soft() -> None:
    before: Files = {"a.py": ["b.py"], "b.py": []}
    assert _compare(before, {"a.py": ["b.py"], "b.py": [lazily("a.py")]}) == [
        (("a.py", "b.py"), False, (), [("b.py", 1)])
    ]
    assert _compare(before, {"a.py": ["b.py"], "b.py": [for_types("a.py")]})[0][1] is False


def test_a_soft_cycle_becomes_a_hard_one_where_its_import_is_loaded_at_once() -> None:
    before: Files = {"a.py": ["b.py"], "b.py": [for_types("a.py")]}
    after: Files = {"a.py": ["b.py"], "b.py": [Import("a.py", 5)]}
    assert _compare(before, after) == [(("a.py", "b.py"), True, (), [("b.py", 5)])]


def test_what_closes_a_hard_cycle_is_not_told_twice() -> None:
    before: Files = {"a.py": ["b.py"], "b.py": [], "c.py": ["a.py"]}
    after: Files = {"a.py": ["b.py", lazily("c.py", 2)], "b.py": ["a.py"], "c.py": ["a.py"]}
    told = _compare(before, after)
    assert [(cycle[0], cycle[1]) for cycle in told] == [(("a.py", "b.py"), True), (("a.py", "b.py", "c.py"), False)]
    assert told[1][3] == [("a.py", 2)]


def test_a_large_cycle_is_shown_by_a_short_way_round() -> None:
    chain = {f"m{number}.py": [f"m{number + 1}.py"] for number in range(30)}
    before = {**chain, "m30.py": []}
    after = {**chain, "m30.py": ["m0.py", "m25.py"]}
    (cycle,) = find_new_cycles(make_graph(before).edges, make_graph(after).edges)
    assert len(cycle.modules) == 31
    assert cycle.loop[:3] == ("m30.py", "m0.py", "m1.py")
    assert say_loop(cycle.loop).count("→") == 9
    assert "… 23 more …" in say_loop(cycle.loop)
    assert say_loop(("a", "b")) == "a → b → a"
    assert cycle.edges[0].when is When.LOADING
