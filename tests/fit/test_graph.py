import time

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.census import Unresolved, count_users, find_new_externals, find_unresolved
from app.architecture.graph import Counts, Site, build_graph, rebuild
from app.core.fit.source_facts import FileFacts, Import, When
from tests.fit.graphs import BUILDERS, for_types, lazily, make_facts, make_graph, make_ground

NAMES = ["a.py", "b.py", "lib/c.py", "lib/d.go", "lib/e.go", "web/f.go", "g.rb"]
AIMS = [*NAMES, "lib/", "web/", "gone.py", "ext:requests", "std:os"]


def test_an_edge_stands_where_a_module_first_says_that_it_depends_on_another() -> None:
    graph = make_graph({"a.py": ["std:os", "b.py", "b.py"], "b.py": []})
    assert graph.edges == {"a.py": {"b.py": Site("a.py", 2, When.LOADING, "b.py")}}


def test_what_is_loaded_at_once_binds_more_than_what_is_lazy_and_that_more_than_what_is_for_types() -> None:
    graph = make_graph({"a.py": [for_types("b.py", 1), lazily("b.py", 2), Import("b.py", 3)], "b.py": []})
    assert graph.edges["a.py"]["b.py"] == Site("a.py", 3, When.LOADING, "b.py")
    graph = make_graph({"a.py": [for_types("b.py", 1), lazily("b.py", 2)], "b.py": []})
    assert graph.edges["a.py"]["b.py"].when is When.LAZY


def test_files_of_a_directory_that_is_a_module_share_its_edges_and_none_leads_to_itself() -> None:
    files = {"p/z.go": ["q/"], "p/y.go": ["q/", "p/"], "q/x.go": [], "q/w.go": []}
    graph = make_graph(files)
    assert graph.modules["p"] == ("p/y.go", "p/z.go")
    assert graph.edges == {"p": {"q": Site("p/y.go", 1, When.LOADING, "q")}}


def test_a_file_that_only_says_what_it_consists_of_does_not_depend_on_it() -> None:
    graph = make_graph({"a.py": [Import("b.py", 1, level=-1)], "b.py": ["a.py"]})
    assert graph.edges == {"b.py": {"a.py": Site("b.py", 1, When.LOADING, "a.py")}}
    assert graph.counts.internal == 2


def test_each_name_of_a_long_import_has_its_own_line() -> None:
    long = Import("a.py", 1, ("b.py", "c.py"), lines=(2, 3))
    graph = make_graph({"x.py": [long], "b.py": [], "c.py": []})
    assert {target: site.line for target, site in graph.edges["x.py"].items()} == {"b.py": 2, "c.py": 3}


def test_an_import_of_very_many_names_costs_no_square() -> None:
    names = tuple(f"m{number}.py" for number in range(20_000))
    long = Import("a.py", 1, names, lines=tuple(range(1, 20_001)))
    started = time.monotonic()
    graph = make_graph({"x.py": [long], **{name: [] for name in names[:5_000]}})
    assert time.monotonic() - started < 5
    assert graph.edges["x.py"]["m4999.py"].line == 5_000


def test_imports_are_counted_by_what_became_of_them() -> None:
    graph = make_graph(
        {"a.py": ["b.py", "ext:x", "std:os", "gone.py", Import("gone.py", 9, ("b.py", "c.py"))], "b.py": []}
    )
    assert graph.counts == Counts(internal=2, external=1, unresolved=1, standard=1)
    assert find_unresolved(graph) == (Unresolved("a.py", 4, "gone.py"),)


def test_a_language_that_nobody_resolves_is_counted_apart_and_its_imports_are_not_guessed() -> None:
    graph = make_graph({"a.rb": ["b.py", "x"], "b.py": []})
    assert graph.unread == {"ruby": 2}
    assert graph.counts == Counts()
    assert graph.edges == {}
    assert "a.rb" in graph.modules


def test_a_foreign_package_has_the_place_of_its_first_import() -> None:
    before = make_graph({"b.py": ["ext:attrs"], "c.py": []})
    files = {"b.py": ["ext:yaml", "ext:attrs"], "a.py": ["std:os", "ext:yaml", "ext:yaml"], "c.py": ["ext:attrs"]}
    assert find_new_externals(before, make_graph(files)) == {"yaml": ("a.py", 2)}
    assert find_new_externals(make_graph(files), make_graph(files)) == {}


def test_users_of_a_module_are_modules_not_imports() -> None:
    graph = make_graph({"a.py": ["c.py", "c.py"], "b.py": ["c.py"], "c.py": []})
    assert count_users(graph.edges) == {"c.py": 2}


def test_languages_with_one_builder_share_one_resolver() -> None:
    graph = make_graph({"a.py": ["b.ts"], "b.ts": []})
    assert graph.resolvers["python"] is graph.resolvers["typescript"]
    assert graph.edges["a.py"]["b.ts"].line == 1


files_of_trees = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(AIMS), max_size=4))


@given(before=files_of_trees, after=files_of_trees)
def test_a_graph_that_is_made_from_another_equals_one_that_is_made_afresh(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    old = make_graph(before)
    made = rebuild(old, make_facts(after), make_ground(after), changed, BUILDERS)
    assert made == make_graph(after)


@given(
    files=files_of_trees, changes=st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(AIMS), max_size=4))
)
def test_a_change_of_imports_alone_is_rebuilt_as_if_afresh(
    files: dict[str, list[str]], changes: dict[str, list[str]]
) -> None:
    after = {path: changes.get(path, imports) for path, imports in files.items()}
    old = make_graph(files)
    made = rebuild(old, make_facts(after), make_ground(after), list(changes), BUILDERS)
    assert made == make_graph(after)


def test_what_a_change_leaves_alone_is_shared() -> None:
    files = {"a.py": ["b.py"], "b.py": [], "c.py": ["b.py"]}
    old = make_graph(files)
    facts = {**old.facts, "c.py": FileFacts("python")}
    made = rebuild(old, facts, make_ground(files), ["c.py"], BUILDERS)
    assert made.resolutions["a.py"] is old.resolutions["a.py"]
    grown = rebuild(old, make_facts({**files, "d.py": []}), make_ground([*files, "d.py"]), ["d.py"], BUILDERS)
    assert grown.edges["a.py"] is old.edges["a.py"]


def test_a_changed_manifest_resolves_everything_anew() -> None:
    files = {"a.py": ["b.py"], "b.py": []}
    old = make_graph(files)
    made = rebuild(old, make_facts(files), make_ground(files, {"pyproject.toml": ""}), [], BUILDERS)
    assert made.resolutions["a.py"] is not old.resolutions["a.py"]
    assert made == old


def test_a_large_graph_is_made_in_time() -> None:
    paths = [f"p{number % 700}/f{number}.py" for number in range(9_650)]
    files = {path: [paths[(at * 31 + step * 977) % 9_650] for step in range(9)] for at, path in enumerate(paths)}
    facts, ground = make_facts(files), make_ground(files)
    started = time.monotonic()
    graph = build_graph(facts, ground, BUILDERS)
    assert time.monotonic() - started < 2
    assert graph.counts.internal == 9 * 9_650
