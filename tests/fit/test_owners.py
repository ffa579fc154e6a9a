"""Who owns a path by CODEOWNERS."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.people.owners import MAX_BYTES, MAX_WILDCARDS, find_codeowners, read_owners

FILE = """\
# Everything has somebody.
*           @fallback @org/everyone
*.js        @scripts   # an inline comment
*.go        docs@example.com
/build/logs/ @logs
docs/*      @writers
apps/       @apps
/apps/quiet
**/generated @robots
/src/**/api.py @api
"""
EVERYONE = ("@fallback", "@org/everyone")


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", EVERYONE),
        ("deep/down/below.rb", EVERYONE),
        ("web/app.js", ("@scripts",)),
        ("main.go", ("docs@example.com",)),
        ("build/logs/today/1.log", ("@logs",)),
        ("x/build/logs/1.log", EVERYONE),
        ("docs/start.md", ("@writers",)),
        ("docs/deep/start.md", EVERYONE),
        ("apps/web/x.rb", ("@apps",)),
        ("any/where/apps/x.rb", ("@apps",)),
        ("apps", EVERYONE),
        ("apps/quiet/x.rb", ()),
        ("apps/quiet", ()),
        ("apps/quietly/x.rb", ("@apps",)),
        ("a/generated/x.py", ("@robots",)),
        ("generated", ("@robots",)),
        ("src/api.py", ("@api",)),
        ("src/a/b/api.py", ("@api",)),
        ("lib/src/api.py", EVERYONE),
    ],
)
def test_the_last_line_that_fits_decides(path: str, owners: tuple[str, ...]) -> None:
    read = read_owners(FILE)
    assert read.faults == ()
    assert read.of(path) == owners


def test_a_line_without_owners_is_a_rule_and_no_line_is_none() -> None:
    read = read_owners("/apps/ @a\n/apps/quiet\n")
    rule = read.rule_of("apps/quiet/x")
    assert rule is not None
    assert (rule.line, rule.owners) == (2, ())
    assert read.rule_of("README") is None
    assert read.of("README") == ()


def test_a_later_literal_line_and_a_later_wildcard_are_weighed_alike() -> None:
    assert read_owners("/a/b @one\n*.py @two\n").of("a/b/x.py") == ("@two",)
    assert read_owners("*.py @two\n/a/b @one\n").of("a/b/x.py") == ("@one",)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("!secret @a", "negated"),
        ("\\#notes @a", "escaped '#'"),
        ("[ab].py @a", "ranges"),
        ("***/x @a", "three stars"),
        ("/ @a", "fits no path"),
        ("x.py someone", "is no @user"),
        ("x.py @", "is no @user"),
        ("x.py @a/b/c", "is no @user"),
        ("x* \\", "is no @user"),
        ("x" * 2000 + "* @a", "at most"),
    ],
)
def test_a_line_that_is_not_understood_is_skipped_and_named(line: str, fault: str) -> None:
    read = read_owners(f"* @all\n{line}\n/last @z\n")
    assert [(found.line, fault in found.message) for found in read.faults] == [(2, True)]
    assert read.of("x.py") == ("@all",)
    assert read.of("last") == ("@z",)


def test_spaces_are_escaped_in_patterns_and_lines_may_end_as_in_windows() -> None:
    read = read_owners("/my\\ files/ @a\r\n*.tex\t@b\r\n")
    assert read.faults == ()
    assert read.of("my files/x") == ("@a",)
    assert read.of("x.tex") == ("@b",)


def test_case_counts() -> None:
    assert read_owners("/Makefile @a\n*.MD @b\n").of("makefile") == ()
    assert read_owners("*.MD @b\n").of("x.md") == ()


def test_the_first_place_that_has_the_file_counts() -> None:
    assert find_codeowners({"docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS"}) == ".github/CODEOWNERS"
    assert find_codeowners({"docs/CODEOWNERS", "CODEOWNERS"}) == "CODEOWNERS"
    assert find_codeowners({"docs/CODEOWNERS"}) == "docs/CODEOWNERS"
    assert find_codeowners({"src/CODEOWNERS"}) is None


def test_a_file_that_github_would_not_load_owns_nothing_and_says_so() -> None:
    read = read_owners("* @all\n" + "#" * MAX_BYTES)
    assert read.of("x") == ()
    assert [fault.line for fault in read.faults] == [0]
    assert "does not load" in read.faults[0].message


def test_more_wildcards_than_are_safe_own_nothing_and_say_so() -> None:
    read = read_owners("* @all\n" + "a*b @a\n" * MAX_WILDCARDS)
    assert read.of("x") == ()
    assert "wildcards" in read.faults[0].message


def test_hostile_patterns_take_linear_time() -> None:
    hostile = "".join(f"{'*a' * 60}{number} @a\n" for number in range(160))
    read = read_owners(hostile)
    began = time.monotonic()
    assert read.of("a" * 900) == ()
    assert read.of("a/" * 400 + "b") == ()
    assert time.monotonic() - began < 5


def test_fifty_thousand_literal_lines_are_looked_up_not_tried() -> None:
    read = read_owners("".join(f"/team/{number}/ @t{number}\n" for number in range(50_000)))
    began = time.monotonic()
    assert all(read.of(f"team/{number}/x/y.py") == (f"@t{number}",) for number in range(0, 50_000, 10))
    assert time.monotonic() - began < 5


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str, path: str) -> None:
    read = read_owners(text)
    rule = read.rule_of(path)
    assert read.of(path) == (rule.owners if rule else ())
    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in read.faults)


NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(st.lists(PATHS, min_size=1, max_size=8), PATHS)
def test_anchored_lines_without_wildcards_own_what_is_at_or_below_them(lines: list[str], path: str) -> None:
    read = read_owners("".join(f"/{line} @o{number}\n" for number, line in enumerate(lines)))
    fitting = [number for number, line in enumerate(lines) if f"{path}/".startswith(f"{line}/")]
    assert read.of(path) == ((f"@o{fitting[-1]}",) if fitting else ())
