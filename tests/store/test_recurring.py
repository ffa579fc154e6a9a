"""What models found in other pull requests of a repository: whose, how bad, how long ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.core.findings.finding import Finding, Placed, Placement, Severity, Source
from app.store.database import Database
from app.store.records import findings, recurring
from tests.store.rows import NOW, begun, finding, later, pull_request, review_key


async def keep(database: Database, number: int, *found: Finding) -> None:
    pr = await pull_request(database, number)
    review = await begun(database, pr.id, review_key("d" * 40))
    async with database.transaction() as connection:
        await findings.save(connection, pr.id, review.id, found)


def at(path: str, mark: str = "aa", **more: object) -> Finding:
    made = finding(mark)
    return replace(made, claim=replace(made.claim, path=path, **more))  # type: ignore[arg-type]  # fields by name


async def listed(
    database: Database, *paths: str, besides: int = 1, severities: Sequence[str] = ("high",), age_s: float = 0
) -> list[tuple[int, str]]:
    async with database.transaction() as connection:
        found = await recurring.list_found(
            connection, repository_id=70, besides=besides, paths=paths, severities=severities, since=later(age_s)
        )
    return [(number, item.finding.claim.path) for number, item in found]


async def test_those_in_the_files_of_the_change_come_first(database: Database) -> None:
    await keep(database, 2, at("a.py"), at("b.py", "bb"))
    await keep(database, 3, at("a.py"))
    await keep(database, 1, at("a.py"))
    await keep(database, -4, at("a.py"))
    assert await listed(database, "b.py") == [(2, "b.py"), (3, "a.py"), (2, "a.py")]
    assert await listed(database, besides=3) == [(2, "a.py"), (2, "b.py"), (1, "a.py")]


async def test_what_cannot_block_is_left_out_unless_it_was_dismissed(database: Database) -> None:
    await keep(database, 2, at("a.py", severity=Severity.LOW), at("b.py", "bb", source=Source.ANALYZER))
    assert await listed(database) == []
    assert await listed(database, severities=("high", "low")) == [(2, "a.py")]
    async with database.transaction() as connection:
        pr = await pull_request(database, 2)
        await findings.dismiss(connection, pr.id, 1, by="octocat", reason="no", at=NOW)
    assert await listed(database) == [(2, "a.py")]


async def test_what_stood_nowhere_and_what_is_long_ago_is_left_out(database: Database) -> None:
    await keep(database, 2, replace(finding("aa"), placement=Placement(Placed.SUMMARY, None, "")))
    await keep(database, 3, at("a.py"))
    assert await listed(database) == [(3, "a.py")]
    assert await listed(database, age_s=1) == []


async def test_no_more_than_so_many_are_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "MOST", 2)
    await keep(database, 2, *(at("a.py", mark) for mark in ("aa", "bb", "cc")))
    assert len(await listed(database)) == 2
