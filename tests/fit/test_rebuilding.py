"""What is kept of an earlier graph never shows: the same tree gives the same graph, whatever came before it."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.graph import Graph, build_graph, rebuild
from app.architecture.resolution import Ground
from app.core.fit.source_facts import SPELLED, FileFacts, Import

Written = tuple[str, tuple[str, ...], tuple[tuple[str, bool, bool], ...]]

PACKAGES = ("com.acme", "com.acme.a", "com.acme.a.deep", "com.acme.b", "org.other")
ROOTS = ("src/main/java", "part/src/main/java", "part/src/test/java", "odd")
NAMES = ("One", "Two", "Three")
PLACES = [
    f"{root}/{package.replace('.', '/')}/{name}{ending}"
    for root in ROOTS
    for package in PACKAGES
    for name in NAMES
    for ending in (".java", ".kt")
]
TARGETS = [*PACKAGES, *(f"{package}.{name}" for package in PACKAGES for name in (*NAMES, "Gone", "One.Inner"))]

imports = st.tuples(st.sampled_from(TARGETS), st.booleans(), st.booleans())
written = st.tuples(
    st.sampled_from(("java", "kotlin")),
    st.one_of(st.just(()), st.tuples(st.sampled_from(PACKAGES))),
    st.lists(imports, max_size=4).map(tuple),
)
trees = st.dictionaries(st.sampled_from(PLACES), written, max_size=12)


def _make(one: Written) -> FileFacts:
    language, packages, targets = one
    made = (
        Import(target, line, ("*",) if star else (), SPELLED if spelled and not star else 0)
        for line, (target, star, spelled) in enumerate(targets, 1)
    )
    return FileFacts(language, packages, tuple(made))


def _ground(facts: Mapping[str, FileFacts]) -> Ground:
    packages = {path: one.packages for path, one in facts.items() if one.packages}
    return Ground(paths=frozenset(facts), texts={}, packages=packages)


def _build(facts: Mapping[str, FileFacts]) -> Graph:
    return build_graph(facts, _ground(facts))


@given(trees, trees, st.sets(st.sampled_from(PLACES)))
def test_a_graph_that_is_made_from_another_is_the_one_that_is_made_from_nothing(
    old: dict[str, Written], changes: dict[str, Written], removed: set[str]
) -> None:
    before = {path: _make(one) for path, one in old.items()}
    after = {path: one for path, one in before.items() if path not in removed}
    after |= {path: _make(one) for path, one in changes.items()}
    changed = [path for path in {**before, **after} if before.get(path) is not after.get(path)]

    assert rebuild(_build(before), after, _ground(after), changed) == _build(after)


def test_files_that_no_changed_class_concerns_keep_what_is_known_of_them() -> None:
    before = {
        f"src/main/java/com/acme/{name}/{name.title()}.java": FileFacts("java", (f"com.acme.{name}",), (of,))
        for name, of in {
            "a": Import("com.acme.b.B", 2),
            "b": Import("com.acme.c.C", 2),
            "c": Import("x.Y", 2),
            "d": Import("com.acme.c", 2, ("*",)),
            "e": Import("com.acme.c.New.Inner", 2),
        }.items()
    }
    new = "src/main/java/com/acme/c/New.java"
    after = {**before, new: FileFacts("java", ("com.acme.c",), (Import("com.acme.a.A", 2),))}
    graph = _build(before)
    made = rebuild(graph, after, _ground(after), [new])

    shared = [path for path in before if made.resolutions[path] is graph.resolutions[path]]
    assert shared == [f"src/main/java/com/acme/{name}/{name.title()}.java" for name in "abc"]
    assert made == _build(after)
