"""The directory where copies of repositories stand: held while they change, leased while read, cleared by need.

A copy NAME stands in `NAME.GENERATION.git`, a bare repository, beside its lock file. Who changes it holds the lock
file; who reads it has a lease on the directory. What is leased is never removed, however long a review lasts: no guess
at its length could be both short enough to free a disk and long enough for the longest one. So a copy that is begun
anew (it is damaged, or worn) gets a directory of the next generation, and the one before goes when its last reader
does. The system lets go of the locks of a process that dies, so nothing stays held by a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.repo.fetch_faults import CannotFetchError, FetchFault
from app.repo.git import GitError, GitMissingError, Surroundings, run_git
from app.repo.objects import GitStore

_WAIT_SECONDS = 0.05
_SIZE = "lintel.size"
SCRATCH = "scratch."
"""How the name of a directory begins that a builder makes in a copy for as long as it builds."""
_ASIDE = ".aside."
_NEW = ".new."

Build = Callable[[GitStore, Surroundings], Awaitable[GitStore]]
"""Makes a copy hold what is asked for; what it runs in these surroundings keeps the copy locked until it has ended.

Raises GitError where the copy must be damaged, CannotFetchError where what stands in the way lies beyond it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long and how large a fetch may be, and all copies together.

    `pack_bytes` and `late_bytes` are those of one pack, and of one pack of late blobs. The least recently used copies
    go when all have more than `total_bytes`, or the disk less than `free_bytes` left. A copy of more than `packs`
    packs is begun anew, because git looks through all of them for each object.
    """

    seconds: float = 600
    pack_bytes: int = 4 << 30
    late_bytes: int = 64 << 20
    total_bytes: int = 20 << 30
    free_bytes: int = 1 << 30
    packs: int = 300


@dataclass(frozen=True, slots=True)
class _Size:
    """What a copy was measured at when it was last changed."""

    size: int
    packs: int


class Lease:
    """Keeps a copy from being removed for room, until the last store that has it is gone."""

    def __init__(self, place: Path) -> None:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        weakref.finalize(self, os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH)


class Shelf:
    """The copies below `directory`. Safe for several tasks and several processes at once.

    The time a copy's directory was changed is the time it was last used.
    """

    def __init__(self, directory: Path, bounds: Bounds) -> None:
        self.directory = directory
        self.bounds = bounds
        self._locks: dict[str, asyncio.Lock] = {}

    async def provide(self, name: str, build: Build) -> GitStore:
        """What `build` made of a copy, leased. One that it finds damaged is begun anew, once.

        Raises what `build` raises, and CannotFetchError where another process holds the copy for too long.
        """
        await asyncio.to_thread(self._make_room, name)
        async with self._alone(name) as around:
            place = await self._find_usable(name)
            store = GitStore(place or await self._begin(name))
            try:
                built = await build(store, around)
            except GitMissingError:
                raise
            except GitError:
                if place is None:
                    raise
                store = GitStore(await self._begin(name))
                built = await build(store, around)
            await _measure(store)
            os.utime(store.git_dir)
            leased = replace(built, lease=Lease(store.git_dir))
            await asyncio.to_thread(self._clear_generations, name)
        await asyncio.to_thread(self._make_room, name)
        return leased

    async def find(self, name: str) -> GitStore | None:
        """The present copy as it is, leased; None where there is none."""
        if not self._generations(name):
            return None
        async with self._alone(name):
            return next((GitStore(place, lease=Lease(place)) for place in self._generations(name)[-1:]), None)

    async def begin_anew(self, name: str) -> None:
        """Have the next who asks find an empty copy: reading from the present one failed."""
        async with self._alone(name):
            if self._generations(name):
                await self._begin(name)
                await asyncio.to_thread(self._clear_generations, name)

    @contextlib.asynccontextmanager
    async def _alone(self, name: str) -> AsyncIterator[Surroundings]:
        """Hold a copy against the other tasks of this process and against other processes.

        A git that outlives this process keeps the lock by the descriptor it was given.
        """
        lock = self._locks.setdefault(name, asyncio.Lock())
        give_up = time.monotonic() + self.bounds.seconds
        async with lock:
            self.directory.mkdir(parents=True, exist_ok=True)
            with self._lock_file(name).open("ab") as file:
                while not _try_lock(file.fileno()):
                    if time.monotonic() > give_up:
                        raise CannotFetchError(FetchFault.SLOW, "another process holds the mirror")
                    await asyncio.sleep(_WAIT_SECONDS)
                yield Surroundings(descriptors=(file.fileno(),))

    def _lock_file(self, name: str) -> Path:
        return self.directory / f"{name}.lock"

    def _generations(self, name: str) -> list[Path]:
        """Where a copy stands and stood, the present one last."""
        return sorted(self.directory.glob(f"{name}.*.git"), key=_generation)

    async def _find_usable(self, name: str) -> Path | None:
        """The present copy, without what a killed git left behind, or None where one must be begun."""
        for place in self._generations(name)[-1:]:
            known = _read_size(place)
            if known is None or (known.packs <= self.bounds.packs and known.size <= self.bounds.total_bytes):
                await asyncio.to_thread(_clear_remains, place)
                return place
        return None

    async def _begin(self, name: str) -> Path:
        """Make an empty copy of the next generation."""
        number = max(map(_generation, self._generations(name)), default=0) + 1
        for unfinished in self.directory.glob(f"{name}{_NEW}*"):
            _forget(unfinished)
        with tempfile.TemporaryDirectory(prefix=f"{name}{_NEW}", dir=self.directory) as scratch:
            made = Path(scratch) / "git"
            # HEAD names no branch, so no tree of the repository can lend its attributes
            await run_git(("init", "--quiet", "--bare", "--template=", "--initial-branch=none", str(made)))
            return made.rename(self.directory / f"{name}.{number}.git")

    def _clear_generations(self, name: str) -> None:
        """Remove all directories of a copy but the present one, whose lock the caller holds, unless they are read."""
        for place in self._generations(name)[:-1]:
            _remove_unread(place)

    def _make_room(self, wanted: str) -> None:
        """Remove copies that nobody holds or reads, the least recently used first, until all bounds are kept.

        The copy `wanted` stays. Sizes are read from where they were noted: no copy is walked through for it.
        """
        if not self.directory.is_dir():
            return
        for remains in self.directory.glob(f"*{_ASIDE}*"):
            _forget(remains)
        sizes = {place: _size_of(place) for place in sorted(self.directory.glob("*.git"), key=_used_at)}
        total = sum(sizes.values())
        for place, size in sizes.items():
            if total <= self.bounds.total_bytes and shutil.disk_usage(self.directory).free >= self.bounds.free_bytes:
                return
            if _name(place) != wanted and self._remove_idle(place):
                total -= size

    def _remove_idle(self, place: Path) -> bool:
        with self._lock_file(_name(place)).open("ab") as file:
            return _try_lock(file.fileno()) and place.exists() and _remove_unread(place)


async def _measure(store: GitStore) -> None:
    rows = (line.split(": ") for line in (await store.run(("count-objects", "-v"))).decode().splitlines())
    counts = {row[0]: row[1] for row in rows}
    size = sum(int(counts[key]) for key in ("size", "size-pack", "size-garbage")) << 10
    (store.git_dir / _SIZE).write_text(f"{size} {counts['packs']}\n", encoding="ascii")


def _used_at(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        # somebody else just removed it
        return 0.0


def _name(place: Path) -> str:
    return place.name.partition(".")[0]


def _generation(place: Path) -> int:
    return int(place.name.split(".")[1])


def _remove_unread(place: Path) -> bool:
    """Remove a copy, whose lock the caller holds, unless it is leased."""
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not _try_lock(descriptor):
            return False
        _remove(place)
    finally:
        os.close(descriptor)
    return True


def _remove(place: Path) -> None:
    # as long as it stands there, no other directory has its number
    aside = place.with_name(f"{place.stem}{_ASIDE}{place.stat().st_ino}")
    place.rename(aside)
    _forget(aside)


def _forget(aside: Path) -> None:
    # what cannot be removed any more is in nobody's way
    shutil.rmtree(aside, ignore_errors=True)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_size(place: Path) -> _Size | None:
    try:
        size, packs = (place / _SIZE).read_text(encoding="ascii").split()
        return _Size(int(size), int(packs))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _size_of(place: Path) -> int:
    """Bytes of a copy. Only one whose change was broken off has none noted, and is walked through."""
    known = _read_size(place)
    if known is not None:
        return known.size
    size = 0
    for directory, _, names in os.walk(place):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += (Path(directory) / name).lstat().st_size
    return size


def _clear_remains(place: Path) -> None:
    """Remove what only a git that died can have left: no other runs while the copy is held."""
    locks = [*place.glob("*.lock"), *(place / "refs").rglob("*.lock")]
    halves = [*place.glob("objects/pack/tmp_*"), *place.glob("objects/*/tmp_obj_*")]
    for path in [*locks, *halves, place / _SIZE]:
        path.unlink(missing_ok=True)
    for scratch in place.glob(f"{SCRATCH}*"):
        _forget(scratch)
