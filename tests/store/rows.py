"""Builders of what the store keeps; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.core.change.diff import Side
from app.core.event import Event, RepositoryRef
from app.core.findings.finding import Anchor, Claim, Finding, Placed, Placement, Severity, Source
from app.core.job import CommandJob, ReviewJob
from app.store.database import Database
from app.store.records import pull_requests, reviews
from app.store.records.review_rows import ReviewKey, ReviewRow

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def review_job(number: int = 1, head: str | None = "a" * 40, *, tenant: int = 7, **more: Any) -> ReviewJob:
    return ReviewJob(
        installation_id=tenant, repository_id=70, repository="octo/app", number=number, head_sha=head, **more
    )


def command_job(comment: int, number: int = 1, tenant: int = 7) -> CommandJob:
    return CommandJob(
        installation_id=tenant, repository_id=70, repository="octo/app", number=number, comment_id=comment
    )


def delivery(guid: str | None = None, name: str = "pull_request", action: str | None = "synchronize") -> Event:
    return Event(
        name=name,
        action=action,
        delivery=guid or str(uuid4()),
        installation_id=7,
        repository=RepositoryRef(id=70, full_name="octo/app"),
    )


def review_key(head: str = "a" * 40, policy: str = "p1") -> ReviewKey:
    return ReviewKey(head_sha=head, base_ref="main", base_sha="b" * 40, merge_base="c" * 40, policy_digest=policy)


def finding(mark: str, *, title: str = "Off by one", blocking: bool = True) -> Finding:
    claim = Claim(
        path="app/x.py",
        side=Side.RIGHT,
        line=4,
        quote="return a[n]",
        severity=Severity.HIGH,
        category="correctness",
        confidence=80,
        title=title,
        body="n may be len(a).",
        source=Source.MODEL,
    )
    placement = Placement(Placed.LINE, Anchor(Side.RIGHT, None, 4), "")
    return Finding(claim=claim, placement=placement, fingerprint=mark, blocking=blocking)


async def pull_request(database: Database, number: int = 1) -> pull_requests.PullRequestRow:
    async with database.transaction() as connection:
        return await pull_requests.locate(connection, installation_id=7, repository_id=70, number=number)


async def begin(
    database: Database, pull_request_id: int, key: ReviewKey | None = None, new_id: UUID | None = None
) -> reviews.Begun:
    async with database.transaction() as connection:
        return await reviews.begin(connection, pull_request_id, key or review_key(), new_id=new_id or uuid4(), now=NOW)


async def begun(database: Database, pull_request_id: int, key: ReviewKey | None = None) -> ReviewRow:
    return (await begin(database, pull_request_id, key)).review
