import time

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.delta import compare, find_asked
from app.core.fit.delta import Delta, Fan
from app.core.fit.source_facts import Import
from app.core.gate.policy import ArchitecturePolicy, PolicyFault, read_policy
from tests.fit.graphs import Files, make_graph

NAMES = ["core/a.py", "core/b.py", "web/c.py", "web/d.py", "lib/e.go", "lib/f.go", "cmd/g.go"]
AIMS = [*NAMES, "lib/", "cmd/"]
trees = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(AIMS), max_size=4))


def _policy(text: str) -> ArchitecturePolicy:
    policy = read_policy(text)
    assert not isinstance(policy, PolicyFault)
    return policy.architecture


FORBID = _policy('architecture: {forbid: [{from: "core/**", to: "web/**"}]}')


def _compare(before: Files, after: Files, moved: dict[str, str] | None = None) -> Delta:
    changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    return compare(make_graph(before), make_graph(after), moved=moved or {}, policy=FORBID, changed=changed)


def _pairs(delta: Delta) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    new = [(edge.source, edge.target) for edge in delta.new_edges]
    return new, [(edge.source, edge.target) for edge in delta.removed_edges]


@given(files=trees)
def test_nothing_changed_is_no_delta(files: dict[str, list[str]]) -> None:
    delta = _compare(files, files)
    assert (delta.new_edges, delta.removed_edges, delta.breaks, delta.mended, delta.cycles, delta.fans) == ((),) * 6


@given(before=trees, after=trees)
def test_new_and_removed_edges_lead_from_the_base_to_the_head(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    delta = _compare(before, after)
    old, now = (
        {(source, target) for source, targets in make_graph(files).edges.items() for target in targets}
        for files in (before, after)
    )
    new, removed = _pairs(delta)
    assert (old - set(removed)) | set(new) == now
    assert old.isdisjoint(new)
    assert now.isdisjoint(removed)
    assert delta.edges == len(now)


@given(before=trees, after=trees)
def test_fans_are_those_of_the_two_graphs(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    old, now = make_graph(before), make_graph(after)
    for fan in _compare(before, after).fans:
        assert fan.out_before == len(old.edges.get(fan.module, {}))
        assert fan.out_after == len(now.edges.get(fan.module, {}))
        assert fan.in_before == sum(fan.module in targets for targets in old.edges.values())
        assert fan.in_after == sum(fan.module in targets for targets in now.edges.values())


def _rename(files: dict[str, list[str]], names: dict[str, str]) -> dict[str, list[str]]:
    directories = {path.rpartition("/")[0]: new.rpartition("/")[0] for path, new in names.items()}

    def follow(aim: str) -> str:
        return f"{directories[aim[:-1]]}/" if aim.endswith("/") else names[aim]

    return {names[path]: [follow(aim) for aim in aims] for path, aims in files.items()}


@given(files=trees, directories=st.permutations(["core", "web", "lib", "cmd", "new"]))
def test_a_consistent_renaming_makes_no_new_edges(files: dict[str, list[str]], directories: list[str]) -> None:
    whole = {name: files.get(name, []) for name in NAMES}
    places = dict(zip(["core", "web", "lib", "cmd"], directories, strict=False))
    names = {path: f"{places[path.partition('/')[0]]}/{path.partition('/')[2]}" for path in NAMES}
    delta = _compare(whole, _rename(whole, names), {old: new for old, new in names.items() if old != new})
    assert _pairs(delta) == ([], [])
    assert (delta.cycles, delta.fans) == ((), ())


def test_a_new_edge_stands_on_its_line_at_head_and_a_removed_one_on_its_line_at_base() -> None:
    delta = _compare(
        {"core/a.py": ["std:os", "core/b.py"], "core/b.py": []}, {"core/a.py": [], "core/b.py": ["core/a.py"]}
    )
    assert [(edge.path, edge.line, edge.target) for edge in delta.new_edges] == [("core/b.py", 1, "core/a.py")]
    assert [(edge.path, edge.line, edge.target) for edge in delta.removed_edges] == [("core/a.py", 2, "core/b.py")]


def test_breaks_are_new_old_or_mended() -> None:
    before = {"core/a.py": ["web/c.py"], "core/b.py": ["web/c.py"], "web/c.py": [], "web/d.py": []}
    after = {"core/a.py": ["std:os", "web/c.py", "web/d.py"], "core/b.py": [], "web/c.py": [], "web/d.py": []}
    delta = _compare(before, after)
    assert [(item.edge.path, item.edge.line) for item in delta.breaks] == [("core/a.py", 3)]
    assert [(item.edge.path, item.edge.line) for item in delta.old_breaks] == [("core/a.py", 2)]
    assert [(item.edge.path, item.edge.line) for item in delta.mended] == [("core/b.py", 1)]
    assert delta.rules == 1


def test_a_new_file_of_a_package_that_breaks_a_rule_already_is_a_new_break() -> None:
    before = {"core/a.go": ["web/"], "core/b.go": [], "web/c.go": []}
    delta = _compare(before, {**before, "core/b.go": ["web/"]})
    assert delta.new_edges == ()
    assert [item.edge.path for item in delta.breaks] == ["core/b.go"]
    assert [item.edge.path for item in delta.old_breaks] == ["core/a.go"]


def test_a_renamed_file_keeps_its_old_breaks() -> None:
    before = {"core/a.py": ["web/c.py"], "web/c.py": []}
    delta = _compare(before, {"core/z.py": ["web/c.py"], "web/c.py": []}, {"core/a.py": "core/z.py"})
    assert (delta.breaks, delta.mended) == ((), ())
    assert [item.edge.path for item in delta.old_breaks] == ["core/z.py"]
    assert delta.moved == (("core/a.py", "core/z.py"),)


def test_a_rule_that_is_broken_only_under_the_new_name_is_newly_broken() -> None:
    before = {"tools/a.py": ["web/c.py"], "web/c.py": []}
    delta = _compare(before, {"core/a.py": ["web/c.py"], "web/c.py": []}, {"tools/a.py": "core/a.py"})
    assert _pairs(delta) == ([], [])
    assert [(item.edge.path, item.edge.line) for item in delta.breaks] == [("core/a.py", 1)]


def test_a_renamed_target_of_an_old_break_breaks_no_rule_anew() -> None:
    before = {"core/a.py": ["web/c.py"], "web/c.py": []}
    delta = _compare(before, {"core/a.py": ["web/z.py"], "web/z.py": []}, {"web/c.py": "web/z.py"})
    assert (delta.breaks, len(delta.old_breaks)) == ((), 1)


def test_a_renamed_directory_is_a_renamed_module_and_one_that_is_split_is_not() -> None:
    before = {"lib/a.go": ["cmd/"], "lib/b.go": [], "cmd/x.go": []}
    whole = _compare(
        before, {"pkg/a.go": ["cmd/"], "pkg/b.go": [], "cmd/x.go": []}, {"lib/a.go": "pkg/a.go", "lib/b.go": "pkg/b.go"}
    )
    assert (_pairs(whole), whole.moved) == (([], []), (("lib", "pkg"),))
    split = _compare(before, {"pkg/a.go": ["cmd/"], "lib/b.go": [], "cmd/x.go": []}, {"lib/a.go": "pkg/a.go"})
    assert (_pairs(split), split.moved) == (([("pkg", "cmd")], [("lib", "cmd")]), ())


def test_a_file_that_takes_the_name_of_one_that_is_gone_does_not_take_its_edges() -> None:
    before = {"core/a.py": ["core/b.py"], "core/b.py": ["web/c.py"], "web/c.py": []}
    after = {"core/b.py": ["web/c.py"], "web/c.py": []}
    delta = _compare(before, after, {"core/a.py": "core/b.py"})
    assert ("core/b.py", "web/c.py") in _pairs(delta)[0]
    assert [item.edge.path for item in delta.breaks] == ["core/b.py"]


def test_a_changed_file_that_hands_a_name_on_breaks_the_rule_for_lines_that_did_not_change() -> None:
    before: Files = {
        "core/a.ts": [Import("api.ts", 5, ("Page",))],
        "api.ts": [Import("lib.ts", 8, ("Page",), passed_on=True)],
        "lib.ts": [],
        "web/c.ts": [],
    }
    after: Files = {**before, "api.ts": [Import("web/c.ts", 8, ("Page",), passed_on=True)]}
    delta = _compare(before, after)
    (found,) = delta.breaks
    assert (found.edge.path, found.edge.line, found.edge.through, found.edge.through_line) == (
        "core/a.ts",
        5,
        "api.ts",
        8,
    )
    assert _pairs(delta) == ([("api.ts", "web/c.ts")], [("api.ts", "lib.ts")])


def test_what_comes_through_a_star_is_held_to_the_rules_once_the_names_are_known() -> None:
    before: Files = {
        "core/a.ts": [Import("api.ts", 5, ("Page",))],
        "api.ts": [Import("lib.ts", 8, ("*",), passed_on=True)],
        "lib.ts": [],
        "web/c.ts": [],
    }
    after: Files = {**before, "api.ts": [*before["api.ts"], Import("web/c.ts", 9, ("*",), passed_on=True)]}
    old, now = make_graph(before), make_graph(after)
    unknown = compare(old, now, moved={}, policy=FORBID, changed=["api.ts"])
    assert unknown.breaks == ()
    assert [(item.path, item.changed) for item in unknown.not_analysed] == [
        ("api.ts", True),
        ("lib.ts", False),
        ("web/c.ts", False),
    ]
    assert find_asked(now, FORBID) == ("api.ts", "lib.ts", "web/c.ts")
    assert find_asked(old, FORBID) == ()
    names: dict[str, list[str]] = {"api.ts": [], "lib.ts": [], "web/c.ts": ["Page"]}
    known = compare(old, now, moved={}, policy=FORBID, changed=["api.ts"], defined=(names.get, names.get))
    assert [(item.edge.path, item.edge.through, item.edge.through_line) for item in known.breaks] == [
        ("core/a.ts", "api.ts", 9)
    ]
    assert known.not_analysed == ()


def test_only_modules_whose_fan_changed_are_told_the_most_first() -> None:
    before = {"core/a.py": [], "core/b.py": [], "web/c.py": ["web/d.py"], "web/d.py": []}
    after = {**before, "core/a.py": ["core/b.py"], "web/c.py": ["web/d.py", "core/b.py"]}
    assert _compare(before, after).fans == (
        Fan("core/b.py", 0, 2, 0, 0),
        Fan("core/a.py", 0, 0, 0, 1),
        Fan("web/c.py", 0, 0, 1, 2),
    )


def test_imports_of_the_head_are_counted_and_those_that_nobody_resolves_apart() -> None:
    files = {"core/a.py": ["core/b.py", "ext:x", "gone.py"], "core/b.py": [], "x.rb": ["y", "z"]}
    delta = _compare(files, files)
    assert (delta.internal_imports, delta.external_imports, delta.unresolved_imports) == (1, 1, 1)
    assert (delta.unread_imports, delta.modules, delta.edges) == ((("ruby", 2),), 3, 1)


def test_a_long_chain_of_renames_is_followed_in_time() -> None:
    before = {f"core/m{number}.py": [f"core/m{number + 1}.py"] for number in range(5_000)}
    before["core/m5000.py"] = []
    after = {f"core/m{number + 1}.py": [f"core/m{number + 2}.py"] for number in range(5_000)}
    after["core/m5001.py"] = []
    moved = {f"core/m{number}.py": f"core/m{number + 1}.py" for number in range(5_001)}
    started = time.monotonic()
    delta = _compare(before, after, moved)
    assert time.monotonic() - started < 5
    assert _pairs(delta) == ([], [])
