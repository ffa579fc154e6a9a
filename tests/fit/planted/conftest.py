from collections.abc import Iterator

import pytest

from tests.cli.nursery import Nursery


@pytest.fixture(scope="session")
def planted_nursery() -> Iterator[Nursery]:
    """Where the commands of these stories begin."""
    nursery = Nursery()
    yield nursery
    nursery.close()
