"""What a file of JavaScript or TypeScript imports, exports, defines and calls."""

from __future__ import annotations

import pytest

from app.syntax.languages import Language
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

TYPESCRIPT, JAVASCRIPT, TSX = Language.TYPESCRIPT, Language.JAVASCRIPT, Language.TSX
BOTH = [
    ("import './a'", ["./a:1"]),
    ("import d from './a'", ["./a:1 (default)"]),
    ("import d, {a, b as c} from './a'", ["./a:1 (default a b)"]),
    ("import * as n from '@s/n/sub'", ["@s/n/sub:1 (*)"]),
    ("import {'a b' as c} from './a'", ["./a:1 (a b)"]),
    ("import data from './a.json' with {type: 'json'}", ["./a.json:1 (default)"]),
    ("export {a, b as c} from './a'", ["./a:1 (a b) passed on as (a c)"]),
    ("export {a} from './a'", ["./a:1 (a) passed on"]),
    ("export {default as a} from './a'", ["./a:1 (default) passed on as (a)"]),
    ("export * from './a'", ["./a:1 (*) passed on"]),
    ("export * as n from './a'", ["./a:1 (*) passed on as (n)"]),
    ("import {a} from './a'\nexport {a}", ["./a:1 (a) passed on"]),
    ("import {a, b} from './a'\nexport {a as c}", ["./a:1 (a) passed on as (c)", "./a:1 (b)"]),
    ("import d from './a'\nexport default d", ["./a:1 (default) passed on"]),
    ("import * as n from './a'\nexport {n}", ["./a:1 (*) passed on as (n)"]),
    ("const a = require('./a')", ["./a:1"]),
    ("const {a, b: c, d = 1, ...e} = require('./a')", ["./a:1 (a b)"]),
    ("require('./a').b()", ["./a:1 (b)"]),
    ("const c = require('./a').b", ["./a:1 (b)"]),
    ("exports.c = require('./a').b", ["./a:1 (b) passed on as (c)"]),
    ("const c = require('./a').b\nmodule.exports = { c }", ["./a:1 (b) passed on as (c)"]),
    ("if (x) { require('./a') }", ["./a:1"]),
    ("module.exports = require('./a')", ["./a:1 (*) passed on"]),
    ("exports.b = require('./a')", ["./a:1 (*) passed on as (b)"]),
    ("const a = require('./a')\nmodule.exports = { b: a }", ["./a:1 (*) passed on as (b)"]),
    ("function f() { return require('./a') }", ["./a:1 lazy"]),
    ("const f = () => require('./a')", ["./a:1 lazy"]),
    ("class A { m() { require('./a') } }", ["./a:1 lazy"]),
    ("class A { static { require('./a') } }", ["./a:1"]),
    ("await import('./a')", ["./a:1 lazy"]),
    ("const f = () => import(\n  './a')", ["./a:2 lazy"]),
    ("import(`./a`)", ["./a:1 lazy"]),
    ("import(`./${a}`)", []),
    ("require(a); require('./' + a); other.require('./a')", []),
    ("const t = 'import x from \"./a\"' // import './b'", []),
]
TYPES = [
    ("import type d from './a'", ["./a:1 (default) types"]),
    ("import type {a} from './a'", ["./a:1 (a) types"]),
    ("import {a, type T} from './a'", ["./a:1 (a)", "./a:1 (T) types"]),
    ("import {type T} from './a'", ["./a:1 (T) types"]),
    ("export type {T} from './a'", ["./a:1 (T) types passed on"]),
    ("export {a, type T} from './a'", ["./a:1 (a) passed on", "./a:1 (T) types passed on"]),
    ("export type * from './a'", ["./a:1 (*) types passed on"]),
    ("import type {T} from './a'\nexport type {T}", ["./a:1 (T) types passed on"]),
    ("import f = require('./a')", ["./a:1 (*)"]),
    ("import b = A.B", []),
    ("let a: import('./a').T", ["./a:1 types"]),
    ("let a: string | import('./a').T", ["./a:1 types"]),
    ("let a: typeof import('./a')", ["./a:1 types"]),
    ("type A = { b: import('./a').T[] }", ["./a:1 types"]),
    ("let a = b as import('./a').T", ["./a:1 types"]),
    ("let a = import('./a') as B", ["./a:1 lazy"]),
    ("/// <reference path='./a' />", []),
]


@pytest.mark.parametrize("language", [JAVASCRIPT, TYPESCRIPT, TSX])
@pytest.mark.parametrize(("text", "imports"), BOTH)
def test_each_way_to_import_is_read(language: Language, text: str, imports: list[str]) -> None:
    assert imports_of(language, text) == imports


@pytest.mark.parametrize("language", [TYPESCRIPT, TSX])
@pytest.mark.parametrize(("text", "imports"), TYPES)
def test_what_is_for_types_alone_is_told_from_the_rest(language: Language, text: str, imports: list[str]) -> None:
    assert imports_of(language, text) == imports


def test_each_name_of_a_long_statement_has_its_own_line() -> None:
    (item,) = facts_of(TYPESCRIPT, "import {\n  a, // words\n\n  b as c,\n} from './a'\n").imports
    assert (item.line, item.line_of("a"), item.line_of("b")) == (1, 2, 4)


SHOP = """\
export class Cart<T> extends Base<T> implements Priced {
  constructor(private readonly lines: Line[] = []) { super() }
  static async load(path: string, // where
    deep?: boolean,
  ): Promise<Cart> { return inner() }
  private hide() {}
  #own() {}
  protected forHeirs(): void {}
  add = (line: Line): void => { this.lines.push(line) }
}
class Hidden { shown() {} }
export interface Priced extends Named { total(tax: number): number }
export type Id = string | number
export enum State { Open }
export const sum = (a: number, b = 2): number => a + b, twice = function (a) { return 2 * a }
export default function main(): void { function inner() {} }
function listed({ a, b }: Props) {}
export { listed as other }
export namespace N { export function shown() {} function hidden() {} }
export declare function declared(a: string): void
function helper() {}
"""


def test_a_definition_is_public_if_it_is_exported_and_not_private() -> None:
    assert symbols_of(TYPESCRIPT, SHOP) == [
        "Cart: class Cart<T> extends Base<T> implements Priced",
        "Cart.constructor: constructor(private readonly lines: Line[] = [])",
        "Cart.load: static async load(path: string, deep?: boolean): Promise<Cart>",
        "- Cart.hide: private hide()",
        "- Cart.#own: #own()",
        "Cart.forHeirs: protected forHeirs(): void",
        "Cart.add: add = (line: Line): void",
        "- Hidden: class Hidden",
        "- Hidden.shown: shown()",
        "Priced: interface Priced extends Named",
        "Priced.total: total(tax: number): number",
        "Id: type Id = string | number",
        "State: enum State",
        "sum: sum = (a: number, b = 2): number",
        "twice: twice = function (a)",
        "main: function main(): void",
        "- main.inner: function inner()",
        "listed: function listed({a, b}: Props)",
        "N: namespace N",
        "N.shown: function shown()",
        "- N.hidden: function hidden()",
        "declared: function declared(a: string): void",
        "- helper: function helper()",
    ]


def test_commonjs_exports_by_assignment() -> None:
    text = """\
exports.a = function (x) {}
module.exports.b = (y) => y
module.exports = { c, d() {}, e: (z) => z, f: g }
function c() {}
function g(q) {}
const other = { h() {} }
"""
    assert symbols_of(JAVASCRIPT, text) == [
        "a: exports.a = function (x)",
        "b: module.exports.b = (y)",
        "d: d()",
        "e: e: (z)",
        "c: function c()",
        "g: function g(q)",
        "- h: h()",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("export function f(a) {}", "export function f(a, b) {}"),
        ("export function f(a = 1) {}", "export function f(a = 2) {}"),
        ("export function f(a: A) {}", "export function f(a?: A) {}"),
        ("export function f(): A {}", "export function f(): B {}"),
        ("export const f = (a) => 1", "export const f = async (a) => 1"),
        ("export class A extends B {}", "export class A extends C {}"),
        ("export type A = { b: 1 }", "export type A = { b: 2 }"),
    ],
)
def test_a_change_that_callers_see_shows_in_the_signature(one: str, other: str) -> None:
    assert symbols_of(TYPESCRIPT, one) != symbols_of(TYPESCRIPT, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("export function f(a, b) { return 1 }", "export function f(\n  a,\n  b,\n) {\n  return 2\n}"),
        ("export function f(a, b) {}", "export function f(a, /* why */ b) {}"),
        ("export const f = (a) => 1", "export const f = (a) => 2"),
        ("export type A = { b: 1 }", "export type A = { b: 1 };"),
    ],
)
def test_a_change_of_form_does_not_show_in_the_signature(one: str, other: str) -> None:
    assert symbols_of(TYPESCRIPT, one) == symbols_of(TYPESCRIPT, other)


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    calls = outline_of(TSX, "a()\nb.c(\n  d.e?.f())\nnew G()\nnew h.I(1)\nj`x`\n").calls
    assert [tuple(call)[:2] for call in calls][:5] == [("a", 1), ("c", 2), ("f", 3), ("G", 4), ("I", 5)]
