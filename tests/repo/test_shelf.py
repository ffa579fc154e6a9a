"""Many mirrors on one disk: who goes when room is needed, and who must stay."""

from __future__ import annotations

import asyncio
import fcntl
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.repo.fetch_faults import CannotFetchError, FetchFault, blame_remote
from app.repo.git import GitFailedError
from app.repo.mirror import Mirrors, Origin
from app.repo.objects import GitStore
from app.repo.shelf import Bounds
from tests.repo.reader_process import start_reader
from tests.repo.server import TOKEN, GitServer
from tests.repo.world import Repository, file, make_repository

PATIENCE_S = 20.0


@dataclass
class World:
    """One repository that stands for many: only the id tells them apart."""

    server: GitServer
    upstream: Repository
    merge_base: str
    head: str
    directory: Path

    @property
    def url(self) -> str:
        return f"{self.server.url}/ada/project.git"

    @property
    def here(self) -> set[int]:
        return {int(place.name.split(".")[0]) for place in self.directory.glob("*.git")}

    def mirrors(
        self, *, total_bytes: int = 1 << 40, free_bytes: int = 0, packs: int = 300, seconds: float = 60
    ) -> Mirrors:
        bounds = Bounds(total_bytes=total_bytes, free_bytes=free_bytes, packs=packs, seconds=seconds)
        return Mirrors(self.directory, bounds=bounds)

    async def fetch(self, mirrors: Mirrors, repository_id: int, head: str = "") -> GitStore:
        origin = Origin(repository_id=repository_id, clone_url=self.url, token=TOKEN)
        return await mirrors.fetch(origin, merge_base=self.merge_base, head=head or self.head)

    def used(self, repository_id: int, at: int) -> None:
        """Say when a mirror was used last: file times are too coarse for a test."""
        os.utime(self.directory / f"{repository_id}.1.git", (at, at))

    async def fill(self, *ids: int) -> int:
        """Mirrors that nobody reads, the first named the longest unused. Bytes of each."""
        for at, repository_id in enumerate(ids, 1):
            await self.fetch(self.mirrors(), repository_id)
            self.used(repository_id, at)
        sizes = {(self.directory / f"{name}.1.git" / "lintel.size").read_text(encoding="ascii") for name in ids}
        (size,) = sizes
        return int(size.split()[0])

    @asynccontextmanager
    async def reader(self, repository_id: int) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await start_reader(self.directory, self.url, repository_id, self.merge_base, self.head)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    upstream = make_repository(tmp_path / "served" / "ada" / "project.git", "--bare")
    for key in ("uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"):
        upstream.git("config", key, "true")
    content = os.urandom(50_000)
    base = upstream.commit_tree({b"a.py": file(b"1\n"), b"b": file(content)})
    head = upstream.commit_tree({b"a.py": file(b"2\n"), b"b": file(content)}, parent=base)
    with GitServer(tmp_path / "served") as server:
        yield World(server, upstream, base, head, tmp_path / "mirrors")


async def test_the_longest_unused_goes_when_all_are_too_large(world: World) -> None:
    size = await world.fill(1, 2, 3)
    assert size > 50_000
    await world.fetch(world.mirrors(total_bytes=3 * size), 4)
    assert world.here == {2, 3, 4}
    world.used(2, 9)
    await world.fetch(world.mirrors(total_bytes=2 * size), 4)
    assert world.here == {2, 4}
    assert not [place for place in world.directory.iterdir() if ".aside." in place.name]


async def test_one_goes_for_every_mirror_when_the_disk_is_nearly_full(world: World) -> None:
    await world.fill(1, 2, 3)
    store = await world.fetch(world.mirrors(free_bytes=1 << 60), 4)
    assert world.here == {4}
    assert await store.read_file(world.head, "a.py") == b"2\n"


async def test_what_a_review_reads_stays_however_long_it_lasts(world: World) -> None:
    size = await world.fill(1, 2, 3)
    store = await world.fetch(world.mirrors(), 1)
    world.used(1, 0)
    await world.fetch(world.mirrors(total_bytes=2 * size), 4)
    assert world.here == {1, 4}
    assert await store.read_file(world.head, "a.py") == b"2\n"
    del store
    await world.fetch(world.mirrors(total_bytes=size), 4)
    assert world.here == {4}


async def test_what_another_process_reads_stays_until_that_ends(world: World) -> None:
    async with world.reader(1) as reader:
        assert reader.stdout is not None
        assert await reader.stdout.readline() == b"ready\n"
        await world.fetch(world.mirrors(total_bytes=1), 2)
        assert world.here == {1, 2}
        reader.kill()
        await reader.wait()
    await world.fetch(world.mirrors(total_bytes=1), 2)
    assert world.here == {2}


async def test_what_somebody_fetches_into_stays(world: World) -> None:
    await world.fill(1, 2)
    with (world.directory / "1.lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        await world.fetch(world.mirrors(total_bytes=1), 3)
        assert world.here == {1, 3}
    await world.fetch(world.mirrors(total_bytes=1), 3)
    assert world.here == {3}


async def test_mirrors_come_and_go_while_many_fetch(world: World) -> None:
    size = await world.fill(1)
    mirrors = [world.mirrors(total_bytes=2 * size) for _ in range(2)]

    async def read(at: int) -> bytes | None:
        store = await world.fetch(mirrors[at % 2], 1 + at % 5)
        await asyncio.sleep(0)
        return await store.read_file(world.head, "a.py")

    assert set(await asyncio.gather(*map(read, range(20)))) == {b"2\n"}
    await world.fetch(mirrors[0], 1)
    assert len(world.here) <= 2


async def test_a_mirror_of_too_many_packs_is_begun_anew_while_others_go_on_reading_it(world: World) -> None:
    mirrors = world.mirrors(packs=2)
    heads = [world.upstream.commit_tree({b"a.py": file(b"%d\n" % number)}) for number in range(4)]
    reading = await world.fetch(mirrors, 1)

    def packs() -> dict[str, int]:
        places = sorted(world.directory.glob("*.git"))
        return {place.name: len(list(place.glob("objects/pack/*.pack"))) for place in places}

    for head in heads[:3]:
        await world.fetch(mirrors, 1, head)
    assert packs() == {"1.1.git": 3, "1.2.git": 1}
    assert await reading.read_file(world.head, "a.py") == b"2\n"
    del reading
    await world.fetch(mirrors, 1, heads[3])
    assert packs() == {"1.2.git": 2}


async def test_a_mirror_whose_change_was_broken_off_counts_with_what_it_holds(world: World) -> None:
    size = await world.fill(1, 2)
    (world.directory / "1.1.git" / "lintel.size").unlink()
    (world.directory / "1.1.git" / "objects" / "pack" / "tmp_pack_x").write_bytes(b"x" * 3 * size)
    world.used(1, 0)
    await world.fetch(world.mirrors(total_bytes=4 * size), 3)
    assert world.here == {2, 3}


async def test_what_a_removal_or_a_beginning_left_behind_is_cleared(world: World) -> None:
    await world.fill(1)
    (world.directory / "7.aside.1" / "objects").mkdir(parents=True)
    (world.directory / "2.new.x" / "git").mkdir(parents=True)
    await world.fetch(world.mirrors(), 2)
    assert {place.name for place in world.directory.iterdir()} == {"1.1.git", "1.lock", "2.1.git", "2.lock"}


async def test_a_killed_fetch_holds_its_mirror_until_git_has_ended_too(world: World) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        assert go_on.wait(PATIENCE_S)

    world.server.during = hold
    async with world.reader(1) as reader:
        await until(reached.is_set)
        reader.kill()
        await reader.wait()
    world.server.during = lambda: None
    with pytest.raises(CannotFetchError, match="another process holds the mirror"):
        await world.fetch(world.mirrors(seconds=0.3), 1)
    go_on.set()
    store = await world.fetch(world.mirrors(), 1)
    assert await store.read_file(world.head, "a.py") == b"2\n"


@pytest.mark.parametrize("command", ["fetch", "update-ref", "mktree"])
def test_a_full_disk_is_told_from_a_damaged_mirror(command: str) -> None:
    error = GitFailedError(command, 128, "error: file write error\nfatal: write error: No space left on device\n")
    assert blame_remote(error) is FetchFault.NO_ROOM
