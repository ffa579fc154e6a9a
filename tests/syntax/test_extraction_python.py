"""What a Python file imports, defines and calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.syntax.languages import Language
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

ROOT = Path(__file__).parents[2]
PYTHON = Language.PYTHON


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import a", ["a:1"]),
        ("import a.b as c, d", ["a.b:1", "d:1"]),
        ("import a, \\\n  b . c", ["a:1", "b.c:2"]),
        ("from a.b import c", ["a.b:1 (c) passed on"]),
        ("from a import b as c, d", ["a:1 (b d) passed on as (c d)"]),
        ("from a import b as b", ["a:1 (b) passed on"]),
        ("from a import *", ["a:1 (*) passed on"]),
        ("from . import x", [".:1 (x) passed on"]),
        ("from ... p . q import x", ["...p.q:1 (x) passed on"]),
        ("from __future__ import annotations", []),
        ("def f():\n    import a", ["a:2 lazy"]),
        ("async def f():\n    from . import a", [".:2 (a) lazy"]),
        ("class A:\n    from a import b", ["a:2 (b)"]),
        ("try:\n    import a\nexcept ImportError:\n    import b", ["a:2", "b:4"]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", ["a:2 types", "b:4"]),
        ("if typing.TYPE_CHECKING:\n    from a import b", ["a:2 (b) types passed on"]),
        ("if x:\n    import a\nelif t.TYPE_CHECKING:\n    import b", ["a:2", "b:4 types"]),
        ("if not TYPE_CHECKING:\n    import a", ["a:2"]),
        ("if TYPE_CHECKING or x:\n    import a", ["a:2"]),
        ("def f():\n    if TYPE_CHECKING:\n        import a", ["a:3 types"]),
        ("if TYPE_CHECKING:\n    if x:\n        import a", ["a:3 types"]),
        ("importlib.import_module('a.b')", ["a.b:1 lazy"]),
        ("import_module(\n  '.b', package=__package__)", [".b:2 lazy"]),
        ("import_module('..b', __name__)", ["..b:1 lazy"]),
        ("import_module('.b', 'some.package')", ["some.package.b:1 lazy"]),
        ("import_module('..b', package='some.package')", ["some.b:1 lazy"]),
        ("import_module('.b', package)", []),
        ("import_module(  # why\n  name='a' '.b',\n)", ["a.b:2 lazy"]),
        ("import_module('\\x61.\\u0062')", ["a.b:1 lazy"]),
        (
            "from importlib import import_module as load\nload('a')",
            ["importlib:1 (import_module) passed on as (load)", "a:2 lazy"],
        ),
        ("__import__('a', globals(), locals(), ['b'], 2)", ["..a:1 lazy"]),
        ("import \U0001d41a.b", ["a.b:1"]),
        ("# coding: latin-1\nimport a", ["a:2"]),
        ("# words\rimport a\nimport b", ["a:1", "b:2"]),
        ("import_module(f'a.{b}')", []),
        ("import_module(b'a')", []),
        ("import_module('a' + b)", []),
        ("__import__('a')", ["a:1 lazy"]),
        ("text = 'import a'  # import b", []),
        ("'''\nimport a\n'''", []),
    ],
)
def test_each_way_to_import_is_read(text: str, imports: list[str]) -> None:
    assert imports_of(PYTHON, text) == imports


def test_each_name_of_a_long_statement_has_its_own_line() -> None:
    (item,) = facts_of(PYTHON, "from a import (\n    # words\n    b,\n\n    c as d,\n)\n").imports
    assert (item.line, item.line_of("b"), item.line_of("c")) == (1, 3, 5)


def _read_with_ast(text: str) -> Iterator[tuple[int, str, tuple[str, ...], bool]]:
    tree = ast.parse(text)
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = tuple(alias.name for alias in node.names)
            yield node.lineno, "." * node.level + (node.module or ""), names, id(node) in inside
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, (), id(node) in inside) for alias in node.names)


@pytest.mark.parametrize("folder", ["app", "tests"])
def test_python_itself_finds_the_same_imports_in_all_of_lintel(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text()
        facts = facts_of(PYTHON, text)
        expected = sorted(_read_with_ast(text))
        ours = [
            (item.line, "." * item.level + item.target, item.names)
            for item in facts.imports
            if item.names or f'import_module("{item.target}")' not in text
        ]
        assert sorted(ours) == [row[:3] for row in expected], path
        lazy = {row[0] for row in expected if row[3]}
        assert all((item.line in lazy) == (item.when == "lazy") for item in facts.imports if item.names), path
        assert not facts.partial or "import_module(" in text or "__import__" in text, path


SHOP = """\
__all__ = ["Cart", "total"]

@dataclass(frozen=True)
class Cart(Base, metaclass=Meta):
    def __init__(self, lines: list[int] = [], *, tax=0.2): ...
    @property
    def size(self) -> int: return 1
    @size.setter
    def size(self, value): pass
    @staticmethod
    async def load(path,  # where
                   deep=(1, 2),
                   ) -> "Cart":
        def inner(): pass
    def _hide(self): pass
    class Line: pass
    class _Part:
        def shown(self): pass

def total(cart: Cart, /, *rest, **options) -> int: ...
def helper(): ...
"""


def test_a_definition_is_public_by_its_name_and_by_the_list_of_its_module() -> None:
    assert symbols_of(PYTHON, SHOP) == [
        "Cart: class Cart(Base, metaclass=Meta)",
        "Cart.__init__: def __init__(self, lines: list[int] = [], *, tax=0.2)",
        "Cart.size: @property def size(self) -> int",
        "Cart.size: @size.setter def size(self, value)",
        'Cart.load: @staticmethod async def load(path, deep=(1, 2)) -> "Cart"',
        "- Cart.load.inner: def inner()",
        "- Cart._hide: def _hide(self)",
        "Cart.Line: class Line",
        "- Cart._Part: class _Part",
        "- Cart._Part.shown: def shown(self)",
        "total: def total(cart: Cart, /, *rest, **options) -> int",
        "- helper: def helper()",
    ]


@pytest.mark.parametrize(
    ("all_", "public"),
    [
        ("", ["a"]),
        ("__all__ = ['_b']", ["_b"]),
        ("__all__ = ('a',)\n__all__ += ['_b']", ["a", "_b"]),
        ("__all__: list[str] = []", []),
        ("__all__ = ['_b', *other.__all__]", ["a"]),
        ("__all__ = ['_b']\n__all__ += other.__all__", ["a"]),
        ("__all__ = ['_b']\n__all__.append(name)", ["a"]),
        ("__all__ = [f'{x}']", ["a"]),
    ],
)
def test_a_list_of_exports_counts_if_it_is_written_out(all_: str, public: list[str]) -> None:
    outline = outline_of(PYTHON, f"{all_}\ndef a(): pass\ndef _b(): pass\n")
    assert [symbol.name for symbol in outline.symbols if symbol.public] == public


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a, b): pass", "def f(a): pass"),
        ("def f(a=1): pass", "def f(a=2): pass"),
        ("def f(a: int): pass", "def f(a: str): pass"),
        ("def f() -> int: pass", "def f() -> str: pass"),
        ("def f(a, *, b): pass", "def f(a, b): pass"),
        ("def f(a='x y'): pass", "def f(a='x  y'): pass"),
        ("async def f(): pass", "def f(): pass"),
        ("class A(B): pass", "class A(C): pass"),
        ("@property\ndef f(a): pass", "def f(a): pass"),
    ],
)
def test_a_change_that_callers_see_shows_in_the_signature(one: str, other: str) -> None:
    assert symbols_of(PYTHON, one) != symbols_of(PYTHON, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a, b): return 1", "def f(\n    a,\n    b,\n):\n    return 2"),
        ("def f(a, b): pass", "def f(a,  # why\n  b): pass"),
        ("def f(a: dict[str, int]): pass", "def f(\n  a: dict[\n    str, int\n  ]): pass"),
        ("@lru_cache\ndef f(): pass", "@lru_cache(maxsize=3)\ndef f(): pass"),
    ],
)
def test_a_change_of_form_does_not_show_in_the_signature(one: str, other: str) -> None:
    assert symbols_of(PYTHON, one) == symbols_of(PYTHON, other)


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    calls = outline_of(PYTHON, "a()\nb.c(\n  d.e.f())\ng\n(lambda: 1)()\nh[0]()\n").calls
    assert [tuple(call) for call in calls] == [("a", 1), ("c", 2), ("f", 3)]
