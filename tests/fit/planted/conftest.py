from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.nursery import Nursery
from tests.fit.planted.grounds import GROUNDS
from tests.fit.planted.planting import Planted, plant


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """All cases of this process as commits of one repository."""
    directory: Path = tmp_path_factory.mktemp("planted")
    return plant(directory, GROUNDS)


@pytest.fixture(scope="session")
def planted_nursery() -> Iterator[Nursery]:
    """Where the commands of these stories begin."""
    nursery = Nursery()
    yield nursery
    nursery.close()
