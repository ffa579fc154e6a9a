"""What a Rust file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.extraction.extract import extract_facts
from app.syntax.languages import Language
from app.syntax.parsing import Unparsed
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of
from tests.syntax.moments import NEVER

RUST = Language.RUST
ORDERS = """\
//! Orders.
extern crate kit as tools;

use std::{
    fmt::{self, Write as _},
    io,
};
pub use crate::store::Row;
pub(crate) use super::rates::*;

pub mod lines;
#[cfg(unix)]
#[path = "unix/paths.rs"] // where; they are
mod paths;

/// An order.
#[derive(Debug)]
pub struct Order<T> {
    lines: Vec<T>,
}

pub struct Price(pub u32);

pub enum State { Open, Closed }

pub trait Priced: fmt::Debug {
    fn total(&self) -> u32;
}

impl<T> Order<T> {
    pub fn new(lines: Vec<T>) -> Self where T: Clone { Self::checked(lines) }
    fn checked(lines: Vec<T>) -> Self {
        use crate::check::{all, State::*};
        let row: crate::store::Row = crate::store::Row::<T>::open(1);
        crate::store::Row::close(row.id());
        println!("{}", lines.iter().sum::<u32>());
        todo!()
    }
}

impl<T> Priced for Order<T> {
    fn total(&self) -> u32 { 1 }
}

/// Makes one.
#[macro_export]
#[doc(hidden)]
macro_rules! order { () => {} }
macro_rules! hidden { () => {} }
pub(crate) fn inside() {}
pub const MOST: u32 = 1;
pub type Orders = Vec<Order<u32>>;

#[cfg(test)]
mod tests {
    use super::*;
    mod more { use super::super::inside; pub fn helper() {} }
}
"""


def test_all_imports_are_read_with_their_lines() -> None:
    assert imports_of(RUST, ORDERS) == [
        "::kit:2",
        "std::fmt:5",
        "std::fmt:5 (Write)",
        "std:6 (io)",
        "crate::store:8 (Row) passed on",
        "super::rates:9 (*) passed on",
        "self::lines:11",
        "self::paths:14 (path:unix/paths.rs)",
        "crate::check:33 (all)",
        "crate::check::State:33 (*)",
        "crate::store::Row:35 (close)",
        "self:56 (*)",
        "self:57 (inside)",
    ]
    assert [item.level for item in facts_of(RUST, ORDERS).imports if item.target.startswith("self::")] == [-1, -1]


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("use a;", ["a:1"]),
        ("use ::a::B;", ["::a:1 (B)"]),
        ("use ::{a::B, c};", ["::a:1 (B)", "::c:1"]),
        ("use {a::B, c as d};", ["a:1 (B)", "c:1"]),
        ("pub use a::B as C;", ["a:1 (B) passed on as (C)"]),
        ("pub use a::b::{self as c};", ["a:1 (b) passed on as (c)"]),
        ("pub(self) use a::B;", ["a:1 (B)"]),
        ("pub(in crate::x) use a::B;", ["a:1 (B) passed on"]),
        ("use r#type::r#fn;", ["type:1 (fn)"]),
        ("use a :: /* b */ c;", ["a:1 (c)"]),
        ("use crate::{self, b};", ["crate:1", "crate:1 (b)"]),
        ("use super::super::a;", ["super::super:1 (a)"]),
        ("use super::super;", ["super::super:1"]),
        ("extern crate self as me;\nuse me::a::B;", ["crate::a:2 (B)"]),
        ("macro_rules! m { () => { use a::b; } }", ["a:1 (b)"]),
        ("fn f() { serde::to(1); Self::g(); crate::a::g(); }", ["serde:1 (to)", "crate::a:1 (g)"]),
        ("fn f(a: super::b::C) { if let self::d::E::F(x) = a {} }", ["super::b:1 (C)", "self::d::E:1 (F)"]),
        ("fn f() { crateful::a(); self.b(); crate::c(); crate::c(); }", ["crateful:1 (a)", "crate:1 (c)"]),
    ],
)
def test_each_way_to_name_a_module_is_read(text: str, imports: list[str]) -> None:
    assert imports_of(RUST, text) == imports


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("mod t { use super::a::B; }", ["self::a:1 (B)"]),
        ("mod t { use self::a::B; }", ["self::t::a:1 (B)"]),
        ("mod t { use super::super::a::B; }", ["super::a:1 (B)"]),
        ("mod t { mod u { use super::a::B; } use super::c; }", ["self::t::a:1 (B)", "self:1 (c)"]),
        ("mod t { use crate::a::B; use c::D; }", ["crate::a:1 (B)", "c:1 (D)"]),
        ("mod t { mod u; #[path = 'x'] mod v; fn f() { super::a::b() } }".replace("'", '"'),
         ["self::t::u:1", "self::t::v:1 (path:x)", "self::a:1 (b)"]),
    ],
)  # fmt: skip
def test_paths_of_inline_modules_are_told_from_the_module_of_the_file(text: str, imports: list[str]) -> None:
    assert imports_of(RUST, text) == imports


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("use Color::Red;\nenum Color { Red }", ["self::Color:1 (Red)"]),
        ("fn f() { use Color::*; }\nenum Color { Red }", ["self::Color:1 (*)"]),
        ("mod a;\nuse a::B;", ["self::a:1", "self::a:2 (B)"]),
        ("use std::io;\nuse io::Read;", ["std:1 (io)", "std::io:2 (Read)"]),
        ("use a::b as c;\nuse c::D;", ["a:1 (b)", "a::b:2 (D)"]),
        ("use log::log;\nuse log::info;", ["log:1 (log)", "log:2 (info)"]),
        ("mod t { mod a; }\nuse a::B;", ["self::t::a:1", "a:2 (B)"]),
        ("fn f() { use x::a; }\nuse a::B;", ["x:1 (a)", "a:2 (B)"]),
        ("use a::b;\nuse b::a;", ["a:1 (b)", "b:2 (a)"]),
    ],
)
def test_a_path_goes_on_from_what_its_first_part_means_in_the_text(text: str, imports: list[str]) -> None:
    assert imports_of(RUST, text) == imports


def test_what_says_pub_is_public_and_so_is_what_belongs_to_a_trait() -> None:
    assert symbols_of(RUST, ORDERS) == [
        "lines: pub mod lines",
        "- paths: mod paths",
        "Order: pub struct Order<T>",
        "Price: pub struct Price(pub u32)",
        "State: pub enum State",
        "Priced: pub trait Priced: fmt::Debug",
        "Priced.total: fn total(&self) -> u32",
        "Order<T>: impl<T> Order<T>",
        "Order<T>.new: pub fn new(lines: Vec<T>) -> Self where T: Clone",
        "- Order<T>.checked: fn checked(lines: Vec<T>) -> Self",
        "Order<T>: impl<T> Priced for Order<T>",
        "Order<T>.total: fn total(&self) -> u32",
        "order: macro_rules! order",
        "- hidden: macro_rules! hidden",
        "- inside: pub(crate) fn inside()",
        "Orders: pub type Orders = Vec<Order<u32>>",
        "- tests: mod tests",
        "- tests.more: mod more",
        "- tests.more.helper: pub fn helper()",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(RUST, ORDERS).calls]
    assert names == ["checked", "open", "close", "id", "println", "todo"]


def test_a_path_without_end_is_not_followed_and_that_is_said() -> None:
    text = "use " + "a::{" * 400 + "b" + "}" * 400 + ";\nuse c;"
    assert extract_facts(RUST, text.encode(), deadline=NEVER) is Unparsed.TOO_MANY


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ('println!("{}", crate::a::b());', ["crate::a:1 (b)"]),
        ("m! {\n  use crate :: a::b;\n  n!(crate::c);\n}", ["crate::a:2 (b)", "crate:3 (c)"]),
        ("macro_rules! m { () => { $crate::a::b() } }", ["crate::a:1 (b)"]),
        ('m!("crate::a", /* crate::b */ x::crate::c);', []),
        ('include!("../a.rs");', ["self:1 (path:../a.rs)"]),
    ],
)
def test_what_macros_are_given_is_looked_through_for_paths_of_the_crate(code: str, imports: list[str]) -> None:
    assert imports_of(RUST, code) == imports


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(RUST, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(RUST, content)
