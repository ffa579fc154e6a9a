"""Definitions that moved as they were, and functions that became harder to follow."""

from __future__ import annotations

import pytest

from tests.syntax.comparing import compared, only

MOVED = "def pay(cart):\n    # in cents\n    return sum(cart) * 100\n"
STAYS = "def close(till):\n    till.lock()\n\n\ndef open_(till):\n    till.unlock()\n\n\n"


def digests(path: str, old: str, new: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    both = compared(path, old, new)
    return {(end.path, end.digest) for end in both.gone}, {(end.path, end.digest) for end in both.come}


def test_a_definition_that_stands_elsewhere_has_both_ends() -> None:
    gone, come = digests("a.py", f"{MOVED}\n\n{STAYS}", f"{STAYS}{MOVED}")
    assert [path for path, _ in gone] == ["pay"]
    assert gone == come


def test_a_moved_definition_may_be_indented_otherwise_where_that_says_nothing() -> None:
    body = "int f() {\n  return 1;\n}\n"
    gone, _ = digests("A.java", f"class A {{\n{body}}}\n", "")
    _, come = digests("B.java", "", f"class A {{\n{body.replace('  return', '        return')}}}\n")
    assert gone == come


@pytest.mark.parametrize(
    "other",
    [
        MOVED.replace("100", "10"),
        MOVED.replace("cents", "euros"),
        MOVED.replace("def pay", "async def pay"),
        MOVED.replace("    return", "    if cart:\n        return"),
        f"@cached\n{MOVED}",
    ],
)
def test_a_definition_that_changed_on_its_way_has_no_two_equal_ends(other: str) -> None:
    gone, come = digests("a.py", f"{MOVED}\n\n{STAYS}", f"{STAYS}{other}")
    assert gone
    assert gone.isdisjoint(come)


def test_a_definition_that_comes_under_a_condition_has_no_end_there() -> None:
    indented = "".join(f"    {line}\n" for line in MOVED.splitlines())
    gone, come = digests("a.py", f"{MOVED}\n\nif WINDOWS:\n    a = 1\n", f"if WINDOWS:\n    a = 1\n\n{indented}")
    assert gone
    assert not come


def test_of_two_definitions_of_one_name_neither_is_an_end() -> None:
    gone, _ = digests("a.py", f"{MOVED}\n\n{MOVED.replace('100', '10')}", "")
    assert not gone


def test_a_definition_on_the_line_of_another_one_is_no_end() -> None:
    gone, _ = digests("a.js", "function f() {\n  g()\n} h()\n", "")
    assert not gone


@pytest.mark.parametrize(
    ("path", "old", "new", "grown"),
    [
        ("a.py", "def f(a):\n    b()\n", "def f(a):\n    if a:\n        b()\n", 1),
        ("a.py", "def f(a):\n    b()\n", "def f(a):\n    for c in a:\n        if c and d and e:\n            b()\n", 4),
        ("a.py", "def f(a):\n    b()\n",
         "def f(a):\n    if a:\n        b()\n    elif c:\n        d()\n    else:\n        e()\n", 3),
        ("a.js", "function f(a) {\n  b()\n}\n",
         "function f(a) {\n  if (a) {\n    b()\n  } else if (c && d || e) {\n  }\n}\n", 4),
        ("a.go", "package a\n\nfunc f() {\n\tb()\n}\n",
         "package a\n\nfunc f() {\n\tfor {\n\t\tif a {\n\t\t\tb()\n\t\t} else if c {\n\t\t}\n\t}\n}\n", 4),
        ("A.java", "class A {\n  void f() {\n    b();\n  }\n}\n",
         "class A {\n  void f() {\n    try {\n      b();\n    } catch (E e) {\n      if (a) c();\n    }\n  }\n}\n", 3),
        ("a.rs", "fn f() {\n    b();\n}\n", "fn f() {\n    while a {\n        match b { _ => c() }\n    }\n}\n", 3),
        ("a.py", "def f(a):\n    if a:\n        b()\n", "def f(a):\n    b()\n", 0),
        ("a.py", "a = 1\n", "a = 1 if b else 2\n", 0),
    ],
)  # fmt: skip
def test_a_function_grows_by_what_breaks_its_straight_way(path: str, old: str, new: str, grown: int) -> None:
    hunk = only(path, old, new)
    assert hunk.grown == grown
    assert hunk.grown_in == ("f" if grown else "")


def test_a_function_grows_where_its_new_branches_are() -> None:
    far = "    a()\n" * 9
    old = f"def f(b):\n{far}    c()\n"
    new = f"def f(b, d):\n{far}    if d:\n        c()\n"
    assert [hunk.grown for hunk in compared("a.py", old, new).hunks] == [0, 1]
