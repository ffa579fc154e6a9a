"""A model searches the files for a pattern, line by line, and learns what could not be searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.repo.head_tree import Bounds
from tests.repo.world import Tree, file
from tests.tools.boxes import ask, files, open_box, refusal, rows

TREE: Tree = files(
    src__app_dot_py="def charge(order):\n    return order.total\n",
    src__deep__app_dot_go="func Charge() {}\n",
    README="Charge it.\n\ncharge again\n",
)


async def test_lines_come_with_path_and_number_in_the_order_of_the_tree(tmp_path: Path) -> None:
    box = open_box(tmp_path, TREE)
    result = await ask(box, "grep", pattern="(?i)charge", glob=None)
    assert result.text.startswith("4 lines match. 3 files searched.\n")
    assert await rows(box, "grep", pattern="(?i)charge", glob=None) == [
        "README:1: Charge it.",
        "README:3: charge again",
        "src/app.py:1: def charge(order):",
        "src/deep/app.go:1: func Charge() {}",
    ]


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("*.py", ["src/app.py"]),
        ("app.*", ["src/app.py", "src/deep/app.go"]),
        ("src/**", ["src/app.py", "src/deep/app.go"]),
        ("./src/*", ["src/app.py"]),
        ("**/deep/*.{go,rs}", ["src/deep/app.go"]),
    ],
)
async def test_a_glob_limits_which_files(tmp_path: Path, glob: str, found: list[str]) -> None:
    box = open_box(tmp_path, TREE)
    assert [row.partition(":")[0] for row in await rows(box, "grep", pattern="[Cc]harge", glob=glob)] == found


async def test_a_glob_that_fits_nothing_or_means_nothing_is_refused(tmp_path: Path) -> None:
    box = open_box(tmp_path, TREE)
    assert "fits no file" in await refusal(box, "grep", pattern="x", glob="*.rs")
    assert "'[' is never closed" in await refusal(box, "grep", pattern="x", glob="[a")
    assert "longer than" in await refusal(box, "grep", pattern="x", glob="a" * 501)


async def test_nothing_found_says_how_much_was_searched(tmp_path: Path) -> None:
    result = await ask(open_box(tmp_path, TREE), "grep", pattern="nowhere", glob=None)
    assert (result.text, result.error) == ("No line matches. 3 files searched.", False)


async def test_each_line_is_searched_by_itself(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a="one\ntwo\r\n\nthree", b="\n\n"))
    for pattern, found in {
        "^two$": ["a:2: two"],
        r"one\s+two": [],
        "e[^x]t": [],
        "^$": ["a:3: ", "b:1: ", "b:2: "],
        "three$": ["a:4: three"],
        r"\r": [],
        r"o[^\n]": ["a:1: one"],
    }.items():
        assert await rows(box, "grep", pattern=pattern, glob=None) == found, pattern


@pytest.mark.parametrize("pattern", ["a\nb", r"a\nb", r"\Aone", r"one\z", "(?-m)^one"])
async def test_a_pattern_over_lines_is_refused_instead_of_finding_nothing(tmp_path: Path, pattern: str) -> None:
    assert "by itself" in await refusal(open_box(tmp_path, TREE), "grep", pattern=pattern, glob=None)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [("(a", "missing )"), (r"(?=a)", "invalid"), (r"(a)\1", "escape"), ("", "empty"), ("a" * 1001, "longer")],
)
async def test_what_re2_does_not_take_is_refused_with_its_reason(tmp_path: Path, pattern: str, fault: str) -> None:
    assert fault in await refusal(open_box(tmp_path, TREE), "grep", pattern=pattern, glob=None)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "((a{0,30}){0,30})$", "(.*)*x", r"(\w*)*\d"])
async def test_a_catastrophic_pattern_is_none(tmp_path: Path, pattern: str) -> None:
    box = open_box(tmp_path, files(a="a" * 200_000 + "!\n"))
    assert (await ask(box, "grep", pattern=pattern, glob=None)).text


async def test_at_most_40_lines_are_shown_and_a_thousand_counted(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a="x\n" * 41, b="y\n" * 3000, c="y\n"))
    assert (await ask(box, "grep", pattern="x", glob=None)).text.startswith("41 lines match. 40 are shown, from")
    result = await ask(box, "grep", pattern="y", glob=None)
    assert result.text.startswith(
        "More than 1,000 lines match. 40 are shown, from as many files as possible. Counting stopped"
    )
    assert len(await rows(box, "grep", pattern="y", glob=None)) == 40


async def test_one_file_full_of_matches_does_not_hide_the_others(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a="x\n" * 100, b="x\nx\n", c="y\nx\n"))
    found = await rows(box, "grep", pattern="x", glob=None)
    assert len(found) == 40
    assert found[36:] == ["a:37: x", "b:1: x", "b:2: x", "c:2: x"]


async def test_a_long_line_is_cut_around_its_match(tmp_path: Path) -> None:
    [row] = await rows(
        open_box(tmp_path, files(a="é" * 5000 + "needle" + "z" * 5000)), "grep", pattern="needle", glob=None
    )
    assert row == f"a:1: ‹… 4,940 characters cut …›{'é' * 60}needle{'z' * 234}‹… 4,766 characters cut …›"


async def test_unseen_characters_are_shown_and_can_be_asked_for_as_shown(tmp_path: Path) -> None:
    box = open_box(tmp_path, files(a="ad\u200bmin\n"))
    assert await rows(box, "grep", pattern="d‹U+200B›m", glob=None) == ["a:1: ad‹U+200B›min"]
    assert await rows(box, "grep", pattern="admin", glob=None) == []


async def test_files_that_are_not_searched_are_counted_by_their_reason(tmp_path: Path) -> None:
    tree: Tree = {
        b"a.txt": file(b"x\n"),
        b"b.txt": file(b"x\0\n"),
        b"c.txt": file(b"x" * 2000),
        b"d.txt": ("120000", b"/etc/passwd"),
        b"e.txt": ("160000", b"1" * 40),
        b"latin.txt": file(b"x\xe9\n"),
        b"other": file(b"x\0"),
    }
    result = await ask(open_box(tmp_path, tree, bounds=Bounds(file_bytes=1000)), "grep", pattern="x", glob="*.txt")
    not_searched = "1 binary file, 1 symbolic link, 1 submodule, 1 file too large"
    assert result.text.startswith(f"2 lines match. 2 files searched. Not searched: {not_searched}.\n")
