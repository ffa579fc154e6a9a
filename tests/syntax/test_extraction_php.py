"""What a PHP file imports, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

PHP = Language.PHP
ORDERS = r"""<?php
declare(strict_types=1);

namespace Shop\Orders;

use Shop\Kit\Money;
use \Shop\Kit\Rates as R, Shop\Rows;
use function Shop\Kit\round;
use const Shop\Kit\MOST;
use Shop\Stores\{
    Store,
    Kinds\Row as Line,
    function open
};

require_once __DIR__ . '/kit.php';

#[Entity]
final class Order extends Row implements Priced, Shown
{
    use Listed, Counted;

    public function __construct(private int $size, ?string $name = null)
    {
        $this->check(1);
        self::make(new Shop\Line(2), \Shop\Kit\total(3));
        $name?->show(fn ($x) => include('late.php'));
    }

    protected static function make(int ...$sizes): ?int { return null; }
    private function check() { $later = function () use ($size) { return tell($size); }; }
    abstract function open(): void;
}

interface Priced { public function total(): int; }
enum State: string { case Open = 'o'; }
function tell(array &$rows = []): void {}
"""


def test_all_imports_are_read_with_their_lines() -> None:
    assert imports_of(PHP, ORDERS) == [
        r"Shop\Kit\Money:6",
        r"Shop\Kit\Rates:7",
        r"Shop\Rows:7",
        r"Shop\Kit:8 (round)",
        r"Shop\Kit:9 (MOST)",
        r"Shop\Stores\Store:11",
        r"Shop\Stores\Kinds\Row:12",
        r"Shop\Stores:13 (open)",
        "../kit.php:16",
        ".late.php:27 lazy",
    ]
    assert facts_of(PHP, ORDERS).packages == (r"Shop\Orders",)


@pytest.mark.parametrize(
    ("text", "imports", "packages"),
    [
        ("<html>\n<?php include 'a.php' ?>\n", [".a.php:2"], ()),
        ("<?php require(dirname(__FILE__) . '/../a.php');", ["../../a.php:1"], ()),
        ("<?php require $a; require 'a' . $b; require \"a/$b.php\"; require A . '/b.php';", [], ()),
        ("<?php namespace A { use B; } namespace C { use D; }", ["B:1", "D:1"], ("A", "C")),
        ("<?php\nnamespace A;\nuse B;\nclass C {}\n", ["B:3"], ("A",)),
        ("<?php\nclass C {}\nuse/**/B;\n", ["B:3"], ()),
        ("<?php\n/*\nclass\n*/ use B;\nclass C { use D; }\n", ["B:4"], ()),
        ("<?php\nUSE B;\nfunction f() { REQUIRE 'a'; }", ["B:2", ".a:3 lazy"], ()),
        ("<?php use function A\\{f, g};", ["A:1 (f)", "A:1 (g)"], ()),
        ("<?php use A\\{B,\n C,\n};", [r"A\B:1", r"A\C:2"], ()),
        ("<?php use function f;", ["\\:1 (f)"], ()),
        ("no code: use A;", [], ()),
    ],
)
def test_each_way_to_take_in_another_file_is_read(text: str, imports: list[str], packages: tuple[str, ...]) -> None:
    assert imports_of(PHP, text) == imports
    assert facts_of(PHP, text).packages == packages


def test_all_is_public_but_what_says_private() -> None:
    assert symbols_of(PHP, ORDERS) == [
        "Order: final class Order extends Row implements Priced, Shown",
        "Order.__construct: public function __construct(private int $size, ?string $name = null)",
        "Order.make: protected static function make(int ...$sizes): ?int",
        "- Order.check: private function check()",
        "Order.open: abstract function open(): void",
        "Priced: interface Priced",
        "Priced.total: public function total(): int",
        "State: enum State: string",
        "tell: function tell(array &$rows = []): void",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    names = [call.name for call in outline_of(PHP, ORDERS).calls]
    assert names == ["check", "make", "Line", "total", "show", "tell"]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(PHP, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(PHP, content)
