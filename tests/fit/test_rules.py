import pytest

from app.architecture.reexports import Reexports
from app.architecture.rules import Rules, find_breaks
from app.core.fit.delta import Break
from app.core.fit.source_facts import Import, When
from app.core.gate.policy import ArchitecturePolicy, PolicyFault, read_policy
from tests.fit.graphs import Files, for_types, lazily, make_graph

LAYERS = """
architecture:
  layers:
    - {name: web, paths: ["web/**"]}
    - {name: flows, paths: ["flows/**", "jobs/*.py"]}
    - {name: core, paths: ["core/**"]}
"""


def _policy(text: str) -> ArchitecturePolicy:
    policy = read_policy(text)
    assert not isinstance(policy, PolicyFault)
    return policy.architecture


def _find(text: str, files: Files, changed: frozenset[str] = frozenset()) -> list[Break]:
    graph = make_graph(files)
    return list(find_breaks(graph, Rules(_policy(text)), Reexports(graph), changed))


def _said(text: str, files: Files) -> list[tuple[str, int, str]]:
    return [(item.edge.path, item.edge.line, item.rule) for item in _find(text, files)]


def test_a_layer_imports_only_layers_below_it() -> None:
    files = {
        "web/a.py": ["flows/b.py", "core/c.py"],
        "flows/b.py": ["core/c.py"],
        "core/c.py": ["std:os", "web/a.py", "flows/b.py"],
    }
    assert _said(LAYERS, files) == [
        ("core/c.py", 2, "layers: core may not import web"),
        ("core/c.py", 3, "layers: core may not import flows"),
    ]


def test_a_layer_may_import_itself_and_files_in_no_layer_are_free() -> None:
    files = {
        "web/a.py": ["web/b.py"],
        "web/b.py": [],
        "core/c.py": ["settings.py"],
        "settings.py": ["web/a.py"],
        "jobs/deep/x.py": ["web/a.py"],
    }
    assert _said(LAYERS, files) == []


def test_a_path_in_two_layers_is_in_the_first_that_matches() -> None:
    text = 'architecture: {layers: [{name: a, paths: ["x/top.py"]}, {name: b, paths: ["x/**"]}]}'
    assert _said(text, {"x/low.py": ["x/top.py"], "x/top.py": ["x/low.py"]}) == [
        ("x/low.py", 1, "layers: b may not import a")
    ]


FORBID = 'architecture: {forbid: [{from: "core/**", to: "web/**", because: "docs/adr/003.md"}]}'


def test_what_is_forbidden_is_told_with_its_reason_and_what_is_not_forbidden_is_not() -> None:
    files = {"core/c.py": ["web/a.py"], "web/a.py": ["core/c.py"], "other.py": ["web/a.py"]}
    (found,) = _find(FORBID, files)
    assert (found.rule, found.because) == ("forbid: core/** → web/**", "docs/adr/003.md")
    assert (found.edge.source, found.edge.target, found.edge.target_path) == ("core/c.py", "web/a.py", "web/a.py")


@pytest.mark.parametrize("imported", [lazily("web/a.py"), for_types("web/a.py")])
def test_lazy_imports_and_those_for_types_count(imported: Import) -> None:
    (found,) = _find(FORBID, {"core/c.py": [imported], "web/a.py": []})
    assert found.edge.when is imported.when


def test_the_line_is_that_of_the_import_which_binds_most() -> None:
    files: Files = {"core/c.py": [for_types("web/a.py", 2), Import("web/a.py", 9)], "web/a.py": []}
    (found,) = _find(FORBID, files)
    assert (found.edge.line, found.edge.when) == (9, When.LOADING)


def test_a_package_breaks_a_rule_if_one_of_its_files_does() -> None:
    text = 'architecture: {forbid: [{from: "core/*.go", to: "web/secret.go"}]}'
    (found,) = _find(text, {"core/c.go": ["web/"], "web/a.go": [], "web/secret.go": []})
    assert (found.edge.source, found.edge.target, found.edge.target_path) == ("core", "web", "web")
    assert _find(text, {"core/c.go": ["web/"], "web/a.go": []}) == []


def test_a_file_is_not_forbidden_to_itself() -> None:
    text = 'architecture: {forbid: [{from: "p/**", to: "p/x_test.go"}]}'
    assert _find(text, {"p/x_test.go": ["p/"], "p/x.go": []}) == []


def test_a_name_that_another_file_hands_on_breaks_the_rule_where_it_is_taken() -> None:
    files: Files = {
        "core/c.ts": [Import("api.ts", 5, ("Page",))],
        "api.ts": [Import("web/page.ts", 8, ("Page",), passed_on=True)],
        "web/page.ts": [],
    }
    (found,) = _find(FORBID, files)
    edge = found.edge
    assert (edge.path, edge.line, edge.target_path, edge.through, edge.through_line) == (
        "core/c.ts",
        5,
        "web/page.ts",
        "api.ts",
        8,
    )


def test_of_several_files_that_hand_a_name_on_the_changed_one_is_told() -> None:
    files: Files = {
        "core/c.ts": [Import("api.ts", 5, ("Page",))],
        "api.ts": [Import("inner.ts", 8, ("Page",), passed_on=True)],
        "inner.ts": [Import("web/page.ts", 2, ("Page",), passed_on=True)],
        "web/page.ts": [],
    }
    assert _find(FORBID, files)[0].edge.through == "api.ts"
    (found,) = _find(FORBID, files, frozenset({"inner.ts"}))
    assert (found.edge.through, found.edge.through_line) == ("inner.ts", 2)


def test_a_name_that_comes_through_several_forbidden_files_is_told_once() -> None:
    files: Files = {
        "core/c.ts": [Import("api.ts", 5, ("Page", "Form"), lines=(6, 7))],
        "api.ts": [Import("web/index.ts", 8, ("Page", "Form"), passed_on=True)],
        "web/index.ts": [
            Import("web/page.ts", 1, ("Page",), passed_on=True),
            Import("web/form.ts", 2, ("Form",), passed_on=True),
        ],
        "web/page.ts": [],
        "web/form.ts": [],
    }
    assert [(item.edge.line, item.edge.target_path) for item in _find(FORBID, files)] == [(6, "web/index.ts")]
    direct: Files = {**files, "core/c.ts": [Import("web/index.ts", 5, ("Page",))]}
    assert [(item.edge.line, item.edge.target_path) for item in _find(FORBID, direct)] == [(5, "web/index.ts")]


def test_an_import_of_the_target_itself_comes_before_one_through_another_file() -> None:
    files: Files = {
        "core/c.ts": [Import("api.ts", 5, ("Page",)), Import("web/page.ts", 6, ("Page",))],
        "api.ts": [Import("web/page.ts", 8, ("Page",), passed_on=True)],
        "web/page.ts": [],
    }
    (found,) = _find(FORBID, files)
    assert (found.edge.line, found.edge.through) == (6, "")


@pytest.mark.parametrize("glob", ["core/**", "c*/**", "{core,kernel}/*.py", "core/c.py", "**/c.py", "co[a-z]e/**"])
def test_globs_of_every_kind_are_understood(glob: str) -> None:
    text = f'architecture: {{forbid: [{{from: "{glob}", to: "web/**"}}]}}'
    files = {"core/c.py": ["web/a.py"], "web/a.py": [], "wcore/d.py": ["web/a.py"], "x.py": ["web/a.py"]}
    assert [item.edge.path for item in _find(text, files)] == ["core/c.py"]


def test_rules_are_counted() -> None:
    assert Rules(_policy(LAYERS)).count == 2
    assert Rules(_policy(FORBID)).count == 1
    assert Rules(ArchitecturePolicy()).count == 0
