from __future__ import annotations

import fnmatch
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text.globs import BadGlob, Glob


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("vendor/**", "vendor/a/b.go", True),
        ("vendor/**", "vendor", False),
        ("vendor/**", "app/vendor/a.go", False),
        ("**/*.snap", "x.snap", True),
        ("**/*.snap", "a/b/x.snap", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ab", False),
        ("**", "release/1.x", True),
        ("*.py", "a/b.py", False),
        ("/docs/?.md", "docs/a.md", True),
        ("docs/?.md", "docs/ab.md", False),
        ("src/{a,b/**}/x", "src/b/c/d/x", True),
        ("{src,lib}/[!_]*.py", "lib/a.py", True),
        ("{src,lib}/[!_]*.py", "lib/_a.py", False),
        ("v[0-9]", "v7", True),
        ("[+-9]", "/", False),
        ("[!a]", "/", False),
        (r"\*.py", "*.py", True),
        (r"\*.py", "a.py", False),
        (r"a\{b", "a{b", True),
        ("A.py", "a.py", False),
        ("a.py", "axpy", False),
        ("?.bin", "\udcff.bin", True),
    ],
)
def test_a_glob_fits_whole_paths(pattern: str, path: str, fits: bool) -> None:
    assert Glob.parse(pattern).matches(path) is fits


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a//b",
        "vendor/",
        "a**b",
        "a/../b",
        "./a",
        "{a",
        "a}",
        "[a",
        "[z-a]",
        "a\\",
        "x" * 501,
        "{a,b}" * 8,
        "\ud800",
    ],
)
def test_a_meaningless_glob_is_an_error_that_names_it(pattern: str) -> None:
    with pytest.raises(BadGlob) as caught:
        Glob.parse(pattern)
    assert repr(pattern)[1:20].rstrip("'") in str(caught.value)
    assert caught.value.pattern == pattern


@given(
    st.text("ab*?.", min_size=1, max_size=8).filter(lambda pattern: "**" not in pattern and pattern not in (".", "..")),
    st.text("ab.", max_size=8),
)
def test_within_one_segment_a_glob_agrees_with_fnmatch(pattern: str, name: str) -> None:
    assert Glob.parse(pattern).matches(name) is fnmatch.fnmatchcase(name, pattern)


@given(st.text(max_size=40))
def test_any_text_is_a_glob_or_a_named_error(pattern: str) -> None:
    with suppress(BadGlob):
        Glob.parse(pattern).matches("a/b.py")


def test_a_hostile_glob_costs_no_time() -> None:
    begun = time.monotonic()
    assert not Glob.parse("*a" * 200 + "b").matches("a" * 4000)
    assert time.monotonic() - begun < 2
