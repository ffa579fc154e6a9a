from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.place import Hook, Place, a_hook, a_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as made:
        yield made


@pytest.fixture
def public_place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path, private=False) as made:
        yield made


@pytest.fixture
def hook() -> Iterator[Hook]:
    with a_hook() as made:
        yield made


@pytest.fixture
def heard_place(tmp_path: Path, hook: Hook) -> Iterator[Place]:
    """A place whose webhooks arrive at `hook`; what setting it up said is forgotten."""
    with a_place(tmp_path, webhook_url=hook.url) as made:
        made.world.wait()
        hook.heard.clear()
        yield made
