"""Laws of `read_patch` over random repositories, judged by git's own text and numbers."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Hunk, LineKind, Patch, Side
from app.repo.git import ORDINARY, Limits
from app.repo.inventory import InventoryUnreadableError
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.changes import changes
from tests.repo.damage import Damage, damages
from tests.repo.rendering import render
from tests.repo.world import Repository, Tree, make_repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("laws") / "repository", "--bare")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(), context=st.sampled_from([3, 3, 0, 8]))
def test_a_patch_is_what_git_says(repository: Repository, change: tuple[Tree, Tree], context: int) -> None:
    before, after = change
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    patch = asyncio.run(read_patch(GitStore(repository.git_dir), old, new, context=context))
    assert [counts(found) for found in patch.files] == numstat(repository, old, new)
    assert commentable(patch) == commentable_by_text(repository, old, new, context)
    assert rendered(patch) == rendered_by_git(repository, old, new, context)
    for found in patch.files:
        path = found.path.encode()
        if found.fault is not None:
            assert b"\\xff" in path + found.old_path.encode()
        elif not found.binary and not found.submodule and found.status is not FileStatus.TYPE_CHANGED:
            source = before.get(found.old_path.encode(), ("", b""))[1]
            target = after.get(path, ("", b""))[1]
            if found.status is FileStatus.ADDED:
                source = b""
            assert apply(source, found.hunks) == target.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class DamagedStore(GitStore):
    """A repository whose git is not to be trusted: what it writes as text arrives damaged."""

    harm: Sequence[Damage] = ()

    async def run(
        self, arguments: Sequence[str], *, stdin: bytes = b"", literal: bool = True, limits: Limits = ORDINARY
    ) -> bytes:
        output = await GitStore.run(self, arguments, stdin=stdin, literal=literal, limits=limits)
        for each in self.harm if "--patch" in arguments else ():
            output = each(output)
        return output


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(), harm=st.lists(damages, min_size=1, max_size=3))
def test_a_damaged_text_costs_files_or_all_and_is_never_another_change(
    repository: Repository, change: tuple[Tree, Tree], harm: list[Damage]
) -> None:
    before, after = change
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    try:
        patch = asyncio.run(read_patch(DamagedStore(repository.git_dir, harm=harm), old, new))
    except InventoryUnreadableError:
        return
    assert [counts(found) for found in patch.files] == numstat(repository, old, new)
    for found in patch.files:
        lines = [line for hunk in found.hunks for line in hunk.lines]
        if found.fault is None and not found.binary:
            assert sum(line.kind is LineKind.ADDED for line in lines) == found.additions
            assert sum(line.kind is LineKind.REMOVED for line in lines) == found.deletions
        else:
            assert lines == []


def rendered(patch: Patch) -> list[str]:
    """The hunks of every file, as git would write them."""
    return [render(hunk) for found in patch.files for hunk in found.hunks]


def rendered_by_git(repository: Repository, old: str, new: str, context: int) -> list[str]:
    """The same from `git diff`, but of a path that is not UTF-8 and of what git calls binary in part."""
    text = repository.git("-c", "core.quotePath=true", "diff", "--find-renames", f"-U{context}", old, new)
    parts = [b"\n" + part for part in (b"\n" + text.removesuffix(b"\n")).split(b"\ndiff --git ")[1:]]
    names = [part[1:].split(b"\n")[0] for part in parts]
    binary = {name for name, part in zip(names, parts, strict=True) if b"\nBinary files " in part}
    kept = [part for name, part in zip(names, parts, strict=True) if name not in binary and b"\\377" not in name]
    return [f"@@ {hunk}" for part in kept for hunk in part.decode("utf-8", "replace").split("\n@@ ")[1:]]


def counts(found: FilePatch) -> str:
    return "-\t-" if found.binary else f"{found.additions}\t{found.deletions}"


def numstat(repository: Repository, old: str, new: str) -> list[str]:
    listing = repository.git("diff", "--find-renames", "--numstat", old, new).decode("utf-8", "replace")
    return ["\t".join(row.split("\t")[:2]) for row in listing.split("\n")[:-1]]


def commentable(patch: Patch) -> list[tuple[Side, int]]:
    """Every place, file after file; the path is left to the other laws."""
    places = []
    for found in patch.files:
        if found.fault is None:
            places += sorted(found.commentable)
    return places


def commentable_by_text(repository: Repository, old: str, new: str, context: int) -> list[tuple[Side, int]]:
    """The same from `git diff` alone, counted by the numbers in its hunk headers."""
    text = repository.git("diff", "--find-renames", f"-U{context}", old, new)
    places: dict[bytes, set[tuple[Side, int]]] = {}
    binary: set[bytes] = set()
    name = b""
    for line in text.split(b"\n"):
        if line.startswith(b"diff --git "):
            name = line
            places.setdefault(name, set())
        elif line.startswith(b"Binary files "):
            # one side of a file that became a link can be binary: then git counts no line of either
            binary.add(name)
        elif match := re.match(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
            for side, start, size in ((Side.LEFT, 1, 2), (Side.RIGHT, 3, 4)):
                length = 1 if match[size] is None else int(match[size])
                places[name] |= {(side, number) for number in range(int(match[start]), int(match[start]) + length)}
    left_out = {name for name in places if b"\\377" in name} | binary
    return [place for name, found in places.items() if name not in left_out for place in sorted(found)]


def apply(source: bytes, hunks: tuple[Hunk, ...]) -> str:
    """The new text: the old one with each hunk put in its place."""
    lines = source.decode("utf-8", "replace").split("\n")
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    result: list[str] = []
    at = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        result += lines[at:start]
        at = start
        for line in hunk.lines:
            text = line.text + ("" if line.no_newline else "\n")
            if line.kind is not LineKind.ADDED:
                assert lines[at] == text
                at += 1
            if line.kind is not LineKind.REMOVED:
                result.append(text)
    return "".join(result + lines[at:])
