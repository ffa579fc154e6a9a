from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.analogues import nearest, wants_outline
from app.architecture.twins import ENOUGH, find_twins
from app.core.fit.delta import Twin
from app.core.fit.source_facts import Symbol
from tests.fit.outlined import symbols

_AROUND = {
    "web/cart.py": "def render_cart(cart: Cart):\n    return 1\n\n\ndef total_of(cart: Cart):\n    return 2\n",
    "web/mail.py": "class Mailer:\n    def send_mail(self, to: str) -> None:\n        return 1\n",
    "web/users.py": "def delete_user(key: int):\n    return 1\n\n\ndef rename_user(key: int, to: str):\n    return 1\n",
}


def _find(new: Mapping[str, str], known: Mapping[str, str]) -> tuple[Twin, ...]:
    added = [(path, symbol) for path, found in symbols(new).items() for symbol in found]
    return find_twins(added, symbols({**_AROUND, **known}))


@pytest.mark.parametrize(
    ("new", "known"),
    [
        (
            ("web/text.py", "def slugify_title(title: str) -> str:\n    return title\n", "slugify_title"),
            ("core/words.py", "def title_to_slug(text: str) -> str:\n    return text\n", "title_to_slug"),
        ),
        (
            ("web/text.py", "def slugify_title(title: str) -> str:\n    return title\n", "slugify_title"),
            ("core/words.py", "def title_to_slug(title: str, by='-') -> str:\n    return title\n", "title_to_slug"),
        ),
        (
            ("a/when.ts", "export function parseDuration(text: string): number {\n  return 1;\n}\n", "parseDuration"),
            (
                "b/clock.ts",
                "export function durationFromString(text: string): number {\n  return 2;\n}\n",
                "durationFromString",
            ),
        ),
        (
            (
                "a/users.ts",
                "export class UserRepository {\n  findByEmail(email: string): User {\n    return 1;\n  }\n}\n",
                "UserRepository.findByEmail",
            ),
            (
                "b/accounts.py",
                "class AccountStore:\n    def find_by_email(self, email: str) -> Account:\n        return 1\n",
                "AccountStore.find_by_email",
            ),
        ),
        (
            (
                "a/retry.go",
                "package a\n\nfunc RetryWithBackoff(attempts int, fn func() error) error {\n\treturn nil\n}\n",
                "RetryWithBackoff",
            ),
            (
                "b/calls.go",
                "package b\n\nfunc backoffRetry(attempts int, f func() error) error {\n\treturn nil\n}\n",
                "backoffRetry",
            ),
        ),
        (
            (
                "a/Money.java",
                "class Money {\n  String formatCents(long cents) {\n    return x;\n  }\n}\n",
                "Money.formatCents",
            ),
            (
                "b/Price.java",
                "class Price {\n  String renderCents(long c) {\n    return x;\n  }\n}\n",
                "Price.renderCents",
            ),
        ),
        (
            ("a/rate.py", "class RateLimiter:\n    def take(self):\n        return 1\n", "RateLimiter"),
            ("b/limits.py", "class LimiterRate:\n    def use(self):\n        return 1\n", "LimiterRate"),
        ),
    ],
)
def test_a_capability_that_is_there_already_is_found(new: tuple[str, str, str], known: tuple[str, str, str]) -> None:
    [twin] = _find({new[0]: new[1]}, {known[0]: known[1]})
    assert (twin.path, twin.name, twin.other_path, twin.other_name) == (new[0], new[2], known[0], known[2])
    assert ENOUGH <= twin.likeness <= 1
    assert twin.name.rpartition(".")[2] in twin.signature
    assert twin.other_name.rpartition(".")[2] in twin.other_signature
    assert new[1].split("\n")[twin.line - 1].find(twin.name.rpartition(".")[2]) >= 0
    assert known[1].split("\n")[twin.other_line - 1].find(twin.other_name.rpartition(".")[2]) >= 0


@pytest.mark.parametrize(
    ("new", "known"),
    [
        (
            "def create_user(user_id: int) -> None:\n    return 1\n",
            "def drop_user(user_id: int) -> None:\n    return 1\n",
        ),
        ("def encode_frame(data: bytes):\n    return 1\n", "def decode_frame(data: bytes):\n    return 1\n"),
        ("def open_session(key: str):\n    return 1\n", "def close_session(key: str):\n    return 1\n"),
        ("def main(argv: list):\n    return 1\n", "def main(argv: list):\n    return 2\n"),
        ("def run_test(name: str):\n    return 1\n", "def test_run(name: str):\n    return 2\n"),
        ("def parse_header(text: str):\n    return 1\n", "def parse_footer(text: str):\n    return 1\n"),
        ("def load_invoice(key: str):\n    return 1\n", "def load_invoice_lines(path: Path, at: int):\n    return 1\n"),
        ("def total_price(cart: Cart):\n    return 1\n", "def total_price(a: int, b: int, c: int):\n    return 1\n"),
        ("def slug_of_title(title): return 1\n", "def title_to_slug(title):\n    return 1\n"),
        ("class UserStore:\n    x = 1\n", "class UserView:\n    x = 1\n"),
    ],
)
def test_what_only_sounds_alike_is_not_told(new: str, known: str) -> None:
    assert _find({"a/one.py": new}, {"b/two.py": known}) == ()


def test_a_name_that_many_have_is_a_custom() -> None:
    text = "class {}:\n    def render_page_footer(self, page: Page):\n        return 1\n"
    known = {f"b/m{number}.py": text.format(f"K{number}") for number in range(3)}
    assert _find({"a/new.py": text.format("Fresh")}, known) == ()
    assert len(_find({"a/new.py": text.format("Fresh")}, {"b/m0.py": known["b/m0.py"]})) == 1


def test_sibling_classes_and_variants_of_a_file_share_names_by_design() -> None:
    text = "class {}Cache:\n    def evict_stale_entries(self, limit: int):\n        return 1\n"
    assert _find({"a/one.py": text.format("Disk")}, {"b/two.py": text.format("Memory")}) == ()
    text = "package net\n\nfunc ListDefaultRoutes(family int) error {\n\treturn nil\n}\n"
    assert _find({"net/route_linux.go": text}, {"net/route_darwin.go": text}) == ()


def test_definitions_in_the_same_file_are_no_twins() -> None:
    files = symbols(
        {"a.py": "def slugify_title(title: str):\n    return 1\n\n\ndef title_to_slug(title: str):\n    return 2\n"}
    )
    assert find_twins([("a.py", files["a.py"][0])], files) == ()


def test_at_most_twenty_are_told_the_most_alike_first() -> None:
    words = ["alpha", "bravo", "delta", "hotel", "kilo", "lima", "oscar", "papa", "quebec", "romeo", "sierra", "tango"]
    pairs = [f"{one}_{two}" for index, one in enumerate(words) for two in words[:index]]
    text = "".join(f"def {pair}_ratio(left: Left, right: Right):\n    return 1\n\n\n" for pair in pairs)
    twins = _find({"a/new.py": text}, {"b/old.py": text})
    assert len(twins) == 20
    assert [twin.likeness for twin in twins] == sorted((twin.likeness for twin in twins), reverse=True)


def test_many_definitions_take_little_time() -> None:
    known = {
        f"m{file}.py": tuple(
            Symbol(f"user_{file}_thing_{n}", "function", (), n, n + 1, True, "def f(" + "a: (" * 900)
            for n in range(250)
        )
        for file in range(200)
    }
    new = [
        ("new.py", Symbol(f"user_thing_{n}", "function", (), n, n + 1, True, "def f(" + "(" * 4_000))
        for n in range(500)
    ]
    begun = time.monotonic()
    find_twins(new, known)
    assert time.monotonic() - begun < 10


_texts = st.text(max_size=30)
_any = st.builds(
    Symbol,
    name=_texts,
    kind=st.sampled_from(["function", "method", "class", "type"]),
    within=st.tuples(_texts) | st.just(()),
    first_line=st.just(1),
    last_line=st.integers(1, 4),
    public=st.booleans(),
    signature=_texts | st.from_regex(r"\w+ ?\w+\([\w:,<>=\[\] ()]*\)?", fullmatch=True),
)
_paths = st.sampled_from(["a.py", "b.ts", "c/d.go", "e.java", "f.txt", ".py", ""])


@given(st.lists(st.tuples(_paths, _any), max_size=5), st.dictionaries(_paths, st.lists(_any, max_size=5)))
def test_whatever_stands_in_names_and_signatures_a_likeness_is_a_share(
    new: list[tuple[str, Symbol]], known: dict[str, list[Symbol]]
) -> None:
    for twin in find_twins(new, known):
        assert ENOUGH <= twin.likeness <= 1
        assert twin.path != twin.other_path
    for path, symbol in new:
        assert len(nearest(path, [symbol], known)) <= 3
    assert set(wants_outline({path: [symbol] for path, symbol in new}, known)) <= known.keys()


def test_files_worth_reading_lie_beside_the_change_or_share_a_word_with_it() -> None:
    new = symbols({"shop/order_controller.py": "def refund_invoice(key: str):\n    return 1\n"})
    sources = [
        "shop/cart.py",
        "billing/invoice.py",
        "api/order_view.py",
        "api/zebra.py",
        "web/order.css",
        "shop/order_controller.py",
    ]
    assert set(wants_outline(new, sources)) == {"shop/cart.py", "billing/invoice.py", "api/order_view.py"}
    assert wants_outline(new, sources[::-1]) == wants_outline(new, sources)
    many = [f"shop/f{number}.py" for number in range(500)]
    assert len(wants_outline(new, many)) == 200


def test_a_controller_is_held_against_other_controllers() -> None:
    controller = (
        "class {0}Controller:\n    def index(self, asked):\n        pass\n\n    def show(self, asked):\n        pass\n"
    )
    known = symbols(
        {
            "app/controllers/user_controller.py": controller.format("User"),
            "app/controllers/cart_controller.py": controller.format("Cart"),
            "app/models/order.py": "class Order:\n    def pay(self):\n        return 1\n",
            "tools/build.py": "def compile_all():\n    return 1\n",
            "app/controllers/order_controller.ts": "export class OrderController {\n  index() {}\n}\n",
        }
    )
    new = symbols({"app/controllers/order_controller.py": controller.format("Order")})[
        "app/controllers/order_controller.py"
    ]
    found = nearest("app/controllers/order_controller.py", new, known)
    controllers = ["app/controllers/cart_controller.py", "app/controllers/user_controller.py"]
    assert [analogue.path for analogue in found][:2] == controllers
    assert "tools/build.py" not in [analogue.path for analogue in found]
    assert found[0].signatures == ("class CartController", "def index(self, asked)", "def show(self, asked)")
