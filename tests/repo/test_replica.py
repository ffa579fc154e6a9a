"""A replica against the mirror's own way: whatever git can express, both stores give the same change."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import FileStatus, Patch
from app.repo.git import GitError
from app.repo.inventory import Change
from app.repo.objects import BlobFault, GitStore
from app.repo.patch import read_patch
from app.repo.replica import Allowance, choose_blobs, replicate
from app.repo.shelf import Bounds, Shelf
from app.repo.survey import MAX_LISTINGS, ListedEntry, Listing, NotReplicableError, Surveyed
from tests.repo.world import Repository, Tree, file, make_repository

LINES = b"".join(b"line %d\n" % number for number in range(60))


@dataclass
class Server:
    """Tells of a real repository's objects, and remembers what it was asked. `lie` may bend a blob."""

    upstream: Repository
    asked: list[str] = field(default_factory=list)
    lie: Callable[[bytes], bytes] = bytes
    lost: str = ""
    most_entries: int = 100_000

    async def get_tree_id(self, commit: str) -> str:
        self.asked.append(f"commit {commit}")
        return self.upstream.git("rev-parse", f"{commit}^{{tree}}").decode().strip()

    async def list_tree(self, tree: str, *, recursive: bool) -> Listing:
        self.asked.append(f"tree {tree}")
        depth = ("-r", "-t") if recursive else ()
        rows = self.upstream.git("ls-tree", *depth, "-z", "--long", tree).decode("utf-8", "replace").split("\0")
        entries = []
        for row in rows[:-1]:
            facts, _, path = row.partition("\t")
            mode, kind, name, size = facts.split()
            entries.append(ListedEntry(path, mode, kind, name, None if size == "-" else int(size)))
        told = [entry for entry in entries if entry.path != self.lost][: self.most_entries]
        return Listing(told, whole=len(entries) <= self.most_entries)

    async def read_blob(self, blob: str) -> bytes:
        self.asked.append(f"blob {blob}")
        return self.lie(self.upstream.git("cat-file", "blob", blob))

    def blobs(self) -> list[str]:
        return [name.partition(" ")[2] for name in self.asked if name.startswith("blob")]


@pytest.fixture
def upstream(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "upstream")


def shelve(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "mirrors", Bounds(seconds=20))


async def replicated(
    tmp_path: Path, server: Server, old: str, new: str, allowance: Allowance | None = None
) -> tuple[GitStore, Patch]:
    store = await replicate(
        shelve(tmp_path), 7, server, merge_base=old, head=new, base=old, allowance=allowance or Allowance()
    )
    return store, await read_patch(store, old, new)


SHAPES: dict[str, tuple[Tree, Tree]] = {
    "modified, added and removed": (
        {b"a": file(b"1\n"), b"b/c/d": file(b"2\n")},
        {b"a": file(b"1\n2\n"), b"e/f": file(b"3\n")},
    ),
    "renamed, purely and with edits": (
        {b"pure": file(LINES), b"edited": file(LINES[:200] * 2)},
        {b"x/pure": file(LINES), b"x/edited": file(LINES[:200] + b"new\n" + LINES[:200])},
    ),
    "a binary": ({b"pic": file(b"\0\1\2")}, {b"pic": file(b"\0\1\3")}),
    "modes and links": (
        {b"a": file(b"1\n"), b"b": file(b"2\n"), b"l": ("120000", b"a")},
        {b"a": ("100755", b"1\n"), b"b": ("120000", b"a"), b"l": file(b"now a file\n")},
    ),
    "a submodule": ({b"m": ("160000", b"1" * 40)}, {b"m": ("160000", b"2" * 40), b"n": ("160000", b"3" * 40)}),
    "odd paths": (
        {b"a b/c\td": file(b"1\n"), "é/ü".encode(): file(b"1\n"), b'"q"': file(b"1\n")},
        {b"a b/c\td": file(b"2\n"), "é/ü".encode(): file(b"2\n"), b'"q"': file(b"2\n"), b"new\nline": file(b"1\n")},
    ),
    "odd contents": (
        {b"a": file(b"1\r\n2\r3\n"), b"e": file(b""), b"l": file(b"\xe4\n")},
        {b"a": file(b"1\r\n2\r4"), b"e": file(b"x"), b"l": file(b"\xe4\x0c\xe2\x80\xa8\n")},
    ),
    "everything is removed": ({b"a": file(b"1\n")}, {}),
    "a file becomes a directory": ({b"a": file(b"1\n")}, {b"a/b": file(b"1\n")}),
    "names that sort unlike their directories": (
        {b"a-b": file(b"1\n"), b"a/b": file(b"2\n"), b"a.b": file(b"3\n")},
        {b"a-b": file(b"2\n"), b"a/b": file(b"3\n"), b"a.b": file(b"4\n")},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_change_is_the_one_that_git_tells(tmp_path: Path, upstream: Repository, shape: str) -> None:
    before, after = SHAPES[shape]
    old = upstream.commit_tree(before)
    new = upstream.commit_tree(after, parent=old)
    store, patch = await replicated(tmp_path, Server(upstream), old, new)
    assert patch == await read_patch(GitStore(upstream.git_dir), old, new)
    assert patch.files
    assert all(found.fault is None for found in patch.files)
    assert await store.list_tree(new) == await GitStore(upstream.git_dir).list_tree(new)


async def test_only_blobs_that_differ_are_asked_for_and_those_only_once(tmp_path: Path, upstream: Repository) -> None:
    same: Tree = {b"same/%d" % number: file(b"%d\n" % number) for number in range(20)}
    same[b"same/.gitattributes"] = file(b"y text\n")
    old = upstream.commit_tree({**same, b"a": file(b"1\n"), b".gitattributes": file(b"x text\n")})
    new = upstream.commit_tree({**same, b"a": file(b"2\n"), b".gitattributes": file(b"x text\n")}, parent=old)
    server = Server(upstream)
    store, _ = await replicated(tmp_path, server, old, new)
    names = {upstream.git("rev-parse", name).decode().strip() for name in (f"{old}:a", f"{new}:a")}
    attributes = upstream.git("rev-parse", f"{old}:.gitattributes").decode().strip()
    assert sorted(server.blobs()) == sorted({*names, attributes})  # not those of same/, where nothing changed
    assert await store.read_file(old, ".gitattributes") == b"x text\n"
    untouched = upstream.git("rev-parse", f"{new}:same/13").decode().strip()
    assert (await store.read_blobs([untouched]))[untouched] is BlobFault.MISSING
    later = upstream.commit_tree({**same, b"a": file(b"3\n")}, parent=new)
    server.asked.clear()
    _, patch = await replicated(tmp_path, server, old, later)
    assert server.blobs() == [upstream.git("rev-parse", f"{later}:a").decode().strip()]
    assert [(found.path, found.status) for found in patch.files] == [
        (".gitattributes", FileStatus.REMOVED),
        ("a", FileStatus.MODIFIED),
    ]


async def test_files_of_the_base_that_the_reader_names_are_brought_too_wherever_they_stand(
    tmp_path: Path, upstream: Repository
) -> None:
    same: Tree = {b"docs/rule.md": file(b"- No\n"), b"rule.md": file(b"- Yes\n"), b"docs/other": file(b"untouched\n")}
    old = upstream.commit_tree({**same, b"a": file(b"1\n")})
    new = upstream.commit_tree({**same, b"a": file(b"2\n"), b"docs/rule.md": file(b"- Never\n")}, parent=old)
    allowance = Allowance(also=lambda path: path.endswith("rule.md"))
    store, _ = await replicated(tmp_path, Server(upstream), old, new, allowance)
    assert await store.read_file(old, "rule.md") == b"- Yes\n"
    assert await store.read_file(old, "docs/rule.md") == b"- No\n"
    other = upstream.git("rev-parse", f"{old}:docs/other").decode().strip()
    assert (await store.read_blobs([other]))[other] is BlobFault.MISSING


async def test_files_beyond_the_allowance_are_named_and_cost_themselves_only(
    tmp_path: Path, upstream: Repository
) -> None:
    old = upstream.commit_tree({b"small": file(b"1\n"), b"huge": file(LINES * 99), b"middle": file(LINES)})
    new = upstream.commit_tree({b"small": file(b"2\n"), b"huge": file(LINES * 98), b"middle": file(LINES[7:])})
    for allowance in (Allowance(blobs=5), Allowance(bytes=3000), Allowance(blob_bytes=3000)):
        server = Server(upstream)
        _, patch = await replicated(tmp_path / str(allowance.blobs + allowance.bytes), server, old, new, allowance)
        assert {found.path: found.fault is None for found in patch.files} == {
            "small": True,
            "middle": True,
            "huge": False,
        }


@pytest.mark.parametrize("lost", ["a", "b/c", "b"])
async def test_a_listing_that_leaves_something_out_is_not_believed(
    tmp_path: Path, upstream: Repository, lost: str
) -> None:
    old = upstream.commit_tree({b"a": file(b"1\n"), b"b/c": file(b"1\n"), b"b/d": file(b"1\n")})
    new = upstream.commit_tree({b"a": file(b"2\n"), b"b/c": file(b"2\n"), b"b/d": file(b"1\n")}, parent=old)
    with pytest.raises((NotReplicableError, GitError)):
        await replicated(tmp_path, Server(upstream, lost=lost), old, new)


async def test_a_blob_that_is_not_what_its_id_says_is_not_believed(tmp_path: Path, upstream: Repository) -> None:
    old = upstream.commit_tree({b"a": file(b"1\n")})
    new = upstream.commit_tree({b"a": file(b"2\n")}, parent=old)
    with pytest.raises(NotReplicableError, match="not what its id stands for"):
        await replicated(tmp_path, Server(upstream, lie=lambda _: b"3\n"), old, new)
    _, patch = await replicated(tmp_path, Server(upstream), old, new)
    assert patch.changed_lines == 2


async def test_an_error_of_the_server_comes_through_as_it_is(tmp_path: Path, upstream: Repository) -> None:
    class BusyError(Exception):
        """Come back later."""

    def refuse(_: bytes) -> bytes:
        raise BusyError

    old = upstream.commit_tree({b"%d" % number: file(b"1\n") for number in range(30)})
    new = upstream.commit_tree({b"%d" % number: file(b"%d\n" % number) for number in range(30)}, parent=old)
    with pytest.raises(BusyError):
        await replicated(tmp_path, Server(upstream, lie=refuse), old, new)
    _, patch = await replicated(tmp_path, Server(upstream), old, new)
    assert all(found.fault is None for found in patch.files)
    assert not list((tmp_path / "mirrors" / "replica-7.1.git").glob("scratch.*"))


async def test_a_directory_that_json_cannot_name_is_in_the_way_of_nothing_else(
    tmp_path: Path, upstream: Repository
) -> None:
    odd: Tree = {b"odd/\xff\xfe": file(b"1\n"), b"odd/fine": file(b"1\n")}
    old = upstream.commit_tree({**odd, b"a": file(b"1\n")})
    new = upstream.commit_tree({**odd, b"a": file(b"2\n")}, parent=old)
    _, patch = await replicated(tmp_path, Server(upstream), old, new)
    assert list(patch.by_path) == ["a"]
    within = upstream.commit_tree({**odd, b"odd/fine": file(b"2\n"), b"a": file(b"2\n")}, parent=new)
    with pytest.raises(GitError):
        await replicated(tmp_path, Server(upstream), old, within)


async def test_a_damaged_replica_is_rebuilt(tmp_path: Path, upstream: Repository) -> None:
    old = upstream.commit_tree({b"d/a": file(b"1\n")})
    new = upstream.commit_tree({b"d/a": file(b"2\n")}, parent=old)
    store, patch = await replicated(tmp_path, Server(upstream), old, new)
    below = upstream.git("rev-parse", f"{new}:d").decode().strip()
    place = store.git_dir / "objects" / below[:2] / below[2:]
    place.chmod(0o644)
    place.write_bytes(b"garbage")
    server = Server(upstream)
    assert (await replicated(tmp_path, server, old, new))[1] == patch
    assert len(server.blobs()) == 2


@pytest.mark.parametrize("shape", SHAPES)
async def test_of_a_tree_too_large_to_list_only_what_differs_is_asked_for(
    tmp_path: Path, upstream: Repository, shape: str
) -> None:
    same: Tree = {b"same/%d/%d" % (number, number): file(b"%d\n" % number) for number in range(40)}
    before, after = SHAPES[shape]
    old = upstream.commit_tree({**same, **before, b"deep/er/.gitattributes": file(b"* text\n")})
    new = upstream.commit_tree({**same, **after, b"deep/er/f": file(b"1\n")}, parent=old)
    server = Server(upstream, most_entries=12)
    store, patch = await replicated(tmp_path, server, old, new)
    assert patch == await read_patch(GitStore(upstream.git_dir), old, new)
    assert await store.read_file(old, "deep/er/.gitattributes") == b"* text\n"
    below = upstream.git("rev-parse", f"{old}:same").decode().strip()
    assert f"tree {below}" not in server.asked
    with pytest.raises(GitError):
        await store.list_tree(new)


async def test_more_than_can_be_listed_or_may_be_asked_for_is_said(tmp_path: Path, upstream: Repository) -> None:
    old = upstream.commit_tree({b"%d/f" % number: file(b"1\n") for number in range(MAX_LISTINGS)})
    new = upstream.commit_tree({b"%d/f" % number: file(b"%d\n" % number) for number in range(MAX_LISTINGS)})
    with pytest.raises(NotReplicableError, match="in more directories than may be asked for"):
        await replicated(tmp_path, Server(upstream, most_entries=MAX_LISTINGS), old, new)
    with pytest.raises(NotReplicableError, match="a directory has more files than it lists"):
        await replicated(tmp_path, Server(upstream, most_entries=3), old, new)


@pytest.mark.parametrize(
    "entry",
    [
        ListedEntry("a/b", "100644", "blob", "1" * 40),
        ListedEntry("", "100644", "blob", "1" * 40),
        ListedEntry("a", "100644 blob", "blob", "1" * 40),
        ListedEntry("a", "100644", "blob\n", "1" * 40),
        ListedEntry("a", "100644", "blob", "--help"),
        ListedEntry("a", "040000", "tree", "--help"),
        ListedEntry("a\0b", "100644", "blob", "1" * 40),
    ],
)
def test_what_can_be_in_no_tree_is_not_handed_to_git(entry: ListedEntry) -> None:
    with pytest.raises(NotReplicableError):
        Surveyed("2" * 40).add("", "2" * 40, [entry], recursive=True)


IDS = st.sampled_from([letter * 40 for letter in "123456789abcdef"])


@given(
    pairs=st.lists(st.tuples(IDS, IDS), max_size=12),
    also=st.lists(IDS, max_size=3, unique=True),
    absent=st.frozensets(IDS),
    allowance=st.builds(Allowance, blobs=st.integers(0, 12), bytes=st.integers(0, 60), blob_bytes=st.integers(0, 30)),
)
def test_the_allowance_is_kept_and_no_half_of_a_change_is_asked_for(
    pairs: list[tuple[str, str]], also: list[str], absent: frozenset[str], allowance: Allowance
) -> None:
    sizes = {letter * 40: 3 * number for number, letter in enumerate("123456789abcdef")}
    modified = Change("100644", "100644", "", "", FileStatus.MODIFIED, b"a", b"a")
    changes = [
        dataclasses.replace(modified, old_id=old, new_id=new, path=b"%d" % number)
        for number, (old, new) in enumerate(pairs)
    ]
    chosen = choose_blobs(changes, also, sizes, absent, allowance)
    assert len(chosen) == len(set(chosen)) <= allowance.blobs
    assert sum(sizes[name] for name in chosen) <= allowance.bytes
    assert set(chosen) <= absent
    assert all(sizes[name] <= allowance.blob_bytes for name in chosen)
    whole = {name for old, new in pairs for name in (old, new) if not ({old, new} & absent) - set(chosen)}
    assert set(chosen) <= whole | set(also)
    if len(absent) <= allowance.blobs and sum(sizes.values()) <= allowance.bytes and allowance.blob_bytes >= 42:
        assert set(chosen) == absent & {*also, *(name for pair in pairs for name in pair)}
