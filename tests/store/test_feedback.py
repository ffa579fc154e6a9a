"""What is kept of people's reactions, and of what was proposed and decided because of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.core.feedback.kind import Kind
from app.core.feedback.opinion import Opinion, Reception
from app.core.feedback.proposing import Past, Proposal, Vote
from app.core.feedback.suppression import Decision, Suppression, SuppressionState
from app.core.findings.finding import Source
from app.core.people.role import Role
from app.store.database import Connection, Database
from app.store.records import findings, reactions, suppressions
from app.store.records.reactions import Looked, Reading
from tests.store.rows import NOW, begun, finding, later, pull_request

KIND = Kind(Source.MODEL, "correctness")
ANN = Opinion(user_id=1, login="ann", role=Role.WRITE, up=False, at=NOW)
BEN = Opinion(user_id=2, login="ben", role=Role.ADMIN, up=True, at=NOW)
VOTE = Vote(kind=KIND, pull=1, finding=1, comment_id=11, blocking=False, opinion=ANN)
PROPOSAL = Proposal(KIND, (VOTE,), likes=0)


async def set_up(database: Database, number: int = 1) -> int:
    """A pull request with three findings of one kind, the last of which blocks."""
    row = await pull_request(database, number)
    review = await begun(database, row.id)
    async with database.transaction() as connection:
        mild = [finding(f"{number}{mark}", blocking=False) for mark in "ab"]
        await findings.save(connection, row.id, review.id, [*mild, finding(f"{number}c")])
    return row.id


def reading(*looked: Looked, **more: object) -> Reading:
    return replace(Reading(looked=looked, comments=len(looked)), **more)  # type: ignore[arg-type]  # any of its fields


async def test_a_newer_reading_takes_the_place_of_the_one_before(database: Database) -> None:
    pull = await set_up(database)
    async with database.transaction() as connection:
        assert await reactions.receive(connection, pull) is None
        await reactions.save(connection, pull, reading(Looked(1, 11, (ANN, BEN)), Looked(2, 12, (ANN,))), at=NOW)
        first = await reactions.receive(connection, pull)
        await reactions.save(connection, pull, reading(Looked(1, 11, (BEN,)), comments=2, skipped=(2,)), at=NOW)
        second = await reactions.receive(connection, pull)
        known = await findings.known(connection, pull)

    assert first == Reception(comments=2, up=1, down=2)
    assert second == Reception(comments=2, up=1, down=1, unread=1)
    assert [item.comment_id for item in known] == [11, 12, None]


async def test_a_reading_that_failed_leaves_what_was_known_and_is_over_with_the_next(database: Database) -> None:
    pull = await set_up(database)
    async with database.transaction() as connection:
        await reactions.note_fault(connection, pull, "GitHub is away", at=NOW)
        early = await reactions.receive(connection, pull)
        await reactions.save(connection, pull, reading(Looked(1, 11, (ANN,)), unasked=3), at=NOW)
        await reactions.note_fault(connection, pull, "GitHub is \0 away", at=NOW)
        failed = await reactions.receive(connection, pull)
        await reactions.save(connection, pull, reading(Looked(1, 11, (ANN,))), at=NOW)
        mended = await reactions.receive(connection, pull)

    assert early == Reception(comments=0, up=0, down=0, fault="GitHub is away")
    assert failed == Reception(comments=1, up=0, down=1, unasked=3, fault="GitHub is  away")
    assert mended == Reception(comments=1, up=0, down=1)


async def test_votes_are_those_of_one_repository_with_the_kind_of_what_they_are_about(database: Database) -> None:
    pull = await set_up(database)
    other = await set_up(database, 2)
    async with database.transaction() as connection:
        await reactions.save(connection, pull, reading(Looked(1, 11, (ANN,)), Looked(3, 13, (BEN,))), at=NOW)
        await reactions.save(connection, other, reading(Looked(2, 22, (ANN,))), at=NOW)
        found = await reactions.votes(connection, 70)
        elsewhere = await reactions.votes(connection, 71)

    assert sorted((one.pull, one.finding, one.blocking, one.opinion.login) for one in found) == [
        (1, 1, False, "ann"),
        (1, 3, True, "ben"),
        (2, 2, False, "ann"),
    ]
    assert {one.kind for one in found} == {KIND}
    assert elsewhere == ()


async def standing(connection: Connection, pull: int, comment: int = 77) -> suppressions.SuppressionRow:
    row = await suppressions.propose(connection, pull, 70, PROPOSAL, at=NOW)
    assert row is not None
    await suppressions.set_told(connection, row, comment)
    return (await suppressions.alive(connection, 70))[0]


async def test_a_kind_is_proposed_once_as_long_as_that_is_open(database: Database) -> None:
    pull = await set_up(database)
    async with database.transaction() as connection:
        row = await standing(connection, pull)
        again = await suppressions.propose(connection, pull, 70, PROPOSAL, at=NOW)
        elsewhere = await suppressions.propose(connection, pull, 71, PROPOSAL, at=NOW)
        past = await suppressions.past(connection, 70)

    assert (row.proposal, row.number, row.comment_id, row.told) == (PROPOSAL, 1, 77, "proposed")
    assert again is None
    assert elsewhere is not None
    assert past == (Past(KIND, None),)


async def test_what_is_accepted_is_in_force_until_it_is_ended(database: Database) -> None:
    pull = await set_up(database)
    async with database.transaction() as connection:
        row = await standing(connection, pull)
        yes, no = Decision(SuppressionState.ACCEPTED, BEN), Decision(SuppressionState.ENDED, ANN)
        assert await suppressions.in_force(connection, 70) == ()
        assert await suppressions.decide(connection, row, yes, now=later(60))
        assert not await suppressions.decide(connection, row, yes, now=later(60))
        in_force = await suppressions.in_force(connection, 70)
        (accepted,) = await suppressions.alive(connection, 70)
        assert await suppressions.decide(connection, accepted, no, now=later(120))
        after = await suppressions.in_force(connection, 70)
        (untold,) = await suppressions.untold(connection, 70)
        await suppressions.set_told(connection, untold, 77)
        told = await suppressions.untold(connection, 70)
        past = await suppressions.past(connection, 70)

    assert in_force == (Suppression(kind=KIND, login="ben", since=NOW.date(), number=1, comment_id=77),)
    assert (accepted.accepted_at, accepted.decided_at) == (NOW, later(60))
    assert (after, untold.login, told) == ((), "ann", ())
    assert past == (Past(KIND, later(120)),)


async def test_a_proposal_that_nobody_saw_is_forgotten_and_one_that_stands_is_not(database: Database) -> None:
    pull = await set_up(database)
    async with database.transaction() as connection:
        row = await suppressions.propose(connection, pull, 70, PROPOSAL, at=NOW)
        assert row is not None
        await suppressions.withdraw(connection, row.id)
        assert await suppressions.alive(connection, 70) == ()
        shown = await standing(connection, pull)
        await suppressions.withdraw(connection, shown.id)
        assert [one.id for one in await suppressions.alive(connection, 70)] == [shown.id]


async def test_only_so_many_are_open_in_a_repository(database: Database) -> None:
    pull = await set_up(database)
    kinds = [replace(KIND, category=f"kind-{index}") for index in range(suppressions.MOST_ALIVE + 1)]
    async with database.transaction() as connection:
        rows = [
            await suppressions.propose(connection, pull, 70, Proposal(kind, (VOTE,), 0), at=NOW + timedelta(hours=1))
            for kind in kinds
        ]

    assert [row is None for row in rows] == [False] * suppressions.MOST_ALIVE + [True]
