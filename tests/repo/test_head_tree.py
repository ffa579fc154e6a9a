"""The tree at the head is read blob by blob: no link followed, nothing fetched, nothing left out without a word."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from app.repo.head_tree import Bounds, HeadTree
from app.repo.objects import GitStore
from app.tools.tree import TreeUnreadable, Unread
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

SECRET = "q8Rt2LmZx0Wv5BnJ"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


def open_tree(repository: Repository, tree: Tree, bounds: Bounds | None = None) -> HeadTree:
    return HeadTree(GitStore(repository.git_dir), repository.commit_tree(tree), {}, bounds)


async def test_every_file_is_listed_with_its_size_and_kind(repository: Repository) -> None:
    tree = open_tree(
        repository,
        {
            b"a.py": file(b"x\n"),
            b"bin/run": ("100755", b"#!"),
            b"link": ("120000", b"/etc/passwd"),
            b"module": ("160000", b"1" * 40),
            b"caf\xe9": file(b""),
        },
    )
    listed = {entry.path: (entry.size, entry.link, entry.submodule) for entry in await tree.entries()}
    assert listed == {
        "a.py": (2, False, False),
        "bin/run": (2, False, False),
        "link": (11, True, False),
        "module": (None, False, True),
        "caf\\xe9": (0, False, False),
    }


async def test_texts_come_whole_and_the_rest_is_named(repository: Repository) -> None:
    tree = open_tree(
        repository,
        {
            b"a": file(b"one\r\ntwo"),
            b"empty": file(b""),
            b"latin": file(b"caf\xe9"),
            b"link": ("120000", b"a"),
            b"module": ("160000", b"1" * 40),
            b"picture": file(b"\0"),
            b"large": file(b"x" * 101),
        },
        Bounds(file_bytes=100),
    )
    assert await tree.read(["a", "empty", "latin", "link", "module", "picture", "large", "none", "../a"]) == {
        "a": "one\r\ntwo",
        "empty": "",
        "latin": "caf\ufffd",
        "link": Unread.LINK,
        "module": Unread.SUBMODULE,
        "picture": Unread.BINARY,
        "large": Unread.TOO_LARGE,
        "none": Unread.ABSENT,
        "../a": Unread.ABSENT,
    }


async def test_a_blob_that_was_never_fetched_costs_only_its_file(repository: Repository) -> None:
    head = repository.commit_tree({b"a": file(b"lost\n"), b"b": file(b"here\n"), b"c": file(b"lost\n")})
    lose_blob(repository, head, b"a")
    tree = HeadTree(GitStore(repository.git_dir), head, {})
    assert await tree.read(["a", "b", "c"]) == {"a": Unread.MISSING, "b": "here\n", "c": Unread.MISSING}


async def test_a_blob_that_goes_missing_after_the_listing_is_named_too(repository: Repository) -> None:
    head = repository.commit_tree({b"a": file(b"lost\n"), b"b": file(b"here\n")})
    store = GitStore(repository.git_dir)
    store.blobs.most = 0
    tree = HeadTree(store, head, {}, Bounds(held_bytes=0))
    assert (await tree.read(["a"])) == {"a": "lost\n"}
    lose_blob(repository, head, b"a")
    assert await tree.read(["a", "b"]) == {"a": Unread.MISSING, "b": "here\n"}


async def test_a_secret_of_one_file_is_taken_out_of_all_whichever_is_read_first(repository: Repository) -> None:
    contents: Tree = {
        b"a.py": file(f"connect('{SECRET}')\n".encode()),
        b"z.py": file(f'password = "{SECRET}"\n'.encode()),
        f"{SECRET}.py".encode(): file(b""),
    }
    tree = open_tree(repository, contents)
    assert await tree.read(["a.py"]) == {"a.py": "connect('‹secret:assigned-secret›')\n"}
    assert [entry.shown for entry in await tree.entries()] == ["a.py", "‹secret:assigned-secret›.py", "z.py"]
    beyond = open_tree(repository, contents, Bounds(learned_bytes=0))
    assert await beyond.read(["z.py"]) == {"z.py": 'password = "‹secret:assigned-secret›"\n'}


async def test_what_is_held_stays_bounded_and_what_is_not_held_is_read_again(repository: Repository) -> None:
    texts = {f"{number}.py": f"x = {number}\n" * 500 for number in range(50)}
    tree = open_tree(
        repository, {name.encode(): file(text.encode()) for name, text in texts.items()}, Bounds(held_bytes=20_000)
    )
    for _ in range(2):
        assert await tree.read(list(texts)) == texts
    assert tree.held_bytes <= 20_000


async def test_equal_calls_give_equal_texts_in_any_order_and_at_once(repository: Repository) -> None:
    texts = {f"{number}.py": f"token = '{SECRET[number:]}{number}'\n" for number in range(4)}
    contents: Tree = {name.encode(): file(text.encode()) for name, text in texts.items()}
    tree, other = open_tree(repository, contents), open_tree(repository, contents)
    alone = {name: (await tree.read([name]))[name] for name in sorted(texts, reverse=True)}
    together = await asyncio.gather(*(other.read([name]) for name in texts))
    assert {name: text for found in together for name, text in found.items()} == alone == await other.read(list(texts))


async def test_whoever_is_cancelled_leaves_the_tree_usable(repository: Repository) -> None:
    tree = open_tree(repository, {b"%d.py" % number: file(b"x = 1\n") for number in range(100)})
    reading = asyncio.create_task(tree.entries())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert len(await tree.entries()) == 100


async def test_a_tree_that_is_not_here_is_an_error_with_its_reason_in_the_log(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    tree = HeadTree(GitStore(repository.git_dir), "1" * 40, {})
    with caplog.at_level(logging.WARNING), pytest.raises(TreeUnreadable):
        await tree.entries()
    assert "the tree at the head could not be read: git ls-tree ended with 128" in caplog.text
