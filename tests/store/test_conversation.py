"""What is kept of conversations in threads: how much was answered, and for which lines findings were given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.conversation.limits import Answered
from app.core.findings.finding import Evidence
from app.store.database import Database
from app.store.faults import NotStored
from app.store.records import findings, thread_answers
from app.store.records.thread_answers import Settled, ThreadAnswerRow
from tests.store.rows import NOW, begun, finding, pull_request

LINE = Evidence("app/pay.py", 3, "return 0")


def row(
    comment: int, *, thread: int = 1, user: int = 5, entitled: bool = True, hours_ago: float = 0
) -> ThreadAnswerRow:
    return ThreadAnswerRow(
        comment_id=comment,
        thread_id=thread,
        installation_id=7,
        user_id=user,
        entitled=entitled,
        at=NOW - timedelta(hours=hours_ago),
    )


async def test_answers_are_counted_by_thread_and_by_person_and_hour(database: Database) -> None:
    pr = await pull_request(database)
    async with database.transaction() as connection:
        for one in (row(11), row(12, user=6, entitled=False), row(13, thread=2), row(14, thread=2, hours_ago=1.5)):
            await thread_answers.begin(connection, pr.id, one)
            await thread_answers.begin(connection, pr.id, one)
        counted = await thread_answers.count(connection, pr.id, row(20))
        again = await thread_answers.count(connection, pr.id, row(11))
        elsewhere = await thread_answers.count(connection, pr.id + 1, row(20))

    assert counted == Answered(in_thread=2, to_strangers=1, to_person=2)
    assert again == Answered(in_thread=1, to_strangers=1, to_person=1)
    assert elsewhere == Answered(in_thread=0, to_strangers=0, to_person=2)


async def test_what_came_of_an_answer_is_told_once(database: Database) -> None:
    pr = await pull_request(database)
    async with database.transaction() as connection:
        await thread_answers.begin(connection, pr.id, row(11))
        assert await thread_answers.settle(connection, pr.id, 11, "stands") == Settled("stands", first=True)
        assert await thread_answers.settle(connection, pr.id, 11, "withdrawn") == Settled("stands", first=False)
        with pytest.raises(NotStored):
            await thread_answers.settle(connection, pr.id, 12, "stands")


async def test_a_finding_that_was_given_up_stays_open_for_programs_that_know_no_better(database: Database) -> None:
    pr = await pull_request(database)
    review = await begun(database, pr.id)
    small = finding("aa").evolve(blocking=False)
    async with database.transaction() as connection:
        await findings.save(connection, pr.id, review.id, [small, finding("bb").evolve(blocking=True)])
        for number in (1, 2):
            await findings.concede(connection, pr.id, number, LINE)
        with pytest.raises(NotStored):
            await findings.concede(connection, pr.id, 3, LINE)
        # It is claimed again, as it stands.
        await findings.save(connection, pr.id, review.id, [small])
        known = await findings.known(connection, pr.id)
        await findings.lapse(connection, pr.id, [1])
        lapsed = await findings.known(connection, pr.id)

    assert [(item.state.value, item.fate, item.conceded) for item in known] == [
        ("open", "withdrawn", LINE),
        ("open", "conceded", LINE),
    ]
    assert [item.fate for item in lapsed] == ["open", "conceded"]
