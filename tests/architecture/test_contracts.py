from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import APP, ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True, cache_dir={!r}))"

LAYERS = "Each layer imports only those below it"
APART = "No grammar runs in the bot's own process"
INTRUDERS = [
    ("core", "import app.github.client", LAYERS),
    ("core", "import app.settings", "Only the composition root reads settings"),
    ("core", "import os", "What decides is pure"),
    ("lenses", "import anthropic", "What decides is pure"),
    ("core", "import app.store.database", "The core knows nothing of the app"),
    ("store", "import app.github.client", LAYERS),
    ("web", "import app.jobs.worker", LAYERS),
    ("flows", "import app.wiring", LAYERS),
    ("flows", "import app.settings", "Only the composition root reads settings"),
    ("github", "import app.hub.world", LAYERS),
    ("hub", "import app.core.gate.verdict", "The local GitHub stands alone"),
    ("flows", "import tree_sitter", APART),
    ("wiring", "from tree_sitter import Parser", APART),
    ("flows", "from app.syntax.parsing import parse", APART),
    ("analyzers", "from app.syntax import parsing", APART),
    ("analyzers", "from app.syntax.definitions import find_definitions", APART),
    ("flows", "from app.analyzers.apart.child import JOBS", APART),
    ("", "", LAYERS),
]


def lint(root: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT.format(str(cache))],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(APP, root / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def house(copied: Path) -> Iterator[Path]:
    before = set(copied.rglob("*.py"))
    yield copied
    for path in set(copied.rglob("*.py")) - before:
        path.unlink()


def test_the_house_keeps_its_contracts(cache: Path) -> None:
    done = lint(ROOT, cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


@pytest.mark.parametrize(("room", "line", "contract"), INTRUDERS)
def test_an_import_that_must_not_be_is_refused_by_its_contract(
    house: Path, cache: Path, room: str, line: str, contract: str
) -> None:
    (house / "app" / room / "utils.py").write_text(line + "\n", encoding="utf-8")
    done = lint(house, cache)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout


def test_a_cycle_is_refused(house: Path, cache: Path) -> None:
    (house / "app/core/chicken.py").write_text("import app.core.egg\n", encoding="utf-8")
    (house / "app/core/egg.py").write_text("import app.core.chicken\n", encoding="utf-8")
    done = lint(house, cache)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "No cycles BROKEN" in done.stdout
