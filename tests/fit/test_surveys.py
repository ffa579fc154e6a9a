"""A survey says the same whatever was read before, and says what it left out."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.analyzers.apart.parsers import Parsers, open_parsers
from app.analyzers.extracting import SourceFile
from app.core.fit.packed import PackedUnreadableError, pack_facts, unpack_all_facts
from app.core.fit.source_facts import FileFacts, Import
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture import listing, sources
from app.flows.architecture.collection import pause_collection
from app.flows.architecture.listing import UNREAD_TEXT, list_trees
from app.flows.architecture.sources import read_sources
from app.flows.architecture.survey import Surveyed, survey_range
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.source_cache import SourceCache
from tests.repo.world import Repository, Tree, file, make_repository

FACTS = FileFacts("java", ("a.b",), (Import("c.d.E", 3), Import("x", 4, ("y",), 1)))
BASE: Tree = {
    b"part/src/main/java/com/acme/a/One.java": file(b"package com.acme.a;\nimport com.acme.b.Two;\nclass One {}\n"),
    b"part/src/main/java/com/acme/b/Two.java": file(b"package com.acme.b;\nimport java.util.List;\nclass Two {}\n"),
    b"shop/__init__.py": file(b""),
    b"shop/cart.py": file(b"from shop import prices\n\n\ndef add(item: str) -> int:\n    return prices.of(item)\n"),
    b"shop/prices.py": file(b"def of(item: str) -> int:\n    return len(item)\n"),
    b"web/index.ts": file(b'import { show } from "./show";\nshow();\n'),
    b"web/show.ts": file(b"export function show(): void {}\n"),
}
HEAD: Tree = BASE | {
    b"part/src/main/java/com/acme/b/Two.java": file(b"package com.acme.b;\nimport com.acme.a.One;\nclass Two {}\n"),
    b"part/src/main/java/com/acme/b/Three.java": file(b"package com.acme.b;\nclass Three { One one; }\n"),
    b"shop/prices.py": file(
        b"from shop import cart\n\n\ndef of(item: str, n: int) -> int:\n    return cart.add(item)\n"
    ),
    b"web/show.ts": file(b'import "./index";\nexport function show(): void {}\n'),
}


async def _survey(repository: Repository, cache: SourceCache, base: str, head: str) -> Surveyed:
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    async with open_parsers() as parsers:
        return await survey_range(store, (base, head), patch, ArchitecturePolicy(), cache, parsers)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository", "--bare")


async def test_a_survey_says_the_same_whatever_was_read_before(
    tmp_path: Path, repository: Repository, parsers: Parsers
) -> None:
    base = repository.commit_tree(BASE)
    head = repository.commit_tree(HEAD, base)
    nothing = await _survey(repository, SourceCache(None), base, head)
    cache = SourceCache(tmp_path / "facts.sqlite")
    await read_sources(GitStore(repository.git_dir), [base], cache, parsers)
    half = await _survey(repository, cache, base, head)
    everything = await _survey(repository, cache, base, head)

    assert len(nothing.delta.new_edges) == 3
    assert len(nothing.delta.cycles) == 3
    assert nothing == half == everything


async def test_what_a_row_that_cannot_be_read_was_about_is_read_again(
    tmp_path: Path, repository: Repository, parsers: Parsers
) -> None:
    base = repository.commit_tree(BASE)
    store, cache = GitStore(repository.git_dir), SourceCache(tmp_path / "facts.sqlite")
    (first,) = await read_sources(store, [base], cache, parsers)
    for blob in first.files.values():
        cache.keep(sources._kind(blob.language), {blob.object_id: b"]["})
    (again,) = await read_sources(store, [base], cache, parsers)

    assert again == first


def test_facts_of_several_are_unpacked_as_each_alone() -> None:
    other = FileFacts("java", (), (), partial=True)
    assert unpack_all_facts([pack_facts(FACTS), pack_facts(other), pack_facts(FACTS)]) == [FACTS, other, FACTS]


@pytest.mark.parametrize("damaged", [b"", b"]", b"1],[2", b"[],[]", b"null"])
def test_of_several_facts_a_damaged_one_is_noticed(damaged: bytes) -> None:
    with pytest.raises(PackedUnreadableError):
        unpack_all_facts([pack_facts(FACTS), damaged])


async def test_of_too_many_manifests_those_at_the_top_are_read_and_the_rest_is_named(
    monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    monkeypatch.setattr(listing, "MAX_TEXTS", 2)
    names = [b"a/b/package.json", b"a/package.json", b"package.json", b"z/deep/er/package.json"]
    commit = repository.commit_tree({name: file(b"{}") for name in names})
    (listed,) = await list_trees(GitStore(repository.git_dir), [commit])

    assert list(listed.texts) == ["a/package.json", "package.json"]
    assert listed.unread == dict.fromkeys(("a/b/package.json", "z/deep/er/package.json"), UNREAD_TEXT)


async def test_what_the_change_touches_is_read_first(
    monkeypatch: pytest.MonkeyPatch, repository: Repository, parsers: Parsers
) -> None:
    asked: list[str] = []

    async def note(files: Iterable[SourceFile], _: Parsers) -> dict[str, FileFacts | str]:
        asked.extend(one.path.rpartition("/")[2] for one in files)
        return {}

    monkeypatch.setattr(sources, "extract_facts_apart", note)
    names = [f"m{number}.py" for number in range(9)]
    commit = repository.commit_tree({name.encode(): file(f"import {name}\n".encode()) for name in names})
    await read_sources(GitStore(repository.git_dir), [commit], SourceCache(None), parsers, ["m7.py", "gone.py"])

    assert asked == ["m7.py", *(name for name in names if name != "m7.py")]


def test_collection_goes_on_when_the_last_pause_ends() -> None:
    assert gc.isenabled()
    first, second = pause_collection(), pause_collection()
    with first:
        second.__enter__()
        assert not gc.isenabled()
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_a_pause_leaves_off_what_somebody_else_has_switched_off() -> None:
    gc.disable()
    try:
        with pause_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
