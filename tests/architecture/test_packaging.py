"""What is installed is whole: each file of `app/` is in the wheel, and the program in it runs without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from app import __version__
from tests.architecture.house import APP, ROOT, walk_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy: building leaves traces beside the sources."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(APP, source / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", target, source],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = target.glob("*.whl")
    return built


def test_every_file_of_the_app_is_in_the_wheel(wheel: Path) -> None:
    here = {path.relative_to(ROOT).as_posix() for path in walk_files() if path.is_relative_to(APP)}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("app/")}
    assert packed == here


def test_the_wheel_carries_nothing_beside_the_app_but_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"app", f"lintel-{__version__}.dist-info"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_version_stands_in_one_way_in_both_places() -> None:
    assert PROJECT["version"] == __version__


def test_the_installed_program_runs_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        [points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "lintel = app.__main__:main" in archive.read(points).decode()
    room = tmp_path / "elsewhere"
    room.mkdir()
    start = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import app; print(app.__file__)"
    run = f"{start}\nfrom app.__main__ import main\nsys.argv = ['lintel', 'version']\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=room, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    where, *rest = done.stdout.splitlines()
    assert Path(where).is_relative_to(tmp_path)
    assert __version__ in "\n".join(rest)
