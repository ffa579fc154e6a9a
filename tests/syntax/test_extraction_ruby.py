"""What a Ruby file loads, defines and calls."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.syntax.languages import Language
from tests.syntax.breaking import broken, check_any, check_cuts
from tests.syntax.extracting import facts_of, imports_of, outline_of, symbols_of

RUBY = Language.RUBY
ORDERS = """\
require "json"
require_relative "../kit/money"
load "./rates.rb"

module Shop
  autoload :Row, "shop/row"

  class Order < Rows::Base
    def initialize(lines, tax = 1, *rest, name:, deep: true, **others, &block)
      require "shop/late"
      @lines = lines.map { |line| Line.new(line) }
    end

    def self.open(path) = new(read(path))
    private_class_method :open

    def total; @lines.sum(&:price); end
    def listed() end
    private :listed

    class << self
      def build; end

      private

      def hidden; end
    end

    protected

    def inner
    end

    private

    def check a, b
    end

    public

    def shown!(x) end
    private def last_one; end
  end
  class Note; end
  private_constant :Note
end
"""


def test_all_loads_of_a_literal_are_read_with_their_lines() -> None:
    assert imports_of(RUBY, ORDERS) == [
        "json:1",
        ".../kit/money:2",
        "./rates.rb:3",
        "shop/row:6 (Row) lazy",
        "shop/late:10 lazy",
    ]
    assert [item.level for item in facts_of(RUBY, ORDERS).imports] == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("require('a')", ["a:1"]),
        ("require %q(a)", ["a:1"]),
        ("Kernel.require 'a'", ["a:1"]),
        ("Object.autoload(:A, 'a')", ["a:1 (A) lazy"]),
        ("begin\n  require 'a'\nrescue LoadError\nend", ["a:2"]),
        ("later = -> { require 'a' }", ["a:1 lazy"]),
        ("def f; require 'a'; end\nrequire 'b'", ["a:1 lazy", "b:2"]),
        ("require a", []),
        ('require "a/#{b}"', []),
        ("require 'a' 'b'", []),
        ("require", []),
        ("autoload :A", []),
        ("plugin.load 'a'", []),
        ("# require 'a'\n'require b'", []),
    ],
)
def test_what_is_put_together_or_is_no_load_is_not_read(text: str, imports: list[str]) -> None:
    assert imports_of(RUBY, text) == imports


def test_sections_words_and_lists_hide_what_is_not_public() -> None:
    assert symbols_of(RUBY, ORDERS) == [
        "Shop: module Shop",
        "Shop.Order: class Order < Rows::Base",
        "Shop.Order.initialize: def initialize(lines, tax = 1, *rest, name:, deep: true, **others, &block)",
        "- Shop.Order.open: def self.open(path)",
        "Shop.Order.total: def total",
        "- Shop.Order.listed: def listed()",
        "Shop.Order.build: def build",
        "- Shop.Order.hidden: def hidden",
        "- Shop.Order.inner: def inner",
        "- Shop.Order.check: def check a, b",
        "Shop.Order.shown!: def shown!(x)",
        "- Shop.Order.last_one: def last_one",
        "- Shop.Note: class Note",
    ]


def test_calls_are_told_by_the_last_part_of_what_is_called() -> None:
    calls = outline_of(RUBY, "a.b(1)\nC::D.new.e\nf&.g 2\n").calls
    assert [tuple(call) for call in calls] == [("b", 1), ("new", 2), ("e", 2), ("g", 3)]


def test_a_text_that_ends_too_early_says_nothing_new() -> None:
    check_cuts(RUBY, ORDERS)


@given(broken(ORDERS))
def test_broken_texts_give_sound_facts(content: bytes) -> None:
    check_any(RUBY, content)
