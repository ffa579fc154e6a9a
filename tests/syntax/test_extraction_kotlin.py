"""What a Kotlin file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

KOTLIN = Language.KOTLIN
ORDERS = """\
@file:JvmName("Orders")

package org.shop.orders

import org.shop.kit.Money
import org.shop.kit.rates.*
import org.shop.`in`.Row as Line

@Entity
public open class Order<T>(val lines: List<T>, private val name: String = "x") : Row(), Priced {
    override fun total(tax: (Int) -> Int): Int {
        return lines.map { it.price }.sumOf(tax) + Money(1).round()
    }

    private fun check() {
        order?.check()
    }
}

internal object Rates {
    fun find(name: String): Int? = rates[name]
}

fun <T> List<T>.second(): T = get(1)
"""


def test_all_imports_are_read_with_their_lines() -> None:
    assert imports_of(KOTLIN, ORDERS) == [
        "org.shop.kit.Money:5",
        "org.shop.kit.rates:6 (*)",
        "org.shop.in.Row:7",
    ]
    assert facts_of(KOTLIN, ORDERS).packages == ("org.shop.orders",)


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("package p\n/*\nclass\n*/ import a.B\n\nclass X\n", ["a.B:4"]),
        ("import a.B; import c.D\n\nclass X\n", ["a.B:1", "c.D:1"]),
        ("import a\n\nclass X\n", ["a:1"]),
        ('plugins {\n    id("x")\n}\n', []),
    ],
)
def test_imports_are_found_however_they_are_laid_out(text: str, imports: list[str]) -> None:
    assert imports_of(KOTLIN, text) == imports


def test_all_is_public_but_what_says_private_or_internal() -> None:
    assert symbols_of(KOTLIN, ORDERS) == [
        'Order: public open class Order<T>(val lines: List<T>, private val name: String = "x") : Row(), Priced',
        "Order.total: override fun total(tax: (Int) -> Int): Int",
        "- Order.check: private fun check()",
        "- Rates: internal object Rates",
        "- Rates.find: fun find(name: String): Int?",
        "second: fun <T> List<T>.second(): T",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(KOTLIN, ORDERS).calls]
    assert sorted(names) == ["Money", "check", "get", "map", "round", "sumOf"]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(KOTLIN, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(KOTLIN, content)
