import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.postgres import Cluster, start
from app.postgres.processes import await_none, list_processes
from tests.postgres.world import Owner


@pytest.fixture(scope="session")
def stash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one cluster rests that tests lend each other: making one for each would cost a second."""
    return tmp_path_factory.mktemp("stash") / "data"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary directory with a path short enough for a socket, as the system's is."""
    with tempfile.TemporaryDirectory(prefix="lintel-test-") as folder:
        yield Path(folder)


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[None]:
    """Whatever a test left running in its directory is ended, and its files are not kept."""
    yield
    end_all(tmp_path)
    for child in tmp_path.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)


@pytest.fixture
def doomed(tmp_path: Path, clean: None) -> Path:
    """A stopped cluster that a test may ruin."""
    start(tmp_path / "data").stop()
    return tmp_path / "data"


@pytest.fixture
def directory(tmp_path: Path, stash: Path, clean: None) -> Iterator[Path]:
    """A cluster that does not run, and went through whatever the tests before did to it."""
    if not stash.exists():
        start(stash).stop()
    yield stash.rename(tmp_path / "data")
    end_all(tmp_path)
    (home,) = {path.resolve() for path in tmp_path.glob("*/postgres-18/PG_VERSION")}
    home.parent.parent.rename(stash)
    shutil.rmtree(stash / "postgres-18.init", ignore_errors=True)


def end_all(tmp_path: Path) -> None:
    """Kill what runs in any cluster below `tmp_path`, finished or half made."""
    for folder in tmp_path.glob("*/postgres-*"):
        for process in list_processes(folder):
            os.kill(process.pid, signal.SIGKILL)
        assert await_none(folder, 10)


@pytest.fixture
def own(temporary: Path, clean: None) -> Iterator[Callable[[Path], Cluster]]:
    """Start a cluster in this process; it is stopped when the test is over."""
    clusters: list[Cluster] = []

    def run(directory: Path) -> Cluster:
        clusters.append(start(directory, temporary=temporary))
        return clusters[-1]

    yield run
    for cluster in clusters:
        cluster.stop()


@pytest.fixture
def another(temporary: Path, clean: None) -> Iterator[Callable[..., Owner]]:
    """Start an owner in another process; it is killed when the test is over."""
    owners: list[Owner] = []

    def run(directory: Path, *, prefix: Sequence[str] = (), neglected: bool = False) -> Owner:
        owners.append(Owner(directory, temporary, prefix=prefix, neglected=neglected))
        return owners[-1]

    yield run
    for owner in owners:
        owner.kill()
