"""What a Go file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

GO = Language.GO
ORDERS = """\
// Package orders sells.
package orders

/*
func in a comment
*/
import "fmt"

import (
	store "example.org/shop/store" // (where it is kept)
	_ "embed"

	. `example.org/shop/kit`
)

import "C"

func (o *Order[K]) Total(tax float64, rest ...int) (sum int, err error) {
	text := `
import "nothing"
`
	return fmt.Sprint(text, o.lines().Len()), kit.Map[int, string](tax), twice[int](3)
}

type (
	Order[K comparable] struct {
		*store.Row
		Lines []int
		sync.Mutex // embedded
	}
	Priced interface {
		Total(tax float64) (int, error)
		fmt.Stringer
	}
	state int
	Alias = state
)

func (state) Name() string { return "" }
func send(order Priced,
	deep bool,
) error { return nil }
"""


def test_all_imports_are_read_with_their_lines_but_that_of_cgo() -> None:
    assert imports_of(GO, ORDERS) == [
        "fmt:7",
        "example.org/shop/store:10",
        "embed:11",
        "example.org/shop/kit:13 (*)",
    ]
    assert facts_of(GO, ORDERS).packages == ("orders",)


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ('package a\nimport "x"; import "y"\nfunc f() {}', ["x:2", "y:2"]),
        ('package a; import ("x"; "y")', ["x:1", "y:1"]),
        ('package a\n/*\ntype\n*/ import "x"\ntype A int', ["x:4"]),
        ('package a\n// import "x"\nvar b = 1', []),
        ('package a\nimport ""', []),
    ],
)
def test_imports_are_found_however_they_are_laid_out(text: str, imports: list[str]) -> None:
    assert imports_of(GO, text) == imports


def test_names_with_a_capital_are_public_on_types_with_one() -> None:
    assert symbols_of(GO, ORDERS) == [
        "Order.Total: func (o *Order[K]) Total(tax float64, rest ...int) (sum int, err error)",
        "Order: type Order[K comparable] struct { *store.Row; sync.Mutex }",
        "Priced: type Priced interface { Total(tax float64) (int, error); fmt.Stringer }",
        "- state: type state int",
        "Alias: type Alias = state",
        "- state.Name: func (state) Name() string",
        "- send: func send(order Priced, deep bool) error",
    ]


def test_nothing_of_a_program_is_public() -> None:
    assert symbols_of(GO, "package main\nfunc Run() {}") == ["- Run: func Run()"]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(GO, ORDERS).calls]
    assert names == ["Sprint", "lines", "Len", "Map", "twice"]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(GO, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(GO, content)
