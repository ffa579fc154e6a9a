"""`lintel audit` from outside: what it refuses, and with which code. Replays themselves are told in `tests/e2e`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.command import Shell, everything_in

REVIEW = "3f2a9c41-0000-4000-8000-000000000000"
KEY = "0" * 64


def test_its_help_says_what_there_is(shell: Shell) -> None:
    group, command = shell.lintel("audit", "--help"), shell.lintel("audit", "replay", "--help")

    assert (group.code, command.code) == (0, 0)
    assert "replay" in group.out
    assert all(later not in group.out for later in ("verify", "export", "trace"))
    assert "lintel audit replay 3f2a9c41" in command.out


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "there is no key"),
        ({"LINTEL_STORE_KEY": KEY}, "holds no database"),
        ({"LINTEL_STORE_KEY": "short"}, "LINTEL_STORE_KEY"),
        ({"LINTEL_STORE_KEY": KEY, "LINTEL_APP_ID": "1"}, "LINTEL_WEBHOOK_SECRET"),
    ],
)
def test_where_there_are_no_records_it_says_so_and_makes_none(
    shell: Shell, variables: dict[str, Any], words: str
) -> None:
    before = everything_in(shell.directory)
    ended = shell.lintel("audit", "replay", REVIEW, **variables)

    assert ended.code == 2
    assert words in ended.complaint
    assert everything_in(shell.directory) == before


def test_an_unknown_review_is_wrong_usage(shell: Shell, postgres_dsn: str) -> None:
    records: dict[str, Any] = {"LINTEL_STORE_KEY": KEY, "LINTEL_DATABASE_URL": postgres_dsn}
    unknown, short = (
        shell.lintel("audit", "replay", REVIEW, **records),
        shell.lintel("audit", "replay", "3f2a", **records),
    )

    assert (unknown.code, short.code) == (2, 2)
    assert "no review has an id that begins with 3f2a9c41" in unknown.complaint
    assert "the first 8 or more digits" in short.complaint


def test_a_database_that_nobody_has_migrated_is_named(shell: Shell, blank_dsn: str) -> None:
    ended = shell.lintel("audit", "replay", REVIEW, LINTEL_STORE_KEY=KEY, LINTEL_DATABASE_URL=blank_dsn)

    assert ended.code == 3
    assert "older version" in ended.complaint


def test_another_form_than_text_or_json_is_wrong_usage(shell: Shell) -> None:
    assert shell.lintel("audit", "replay", REVIEW, "--format", "html").code == 2
