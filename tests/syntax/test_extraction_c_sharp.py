"""What a C# file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

C_SHARP = Language.C_SHARP
ORDERS = """\
// Ours.
using System;
using static Shop.Kit.Money;
using Rows = System.Collections.Generic.List<Shop.Kit.Row>;
using Kit = Shop.Kit;
[assembly: Shown]

namespace Shop.Orders
{
    using Shop.Stores;

    /// <summary>An order.</summary>
    [Entity]
    public sealed class Order<T> : Row, IPriced where T : new()
    {
        public Order(int size) : base(size) { store?.Check(); }

        [Shown]
        public int Size { get; private set; } = 3;

        public int Twice => Size * 2;

        public static async Task<int> Total([From] int tax = 1, params string[] names)
        {
            using (var rows = new Shop.Kit.Rows(tax)) { return Round<int>(rows.Sum()); }
        }

        void IPriced.Show() {}
        protected internal virtual void Open() {}
        private protected void Close() {}

        public interface IVisitor { int Visit(Order order); private void Hide() {} }
    }

    delegate void Sold(int price);
}
"""


def test_all_imports_are_read_with_their_lines() -> None:
    assert imports_of(C_SHARP, ORDERS) == [
        "System:2",
        "Shop.Kit.Money:3 (*)",
        "System.Collections.Generic:4 (List)",
        "Shop.Kit:4 (Row)",
        "Shop:5 (Kit)",
        "Shop.Stores:10",
        ".Shop.Kit.Rows:25",
    ]
    assert facts_of(C_SHARP, ORDERS).imports[2].as_names == ("Rows",)
    assert facts_of(C_SHARP, ORDERS).packages == ("Shop.Orders",)


@pytest.mark.parametrize(
    ("text", "imports", "packages"),
    [
        ("global using A.B;", ["A.B:1 passed on"], ()),
        ("global using static A.B;", ["A.B:1 (*) passed on"], ()),
        ("global using X = A.B;", ["A:1 (B) passed on as (X)"], ()),
        ("using global::A.B;\nusing X = A;\nusing @if.B;", ["A.B:1", "A:2", "if.B:3"], ()),
        ("using X = (A.B, int);\nusing Y = A.B[];\nusing Z = int;", ["A:1 (B)", "A:2 (B)"], ()),
        ("using A;\nnamespace B.C;\nusing D;\nclass E {}", ["A:1", "D:3"], ("B.C",)),
        ("namespace A { namespace B.C { } namespace D { using E; } }", ["E:1"], ("A", "A.B.C", "A.D")),
        ("namespace A;\nnamespace B { }", [], ("A", "A.B")),
        ("class A {} namespace B { using C; }", ["C:1"], ("B",)),
        ("namespace A\n{\n  class B {}\n}\nnamespace C\n{\n  using D;\n}\n", ["D:7"], ("A", "C")),
        ("#if X\nusing A;\n#else\nusing B;\n#endif\nclass C {}", ["A:2", "B:4"], ()),
        ("/*\nclass\n*/ using A;\nclass C {}", ["A:3"], ()),
        ("class A { void F() {\n using var x = y;\n using (var z = y) {}\n } }", [], ()),
        ("\ufeffusing A;\r\nnamespace B\r\n{\r\n    class C {}\r\n}\r\n", ["A:1"], ("B",)),
    ],
)
def test_each_directive_and_namespace_is_read(text: str, imports: list[str], packages: tuple[str, ...]) -> None:
    assert imports_of(C_SHARP, text) == imports
    assert facts_of(C_SHARP, text).packages == packages


def test_what_is_public_or_protected_is_for_others_and_so_are_members_of_interfaces() -> None:
    assert symbols_of(C_SHARP, ORDERS) == [
        "Shop.Orders: namespace Shop.Orders",
        "Shop.Orders.Order: public sealed class Order<T> : Row, IPriced where T : new()",
        "Shop.Orders.Order.Order: public Order(int size)",
        "Shop.Orders.Order.Size: public int Size { get; private set; }",
        "Shop.Orders.Order.Twice: public int Twice { get; }",
        "Shop.Orders.Order.Total: public static async Task<int> Total([From] int tax = 1, params string[] names)",
        "- Shop.Orders.Order.Show: void IPriced.Show()",
        "Shop.Orders.Order.Open: protected internal virtual void Open()",
        "- Shop.Orders.Order.Close: private protected void Close()",
        "Shop.Orders.Order.IVisitor: public interface IVisitor",
        "Shop.Orders.Order.IVisitor.Visit: int Visit(Order order)",
        "- Shop.Orders.Order.IVisitor.Hide: private void Hide()",
        "- Shop.Orders.Sold: delegate void Sold(int price)",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(C_SHARP, ORDERS).calls]
    assert names == ["Check", "Rows", "Round", "Sum"]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(C_SHARP, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(C_SHARP, content)
