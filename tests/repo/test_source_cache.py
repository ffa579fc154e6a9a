from __future__ import annotations

import logging
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.repo.source_cache import SourceCache

ONE, OTHER = "1" * 40, "2" * 40


def test_what_was_kept_is_found_by_another_process_of_the_same_user(tmp_path: Path) -> None:
    SourceCache(tmp_path / "cache" / "facts.sqlite").keep("1 facts go", {ONE: b"\x00body"})

    again = SourceCache(tmp_path / "cache" / "facts.sqlite")

    assert again.find("1 facts go", [ONE, OTHER]) == {ONE: b"\x00body"}
    assert again.find("2 facts go", [ONE]) == {}


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SourceCache(tmp_path / "cache" / "facts.sqlite").keep("kind", {ONE: b"x"})
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "cache").iterdir()} == {0o600}


def test_thousands_are_found_in_one_call(tmp_path: Path) -> None:
    rows = {f"{number:040x}": str(number).encode() for number in range(3000)}
    cache = SourceCache(tmp_path / "facts.sqlite")
    cache.keep("kind", rows)

    assert cache.find("kind", list(rows)) == rows


def test_a_damaged_file_is_named_and_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "facts.sqlite"
    path.write_bytes(b"this is no database at all, and never was" * 100)
    cache = SourceCache(path)

    with caplog.at_level(logging.WARNING):
        assert cache.find("kind", [ONE]) == {}
    assert "cache of source facts is not used" in caplog.text

    cache.keep("kind", {ONE: b"x"})
    assert cache.find("kind", [ONE]) == {ONE: b"x"}


def test_a_place_that_cannot_be_written_keeps_nothing_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no directory")
    cache = SourceCache(tmp_path / "file" / "facts.sqlite")

    with caplog.at_level(logging.WARNING):
        cache.keep("kind", {ONE: b"x"})
        assert cache.find("kind", [ONE]) == {}
    assert "cache of source facts is not used" in caplog.text


def test_it_grows_no_larger_than_it_may(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    cache = SourceCache(path, max_bytes=1 << 20)
    for batch in range(20):
        cache.keep("kind", {f"{batch:08x}{number:032x}": os.urandom(1000) for number in range(100)})

    newest = [f"{19:08x}{number:032x}" for number in range(100)]
    assert path.stat().st_size < 2 << 20
    assert len(cache.find("kind", newest)) == 100


def test_many_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    names = [f"{number:040x}" for number in range(40)]

    def write(name: str) -> None:
        SourceCache(path).keep("kind", {name: b"x"})

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert SourceCache(path).find("kind", names) == dict.fromkeys(names, b"x")


def test_all_who_find_it_new_at_once_use_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    names = [f"{number:040x}" for number in range(8)]
    paths = [tmp_path / str(number) / "facts.sqlite" for number in range(25)]
    together = threading.Barrier(len(names))

    def begin(name: str) -> None:
        for path in paths:
            together.wait()
            SourceCache(path).keep("kind", {name: b"x"})

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(begin, names))

    assert caplog.text == ""
    assert [SourceCache(path).find("kind", names) for path in paths] == [dict.fromkeys(names, b"x")] * len(paths)


def test_without_a_place_nothing_is_kept() -> None:
    cache = SourceCache(None)
    cache.keep("kind", {ONE: b"x"})

    assert cache.find("kind", [ONE]) == {}
