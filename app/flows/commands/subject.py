"""The finding that a command is about, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass

from app.flows.commands.hearing import Occasion
from app.store.records import findings, pull_requests
from app.store.records.findings import KnownFinding


@dataclass(frozen=True, slots=True)
class Subject:
    """`found` is None where no finding has the number; `last` is the highest number there is, 0 for none."""

    pull_request_id: int
    found: KnownFinding | None
    last: int


async def find_subject(occasion: Occasion, number: int | None) -> Subject:
    """The finding of this number in the pull request."""
    job = occasion.job
    async with occasion.services.database.transaction() as connection:
        row = await pull_requests.locate(
            connection, installation_id=job.installation_id, repository_id=job.repository_id, number=job.number
        )
        found = await findings.by_number(connection, row.id, number) if number is not None else None
        return Subject(row.id, found, await findings.next_number(connection, row.id) - 1)
