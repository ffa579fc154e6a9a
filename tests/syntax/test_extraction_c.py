"""What files of C and C++ include, define and call."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

ORDERS_C = """\
#include <stdio.h>
#  include "kit/money.h" // rounds
#ifdef DEEP
#include "deep.h"
#endif
#include NAMED

#define TWICE(x) ((x) + (x))

struct order {
    int count;
};

static int total(const struct order *order) { return TWICE(order->read(1)); }

char *tell(struct order *order,
           int deep)
{
    return format(total(order));
}
"""
ORDERS_CPP = """\
#pragma once
#include "kit/money.h"
#include <vector>

namespace shop::orders {

template <typename T>
class Order : public Row, private Kept {
    int size;
    int check(int x) { return x; }
    class Inner { public: void run() {} };

public:
    explicit Order(int size) : size(size) {}
    virtual ~Order() = default;
    T total(const T& tax, int deep = 1) const noexcept {
        return kit::money::round<T>(sum(tax)) + row->read() + other.at<int>(2) + *new Page(3);
    }

protected:
    void open() {}
private:
    void close() {}
};

struct Line {
    int price() { return 1; }
private:
    int hidden() { return 1; }
};

static int once() { return 1; }
int Order::outside() { return 1; }

namespace {
int nobody() { return 1; }
}

}
"""


@pytest.mark.parametrize("language", [Language.C, Language.CPP])
def test_all_includes_are_read_with_their_lines(language: Language) -> None:
    facts = facts_of(language, ORDERS_C)
    assert imports_of(language, ORDERS_C) == ["stdio.h:1", ".kit/money.h:2", ".deep.h:4"]
    assert [item.level for item in facts.imports] == [0, 1, 1]


def test_what_is_no_include_is_not_read() -> None:
    assert imports_of(Language.C, '// #include "a.h"\nchar *b = "#include <c.h>";\n#include ""\n') == []


@pytest.mark.parametrize("language", [Language.C, Language.CPP])
def test_an_include_among_the_values_of_an_enumeration_is_read(language: Language) -> None:
    assert imports_of(language, 'enum tag {\n  FIRST,\n#include "tags.h"\n};\n') == [".tags.h:3"]


def test_functions_of_c_are_public_unless_they_are_static() -> None:
    assert symbols_of(Language.C, ORDERS_C) == [
        "- TWICE: #define TWICE(x)",
        "- order: struct order",
        "- total: static int total(const struct order *order)",
        "tell: char *tell(struct order *order, int deep)",
    ]


def test_private_members_and_what_has_no_name_outside_are_not_public_in_cpp() -> None:
    assert symbols_of(Language.CPP, ORDERS_CPP) == [
        "shop::orders: namespace shop::orders",
        "shop::orders.Order: class Order : public Row, private Kept",
        "- shop::orders.Order.check: int check(int x)",
        "- shop::orders.Order.Inner: class Inner",
        "- shop::orders.Order.Inner.run: void run()",
        "shop::orders.Order.Order: explicit Order(int size)",
        "shop::orders.Order.~Order: virtual ~Order()",
        "shop::orders.Order.total: T total(const T& tax, int deep = 1) const noexcept",
        "shop::orders.Order.open: void open()",
        "- shop::orders.Order.close: void close()",
        "shop::orders.Line: struct Line",
        "shop::orders.Line.price: int price()",
        "- shop::orders.Line.hidden: int hidden()",
        "- shop::orders.once: static int once()",
        "- shop::orders.Order::outside: int Order::outside()",
        "- shop::orders.nobody: int nobody()",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    assert [call.name for call in outline_of(Language.C, ORDERS_C).calls] == ["TWICE", "read", "format", "total"]
    names = [call.name for call in outline_of(Language.CPP, ORDERS_CPP).calls]
    assert names == ["round", "sum", "read", "at", "Page"]


@pytest.mark.parametrize(("language", "text"), [(Language.C, ORDERS_C), (Language.CPP, ORDERS_CPP)])
def test_a_text_that_ends_too_early_says_nothing_new(language: Language, text: str) -> None:
    check_cuts(language, text)


@given(broken(ORDERS_C))
def test_broken_texts_of_c_give_sound_facts(content: bytes) -> None:
    check_any(Language.C, content)


@given(broken(ORDERS_CPP))
def test_broken_texts_of_cpp_give_sound_facts(content: bytes) -> None:
    check_any(Language.CPP, content)
