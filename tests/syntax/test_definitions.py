"""What a file defines: names, kinds and spans, in the order of the document."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.syntax.definition_kinds import DEFINERS
from app.syntax.definitions import Definition, find_definitions, find_enclosing
from app.syntax.languages import Language
from app.syntax.parsing import Parsed, Unparsed, parse
from tests.syntax.moments import NEVER, after_looks
from tests.syntax.samples import SAMPLES

ROOT = Path(__file__).parents[2]


def define(language: Language, text: str | bytes) -> tuple[Definition, ...]:
    parsed = parse(language, text.encode() if isinstance(text, str) else text, deadline=NEVER)
    assert isinstance(parsed, Parsed)
    found = find_definitions(parsed, deadline=NEVER)
    assert not isinstance(found, Unparsed)
    return found


def tell(item: Definition) -> str:
    return f"{item.kind} {'.'.join((*item.within, item.name))} {item.first_line}-{item.last_line}"


DEFINED = {
    Language.PYTHON: (
        "class Order 4-15",
        "method Order.total 10-15",
        "function Order.total.add 12-13",
        "function send 18-20",
    ),
    Language.JAVASCRIPT: (
        "class Order 3-10",
        "method Order.add 5-5",
        "method Order.total 7-9",
        "function send 12-15",
        "function walk 17-21",
    ),
    Language.TYPESCRIPT: (
        "interface Priced 1-3",
        "method Priced.total 2-2",
        "type Orders 5-5",
        "enum State 7-7",
        "module wire 9-13",
        "function wire.post 10-12",
        "class Order 15-23",
        "method Order.constructor 16-16",
        "method Order.total 18-20",
        "method Order.close 22-22",
    ),
    Language.TSX: (
        "type Props 1-1",
        "function Panel 3-8",
        "function App 10-13",
    ),
    Language.GO: (
        "struct Order 5-7",
        "interface Priced 9-11",
        "method Total 13-19",
        "function Send 21-24",
    ),
    Language.JAVA: (
        "class Order 5-22",
        "method Order.Order 9-11",
        "method Order.total 13-19",
        "enum Order.State 21-21",
        "interface Priced 24-26",
        "method Priced.total 25-25",
        "class Line 28-28",
    ),
    Language.RUST: (
        "struct Order 3-5",
        "trait Priced 7-9",
        "method Priced.total 8-8",
        "implementation Order 11-19",
        "method Order.total 12-18",
        "module wire 21-25",
        "function wire.post 22-24",
    ),
    Language.C_SHARP: (
        "module Orders 3-28",
        "interface Orders.IPriced 5-5",
        "method Orders.IPriced.Total 5-5",
        "class Orders.Order 7-25",
        "method Orders.Order.Order 11-14",
        "property Orders.Order.Name 16-16",
        "method Orders.Order.Total 18-24",
        "function Orders.Order.Total.Checked 23-23",
        "class Orders.Line 27-27",
    ),
    Language.KOTLIN: (
        "class Priced 3-5",
        "method Priced.total 4-4",
        "class Order 7-15",
        "method Order.total 8-14",
        "function send 17-20",
    ),
    Language.RUBY: (
        "module Orders 1-21",
        "class Orders.Order 2-20",
        "method Orders.Order.initialize 5-7",
        "method Orders.Order.total 9-15",
        "method Orders.Order.empty 17-19",
    ),
    Language.PHP: (
        "interface Priced 5-8",
        "method Priced.total 7-7",
        "class Order 10-22",
        "method Order.total 14-21",
        "function send 24-28",
    ),
    Language.C: (
        "macro TWICE 3-3",
        "struct order 5-8",
        "function total 10-17",
        "function tell 19-23",
    ),
    Language.CPP: (
        "module orders 3-26",
        "class orders.Order 5-19",
        "method orders.Order.Order 7-7",
        "method orders.Order.total 9-15",
        "function orders.twice 22-24",
    ),
}


@pytest.mark.parametrize("language", Language)
def test_definitions_are_found_in_every_language(language: Language) -> None:
    assert tuple(map(tell, define(language, SAMPLES[language]))) == DEFINED[language]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        (Language.GO, "type (\n\tA int\n\tB = string\n)\n", ["type A 2-2", "type B 3-3"]),
        (Language.RUST, "impl<T> S<T> {\n  fn x() {}\n}\n", ["implementation S<T> 1-3", "method S<T>.x 2-2"]),
        (Language.RUST, "macro_rules! m { () => {} }\nunion U { a: i32 }\n", ["macro m 1-1", "struct U 2-2"]),
        (
            Language.CPP,
            "void n::A::q() {}\nA::~A() {}\nint &h() {}\n",
            ["function n::A::q 1-1", "function A::~A 2-2", "function h 3-3"],
        ),
        (Language.C, "int **f(void) { return 0; }\ntypedef struct { int x; } T;\n", ["function f 1-1", "type T 2-2"]),
        (
            Language.JAVASCRIPT,
            "exports.q = function () {}\nA.prototype.w = () => 2\n",
            ["function q 1-1", "function w 2-2"],
        ),
        (Language.JAVASCRIPT, "x = { k() {}, l: () => 1 }\n", ["method k 1-1", "function l 1-1"]),
        (Language.PYTHON, "@a\n@b\nasync def f(): ...\n", ["function f 1-3"]),
        (Language.PYTHON, "x = lambda: 1\n", []),
        (
            Language.JAVA,
            "@interface Q {}\nrecord R(int a) { R { } }\n",
            ["interface Q 1-1", "class R 2-2", "method R.R 2-2"],
        ),
        (Language.PHP, "<?php\ntrait T {}\nenum E {}\n", ["trait T 2-2", "enum E 3-3"]),
    ],
)
def test_each_language_has_its_own_forms(language: Language, text: str, told: list[str]) -> None:
    assert list(map(tell, define(language, text))) == told


def walk_real_files() -> list[Path]:
    return sorted((ROOT / "app").rglob("*.py"))


def read_by_python(text: str) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            yield node.name, first, node.end_lineno or first


def test_real_files_define_what_python_itself_says() -> None:
    for path in walk_real_files():
        text = path.read_text("utf-8")
        found = [(item.name, item.first_line, item.last_line) for item in define(Language.PYTHON, text)]
        assert sorted(found) == sorted(read_by_python(text)), path.name


def test_the_order_does_not_depend_on_the_run() -> None:
    for path in walk_real_files()[::10]:
        found = define(Language.PYTHON, path.read_bytes())
        assert found == define(Language.PYTHON, path.read_bytes())
        assert [item.start for item in found] == sorted(item.start for item in found)


@given(st.sampled_from(Language), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6), st.data())
@settings(max_examples=200, deadline=None)
def test_spans_nest_and_lie_in_the_file_however_broken(
    language: Language, swaps: list[tuple[int, int]], data: st.DataObject
) -> None:
    rows = SAMPLES[language].split("\n")
    for swap in swaps:
        one, other = (at % len(rows) for at in swap)
        rows[one], rows[other] = rows[other], rows[one]
    text = "\n".join(rows)
    found = define(language, text)
    for item in found:
        assert 0 <= item.start <= item.named_at < item.end <= len(text.encode())
        assert 1 <= item.first_line <= item.last_line <= len(rows)
    for outer, inner in pairwise(found):
        assert (outer.start, -outer.end) <= (inner.start, -inner.end)
    assert all(lie_apart(*pair) or nests(*pair) or nests(*pair[::-1]) for pair in product(found, found))
    line = data.draw(st.integers(1, len(rows)))
    around = [item for item in found if item.first_line <= line <= item.last_line]
    innermost = find_enclosing(found, line)
    assert (innermost is None) == (not around)
    assert all(
        innermost and item.last_line - item.first_line >= innermost.last_line - innermost.first_line for item in around
    )


def lie_apart(one: Definition, other: Definition) -> bool:
    return one.end <= other.start or other.end <= one.start


def nests(outer: Definition, inner: Definition) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def test_a_line_belongs_to_the_innermost_definition_around_it() -> None:
    found = define(Language.PYTHON, SAMPLES[Language.PYTHON])
    enclosing = [find_enclosing(found, line) for line in (1, 4, 8, 10, 12, 15, 16, 19, 99)]
    assert [item and item.name for item in enclosing] == [
        None,
        "Order",
        "Order",
        "total",
        "add",
        "total",
        None,
        "send",
        None,
    ]


def test_a_query_is_not_begun_after_the_deadline() -> None:
    parsed = parse(Language.PYTHON, b"def f(): ...\n", deadline=NEVER)
    assert isinstance(parsed, Parsed)
    assert find_definitions(parsed, deadline=after_looks(0)) is Unparsed.TOO_SLOW


def test_a_text_far_from_its_language_defines_nothing_and_says_so() -> None:
    parsed = parse(Language.PYTHON, b"def f(): ...\n" + b"(" * 100_000, deadline=NEVER)
    assert isinstance(parsed, Parsed)
    assert find_definitions(parsed, deadline=NEVER) is Unparsed.TOO_BROKEN


def test_every_language_says_what_its_definitions_are() -> None:
    assert set(DEFINERS) == set(Language)
