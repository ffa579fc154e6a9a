"""A call that loads a module is found in whatever company it stands, or the file says that something may be missing."""

from __future__ import annotations

import pytest

from app.syntax.languages import Language
from tests.syntax.extracting import facts_of, imports_of

PYTHON, JAVASCRIPT, TYPESCRIPT, TSX = Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX
RUST = Language.RUST

FOUND_IN_SCRIPTS = [
    ("import(/* webpackChunkName: 'x' */ './x')", ["./x:1 lazy"]),
    ("require(/* x */ './x')", ["./x:1"]),
    ("require(\n// x\n'./x', 1)", ["./x:3"]),
    ("require(('./x'))", ["./x:1"]),
    ("require`./x`", ["./x:1"]),
    ("new require('./x')", ["./x:1"]),
    ("(require)('./x')", ["./x:1"]),
    ("(0, require)('./x')", ["./x:1"]),
    ("require?.('./x')", ["./x:1"]),
    ("module.require('./x')", ["./x:1"]),
    ("globalThis.require('./x')", ["./x:1"]),
    ("const r = require;\nr('./x')", ["./x:2"]),
    ("const r = createRequire(import.meta.url)\nr('./x')", ["./x:2"]),
    ("createRequire(import.meta.url)('./x')", ["./x:1"]),
    ("require.resolve('./x')", ["./x:1 lazy"]),
    ("import.meta.resolve('./x.js')", ["./x.js:1 lazy"]),
    ("new Worker(new URL('./x.js', import.meta.url))", ["./x.js:1 lazy"]),
    ("if (require.main === module) {}", []),
    ("typeof require === 'function'", []),
    ("class A { require(a) { return this.require(a) } }", []),
    ("define(function (require) { require('./x') })", ["./x:1 lazy"]),
    ("// require(a)\n'require(b)'; `require(c)`", []),
    ("new URL('./x.png', import.meta.url); new URL(a)", []),
    ("'<!-- -->'; `<!--`; /<!--/; // <!--\nwhile (n --> 0) {}", []),
]


@pytest.mark.parametrize("language", [JAVASCRIPT, TYPESCRIPT])
@pytest.mark.parametrize(("text", "imports"), FOUND_IN_SCRIPTS)
def test_each_call_of_a_script_that_loads_a_module_is_found(language: Language, text: str, imports: list[str]) -> None:
    facts = facts_of(language, text)
    assert (imports_of(language, text), facts.partial) == (imports, False)


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("(require as any)('./x')", ["./x:1"]),
        ("require!('./x')", ["./x:1"]),
        ("require<X>('./x')", ["./x:1"]),
        ("export import x = require('./x')", ["./x:1 (*)"]),
        ("export import x = A.B", []),
        ("export type * from './x'", ["./x:1 (*) types passed on"]),
        ("export type * as n from './x'", ["./x:1 (*) types passed on as (n)"]),
    ],
)
def test_each_call_and_export_of_typescript_alone_is_found(text: str, imports: list[str]) -> None:
    facts = facts_of(TYPESCRIPT, text)
    assert (imports_of(TYPESCRIPT, text), facts.partial) == (imports, False)


def test_what_a_class_extends_with_a_type_of_a_module_is_for_types() -> None:
    facts = facts_of(TYPESCRIPT, "class A extends B<import('./x').C> {}")
    assert ([item.when for item in facts.imports], facts.partial) == (["types"], True)


@pytest.mark.parametrize(
    "text",
    [
        "require('./' + 'x')",
        "require(x)",
        "import(`./${x}`)",
        "require(['./x'], f)",
        "require(...['./x'])",
        "require.call(null, './x')",
        "require['call'](null, './x')",
        "f(require)",
        "[require][0]('./x')",
        "({ require })",
        "({ a: require })",
        "x = y || require",
        "this.x = require",
        "requ\\u0069re('./x')",
        "requ\\u{69}re('./x')",
        "f(createRequire(import.meta.url))",
        "import.meta.glob('./x/*.js')",
        "a <!-- /*\nrequire('./x') // */\nb",
        "x\n--> 0, require('./x')",
        "/a/ /*\n*/require('./x')",
        "const a = require, b = require, c = require, d = require, e = require, f = require, g = 1;\nf('./x')",
        "export type x * from './x'",
    ],
)
def test_a_script_that_loads_what_nobody_can_tell_says_so(text: str) -> None:
    assert facts_of(TYPESCRIPT if text.startswith("export") else JAVASCRIPT, text).partial


@pytest.mark.parametrize("text", ["a = <div>&lt;!-- x</div>", "a = <div title={'<!--'}>{/* x */}</div>"])
def test_html_in_html_is_no_comment_of_a_script(text: str) -> None:
    assert not facts_of(TSX, text).partial


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("importlib.import_module(name='a.b')", ["a.b:1 lazy"]),
        ("import_module(  # x\n    'a' '.b')", ["a.b:2 lazy"]),
        (
            "from importlib import import_module as load\nload('a')",
            ["importlib:1 (import_module) passed on as (load)", "a:2 lazy"],
        ),
        ("(__import__)('a')", ["a:1 lazy"]),
        ("f'{__import__(\"a\")}'", ["a:1 lazy"]),
        ("__import__('a', globals(), locals(), [], 2)", ["..a:1 lazy"]),
        ("importlib.import_module('..a', 'b.c.d')", ["b.c.a:1 lazy"]),
        ("pkgutil.resolve_name('a.b:c')", ["a.b:1 lazy"]),
        ("runpy.run_module(mod_name='a')", ["a:1 lazy"]),
        ("'import_module(x)'  # __import__(y)", []),
        ("if f is __import__: self.import_module(x)", []),
        ("def import_module(name): ...", []),
    ],
)
def test_each_call_of_python_that_loads_a_module_is_found(text: str, imports: list[str]) -> None:
    facts = facts_of(PYTHON, text)
    assert (imports_of(PYTHON, text), facts.partial) == (imports, False)


@pytest.mark.parametrize(
    "text",
    [
        "import_module(name)",
        "importlib.import_module('a' + '.b')",
        "import importlib as i\ni.import_module(name)",
        "importlib.import_module('.a', package)",
        "load = __import__\nload('a')",
        "map(__import__, names)",
        "def f(load=__import__): load('a')",
        "importlib.ｉmport_module('a')",
    ],
)
def test_python_that_loads_what_nobody_can_tell_says_so(text: str) -> None:
    assert facts_of(PYTHON, text).partial


BRANCH = "{}\nif {}:\n    import a\n"


@pytest.mark.parametrize(
    ("above", "condition", "when"),
    [
        ("from typing import TYPE_CHECKING", "TYPE_CHECKING", "types"),
        ("import typing as ty", "ty.TYPE_CHECKING", "types"),
        ("TYPE_CHECKING = False", "TYPE_CHECKING", "types"),
        ("TYPE_CHECKING: bool = (0)", "TYPE_CHECKING", "types"),
        ("TYPE_CHECKING: bool = (1)", "TYPE_CHECKING", "loading"),
        ("TYPE_CHECKING = True", "TYPE_CHECKING", "loading"),
        ("typing.TYPE_CHECKING = True", "typing.TYPE_CHECKING", "loading"),
        ("from here import TYPE_CHECKING", "TYPE_CHECKING", "loading"),
        ("from here import (\n    b,\n    TYPE_CHECKING,\n)", "TYPE_CHECKING", "loading"),
        ("from here import yes as TYPE_CHECKING", "TYPE_CHECKING", "loading"),
        ("import here", "here.TYPE_CHECKING", "loading"),
        ("import here", "TYPE_CHECKING or 1", "loading"),
    ],
)
def test_nobody_makes_an_import_one_for_types_by_a_constant_of_that_name(above: str, condition: str, when: str) -> None:
    assert facts_of(PYTHON, BRANCH.format(above, condition)).imports[-1].when == when


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("macro_rules! m { () => { use crate::a::B; } }", ["crate::a:1 (B)"]),
        (
            "m! {\n    use crate::{a::B, c::*};\n    pub(crate) mod d;\n}",
            ["crate::a:2 (B)", "crate::c:2 (*)", "self::d:3"],
        ),
        (
            'm!("crate::a", \'"\', crate::b::c, r"\\", /* crate::d::e */ super::f::g)',
            ["crate::b:1 (c)", "super::f:1 (g)"],
        ),
        ("macro_rules! m { () => { $crate::a::b() } }", ["crate::a:1 (b)"]),
        ("m! { extern crate a; }", ["::a:1"]),
        ("mod a { m!(super::b::c); }", ["self::b:1 (c)"]),
        ("m! { pub(in crate::a) struct B; pub(super) struct C; }", []),
        ("fn f() { other::a::b(); u8::max(); Vec::new(); std::mem::take(x); }", ["other::a:1 (b)"]),
        ("use crate as k;\nfn f() { k::a::b(); }", ["crate:1", "crate::a:2 (b)"]),
        ('#[cfg_attr(unix, path = "a.rs")]\nmod b;', ["self::b:2 (path:a.rs)", "self::b:2"]),
        ('#[path = r"a.rs"]\nmod b;', ["self::b:2 (path:a.rs)"]),
        ('#[path = "\\x61.rs"]\nmod b;', ["self::b:2 (path:a.rs)"]),
        ('include! { r#"a.rs"# }', ["self:1 (path:a.rs)"]),
    ],
)
def test_rust_within_macros_and_attributes_is_found(text: str, imports: list[str]) -> None:
    facts = facts_of(RUST, text)
    assert (imports_of(RUST, text), facts.partial) == (imports, False)


@pytest.mark.parametrize(
    "text",
    [
        "m!(use $a::b;)",
        "m!(crate)",
        "m!($crate::a::$b)",
        "m! { mod $a; }",
        "m! { mod a { mod b; } }",
        'm! { #[path = "a.rs"] mod b; }',
        '#[path = "a"] mod b { mod c; }',
        'include!(concat!("a", ".rs"));',
        "fn f() { use crate as k; k::a::b(); }",
        "m! {" + "use a::b;" * 600 + "}",
    ],
)
def test_rust_that_takes_in_what_nobody_can_tell_says_so(text: str) -> None:
    assert facts_of(RUST, text).partial
