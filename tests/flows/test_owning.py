"""Sensitive paths of a change by both their names, with the owners that the base names."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.gate.policy import PeoplePolicy, Policy, SensitivePaths
from app.core.people.owners import MAX_BYTES
from app.core.people.sensitivity import SensitiveKind
from app.flows.review.fit.owning import Owned, find_owned
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.losing import lose_blob
from tests.repo.world import Repository, Tree, file, make_repository

LOGIN = b"app/auth/login.py"
BODY = b"def login(name):\n    return name\n\n\ndef leave():\n    return None\n"
OWNERS = b".github/CODEOWNERS"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "shop")


async def look(repository: Repository, before: Tree, after: Tree, policy: Policy | None = None) -> Owned:
    base, head = repository.commit_tree(before), repository.commit_tree(after)
    store = GitStore(repository.git_dir)
    return await find_owned(store, base, await read_patch(store, base, head), policy or Policy())


def both(path: bytes, **rest: bytes) -> tuple[Tree, Tree]:
    """A tree, and the same with other text at `path`."""
    kept = {name.encode(): file(text) for name, text in rest.items()}
    return {**kept, path: file(BODY)}, {**kept, path: file(BODY + b"# more\n")}


async def test_the_owners_are_those_of_the_base_whatever_the_change_says(repository: Repository) -> None:
    before, after = both(LOGIN)
    before[OWNERS] = file(b"/app/auth/ @security\n")
    after[OWNERS] = file(b"* @mallory\n")
    owned = await look(repository, before, after)
    assert [(item.path, item.kind, item.owners) for item in owned.sensitive] == [
        (".github/CODEOWNERS", SensitiveKind.CODEOWNERS, ()),
        ("app/auth/login.py", SensitiveKind.AUTH, ("@security",)),
    ]
    assert owned.gap == ""


@pytest.mark.parametrize("place", [OWNERS, b"CODEOWNERS", b"docs/CODEOWNERS"])
async def test_the_file_is_found_in_each_of_its_places(repository: Repository, place: bytes) -> None:
    before, after = both(LOGIN)
    before[place] = after[place] = file(b"*.py @python\n")
    owned = await look(repository, before, after)
    assert [item.owners for item in owned.sensitive] == [("@python",)]


async def test_a_file_that_leaves_a_sensitive_place_is_sensitive_by_its_old_name(repository: Repository) -> None:
    owned = await look(repository, {LOGIN: file(BODY)}, {b"lib/plain.py": file(BODY)})
    assert [item.path for item in owned.sensitive] == ["app/auth/login.py"]


async def test_what_a_copy_was_made_of_is_not_part_of_the_change(repository: Repository) -> None:
    owned = await look(repository, {LOGIN: file(BODY)}, {LOGIN: file(BODY), b"lib/plain.py": file(BODY)})
    assert owned == Owned()


async def test_what_the_policy_names_comes_first_and_vendored_files_last(repository: Repository) -> None:
    names = (LOGIN, b"core/ring.c", b"vendor/auth/login.py", b".github/workflows/ci.yml")
    declared = PeoplePolicy(sensitive=(SensitivePaths(paths=("core/**",), owners=("@kernel",)),))
    before, after = ({name: file(BODY + more) for name in names} for more in (b"", b"# more\n"))
    owned = await look(repository, before, after, Policy(people=declared))
    assert [(item.path, item.owners) for item in owned.sensitive] == [
        ("core/ring.c", ("@kernel",)),
        ("app/auth/login.py", ()),
        (".github/workflows/ci.yml", ()),
        ("vendor/auth/login.py", ()),
    ]


async def test_a_change_of_nothing_sensitive_asks_for_no_owners(repository: Repository) -> None:
    assert await look(repository, *both(b"lib/shapes.py", CODEOWNERS=b"??? !\n")) == Owned()


async def test_owners_that_nobody_can_tell_are_named_as_a_gap(repository: Repository) -> None:
    before, after = both(LOGIN)
    lines = await look(repository, *both(LOGIN, CODEOWNERS=b"* @all\n[x] @y\n!z @y\n"))
    assert lines.gap == "CODEOWNERS has 2 lines that nobody understands, the first at 2."
    assert [item.owners for item in lines.sensitive] == [("@all",)]
    large = await look(repository, *both(LOGIN, CODEOWNERS=b"* @all\n" + b"#" * MAX_BYTES))
    assert "3 MiB" in large.gap
    linked = await look(repository, {**before, OWNERS: ("120000", b"../O")}, after)
    assert linked.gap == "Owners are not known: .github/CODEOWNERS is no ordinary file."
    assert [item.owners for item in (*large.sensitive, *linked.sensitive)] == [(), (), ()]


async def test_a_file_that_was_not_fetched_is_a_gap_too(repository: Repository) -> None:
    before, after = both(LOGIN, CODEOWNERS=b"* @all\n")
    base, head = repository.commit_tree(before), repository.commit_tree(after)
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    lose_blob(repository, base, b"CODEOWNERS")
    owned = await find_owned(store, base, patch, Policy())
    assert owned.gap == "Owners are not known: CODEOWNERS is not read, because its content was not fetched."
    gone = await find_owned(store, "0" * 40, patch, Policy())
    assert gone.gap == "Owners are not known: git could not read CODEOWNERS."
    assert [item.path for item in gone.sensitive] == ["app/auth/login.py"]
