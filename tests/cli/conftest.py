from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Shell
from tests.cli.nursery import Nursery
from tests.repo.world import Repository, make_repository


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where this run's commands begin."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def shell(tmp_path: Path, nursery: Nursery) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home, nursery)


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A repository with a harmless change on a branch of its own, which is checked out."""
    repository = make_repository(tmp_path / "shop")
    repository.commit({"shop/total.py": "def total(prices):\n    return sum(prices)\n", "README.md": "A shop.\n"})
    repository.git("switch", "--quiet", "--create", "discount")
    repository.commit({"shop/total.py": "def total(prices, off=0):\n    return sum(prices) - off\n"})
    return repository
