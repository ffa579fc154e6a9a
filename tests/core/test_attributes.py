from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.attributes import MAX_LINE, Attributes

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
