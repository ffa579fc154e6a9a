"""What a Java file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

JAVA = Language.JAVA
ORDERS = """\
/*
 * Ours.
 */
package org.shop.orders;

import java.util.List;
import org.shop.kit.*;
import static org.shop.kit.Money.round;
import static org.shop.kit.Rates.*;

/**
 * An order.
 */
@Entity(name = "order")
public final class Order<T> extends Row implements Priced, Shown {
    private int size;

    protected Order(List<T> lines) throws Odd { super(lines); this.check(); }

    @Override
    public @Nullable <A> List<A> lines(final int from, // first
            String... names) { return new Page<>(from).of(new a.b.Names(names)); }

    void inner() { org.shop.kit.Money.round(size); }

    public interface Visitor {
        int visit(Order<?> order);
        private void hidden() {}
        class Stop {}
    }
}

record Line(String name, int price) implements Priced {
    public int total() { return price; }
}
"""


def test_all_imports_are_read_with_their_lines() -> None:
    assert imports_of(JAVA, ORDERS) == [
        "java.util.List:6",
        "org.shop.kit:7 (*)",
        "org.shop.kit.Money:8 (round)",
        "org.shop.kit.Rates:9 (*)",
        ".a.b.Names:22",
        ".org.shop.kit.Money:24",
    ]
    assert facts_of(JAVA, ORDERS).packages == ("org.shop.orders",)


@pytest.mark.parametrize(
    ("text", "imports", "packages"),
    [
        ("@NonNullApi\n@Other(1)\npackage a.b;\n\nimport x.NonNullApi;\n", ["x.NonNullApi:5"], ("a.b",)),
        ("/** Words. */\npackage a;", [], ("a",)),
        ("import a . b /* c */ . D;\nclass X {}", ["a.b.D:1"], ()),
        ("import a.b\n  .C;\nimport static\n  a.b.D.e;\nclass X {}", ["a.b.C:1", "a.b.D:3 (e)", ".a.b.D:4"], ()),
        ("import a.B; import c.D; class X {}", ["a.B:1", "c.D:1"], ()),
        ("package p;\n/*\nclass\n*/ import a.B;\nclass X {}", ["a.B:4"], ("p",)),
        ('package p;\nclass X { String s = """\nimport a.B;\n"""; }\n', [], ("p",)),
        ("\ufeffpackage p;\r\nimport a.B;\r\nclass X {}\r\n", ["a.B:2"], ("p",)),
        ("package p;\n/*\nimport a.B;\n*/\nclass X {}", [], ("p",)),
        ("class X {}", [], ()),
        ("", [], ()),
        ("module a.b { requires c.d; }", [], ()),
    ],
)
def test_imports_are_found_wherever_the_first_declaration_seems_to_be(
    text: str, imports: list[str], packages: tuple[str, ...]
) -> None:
    assert imports_of(JAVA, text) == imports
    assert facts_of(JAVA, text).packages == packages


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a.b.C field;", [".a.b.C:1"]),
        ("Object o = new a.b.C(a.b.D.e, (a.b.C) null);", [".a.b.C:1", ".a.b.D:1"]),
        ("@a.b.C List<a.b.D> f() { return a.b.E::g; }", [".a.b.C:1", ".a.b.D:1", ".a.b.E:1"]),
        ('// a.b.C\n/* a.b.C */ String s = "a.b.C" + """\na.b.C""" + \'"\' + x;', []),
        ("Object o = this.b.C, p = super.b.C, q = x().a.b.C, r = A.b.C;", []),
        ("/* a.b.C", []),
    ],
)
def test_a_class_that_code_names_with_its_package_is_found_where_it_stands_first(code: str, names: list[str]) -> None:
    assert imports_of(JAVA, f"class X {{ {code} }}") == names


def test_an_import_that_the_grammar_does_not_know_is_not_guessed() -> None:
    facts = facts_of(JAVA, "import module java.base;\nimport a.B;\nclass X {}")
    assert [item.target for item in facts.imports] == ["a.B"]
    assert facts.partial


def test_what_is_public_or_protected_is_for_others_and_so_are_members_of_interfaces() -> None:
    assert symbols_of(JAVA, ORDERS) == [
        "Order: public final class Order<T> extends Row implements Priced, Shown",
        "Order.Order: protected Order(List<T> lines) throws Odd",
        "Order.lines: public <A> List<A> lines(final int from, String... names)",
        "- Order.inner: void inner()",
        "Order.Visitor: public interface Visitor",
        "Order.Visitor.visit: int visit(Order<?> order)",
        "- Order.Visitor.hidden: private void hidden()",
        "Order.Visitor.Stop: class Stop",
        "- Line: record Line(String name, int price) implements Priced",
        "- Line.total: public int total()",
    ]


def test_what_fits_nowhere_among_modifiers_is_no_part_of_a_signature() -> None:
    assert symbols_of(JAVA, "@Entity(#if X\nblic final class Order {}") == ["- Order: final class Order"]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(JAVA, ORDERS).calls]
    assert names == ["check", "Page", "of", "Names", "round"]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(JAVA, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(JAVA, content)
