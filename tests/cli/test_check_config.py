from __future__ import annotations

import pytest

from tests.cli.command import Ended, Shell


class Check:
    """`lintel check-config` in a directory with these files."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def write(self, path: str, text: str) -> None:
        place = self.shell.directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def __call__(self, *words: str) -> Ended:
        return self.shell.lintel("check-config", *words)


@pytest.fixture
def check(shell: Shell) -> Check:
    return Check(shell)


def values(ended: Ended) -> dict[str, tuple[str, ...]]:
    """By key: its value, and where it comes from."""
    assert ended.code == 0, ended.err
    rows = (line.split(maxsplit=2) for line in ended.out.splitlines())
    return {row[0]: tuple(part.strip() for part in row[1:]) for row in rows}


def test_without_a_file_the_defaults_are_in_force(check: Check) -> None:
    ended = check()
    assert values(ended)["block_on"] == ("high", "default")
    assert "There is no .github/lintel.yml here" in ended.err


def test_a_value_says_where_it_comes_from(check: Check) -> None:
    check.write(".github/lintel.yml", "mode: advisory\nblock_on: never\n")
    check.write("org.yml", "model: optional\nfloor: {block_on: high}\n")
    found = values(check("--organisation", "org.yml"))
    assert found["mode"] == ("advisory", "repository")
    assert found["model"] == ("optional", "organisation")
    assert found["block_on"] == ("high", "the organisation's floor")
    assert found["review.drafts"] == ("false", "default")


def test_what_a_shared_check_cannot_promise_is_told(check: Check) -> None:
    check.write(".github/lintel.yml", "check: shared\n")
    ended = check()
    assert values(ended)["check"] == ("shared", "repository")
    assert "until Lintel has heard of it" in " ".join(ended.err.split())
    check.write(".github/lintel.yml", "check: per_base\n")
    assert check().err == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mode: gate\nmod: gate\n", "own.yml:2:1: unknown key `mod`"),
        ("floor: {mode: gate}\n", "own.yml:1:1: `floor` is a key of the organisation's file alone"),
        ("mode: [\n", "own.yml:2:1: expected the node content"),
    ],
)
def test_a_fault_ends_with_its_place_and_code_2(check: Check, text: str, complaint: str) -> None:
    check.write("own.yml", text)
    ended = check("own.yml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.complaint.startswith(complaint)


def test_a_fault_in_the_floor_is_told(check: Check) -> None:
    check.write("org.yml", "floor: {budget: {review_usd: 1}}\n")
    ended = check("--organisation", "org.yml")
    assert ended.code == 2
    assert ended.complaint.startswith("org.yml:1:18: `floor.budget.review_usd` is no matter of strictness")


def test_a_named_file_must_be_there(check: Check) -> None:
    ended = check("nothing.yml")
    assert (ended.code, ended.complaint.strip()) == (2, "nothing.yml: there is no such file")


def test_what_a_file_says_cannot_steer_the_terminal(check: Check) -> None:
    check.write("own.yml", 'review: {exclude: ["\\e[2J[red]x"]}\n')
    ended = check("own.yml")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert "[red]x" in ended.out
