"""Laws of `read_patch` over random repositories, judged by git's own text and numbers."""

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Hunk, LineKind, Patch, Side
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.repo.world import Repository, Tree, make_repository

_PATHS = [
    b"a",
    b"b c",
    b"tab\t.py",
    b'q"uote',
    b"back\\s",
    "ü".encode(),
    b"x b/x",
    b"new\nline",
    b"-n",
    b"d/e",
    b"d b/f",
]
_LIKE_GIT = [b"-- a", b"++ b", b"@@ -1 +1 @@", b"diff --git a/a b/a", b"\\ No newline at end of file", b"{", b"}"]
_LIKE_LINES = [b"cr\r", b"\r", b"f\x0cf", b"\xff\xfe", "u\u2028u\x85".encode(), b"\x1c"]
_names = st.sampled_from([*_PATHS, b"\xff"])
_lines = st.lists(
    st.one_of(
        st.sampled_from([b"", b" ", b"same", b"same", *_LIKE_GIT, *_LIKE_LINES]),
        st.binary(max_size=6).map(lambda line: line.replace(b"\n", b"").replace(b"\0", b"")),
    ),
    max_size=25,
)
_text = st.builds(lambda lines, end: b"\n".join(lines) + end, _lines, st.sampled_from([b"\n", b""]))
_binary = st.binary(max_size=8).map(lambda content: b"\0" + content)
_contents = st.one_of(
    st.tuples(st.sampled_from(["100644", "100644", "100755"]), st.one_of(_text, _text, _binary)),
    st.tuples(st.just("120000"), st.sampled_from([b"a", b"d/e", b"/etc/passwd"])),
    st.tuples(st.just("160000"), st.sampled_from([b"1" * 40, b"2" * 40])),
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """Two trees, where the second is the first with files edited, renamed, removed and added."""
    before: Tree = draw(st.dictionaries(_names, _contents, max_size=5))
    after: Tree = {}
    for path, (mode, content) in before.items():
        match draw(st.integers(0, 4)):
            case 0:
                after[path] = (mode, content)
            case 1 if mode.startswith("100"):
                lines = content.split(b"\n")
                at = draw(st.integers(0, len(lines)))
                lines[at : at + draw(st.integers(0, 3))] = draw(_lines)[:4]
                after[path] = (mode, b"\n".join(lines))
            case 2:
                after[draw(_names)] = (mode, content)
            case 3:
                after[path] = draw(_contents)
    return before, {**after, **draw(st.dictionaries(_names, _contents, max_size=2))}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("laws") / "repository", "--bare")


def without_nesting(tree: Tree) -> Tree:
    """A path cannot be both a file and a directory."""
    return {path: what for path, what in tree.items() if not any(path.startswith(other + b"/") for other in tree)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(), context=st.sampled_from([3, 3, 0, 8]))
def test_a_patch_is_what_git_says(repository: Repository, change: tuple[Tree, Tree], context: int) -> None:
    before, after = map(without_nesting, change)
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    patch = asyncio.run(read_patch(GitStore(repository.git_dir), old, new, context=context))
    assert [counts(found) for found in patch.files] == numstat(repository, old, new)
    assert commentable(patch) == commentable_by_text(repository, old, new, context)
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
