"""Laws: every line comes back at its number, every line that matches is found, no line that names a symbol is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
import re2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text.unicode import conceal
from tests.repo.world import Repository, file, make_repository
from tests.tools.boxes import ask, fenced, open_box

LAWS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_COUNTS = re.compile(r"([0-9,]+) (?:use|mention|import|line)s?\b")

texts = st.lists(
    st.sampled_from(
        ["a", "ab", "é", "日", "\u202e", "‹", "‹U+0041›", "\n", "\n", "\r\n", "\r", "\t", " ", "|", "\u2028"]
    ),
    max_size=30,
).map("".join)
pieces = ["charge", "charge", "recharge", '"', "'", "`", "/*", "*/", "//", "#", "\n", "\n", " ", "(", ")", "=", '"""']
words = ["import ", "from x import ", "def ", "function ", "class ", "{", "}", "$", "\\", "é", "int ", ";"]
code = st.lists(st.sampled_from(pieces + words), max_size=40).map("".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("laws") / "repository", "--bare")


def answer(repository: Repository, contents: Mapping[str, str], tool: str, **arguments: Any) -> tuple[str, list[str]]:
    """Summary and rows, with unseen characters as themselves again."""
    box = open_box(repository, {name.encode(): file(text.encode()) for name, text in contents.items()})
    result = asyncio.run(ask(box, tool, **arguments))
    assert not result.error, result.text
    return result.text.split("\n")[0], [conceal(row) for row in fenced(result)]


def lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


@LAWS
@given(texts.filter(bool))
def test_every_line_comes_back_at_its_number(repository: Repository, text: str) -> None:
    _, rows = answer(repository, {"a": text}, "read_file", path="a", start=1, end=250)
    found = [row.partition(" | ") for row in rows]
    raw = text.removesuffix("\n").split("\n")
    assert [int(number) for number, *_ in found] == list(range(1, len(raw) + 1))
    # Where all lines end in CRLF the summary says so, and no line does.
    assert all(line in (shown, f"{shown}\r") for (*_, shown), line in zip(found, raw, strict=True))


@LAWS
@given(
    st.dictionaries(st.sampled_from(["a", "b/c"]), texts, min_size=1), st.sampled_from(["a", "b", "é", "‹", "|", " "])
)
def test_exactly_the_lines_that_hold_a_text_are_found(
    repository: Repository, contents: dict[str, str], sought: str
) -> None:
    _, rows = answer(repository, contents, "grep", pattern=re2.escape(sought), glob=None)
    assert rows == [
        f"{path}:{number}: {line.removesuffix(chr(13))}"
        for path in sorted(contents)
        for number, line in enumerate(lines_of(contents[path]), start=1)
        if sought in line
    ]


@LAWS
@given(st.sampled_from(["a.py", "a.ts", "a.go", "a.rs", "a.java", "a.c", "a.rb", "a.php", "a.sh", "a.sql", "a"]), code)
def test_no_line_that_names_a_symbol_is_lost(repository: Repository, name: str, text: str) -> None:
    summary, _ = answer(repository, {name: text}, "find_callers", symbol="charge")
    named = [line for line in text.split("\n") if re.search(r"(?<!\w)charge(?!\w)", line)]
    assert sum(int(number) for number in _COUNTS.findall(summary)) == len(named)
