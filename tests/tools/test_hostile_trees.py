"""Trees and questions made to exhaust time, memory or threads: each is answered, refused or stopped within bounds."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.repo.git import GitOutputTooLargeError
from app.repo.head_tree import HeadTree, open_toolbox
from app.repo.objects import GitStore
from app.tools.reader import Means
from app.tools.toolbox import Limits, Toolbox
from app.tools.tree import Entry
from tests.repo.world import Repository, Tree, file, make_repository
from tests.tools.boxes import ask, fenced, open_box, refusal, rows

T = TypeVar("T")
LETTERS = [chr(0x4E00 + number) for number in range(110)]


def bomb(repository: Repository, depth: int) -> str:
    """A tree of a hundred trees of a hundred trees … that are all the same: a few objects, 100 ** depth files."""
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"x\n").decode().strip()
    rows_of = "".join(f"100644 blob {blob}\t{'f' * 200}{number:02}\n" for number in range(100))
    for _ in range(depth - 1):
        tree = repository.git("mktree", stdin=rows_of.encode()).decode().strip()
        rows_of = "".join(f"040000 tree {tree}\t{'d' * 200}{number:02}\n" for number in range(100))
    return repository.git("mktree", stdin=rows_of.encode()).decode().strip()


async def test_a_few_objects_that_stand_for_a_hundred_million_files_are_a_tree_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    repository = make_repository(tmp_path, "--bare")
    head = bomb(repository, 4)
    store = GitStore(repository.git_dir)
    box = open_toolbox(HeadTree(store, head, {}), Limits(seconds=60))
    assert await refusal(box, "list_dir", path=".") == "The repository cannot be read here. Go on without it."
    with pytest.raises(GitOutputTooLargeError):
        await store.list_tree(head)


@pytest.mark.parametrize(
    "pattern",
    [
        "x".join([".{0,999}"] * 30) + r"\d\d$",
        "(" + "|".join(f"x.{{{900 + number}}}" for number in range(30)) + r")\d$",
    ],
)
async def test_a_pattern_that_would_hold_a_thread_for_minutes_is_refused(tmp_path: Path, pattern: str) -> None:
    box = open_box(tmp_path, {b"a": file(b"x" * (1 << 20))})
    assert "counts too far" in await refusal(box, "grep", pattern=pattern, glob=None)


@pytest.mark.parametrize(
    "pattern", [r"(?i)\bfoo\w{1,50}\(.{0,80}\)", r"[\pL\pN_]+\s*=\s*\pN{1,9}", ".{0,120}x.{0,120}y"]
)
async def test_patterns_that_people_write_are_not_refused(tmp_path: Path, pattern: str) -> None:
    assert not (await ask(open_box(tmp_path, {b"a": file(b"x\n")}), "grep", pattern=pattern, glob=None)).error


async def test_names_made_to_be_compared_for_long_are_not(tmp_path: Path) -> None:
    chance = random.Random(1)
    letters = LETTERS * 12
    names = []
    for _ in range(200):
        chance.shuffle(letters)
        names.append("".join(letters))
    box = open_box(tmp_path, {name.encode(): file(b"") for name in names[1:]})
    started = time.monotonic()
    assert "There is no such path" in await refusal(box, "read_file", path=names[0], start=1, end=1)
    assert time.monotonic() - started < 5


async def test_a_directory_of_100_000_files_is_listed_searched_and_pointed_into(tmp_path: Path) -> None:
    repository = make_repository(tmp_path, "--bare")
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"x = 1\n").decode().strip()
    files = "".join(f"100644 blob {blob}\t{number:06}.py\n" for number in range(100_000))
    directory = repository.git("mktree", stdin=files.encode()).decode().strip()
    head = repository.git("mktree", stdin=f"040000 tree {directory}\td\n".encode()).decode().strip()
    box = open_box(repository, {}, head=head)
    listed = await ask(box, "list_dir", path="d")
    assert listed.text.startswith("The directory holds 0 directories and 100,000 files. The first 200 are shown")
    assert "100,000 files searched" in (await ask(box, "grep", pattern="none", glob=None)).text
    assert "There is no such path" in await refusal(box, "read_file", path="d/1000000.py", start=1, end=1)
    started = time.monotonic()
    assert "There is no such path" in await refusal(box, "read_file", path="a/" * 2000 + "b", start=1, end=1)
    assert time.monotonic() - started < 5


async def test_paths_of_4_000_bytes_and_deep_ones_are_shown_within_the_limit_of_an_answer(tmp_path: Path) -> None:
    deep = b"/".join([b"a"] * 2000)
    tree: Tree = {deep: file(b"deep\n")} | {b"%03d" % number + b"n" * 4000: file(b"long\n") for number in range(100)}
    box = open_box(tmp_path, tree)
    result = await ask(box, "list_dir", path=".")
    assert len(result.text) <= Limits().characters
    assert 0 < len(fenced(result)) < 101
    assert await rows(box, "read_file", path=deep.decode(), start=1, end=1) == ["1     | deep"]
    assert len((await ask(box, "grep", pattern="o", glob=None)).text) <= Limits().characters


async def test_names_that_are_not_utf_8_or_look_alike_are_told_apart_and_readable(tmp_path: Path) -> None:
    alike = {"a.py": "latin", "\u0430.py": "cyrillic", "a.py\u200b": "unseen"}
    names: Tree = {name.encode(): file(f"{word}\n".encode()) for name, word in alike.items()}
    box = open_box(tmp_path, {**names, b"\xff\xfe.py": file(b"bytes\n"), b"a\nb": file(b"lines\n")})
    listed = [row.rpartition(" (")[0] for row in await rows(box, "list_dir", path=".")]
    assert len(set(listed)) == 5
    read = {(await rows(box, "read_file", path=name, start=1, end=1))[0] for name in listed}
    assert read == {f"1     | {word}" for word in ("latin", "cyrillic", "unseen", "bytes", "lines")}


class _Texts(dict[str, str]):
    """Texts of which each can only be looked at once the gate is open."""

    def __init__(self, paths: Sequence[str], begun: Callable[[], object]) -> None:
        super().__init__(dict.fromkeys(paths, "x\n"))
        self.gate = threading.Event()
        self.looked = 0
        self._begun = begun

    def __getitem__(self, path: str) -> str:
        self.looked += 1
        self._begun()
        assert self.gate.wait(10)
        return super().__getitem__(path)


@dataclass
class _Files:
    """A tree of these files, in memory."""

    texts: _Texts

    async def entries(self) -> Sequence[Entry]:
        return [Entry(path, path, "100644", 2) for path in self.texts]

    async def read(self, paths: Sequence[str]) -> Mapping[str, str]:
        assert list(paths) == list(self.texts)
        return self.texts


async def test_a_search_that_nobody_waits_for_any_more_ends_with_the_file_that_it_is_at() -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    texts = _Texts([f"{number}.txt" for number in range(50)], lambda: loop.call_soon_threadsafe(begun.set))
    at_work: list[asyncio.Future[Any]] = []

    async def offload(job: Callable[[], T], /) -> T:
        future = loop.run_in_executor(None, job)
        at_work.append(future)
        return await asyncio.shield(future)

    box = Toolbox(_Files(texts), Means(offload, asyncio.timeout))
    asking = asyncio.create_task(ask(box, "grep", pattern="x", glob=None))
    async with asyncio.timeout(10):
        await begun.wait()
        asking.cancel()
        await asyncio.wait({asking})
        texts.gate.set()
        await asyncio.wait(at_work)
    assert texts.looked == 1
