"""Paths that files have by way of symbolic links."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.links import MOST_ALIASES, find_aliases, name_files
from app.architecture.resolution import Resolution, Target

FILES = ("a/b/x.py", "a/b/y.py", "a/z.py", "top.py")
SEGMENTS = st.sampled_from(["a", "b", "c", "..", ".", "x.py", ""])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join)


def test_a_link_to_a_file_is_a_path_of_that_file() -> None:
    assert find_aliases({"c.py": "a/z.py"}, FILES) == {"c.py": "a/z.py"}


def test_a_link_to_a_directory_gives_a_path_to_all_that_is_below_it() -> None:
    assert find_aliases({"c/d": "../a/b"}, FILES) == {"c/d/x.py": "a/b/x.py", "c/d/y.py": "a/b/y.py"}


def test_links_are_followed_over_others() -> None:
    assert find_aliases({"c": "a", "d": "c/b"}, FILES)["d/x.py"] == "a/b/x.py"


def test_a_link_out_of_the_tree_or_to_nothing_leads_nowhere() -> None:
    links = {"c": "../../../etc", "d": "/etc", "e": "f", "g": "", "a/b/h": "../../../top.py"}
    assert find_aliases(links, FILES) == find_aliases({"g": ""}, FILES)


def test_links_in_a_ring_end() -> None:
    assert find_aliases({"c": "d", "d": "c", "e": "e", "f": "f/f/f"}, FILES) == {}


def test_a_file_is_never_hidden_by_a_link() -> None:
    assert "a/z.py" not in find_aliases({"a": "a/b"}, FILES)


def test_many_links_to_everything_stay_within_bounds() -> None:
    paths = [f"d/{number}.py" for number in range(2_000)]
    links = {f"l{number}": "." for number in range(2_000)} | {"x" * 3_000: "y/" * 2_000}
    began = time.process_time()
    assert len(find_aliases(links, paths)) <= MOST_ALIASES
    assert time.process_time() - began < 10


@given(links=st.dictionaries(PATHS, PATHS, max_size=6))
def test_every_path_by_way_of_a_link_is_one_of_a_file_of_the_tree(links: dict[str, str]) -> None:
    found = find_aliases(links, FILES)
    assert set(found.values()) <= set(FILES)
    assert not set(found) & set(FILES)


def test_what_an_import_takes_in_over_a_link_is_the_file_itself() -> None:
    resolution = Resolution(targets=(Target("l", ("l/x.go", "b/y.go"), ("N",)),))
    named = name_files(resolution, {"l/x.go": "a/x.go"}, lambda path: path.rpartition("/")[0])
    assert named.targets == (Target("a", ("a/x.go",), ("N",)), Target("l", ("b/y.go",), ("N",)))
    assert name_files(resolution, {}, str) is resolution
