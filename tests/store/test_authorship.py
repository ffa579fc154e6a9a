import asyncio
from dataclasses import replace

from app.core.event import Event, PushRef
from app.core.people.markers import Asked, Mark, MarkKind
from app.core.people.pushers import Push
from app.store.database import Database
from app.store.records.marks import keep_askers, keep_marks
from app.store.records.pushes import led_to
from app.store.work.deliveries import Deliveries
from tests.store.rows import delivery, review_job

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
MARK = Mark("Claude", MarkKind.TRAILER, ONE, "Assisted-by: Claude")


def pushed(guid: str, sha: str, *, by: int) -> Event:
    return replace(delivery(guid, "push", None), push=PushRef(branch="x", before="0" * 40, after=sha), sender_id=by)


async def told(database: Database, *commits: str, number: int = 1) -> set[tuple[str, int]]:
    async with database.connection() as connection:
        found: tuple[Push, ...] = await led_to(connection, commits, repository_id=70, number=number)
    return {(push.sha, push.user_id) for push in found}


async def test_who_pushed_is_kept_with_the_delivery_though_its_job_is_merged(database: Database) -> None:
    events = [pushed("g1", ONE, by=1), pushed("g2", TWO, by=2), pushed("g3", TWO, by=3), pushed("g3", THREE, by=9)]
    async with Deliveries(database.dsn) as deliveries:
        await asyncio.gather(*(deliveries.accept(event, [review_job()]) for event in events))
        await deliveries.accept(events[0], [review_job()])
    assert await told(database, ONE, TWO) == {(ONE, 1), (TWO, 2), (TWO, 3)}
    assert await told(database, THREE) == set()


async def test_a_mark_stays_once_and_where_it_was_seen_first(database: Database) -> None:
    async with database.transaction() as connection:
        for marks in ([MARK], [replace(MARK, where=TWO)], [replace(MARK, agent="aider\x00", where=TWO)]):
            kept = await keep_marks(connection, marks, repository_id=70, number=1)
        assert kept == (MARK, replace(MARK, agent="aider", where=TWO))
        assert await keep_marks(connection, [], repository_id=70, number=2) == ()


async def test_who_asked_stays_by_name_or_account(database: Database) -> None:
    askers = [Asked("ada", 7), Asked("bob")]
    async with database.transaction() as connection:
        await keep_askers(connection, askers, repository_id=70, number=1)
        assert await keep_askers(connection, askers[:1], repository_id=70, number=1) == tuple(askers)
