"""Definitions are told apart in a process of their own: one file that no parser survives makes no other one new."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from app.analyzers.apart import process
from app.analyzers.apart.parsers import BOUNDS, Parsers
from app.analyzers.apart.task import Done, Failed, Task
from app.analyzers.standing import find_standing_apart
from app.core.change.memory.since import Extent
from tests.analyzers.poison import CRASHES, HOLDS

SHOP = b"def total(cart):\n    return sum(cart)\n\n\ndef close(till):\n    till.lock()\n"
CLOSED = SHOP.replace(b"till.lock()", b"pass")


async def test_one_poisoned_file_leaves_the_others_what_they_were(parsers: Parsers) -> None:
    poison = {"A.java": (HOLDS, HOLDS + b"\n"), "b.cpp": (CRASHES, CRASHES + b"\n")}
    standing = await find_standing_apart(
        {"0.py": (SHOP, CLOSED), **poison, "z.py": (SHOP, CLOSED)}, parsers, replace(BOUNDS, task_seconds=0.2)
    )

    assert standing == {"0.py": (Extent(1, 2),), "z.py": (Extent(1, 2),)}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("a.rs", b"#[a("),
        ("a.rb", b"%w("),
        ("a.tsx", b"<a b={"),
        ("a.go", b"func(a "),
        ("a.java", b"a<"),
        ("a.c", b"%w("),
        ("a.cs", b'$"{'),
        ("a.php", b'<?php "{$'),
        ("a.kt", b'"${'),
        ("a.py", b"f'{"),
        ("a.ts", b"`${"),
        ("a.js", b"/"),
    ],
)
async def test_whatever_a_file_holds_it_ends_and_nothing_of_it_stands(path: str, part: bytes, parsers: Parsers) -> None:
    text = part * (100_000 // len(part))
    standing = await find_standing_apart(
        {path: (text, text + b" ")}, parsers, replace(BOUNDS, task_seconds=0.3, seconds=20.0)
    )

    assert standing == {}


async def test_what_is_not_written_in_a_language_starts_nobody(
    monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere")
    assert await find_standing_apart({"notes.md": (SHOP, CLOSED), "Makefile": (SHOP, CLOSED)}, parsers) == {}


async def test_small_files_come_first_whatever_they_are_called(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    monkeypatch.setattr(process, "MOST_MEMORY", 4 << 30)
    caplog.set_level(logging.INFO)
    versions = {"A.java": (HOLDS, HOLDS), "z.py": (SHOP, CLOSED)}
    standing = await find_standing_apart(
        versions, parsers, replace(BOUNDS, task_seconds=60.0, seconds=2.0, memory_bytes=4 << 30)
    )

    assert standing == {"z.py": (Extent(1, 2),)}
    assert "all of a file counts as new: reading its file takes too long" in caplog.text
    assert "A.java" not in caplog.text


@pytest.mark.parametrize("value", ["all", [[1]], [["1", None]], {"first": 1}, [1, 2], None])
async def test_an_answer_that_nobody_understands_makes_the_file_new(
    value: object, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    async def lie(tasks: list[Task], _: object) -> list[Done | Failed]:
        return [Done(value) for _ in tasks]

    monkeypatch.setattr(parsers, "run", lie)
    assert await find_standing_apart({"a.py": (SHOP, CLOSED)}, parsers) == {}
