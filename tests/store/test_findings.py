import asyncio
from collections.abc import Sequence

import pytest

from app.core.findings.finding import Finding
from app.store.database import Database
from app.store.faults import NotStored
from app.store.records import findings
from app.store.records.findings import FindingState
from tests.store.rows import NOW, begun, finding, pull_request, review_key


async def test_a_fingerprint_keeps_its_number_over_reviews(database: Database) -> None:
    pr = await pull_request(database)
    assert await save(database, pr.id, [finding("aa"), finding("bb")]) == [1, 2]
    assert await save(database, pr.id, [finding("cc"), finding("bb")], head="d" * 40) == [3, 2]


async def test_a_number_is_never_used_again_even_if_its_finding_is_gone(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa")])
    async with database.connection() as connection:
        await connection.execute("DELETE FROM lintel.finding")
    assert await save(database, pr.id, [finding("bb")]) == [2]


async def test_many_reviews_of_one_pull_request_never_share_a_number(database: Database) -> None:
    pr = await pull_request(database)
    review = await begun(database, pr.id)

    async def add(mark: int) -> int:
        async with database.transaction() as connection:
            (one,) = await findings.save(connection, pr.id, review.id, [finding(f"{mark:02x}")])
        return one.number

    assert sorted(await asyncio.gather(*(add(mark) for mark in range(30)))) == list(range(1, 31))


async def test_a_rolled_back_review_leaves_no_finding(database: Database) -> None:
    pr = await pull_request(database)
    review = await begun(database, pr.id)

    async def crash() -> None:
        async with database.transaction() as connection:
            await findings.save(connection, pr.id, review.id, [finding("aa")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await crash()
    async with database.connection() as connection:
        assert await findings.known(connection, pr.id) == ()


async def test_a_finding_is_read_back_as_it_was(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa")])
    async with database.connection() as connection:
        await findings.set_comment(connection, pr.id, 1, 555)
        (known,) = await findings.known(connection, pr.id)
        assert known.finding == finding("aa").evolve(number=1)
        assert known.state is FindingState.OPEN
        assert await findings.by_comment(connection, pr.id, 555) == known
        assert await findings.by_number(connection, pr.id, 1) == known
        assert await findings.by_number(connection, pr.id, 2) is None
        assert await findings.by_comment(connection, pr.id, 556) is None


async def test_untrusted_text_that_postgresql_refuses_is_stored_without_it(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa", title="a\x00b\ud800c")])
    async with database.connection() as connection:
        (known,) = await findings.known(connection, pr.id)
    assert known.finding.claim.title == "abc"


async def test_what_was_fixed_and_comes_back_is_open_again_under_its_number(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa")])
    async with database.connection() as connection:
        assert await findings.mark_fixed(connection, pr.id, [1, 9]) == (1,)
        assert await findings.mark_fixed(connection, pr.id, [1]) == ()
    assert await states(database, pr.id) == [FindingState.FIXED]
    assert await save(database, pr.id, [finding("aa")], head="d" * 40) == [1]
    assert await states(database, pr.id) == [FindingState.OPEN]


async def test_what_was_dismissed_stays_dismissed(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa")])
    async with database.transaction() as connection:
        known = await findings.dismiss(connection, pr.id, 1, by="octocat", reason="by design\x00", at=NOW)
        assert (known.state, known.dismissed_by, known.dismissed_reason) == ("dismissed", "octocat", "by design")
        assert await findings.mark_fixed(connection, pr.id, [1]) == ()
    await save(database, pr.id, [finding("aa")], head="d" * 40)
    assert await states(database, pr.id) == [FindingState.DISMISSED]


async def test_one_that_did_not_block_when_it_was_dismissed_is_open_again_and_no_other(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa").evolve(blocking=False), finding("bb").evolve(blocking=True)])
    async with database.transaction() as connection:
        for number in (1, 2):
            await findings.dismiss(connection, pr.id, number, by="octocat", reason="by design", at=NOW)
    # A review that had begun before says of both that they block.
    await save(database, pr.id, [finding(mark).evolve(blocking=True) for mark in ("aa", "bb")], head="d" * 40)
    assert await states(database, pr.id) == [FindingState.DISMISSED, FindingState.DISMISSED]
    async with database.transaction() as connection:
        await findings.reinstate(connection, pr.id, [1, 2], base_ref="main")
        first, second = await findings.known(connection, pr.id)
    assert (first.state, first.dismissed_by) == (FindingState.OPEN, "octocat")
    assert (second.state, second.dismissed_by) == (FindingState.DISMISSED, "octocat")


async def test_a_dismissal_for_one_base_ends_where_it_is_offered_into_another(database: Database) -> None:
    pr = await pull_request(database)
    await save(database, pr.id, [finding("aa").evolve(blocking=True)])
    async with database.transaction() as connection:
        await findings.dismiss(connection, pr.id, 1, by="octocat", reason="by design", at=NOW, base_ref="side")
        await findings.reinstate(connection, pr.id, [1], base_ref="side")
    assert await states(database, pr.id) == [FindingState.DISMISSED]
    async with database.transaction() as connection:
        await findings.reinstate(connection, pr.id, [1], base_ref="main")
        (item,) = await findings.known(connection, pr.id)
    assert (item.state, item.dismissed_by, item.dismissed_base_ref) == (FindingState.OPEN, "octocat", "side")


async def test_a_number_that_was_never_given_cannot_be_dismissed(database: Database) -> None:
    pr = await pull_request(database)
    async with database.transaction() as connection:
        with pytest.raises(NotStored, match="F7"):
            await findings.dismiss(connection, pr.id, 7, by="octocat", reason="no", at=NOW)
        with pytest.raises(NotStored, match="F7"):
            await findings.set_comment(connection, pr.id, 7, 1)


async def save(database: Database, pr: int, found: Sequence[Finding], head: str = "a" * 40) -> list[int]:
    review = await begun(database, pr, review_key(head=head))
    async with database.transaction() as connection:
        return [one.number for one in await findings.save(connection, pr, review.id, found)]


async def states(database: Database, pr: int) -> list[FindingState]:
    async with database.connection() as connection:
        return [one.state for one in await findings.known(connection, pr)]
