"""What a change of a real repository comes to, from two commits to the delta."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analyzers.apart.parsers import open_parsers
from app.architecture.renames import follow_directories
from app.core.fit.delta import Delta
from app.core.gate.policy import ArchitecturePolicy
from app.flows.architecture.survey import survey_range
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.repo.source_cache import SourceCache
from tests.repo.world import make_repository


async def _survey(directory: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    repository = make_repository(directory / "repository", "--bare")
    trees = [{path.encode(): ("100644", text.encode()) for path, text in tree.items()} for tree in (before, after)]
    base = repository.commit_tree(trees[0])
    head = repository.commit_tree(trees[1], base)
    store = GitStore(repository.git_dir)
    cache = SourceCache(directory / "cache" / "facts.sqlite")
    patch = await read_patch(store, base, head)
    async with open_parsers() as parsers:
        return (await survey_range(store, (base, head), patch, ArchitecturePolicy(), cache, parsers)).delta


@pytest.mark.parametrize(
    "path",
    ["vendor/lib/parts.py", "node_modules/lib/parts.js", "examples/parts.py", "docs/conf.py", "tests/parts.py"],
)
async def test_what_nobody_relies_on_has_no_public_names(tmp_path: Path, path: str) -> None:
    is_python = path.endswith(".py")
    one, other = ("def f(a): ...\n", "def g(): ...\n") if is_python else ("export class F {}\n", "export class G {}\n")
    cart = "shop/cart.py" if is_python else "shop/cart.js"
    delta = await _survey(tmp_path, {path: one, cart: one}, {path: other, cart: other})
    assert {item.path for item in delta.api} == {cart}


async def test_a_file_rewritten_on_its_way_moves_with_its_directory(tmp_path: Path) -> None:
    body = "".join(f"VALUE_{number} = {number}\n" for number in range(20))
    names = ["cart", "order", "stock"]
    start = "".join(f"from .{name} import VALUE_1 as {name}\n" for name in names)
    before = {"shop/__init__.py": start, **{f"shop/{name}.py": f"# {name}\n{body}" for name in names}}
    after = {f"src/{path}": text for path, text in before.items()}
    after["src/shop/__init__.py"] = (
        '"""The shop."""\n\n# All new.\nfrom . import cart, order, stock\nX, Y, Z = 1, 2, 3\n'
    )
    delta = await _survey(tmp_path, before, after)
    assert ("shop/__init__.py", "src/shop/__init__.py") in delta.moved
    assert (delta.new_edges, delta.removed_edges) == ((), ())


async def test_what_was_not_read_at_one_end_is_neither_new_nor_gone(tmp_path: Path) -> None:
    huge = "from shop import store\n" + "X = 1\n" * 200_000
    small = {"shop/cart.py": "from shop import store\n", "shop/store.py": "X = 1\n", "shop/__init__.py": ""}
    large = {**small, "shop/cart.py": huge}
    there = await _survey(tmp_path / "there", large, small)
    back = await _survey(tmp_path / "back", small, large)
    assert (there.new_edges, there.removed_edges) == ((), ())
    assert (back.new_edges, back.removed_edges) == ((), ())
    assert [item.path for item in back.not_analysed if item.changed] == ["shop/cart.py"]


def test_one_file_alone_moves_no_others() -> None:
    moved = {"a/x.py": "b/x.py"}
    assert follow_directories(moved, {"a/y.py"}, {"b/y.py"}) == moved


def test_where_files_go_several_ways_none_is_guessed() -> None:
    moved = {"a/1.py": "b/1.py", "a/2.py": "b/2.py", "a/3.py": "c/3.py", "a/4.py": "d/4.py"}
    assert follow_directories(moved, {"a/y.py"}, {"b/y.py", "c/y.py"}) == moved


paths = st.builds("{}/{}.py".format, st.sampled_from("abc"), st.sampled_from("123456"))


@given(moved=st.dictionaries(paths, paths), gone=st.sets(paths), come=st.sets(paths))
def test_each_file_goes_to_one_place_that_only_it_comes_to(
    moved: dict[str, str], gone: set[str], come: set[str]
) -> None:
    moved = dict({new: (old, new) for old, new in moved.items()}.values())
    followed = follow_directories(moved, gone - moved.keys(), come - set(moved.values()))
    assert followed.items() >= moved.items()
    assert len(set(followed.values())) == len(followed)
    extra = {old: followed[old] for old in followed.keys() - moved.keys()}
    assert extra.keys() <= gone
    assert set(extra.values()) <= come
