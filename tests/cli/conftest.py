from pathlib import Path

import pytest

from tests.cli.command import Shell
from tests.repo.world import Repository, make_repository


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home)


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A repository with a harmless change on a branch of its own, which is checked out."""
    repository = make_repository(tmp_path / "shop")
    repository.commit({"shop/total.py": "def total(prices):\n    return sum(prices)\n", "README.md": "A shop.\n"})
    repository.git("switch", "--quiet", "--create", "discount")
    repository.commit({"shop/total.py": "def total(prices, off=0):\n    return sum(prices) - off\n"})
    return repository
