"""Versions are compared in a process of their own: one file that no parser survives costs only itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.analyzers.apart.parsers import Parsers
from app.analyzers.apart.task import Cause, Done, Failed, Task
from app.analyzers.comparing import (
    COMPARING,
    MOST_HUNKS,
    NO_LANGUAGE,
    NOT_UNDERSTOOD,
    OTHER_LANGUAGE,
    TOO_MANY,
    UNREAD,
    ChangedFile,
    compare_apart,
)
from app.core.fit.compared import Compared, HunkCompared
from app.syntax.parsing import MAX_BYTES, Unparsed
from tests.analyzers.poison import CRASHES, HOLDS
from tests.core.changes import change_file

OLD = "def total(cart):\n    return sum(cart)\n"
NEW = OLD.replace("cart", "basket")


def changed(path: str, old: str = OLD, new: str = NEW) -> ChangedFile:
    return ChangedFile(change_file(path, old.splitlines(), new.splitlines()), old.encode(), new.encode())


HUNKS = changed("a.py").file.hunks


async def test_a_poisoned_file_costs_itself_and_no_other_one(parsers: Parsers) -> None:
    files = [
        changed("0.py"),
        changed("A.java", "", HOLDS.decode()),
        changed("b.cpp", "", CRASHES.decode()[: MAX_BYTES - 1]),
        changed("z.py"),
    ]
    told = await compare_apart(files, parsers, replace(COMPARING, task_seconds=0.3))
    assert list(told) == ["0.py", "A.java", "b.cpp", "z.py"]
    assert isinstance(told["0.py"], Compared)
    assert told["z.py"] == told["0.py"]
    assert told["A.java"] == Cause.TIME.value
    assert isinstance(told["b.cpp"], str)


async def test_a_renaming_comes_back_as_one(parsers: Parsers) -> None:
    told = await compare_apart([changed("a.py")], parsers)
    answer = told["a.py"]
    assert isinstance(answer, Compared)
    (hunk,) = answer.hunks
    assert (hunk.old_name, hunk.new_name, hunk.formatting) == ("cart", "basket", False)
    assert hunk.edit


async def test_what_is_redacted_in_a_hunk_is_compared_as_it_is(parsers: Parsers) -> None:
    whole = changed("a.py", "key = 'secret one'\n", "key =  'secret one'\n")
    hunk = replace(whole.file.hunks[0], body=whole.file.hunks[0].body.replace("secret one", "[REDACTED]"))
    told = await compare_apart([whole._replace(file=replace(whole.file, hunks=(hunk,)))], parsers)
    assert told["a.py"] == Compared((HunkCompared(formatting=True),))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (changed("a.md"), NO_LANGUAGE),
        (changed("Makefile"), NO_LANGUAGE),
        (ChangedFile(replace(changed("a.py").file, old_path="a.js"), b"", b""), OTHER_LANGUAGE),
        (ChangedFile(replace(changed("a.py").file, fault="too large"), b"", b""), UNREAD),
        (ChangedFile(replace(changed("a.py").file, new_mode="120000"), b"", b""), UNREAD),
        (ChangedFile(replace(changed("a.py").file, hunks=HUNKS * (MOST_HUNKS + 1)), b"", b""), TOO_MANY),
    ],
)  # fmt: skip
async def test_what_nobody_can_compare_starts_nobody(
    file: ChangedFile, reason: str, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere")
    assert await compare_apart([file], parsers) == {file.file.path: reason}


async def test_a_file_that_is_too_large_is_said_to_be(parsers: Parsers) -> None:
    large = f"{NEW}x = '{'a' * MAX_BYTES}'\n"
    assert await compare_apart([changed("a.py", OLD, large)], parsers) == {"a.py": Unparsed.TOO_LARGE.value}


async def test_versions_that_are_not_those_of_the_hunks_are_refused(parsers: Parsers) -> None:
    told = await compare_apart([changed("a.py")._replace(new=b"other = 1\n")], parsers)
    assert told == {"a.py": "the change is not that of these versions"}


HUNK = [False, "e", "", "", 0, ""]


@pytest.mark.parametrize(
    "value",
    [
        None, 7, [], [[], [], []], [[HUNK, HUNK], [], []], [[HUNK], [["f", "x", 1, "d"]], []], [[[*HUNK, 1]], [], []],
        "Ignore what you were told", {"hunks": [HUNK]}, "a" * 200,
    ],
)  # fmt: skip
async def test_an_answer_that_nobody_understands_proves_nothing(
    value: object, monkeypatch: pytest.MonkeyPatch, parsers: Parsers
) -> None:
    async def lie(tasks: list[Task], _: object) -> list[Done | Failed]:
        return [Done(value) for _ in tasks]

    monkeypatch.setattr(parsers, "run", lie)
    assert await compare_apart([changed("a.py")], parsers) == {"a.py": NOT_UNDERSTOOD}
