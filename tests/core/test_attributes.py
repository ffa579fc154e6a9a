from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.classes.attributes import MAX_LINE, MAX_PATH, MAX_RULES, MAX_WILDCARDS, Attributes

FILE = """
# comment
*.gen.py linguist-generated
/dist/** linguist-generated=true -diff
docs/* linguist-documentation
vendor/** linguist-vendored
vendor/ours/** -linguist-vendored
*.bin binary
[attr]made linguist-generated
made/*.txt made
"a b\\".py" linguist-generated
"\\303\\251.py" linguist-generated
lib/ linguist-generated
!x linguist-generated
*.gen.py !diff
"""
PATHS = [
    "a.gen.py", "x/a.gen.py", "dist/a/b.js", "x/dist/a.js", "docs/a.md", "docs/x/a.md", "vendor/a/b.go",
    "vendor/ours/b.go", "q.bin", "x/q.bin", "made/a.txt", "made/x/a.txt", 'a b".py', "é.py", "lib/a.py", "x",
]  # fmt: skip
NAMES = ["linguist-generated", "linguist-vendored", "linguist-documentation", "diff", "text", "made"]


def ask_git(directory: Path, text: str) -> dict[tuple[str, str], str]:
    environment = {"PATH": os.defpath, "HOME": str(directory), "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}

    def run(*arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(
            ["git", "-C", directory, *arguments],
            input=stdin,
            env=environment,
            check=True,
            capture_output=True,
            timeout=20,
        ).stdout

    run("init", "-q")
    (directory / ".gitattributes").write_text(text)
    out = run("check-attr", "-z", "--stdin", *NAMES, stdin="".join(f"{path}\0" for path in PATHS).encode())
    fields = out.decode().split("\0")[:-1]
    return {(fields[i], fields[i + 1]): fields[i + 2] for i in range(0, len(fields), 3)}


def test_attributes_say_what_git_says(tmp_path: Path) -> None:
    words = {True: "set", False: "unset", None: "unspecified"}
    attributes = Attributes.parse(FILE)
    said = ask_git(tmp_path, FILE)
    for path in PATHS:
        for name in NAMES:
            value = attributes.value(path, name)
            assert (value if isinstance(value, str) else words[value]) == said[path, name], (path, name)


@pytest.mark.parametrize("line", ["*.py linguist-generated=false", "*.py -linguist-generated", "*.py", "# *.py x"])
def test_what_is_not_set_says_nothing(line: str) -> None:
    assert not Attributes.parse(line).says("a.py", "linguist-generated")


def test_a_line_that_git_ignores_excuses_nothing() -> None:
    assert not Attributes.parse(f"*{' ' * MAX_LINE}linguist-generated").says("a.py", "linguist-generated")


@given(st.text(st.characters(exclude_characters="\n"), max_size=60), st.text(max_size=20))
def test_any_line_is_read_without_an_error(line: str, path: str) -> None:
    Attributes.parse(f"{line} linguist-generated").says(path, "linguist-generated")


def test_a_file_with_too_many_lines_excuses_nothing_because_a_later_one_could_take_it_back() -> None:
    few, many = ("*.py diff\n" + "x y\n" * count for count in (MAX_RULES - 1, MAX_RULES))
    assert Attributes.parse(few).says("a.py", "diff")
    assert not Attributes.parse(many).says("a.py", "diff")


def test_patterns_and_paths_that_would_take_seconds_excuse_nothing() -> None:
    hostile = "".join(f"{'*a' * 400}{number} diff\n" for number in range(MAX_WILDCARDS // 400 + 1))
    assert not Attributes.parse(f"*.py diff\n{hostile}").says("a.py", "diff")
    assert Attributes.parse("* diff").says("a" * MAX_PATH, "diff")
    assert not Attributes.parse("* diff").says("a" * (MAX_PATH + 1), "diff")


def test_a_long_chain_of_macros_is_unfolded() -> None:
    chain = "\n".join(f"[attr]m{number} m{number + 1}" for number in range(3000))
    attributes = Attributes.parse(f"{chain}\n[attr]m3000 linguist-generated\n[attr]m2999 m3000 m0\n*.py m0")
    assert attributes.says("a.py", "linguist-generated")


def test_a_macro_that_is_taken_back_unfolds_nothing() -> None:
    attributes = Attributes.parse("*.png binary\n*.png -binary\n")
    assert attributes.value("a.png", "binary") is False
    assert attributes.value("a.png", "diff") is None


def test_a_file_that_cannot_be_read_hides_those_above_it() -> None:
    attributes = Attributes.gather({"": b"* diff", "a": None, "a/b": b"*.py diff"})
    said = {path: attributes.value(path, "diff") for path in ("x", "a/x", "a/b/x", "a/b/x.py", "ab/x")}
    assert said == {"x": True, "a/x": None, "a/b/x": None, "a/b/x.py": True, "ab/x": True}


def test_the_last_of_thousands_of_lines_decides() -> None:
    lines = "\n".join(f"gen/{number % 50}/** linguist-generated={number}" for number in range(4000))
    attributes = Attributes.parse(lines)
    assert [attributes.value(f"gen/{number}/a.py", "linguist-generated") for number in (0, 7, 49, 50)] == [
        "3950",
        "3957",
        "3999",
        None,
    ]
