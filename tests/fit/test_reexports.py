import time
from collections.abc import Collection

from app.architecture.graph import Graph
from app.architecture.reexports import Hop, Reexports
from app.core.fit.source_facts import Import
from tests.fit.graphs import Files, make_graph


def _hand_on(target: str, line: int, *names: str, as_names: tuple[str, ...] = ()) -> Import:
    return Import(target, line, names, passed_on=True, as_names=as_names)


def _take(target: str, *names: str) -> Import:
    return Import(target, 1, names)


def _follow(graph: Graph, path: str = "s.ts", reexports: Reexports | None = None) -> dict[str, tuple[Hop, ...]]:
    following = reexports or Reexports(graph)
    references = graph.references(path)
    return {passed.path: passed.hops for reference in references for _, passed in following.follow(reference)}


def _found(files: Files) -> dict[str, tuple[Hop, ...]]:
    return _follow(make_graph(files))


def test_a_name_that_a_file_hands_on_comes_from_where_that_has_it() -> None:
    files = {"s.ts": [_take("p.ts", "X")], "p.ts": [_hand_on("t.ts", 7, "X")], "t.ts": []}
    assert _found(files) == {"t.ts": (Hop("p.ts", 7),)}


def test_other_names_of_that_file_do_not() -> None:
    files = {"s.ts": [_take("p.ts", "Y")], "p.ts": [_hand_on("t.ts", 7, "X")], "t.ts": []}
    assert _found(files) == {}


def test_what_is_imported_and_not_handed_on_is_nobodys_business() -> None:
    files = {"s.ts": [_take("p.ts", "X")], "p.ts": [_take("t.ts", "X")], "t.ts": []}
    assert _found(files) == {}


def test_a_name_is_followed_under_its_other_names_through_a_chain() -> None:
    files = {
        "s.ts": [_take("p.ts", "Page")],
        "p.ts": [_hand_on("q.ts", 3, "View", as_names=("Page",))],
        "q.ts": [_hand_on("t.ts", 4, "default", as_names=("View",))],
        "t.ts": [],
    }
    assert _found(files) == {"q.ts": (Hop("p.ts", 3),), "t.ts": (Hop("p.ts", 3), Hop("q.ts", 4))}


def test_everything_that_is_handed_on_is_taken_with_a_star() -> None:
    files = {
        "s.ts": [_take("p.ts", "*")],
        "p.ts": [_hand_on("t.ts", 1, "X"), _hand_on("u.ts", 2, "*")],
        "t.ts": [],
        "u.ts": [],
    }
    assert set(_found(files)) == {"t.ts", "u.ts"}


def test_a_whole_under_a_name_is_taken_with_that_name() -> None:
    files = {"s.ts": [_take("p.ts", "ns")], "p.ts": [_hand_on("t.ts", 1, "*", as_names=("ns",))], "t.ts": []}
    assert set(_found(files)) == {"t.ts"}


def test_files_that_hand_on_to_each_other_end() -> None:
    files = {
        "s.ts": [_take("p.ts", "X")],
        "p.ts": [_hand_on("q.ts", 1, "X")],
        "q.ts": [_hand_on("p.ts", 1, "X"), _hand_on("p.ts", 2, "*")],
    }
    assert set(_found(files)) == {"q.ts"}
    assert set(_found({**files, "s.ts": [_take("p.ts", "*")]})) == {"q.ts"}


STARS: Files = {
    "s.ts": [_take("p.ts", "X")],
    "p.ts": [_hand_on("t.ts", 2, "*"), _hand_on("u.ts", 3, "*")],
    "t.ts": [_hand_on("v.ts", 1, "*")],
    "u.ts": [],
    "v.ts": [],
}


def test_what_comes_through_a_star_is_not_guessed_and_asked_for_at_once() -> None:
    graph = make_graph(STARS)
    reexports = Reexports(graph)
    assert _follow(graph, reexports=reexports) == {}
    (reference,) = graph.references("s.ts")
    assert reexports.find_stops(reference) == {"p.ts"}
    assert reexports.list_behind("p.ts") == {"t.ts", "u.ts", "v.ts"}
    reexports.ask("p.ts")
    assert reexports.asked == ("p.ts", "t.ts", "u.ts", "v.ts")


def test_of_several_stars_the_one_is_followed_that_is_known_to_have_the_name() -> None:
    names: dict[str, Collection[str]] = {"t.ts": ["Y"], "u.ts": ["X"], "p.ts": [], "v.ts": []}
    graph = make_graph(STARS)
    reexports = Reexports(graph, names.get)
    assert _follow(graph, reexports=reexports) == {"u.ts": (Hop("p.ts", 3),)}
    assert reexports.asked == ()
    names.update({"u.ts": [], "v.ts": ["X"]})
    assert _follow(graph, reexports=Reexports(graph, names.get)) == {"v.ts": (Hop("p.ts", 2), Hop("t.ts", 1))}


def test_a_name_that_a_file_has_itself_comes_through_none_of_its_stars() -> None:
    names: dict[str, Collection[str]] = {"t.ts": ["X"], "u.ts": ["X"], "p.ts": ["X"], "v.ts": []}
    graph = make_graph(STARS)
    assert _follow(graph, reexports=Reexports(graph, names.get)) == {}


def test_a_package_of_python_hands_on_what_it_takes() -> None:
    files = {
        "s.py": [_take("api/__init__.py", "Page")],
        "api/__init__.py": [_hand_on("web/page.py", 4, "Page")],
        "web/page.py": [],
    }
    assert _follow(make_graph(files), "s.py") == {"web/page.py": (Hop("api/__init__.py", 4),)}


def test_a_module_of_python_hands_on_what_is_taken_from_it_by_name_and_no_more() -> None:
    files: Files = {"s.py": [_take("m.py", "Page")], "m.py": [_hand_on("web.py", 4, "Page")], "web.py": []}
    assert set(_follow(make_graph(files), "s.py")) == {"web.py"}
    assert _follow(make_graph({**files, "s.py": [_take("m.py", "*")]}), "s.py") == {}


def test_each_name_of_a_long_hand_over_has_its_own_line() -> None:
    long = Import("t.ts", 1, ("X", "Y"), passed_on=True, lines=(2, 3))
    files = {"s.ts": [_take("p.ts", "Y")], "p.ts": [long], "t.ts": []}
    assert _found(files) == {"t.ts": (Hop("p.ts", 3),)}


def test_a_file_that_is_not_known_hands_on_nothing() -> None:
    graph = make_graph({"s.ts": [_take("p.ts", "X")], "p.ts": []})
    facts = {path: file for path, file in graph.facts.items() if path != "p.ts"}
    assert _follow(type(graph)(**{**{name: getattr(graph, name) for name in graph.__slots__}, "facts": facts})) == {}


def test_names_that_lead_through_too_many_places_are_cut_and_said_so() -> None:
    barrels = 60
    files = {f"b{at}.ts": [_hand_on(f"b{to}.ts", to + 1, "*") for to in range(barrels)] for at in range(barrels)}
    names = tuple(f"N{number}" for number in range(3_000))
    files["long.ts"] = [_hand_on("long.ts", at + 1, name, as_names=(names[at - 1],)) for at, name in enumerate(names)]
    files["s.ts"] = [_take("b0.ts", *names[:50]), _take("long.ts", names[0])]
    graph = make_graph(files)
    reexports = Reexports(graph, lambda _: ())
    started = time.monotonic()
    _follow(graph, reexports=reexports)
    assert time.monotonic() - started < 10
    assert reexports.cut == ("long.ts",)
