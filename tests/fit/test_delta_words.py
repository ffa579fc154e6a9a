"""What people read of a delta: what others may miss comes first, what is no news is counted."""

from __future__ import annotations

from dataclasses import replace

from app.core.fit.delta import ApiChange, ApiChangeKind, Delta, Edge, NewDependency
from app.core.fit.shape import Shape
from app.core.report.architecture import say_facts, tell_architecture
from tests.build import a_report


def _told(delta: Delta) -> str:
    report = replace(a_report(), shape=Shape(delta=delta))
    return tell_architecture(report).lengths[0].text


def _edge(path: str) -> Edge:
    return Edge(path, "shop/cart.py", path, 3)


def test_edges_of_tests_are_counted_and_those_of_code_named() -> None:
    edges = [_edge("shop/web.py"), *(_edge(f"tests/test_{number}.py") for number in range(4))]
    told = _told(Delta(new_edges=tuple(edges), modules=9, edges=20))
    assert "`shop/web.py:3` → `shop/cart.py`" in told
    assert "…and 4 of tests" in told
    assert "tests/test_1.py" not in told


def test_new_public_names_stand_in_one_line_behind_what_is_gone() -> None:
    new = [ApiChange(ApiChangeKind.ADDED, "shop/a.py", at, f"new_{at}", after="def") for at in range(1, 12)]
    gone = ApiChange(ApiChangeKind.REMOVED, "shop/z.py", 7, "total", before="def total()", users=2)
    moved = ApiChange(ApiChangeKind.REMOVED, "shop/z.py", 9, "pay", before="def pay()", moved_to="shop/pay.py", users=1)
    lines = _told(Delta(api=(*new, moved, gone))).splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    assert listed[:2] == [
        "- `total` removed at `shop/z.py:7`, in a file that 2 modules use",
        "- `pay` removed at `shop/z.py:9`, now in `shop/pay.py`, in a file that 1 module uses",
    ]
    assert listed[2].startswith("- 11 new: `new_1`, `new_2`, ")
    assert listed[2].endswith(" and 3 more")


def test_packages_that_come_with_others_stand_in_one_line() -> None:
    asked = NewDependency("flask", "pypi", "pyproject.toml", 8, ">=3")
    others = [NewDependency(name, "pypi", "uv.lock", 1, indirect=True) for name in ("jinja2", "click")]
    told = _told(Delta(dependencies=(asked, *others)))
    assert "- `flask` `>=3` (pypi) at `pyproject.toml:8`" in told
    assert "- 2 that others need: `jinja2`, `click`" in told


def test_what_does_not_change_is_not_counted() -> None:
    assert say_facts(Delta(modules=9, edges=20)) == "9 modules, 20 edges; no edge changes; no rules declared."
    changed = Delta(modules=9, edges=20, removed_edges=(_edge("shop/a.py"),), rules=2)
    assert say_facts(changed) == "9 modules, 20 edges; 1 edge gone; 2 rules checked, 0 newly broken."
