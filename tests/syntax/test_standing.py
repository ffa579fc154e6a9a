"""Which definitions count as what they were, in two versions of a file: the whole of one or nothing."""

from __future__ import annotations

import pytest

from app.core.change.memory.since import Extent
from app.syntax.parsing import Deadline
from app.syntax.standing import find_standing

PLENTY = Deadline(1.0, lambda: 0.0)
SHOP = """\
import os

LIMIT = 5


# What is to be paid.
@cached
def total(cart):
    return sum(cart)


def close(till):
    till.lock()


class Shelf:
    def count(self):
        return len(self.items)
"""
TOTAL, CLOSE, SHELF = Extent(6, 9), Extent(12, 13), Extent(16, 18)


def standing(old: str, new: str, path: str = "shop.py") -> tuple[Extent, ...]:
    return find_standing(path, old.encode(), new.encode(), PLENTY)


def test_all_but_the_definition_that_differs_stand() -> None:
    assert standing(SHOP, SHOP) == (TOTAL, CLOSE, SHELF)
    assert standing(SHOP, SHOP.replace("till.lock()", "pass")) == (TOTAL, SHELF)
    assert standing(SHOP, SHOP.replace("self.items", "self.rows")) == (TOTAL, CLOSE)


def test_they_stand_where_the_new_version_has_them() -> None:
    longer = SHOP.replace("    return sum(cart)\n", "    rows = list(cart)\n    return sum(rows)\n")

    assert standing(SHOP, longer) == (Extent(13, 14), Extent(17, 19))


def test_a_statement_that_changes_sides_with_a_definition_leaves_none() -> None:
    guarded = SHOP.replace("\n\nclass Shelf", "\n\nclose = guard(close)\n\n\nclass Shelf")
    bare = SHOP.replace("\n\ndef close", "\n\nclose = guard(close)\n\n\ndef close")
    assert standing(guarded, guarded) != ()
    assert standing(guarded, bare) == ()


def test_a_comment_at_the_top_of_a_file_belongs_to_no_definition() -> None:
    plain = "def close(till):\n    till.lock()\n\n\ndef total(cart):\n    return sum(cart)\n"
    assert len(standing(plain, plain)) == 2
    assert standing(plain, f"# coding: utf-7\n{plain}") == ()
    assert standing(f"# coding: utf-8\n{plain}", f"# coding: utf-7\n{plain}") == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("import os", "import sys as os", id="an import"),
        pytest.param("LIMIT = 5", "LIMIT = 0", id="a constant"),
        pytest.param("\n\ndef close", "\n\nif LIMIT:\n    total = None\n\n\ndef close", id="a statement between"),
        pytest.param("    till.lock()\n", "    till.lock(\n", id="an open bracket"),
        pytest.param("    till.lock()\n", '    till.lock()\n    """\n', id="an open literal"),
    ],
)
def test_nothing_stands_where_anything_but_definitions_differs_or_is_broken(old: str, new: str) -> None:
    assert standing(SHOP, SHOP.replace(old, new)) == ()


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(SHOP.replace("@cached\n", ""), id="without its decorator"),
        pytest.param(SHOP.replace("# What is to be paid.", "# nosec"), id="below another comment"),
        pytest.param(SHOP.replace("def total", "async def total"), id="of another kind"),
        pytest.param(f"{SHOP}\n\n# What is to be paid.\n@cached\ndef total(cart):\n    return sum(cart)\n", id="twice"),
    ],
)
def test_a_definition_stands_only_with_all_that_belongs_to_it(new: str) -> None:
    assert TOTAL not in standing(SHOP, new)
    assert CLOSE not in standing(SHOP, new) or len(standing(SHOP, new)) == 2


def test_what_was_put_inside_something_else_does_not_stand() -> None:
    moved = SHOP.replace(
        "\n\ndef close(till):\n    till.lock()\n", "\n\ndef outer():\n    def close(till):\n        till.lock()\n"
    )

    assert standing(SHOP, moved) == (TOTAL, Extent(17, 19))


@pytest.mark.parametrize(
    ("path", "old", "kept"),
    [
        ("a.ts", "export function f() {\n  return 1;\n}\nfunction g() {\n  return 7;\n}\n", Extent(1, 3)),
        (
            "a.go",
            "package a\n\n// f does.\nfunc f() int {\n\treturn 1\n}\n\nfunc g() int {\n\treturn 7\n}\n",
            Extent(3, 6),
        ),
        ("a.rs", "#[cfg(test)]\nfn f() -> i32 {\n    1\n}\nfn g() -> i32 {\n    7\n}\n", Extent(1, 4)),
    ],
)
def test_other_languages_have_definitions_too(path: str, old: str, kept: Extent) -> None:
    assert standing(old, old.replace("7", "8"), path) == (kept,)


@pytest.mark.parametrize("path", ["notes.md", "data.bin", "Makefile"])
def test_without_a_grammar_nothing_stands(path: str) -> None:
    assert standing(SHOP, SHOP, path) == ()


def test_what_took_too_long_to_parse_does_not_stand() -> None:
    assert find_standing("shop.py", SHOP.encode(), SHOP.encode(), Deadline(0.0, lambda: 1.0)) == ()
