import asyncio
import base64
import fcntl
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.change.diff import FileStatus
from app.repo.fetch_faults import CannotFetchError, FetchFault
from app.repo.git import GitError
from app.repo.mirror import Mirrors, Origin
from app.repo.patch import read_patch
from app.repo.shelf import Bounds
from tests.repo.server import TOKEN, GitServer
from tests.repo.world import Repository, make_repository

CREDENTIALS = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@dataclass
class World:
    server: GitServer
    upstream: Repository
    merge_base: str
    head: str
    directory: Path

    def origin(self, **changed: str) -> Origin:
        facts = {"clone_url": f"{self.server.url}/ada/project.git", "token": TOKEN, **changed}
        return Origin(repository_id=7, **facts)

    @property
    def mirror(self) -> Path:
        return max(self.directory.glob("7.*.git"), key=lambda place: int(place.name.split(".")[1]))


def big(seed: int, size: int = 2 << 20) -> bytes:
    """Text that does not compress away, above the mirror's limit for blobs."""
    line = b"".join(b"%08x" % (number * 2654435761 * seed % (1 << 32)) for number in range(10))
    return b"".join(b"%d %b\n" % (number * seed, line) for number in range(size // 85))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    upstream = make_repository(tmp_path / "served" / "ada" / "project.git", "--bare")
    for key in ("uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"):
        upstream.git("config", key, "true")
    first = upstream.commit_tree({b"a.py": ("100644", b"0\n")})
    base = upstream.commit_tree({b"a.py": ("100644", b"1\n"), b"big": ("100644", big(1))}, parent=first)
    head = upstream.commit_tree({b"a.py": ("100644", b"2\n"), b"big": ("100644", big(1))}, parent=base)
    upstream.git("update-ref", "refs/pull/1/head", head)
    with GitServer(tmp_path / "served") as server:
        yield World(server, upstream, base, head, tmp_path / "mirrors")


def advance(world: World, **files: bytes) -> str:
    """A further commit upon the head, with these files beside the others."""
    tree = {b"a.py": ("100644", b"2\n"), b"big": ("100644", big(1))}
    tree.update({name.encode(): ("100644", content) for name, content in files.items()})
    return world.upstream.commit_tree(tree, parent=world.head)


async def test_a_fetched_range_can_be_read_and_holds_no_more_than_needed(world: World) -> None:
    store = await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    patch = await read_patch(store, world.merge_base, world.head)
    assert [(found.path, found.status, found.additions) for found in patch.files] == [("a.py", FileStatus.MODIFIED, 1)]
    assert await store.read_file(world.head, "a.py") == b"2\n"
    first = world.upstream.git("rev-parse", world.merge_base + "^").decode().strip()
    untouched = world.upstream.git("rev-parse", world.head + ":big").decode().strip()
    assert await store.sizes([first, untouched]) == {first: None, untouched: None}


async def test_what_is_here_is_not_fetched_again(world: World) -> None:
    mirrors = Mirrors(world.directory)
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    world.server.requests.clear()
    os.utime(world.mirror, (1, 1))
    await mirrors.fetch(world.origin(token="expired"), merge_base=world.merge_base, head=world.head)
    assert world.server.requests == []
    assert world.mirror.stat().st_mtime > 1
    later = advance(world, new=b"x\n")
    store = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later, others=[world.head])
    assert set((await read_patch(store, world.merge_base, later)).by_path) == {"a.py", "new"}


async def test_large_blobs_of_the_change_are_fetched_by_name(world: World) -> None:
    later = advance(world, big=big(3))
    store = await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=later)
    found = (await read_patch(store, world.merge_base, later)).by_path["big"]
    assert found.fault is None
    assert found.changed_lines > 10_000


async def test_blobs_beyond_the_bound_are_faults_of_their_files(world: World) -> None:
    later = advance(world, huge=os.urandom(6 << 20), large=b"\n".join([os.urandom(1 << 11).hex().encode()] * 600))
    mirrors = Mirrors(world.directory, bounds=Bounds(late_bytes=3 << 20))
    store = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    patch = await read_patch(store, world.merge_base, later)
    assert {found.path: found.fault is None for found in patch.files} == {"a.py": True, "huge": False, "large": True}


async def test_the_token_is_seen_by_the_server_alone(world: World) -> None:
    seen: list[str] = []

    def look() -> None:
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(place.read_bytes().decode("utf-8", "replace"))
            except OSError:
                continue

    world.server.during = look
    later = advance(world, big=big(5))
    await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=later)
    assert any("remote-http" in command for command in seen)
    stored = b"".join(place.read_bytes() for place in world.mirror.rglob("*") if place.is_file())
    for secret in (TOKEN, CREDENTIALS):
        assert not any(secret in command for command in seen)
        assert secret.encode() not in stored
        assert secret not in repr(world.origin())
        assert not any(secret in path for _, path in world.server.requests)


async def test_the_token_does_not_follow_a_redirect_to_another_host(world: World) -> None:
    with GitServer(world.server.root) as stranger:
        world.server.redirect = stranger.url.replace("127.0.0.1", "localhost")
        with pytest.raises(CannotFetchError) as caught:
            await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=world.head)
        assert caught.value.fault is FetchFault.DENIED
        assert stranger.strangers
        assert set(stranger.strangers) == {None}


async def expect(world: World, fault: FetchFault, mirrors: Mirrors | None = None, **changed: str) -> str:
    head = changed.pop("head", world.head)
    with pytest.raises(CannotFetchError) as caught:
        await (mirrors or Mirrors(world.directory)).fetch(
            world.origin(**changed), merge_base=world.merge_base, head=head
        )
    assert caught.value.fault is fault
    assert not any(secret in str(caught.value) for secret in (TOKEN, CREDENTIALS, "wrong-token"))
    return str(caught.value)


async def test_each_failure_has_its_name(world: World) -> None:
    await expect(world, FetchFault.DENIED, token="wrong-token")
    await expect(world, FetchFault.DENIED, clone_url=f"{world.server.url}/ada/other.git")
    await expect(world, FetchFault.ABSENT, head="1" * 40)
    await expect(world, FetchFault.UNREACHABLE, clone_url="http://127.0.0.1:1/ada/project.git")
    for url in (f"file://{world.server.root}/ada/project.git", "ext::sh -c true", "--upload-pack=x", "http://u:p@h/x"):
        await expect(world, FetchFault.ADDRESS, clone_url=url)
    await expect(world, FetchFault.TOO_LARGE, Mirrors(world.directory, bounds=Bounds(pack_bytes=100)))
    world.server.broken = b"<html>maintenance</html>"
    await expect(world, FetchFault.UNREACHABLE)
    world.server.broken = None
    await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=world.head)


async def test_a_slow_server_is_given_up_and_no_process_stays(world: World) -> None:
    block = threading.Event()
    world.server.during = lambda: None if block.wait(30) else pytest.fail("nobody let the server go on")
    await expect(world, FetchFault.SLOW, Mirrors(world.directory, bounds=Bounds(seconds=0.5)))
    task = asyncio.create_task(
        Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    )
    before = len(world.server.requests)
    await until(lambda: len(world.server.requests) > before)
    assert children()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not children())
    block.set()


def children() -> list[str]:
    """Command lines of living git processes that speak to the server of this test's process group tree."""
    listing = subprocess.run(["ps", "-eo", "ppid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [row.split(None, 2) for row in listing.splitlines()]
    return [row[2] for row in rows if row[0] == str(os.getpid()) and "git fetch" in row[2] and row[1][0] != "Z"]


async def until(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_commit_the_server_does_not_hand_out_by_id_comes_by_its_reference(world: World) -> None:
    hidden = world.upstream.commit_tree({b"a.py": ("100644", b"3\n")}, parent=world.merge_base)
    world.upstream.git("update-ref", "refs/pull/2/head", hidden)
    mirrors = Mirrors(world.directory)
    refs = ["refs/pull/2/head"]
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=hidden, refs=refs)
    with pytest.raises(CannotFetchError):
        await mirrors.fetch(world.origin(), merge_base=world.merge_base, head="1" * 40, refs=refs)


def objects(world: World) -> dict[str, int]:
    """Every object of the mirror, and its bytes."""
    mirror = Repository(world.mirror)
    listing = mirror.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)").decode()
    return {name: int(size) for name, size in (row.split() for row in listing.splitlines())}


async def test_a_later_fetch_brings_only_what_is_new(world: World) -> None:
    mirrors = Mirrors(world.directory)
    wide = {f"lib/{number}.py": b"%d\n" % number for number in range(200)}
    before = advance(world, **wide)
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=before)
    had = objects(world)
    later = advance(world, **{**wide, "lib/7.py": b"seven\n"})
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    brought = {name: size for name, size in objects(world).items() if name not in had}
    # the commit, its tree, the tree of lib/ and the one blob; and no object that was here was sent again
    assert len(brought) == 4
    newest = max(world.mirror.glob("objects/pack/*.pack"), key=lambda pack: pack.stat().st_mtime_ns)
    packed = Repository(world.mirror).git("verify-pack", "-v", str(newest)).decode().splitlines()
    sent = {row.split()[0] for row in packed if row[40:41] == " "}
    assert len(sent) < 12


async def test_a_force_push_a_moved_base_and_the_pull_requests_of_one_repository_share_a_mirror(world: World) -> None:
    mirrors = Mirrors(world.directory)
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    pushed_over = world.upstream.commit_tree({b"a.py": ("100644", b"9\n")}, parent=world.merge_base)
    world.upstream.git("update-ref", "refs/pull/1/head", pushed_over)
    moved = world.upstream.commit_tree({b"a.py": ("100644", b"1\n"), b"c": ("100644", b"c\n")}, parent=world.merge_base)
    merged = world.upstream.commit_tree({b"a.py": ("100644", b"2\n"), b"c": ("100644", b"c\n")}, parent=moved)
    stores = await asyncio.gather(
        mirrors.fetch(world.origin(), merge_base=world.merge_base, head=pushed_over, others=[moved]),
        mirrors.fetch(world.origin(), merge_base=moved, head=merged, others=[moved]),
        mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head, others=[moved]),
    )
    ends = [(world.merge_base, pushed_over), (moved, merged), (world.merge_base, world.head)]
    found = [await read_patch(store, *pair) for store, pair in zip(stores, ends, strict=True)]
    assert [{file.path for file in patch.files} for patch in found] == [{"a.py", "big"}, {"a.py"}, {"a.py"}]
    assert await stores[0].read_file(moved, "c") == b"c\n"


async def test_a_head_of_a_fork_is_found_by_the_pull_requests_reference_alone(world: World, tmp_path: Path) -> None:
    world.upstream.git("config", "uploadpack.allowAnySHA1InWant", "false")
    world.upstream.git("config", "uploadpack.allowReachableSHA1InWant", "false")
    world.upstream.git("config", "uploadpack.allowTipSHA1InWant", "false")
    world.upstream.git("update-ref", "refs/heads/main", world.merge_base)
    fork = make_repository(tmp_path / "fork", "--bare")
    fork.git("fetch", "--quiet", str(world.upstream.path), world.merge_base)
    theirs = fork.commit_tree({b"a.py": ("100644", b"theirs\n")}, parent=world.merge_base)
    fork.git("update-ref", "refs/heads/theirs", theirs)
    world.upstream.git("fetch", "--quiet", str(fork.path), "refs/heads/theirs:refs/pull/9/head")
    store = await Mirrors(world.directory).fetch(
        world.origin(), merge_base=world.merge_base, head=theirs, refs=["refs/pull/9/head"]
    )
    assert "a.py" in (await read_patch(store, world.merge_base, theirs)).by_path


def lose(world: World, pattern: str) -> None:
    for place in world.mirror.glob(pattern):
        place.unlink()


def cut_packs(world: World, at: int) -> None:
    for pack in world.mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:at])


def overwrite_packs(world: World) -> None:
    for pack in world.mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        content = pack.read_bytes()
        pack.write_bytes(content[:12] + bytes(len(content) - 32) + content[-20:])


DAMAGES: dict[str, Callable[[World], object]] = {
    "packs cut at their heads": lambda world: cut_packs(world, 20),
    "packs cut in the middle": lambda world: cut_packs(world, -25),
    "packs overwritten in the middle": overwrite_packs,
    "packs lost": lambda world: lose(world, "objects/pack/*"),
    "an index lost": lambda world: lose(world, "objects/pack/*.idx"),
    "an unreadable config": lambda world: (world.mirror / "config").write_text("[[["),
    "a garbage reference": lambda world: (world.mirror / "refs" / "lintel" / world.head).write_text("garbage\n"),
    "a reference to nothing": lambda world: (world.mirror / "refs" / "lintel" / world.head).write_text("1" * 40),
    "no HEAD": lambda world: lose(world, "HEAD"),
    "no objects": lambda world: shutil.rmtree(world.mirror / "objects"),
    "an unreadable shallow list": lambda world: (world.mirror / "shallow").write_text("garbage\n"),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_mirror_is_rebuilt(world: World, damage: str) -> None:
    mirrors = Mirrors(world.directory)
    store = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    whole = await read_patch(store, world.merge_base, world.head)
    DAMAGES[damage](world)
    later = advance(world, new=b"x\n")
    store = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later, others=[world.head])
    try:
        patches = [await read_patch(store, world.merge_base, head) for head in (world.head, later)]
    except GitError:
        # damage may show only when it is read; then the review asks for a fresh mirror
        await mirrors.discard(7)
        store = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later, others=[world.head])
        patches = [await read_patch(store, world.merge_base, head) for head in (world.head, later)]
    assert patches[0] == whole
    assert set(patches[1].by_path) == {"a.py", "new"}
    assert all(file.fault is None for patch in patches for file in patch.files)
    del store
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    assert {place.name for place in world.directory.iterdir()} == {world.mirror.name, "7.lock"}


async def test_what_a_killed_git_left_behind_is_cleared(world: World) -> None:
    mirrors = Mirrors(world.directory)
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    later = advance(world, new=b"x\n")
    remains = [world.mirror / "shallow.lock", world.mirror / "refs" / "lintel" / f"{later}.lock"]
    remains.append(world.mirror / "objects" / "pack" / "tmp_pack_x")
    for place in remains:
        place.write_bytes(b"")
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    assert not any(place.exists() for place in remains)


async def test_fetches_of_one_mirror_wait_for_each_other_also_across_processes(world: World) -> None:
    mirrors = Mirrors(world.directory)
    heads = [advance(world, new=b"%d\n" % number) for number in range(4)]
    stores = await asyncio.gather(
        *(mirrors.fetch(world.origin(), merge_base=world.merge_base, head=head) for head in heads[:2]),
        *(Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=head) for head in heads[2:]),
    )
    for store, head in zip(stores, heads, strict=True):
        assert "new" in (await read_patch(store, world.merge_base, head)).by_path
    with (world.directory / "7.lock").open("ab") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        impatient = Mirrors(world.directory, bounds=Bounds(seconds=0.2))
        await expect(world, FetchFault.SLOW, impatient)


async def test_a_discarded_mirror_begins_anew_and_its_readers_are_not_disturbed(world: World) -> None:
    mirrors = Mirrors(world.directory)
    reading = await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    before = world.mirror
    await mirrors.discard(7)
    assert world.mirror != before
    assert objects(world) == {}
    later = advance(world, new=b"x\n")
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    assert len((await read_patch(reading, world.merge_base, world.head)).files) == 1
    del reading
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=later)
    assert not before.exists()
    await Mirrors(world.directory / "empty").discard(7)


async def test_nothing_is_fetched_on_demand_while_reading(world: World) -> None:
    store = await Mirrors(world.directory).fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    world.server.requests.clear()
    untouched = world.upstream.git("rev-parse", world.head + ":big").decode().strip()
    assert (await store.read_blobs([untouched]))[untouched] == "missing"
    assert world.server.requests == []


async def test_a_file_that_shrinks_below_the_limit_is_not_sent_as_a_delta_to_what_is_not_here(world: World) -> None:
    mirrors = Mirrors(world.directory)
    large = big(7, 1_200_000)
    before = advance(world, shrinking=large)
    after = advance(world, shrinking=large[:900_000])
    world.upstream.git("repack", "-adq")
    await mirrors.fetch(world.origin(), merge_base=world.head, head=world.head, others=[before])
    store = await mirrors.fetch(world.origin(), merge_base=world.head, head=after)
    assert await store.read_file(after, "shrinking") == large[:900_000]


async def test_what_was_fetched_before_is_found_without_asking_anybody(world: World) -> None:
    mirrors, later = Mirrors(world.directory), advance(world)
    assert await mirrors.find(7, [world.head]) is None
    assert not world.directory.exists()
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    asked = len(world.server.requests)
    store = await mirrors.find(7, [world.merge_base, world.head])

    assert store is not None
    assert await store.read_file(world.head, "a.py") == b"2\n"
    assert await mirrors.find(7, [world.merge_base, later]) is None
    assert len(world.server.requests) == asked


async def test_what_was_found_is_not_removed_while_it_is_read(world: World) -> None:
    mirrors = Mirrors(world.directory)
    await mirrors.fetch(world.origin(), merge_base=world.merge_base, head=world.head)
    store = await mirrors.find(7, [world.head])
    await mirrors.discard(7)

    assert store is not None
    assert await store.read_file(world.head, "a.py") == b"2\n"
