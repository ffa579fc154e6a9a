"""`lintel demo --once`: the whole main job with nothing configured, on the bundled change and on any other."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.hub.sample import read_sample
from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.cli.command import Ended, Shell, everything_in
from tests.hub.tree import Tree
from tests.repo.world import GIT, Repository, make_repository

PAGE = ".lintel/demo/pull-request.html"
FINDINGS = 11
CALLS = "git-calls"
MANY = 400
"""References of an old clone, which may have thousands: they are not to be dealt with one by one."""


def rules_on(shell: Shell) -> list[str]:
    """The rule of every finding on the page that is kept."""
    page = (shell.directory / PAGE).read_text(encoding="utf-8")
    return sorted(re.findall(r"\b(?:ruff|zizmor|secrets|invisible):[A-Za-z0-9-]+", page))


def line_comments(ended: Ended) -> int:
    said = re.search(r"1 review with (\d+) line comments?\n", ended.out)
    assert said is not None, ended.out + ended.err
    return int(said[1])


def commit_range(repository: Repository, base: Mapping[str, bytes], head: Mapping[str, bytes]) -> None:
    repository.commit(dict(base))
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit(dict(head), "Look [red]again\u202e")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, Ended]:
    """The demo as it is, run once for all tests."""
    shell = Shell(tmp_path_factory.mktemp("demo"))
    return shell, shell.lintel("demo", "--once")


def test_the_bundled_change_is_reviewed_and_its_page_is_kept(bundled: tuple[Shell, Ended]) -> None:
    shell, ended = bundled
    assert (ended.code, ended.err) == (0, "")
    assert "check  lintel: main: failure" in ended.out
    assert line_comments(ended) == FINDINGS
    page = (shell.directory / PAGE).read_text(encoding="utf-8")
    assert "Search shipments and print labels" in page
    assert "<script" not in page


def test_the_broken_layer_stands_on_its_line(bundled: tuple[Shell, Ended]) -> None:
    shell, ended = bundled
    assert "surveyed: 11 modules, 2 new edges, 1 of 2 rules newly broken" in ended.out
    rows = [" ".join("".join(words).split()) for _, words in read_page(shell).rows]
    below = rows.index("7from parcel.api import Session, get_shipment") + 1
    assert "The import of parcel/api.py breaks layers: shipping may not import requests" in rows[below]


def test_the_summary_has_the_picture_and_the_reading_guide(bundled: tuple[Shell, Ended]) -> None:
    page = read_page(bundled[0])
    pictures = [b64decode(node["src"].partition(",")[2]).decode() for node in page.all("img")]
    assert "parcel/labels.py to parcel/api.py: new, breaks a rule" in pictures[0]
    assert "Layers from the top: requests, shipping, outside." in pictures[0]
    assert "Read 115 of 127 changed lines first" in page.text
    for group in ("to be read", "tests", "8 lines in 2 parts: the same edit", "4 lines in 1 part: white space alone"):
        assert group in page.text


def read_page(shell: Shell) -> Tree:
    return Tree((shell.directory / PAGE).read_text(encoding="utf-8"))


def test_nothing_knows_the_bundled_change(bundled: tuple[Shell, Ended], shell: Shell, tmp_path: Path) -> None:
    sample = read_sample()
    moved = make_repository(tmp_path / "moved")
    commit_range(moved, disguise(sample.base), disguise(sample.head))
    ended = shell.lintel("demo", moved.path, "--once")
    assert ended.code == 0
    assert line_comments(ended) == FINDINGS
    assert rules_on(shell) == rules_on(bundled[0]) != []


def disguise(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same code under other names, further down its files; workflows must keep their place to be workflows."""
    return {
        path if path.startswith(".") else path.replace("parcel", "goods").replace("ship", "trans"): b"\n" * 7
        + content.replace(b"parcel", b"goods").replace(b"ship", b"trans")
        for path, content in tree.items()
    }


def test_a_range_of_any_repository_is_reviewed_by_a_model_and_left_alone(shell: Shell, shop: Repository) -> None:
    shop.commit({"shop/total.py": "def total(prices, off=0):\n    return max(sum(prices) - off, 0)\n"}, "No [red]debt")
    head = shop.git("rev-parse", "HEAD").decode().strip()
    old = "".join(f"{head} refs/old/{number}\n" for number in range(MANY))
    (shop.git_dir / "packed-refs").write_text(old, encoding="ascii")
    before = everything_in(shop.path)
    with ScriptedClaude(planted({"max": Plant("high", "Debts vanish")})) as claude:
        ended = shell.lintel(
            *("demo", shop.path, "--base", "main", "--head", "HEAD", "--once"),
            ANTHROPIC_BASE_URL=claude.base_url,
            PATH=os.pathsep.join((str(counting_git(shell.directory)), os.defpath)),
        )
    assert (ended.code, ended.err) == (0, "")
    assert line_comments(ended) == 1
    page = (shell.directory / PAGE).read_text(encoding="utf-8")
    assert "No [red]debt" in page
    assert "Debts vanish" in page
    assert everything_in(shop.path) == before
    assert 10 < (shell.directory / CALLS).stat().st_size < MANY / 2


def counting_git(directory: Path) -> Path:
    """A directory with a git that adds one character to the file `CALLS` each time, and is git otherwise."""
    (directory / "bin").mkdir()
    script = directory / "bin/git"
    script.write_text(f'#!/bin/sh\nprintf x >> "{directory / CALLS}"\nexec "{GIT}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script.parent


def test_a_range_that_cannot_be_shown_is_refused(shell: Shell) -> None:
    ended = shell.lintel("demo", "--once", "--base", "main")
    assert ended.code == 2
    assert "need a DIR" in ended.complaint
