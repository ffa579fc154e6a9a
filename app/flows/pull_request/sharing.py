"""One check for several open pull requests of a commit, each decided again when another one changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, JsonValue

from app.core.gate.attendance import Attendance, attend
from app.core.gate.policy import Mode
from app.core.gate.sharing import SHARED_NAME, Offer, Shared, count_offers
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import share
from app.core.job import ReviewJob, review_of
from app.core.report.report import Report
from app.flows.pull_request.snapshot import take_snapshot
from app.github.application import GitHubApp
from app.github.client import GitHubClient
from app.github.payloads import Pull
from app.store.database import Connection, Database
from app.store.records import offers
from app.store.records.review_rows import ReviewRow
from app.store.work.queue import enqueue


class _Entry(BaseModel):
    """What `shared_body` writes, as it is read."""

    name: str = SHARED_NAME
    conclusion: str
    offers: tuple[tuple[int, str, str | None] | tuple[int, str, str | None, Attendance], ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The other open pull requests of a head that may have a say, and the names under which its check is to stand."""

    offers: tuple[Offer, ...]
    names: tuple[str, ...]

    @property
    def widely(self) -> bool:
        """Whether the check speaks for all bases."""
        return SHARED_NAME in self.names


async def find_offered(
    app: GitHubApp,
    database: Database,
    client: GitHubClient,
    job: ReviewJob,
    snapshot: Snapshot,
    names: tuple[str, ...],
) -> Offered:
    """The others that may have a say in a check of these names: under a base's own alone, those into that base."""
    if SHARED_NAME in names:
        return Offered(await _list_everywhere(app, client, job, snapshot), names)
    return Offered(await _list_beside(database, client, job, snapshot), names)


async def _list_everywhere(
    app: GitHubApp, client: GitHubClient, job: ReviewJob, snapshot: Snapshot
) -> tuple[Offer, ...]:
    """The other pull requests that offer this head now, to whatever base, as far as they may have a say.

    All open ones are asked for: of a commit that the default branch has, GitHub does not tell the open ones.
    https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    pulls = await client.list_pulls()
    same = [pull.number for pull in pulls if pull.head.sha == snapshot.head_sha and pull.number != snapshot.number]
    found: list[Offer] = []
    for number in same:
        other = await take_snapshot(app, client, review_of(job, number))
        attendance = attend(other)
        gone = other.head_sha != snapshot.head_sha or attendance is Attendance.CLOSED
        # A base that only advises holds nobody up; nor does what it leaves out.
        if not gone and (attendance is Attendance.REVIEW or other.policy.mode is Mode.GATE):
            found.append(Offer(number=number, base_ref=other.base_ref, attendance=attendance))
    return tuple(found)


async def _list_beside(
    database: Database, client: GitHubClient, job: ReviewJob, snapshot: Snapshot
) -> tuple[Offer, ...]:
    """The other pull requests that offer this head to the same base now and are reviewed.

    GitHub is asked once; those that it does not tell of, but that were reviewed at this head, are looked up by number.
    """
    listed = {pull.number: pull for pull in await client.list_pulls_for_commit(snapshot.head_sha)}
    async with database.transaction() as connection:
        known = await offers.list_beside(
            connection,
            repository_id=job.repository_id,
            number=snapshot.number,
            head_sha=snapshot.head_sha,
            base_ref=snapshot.base_ref,
        )
    for number in set(known) - set(listed):
        listed[number] = await client.get_pull(number)
    beside = [pull for number, pull in sorted(listed.items()) if _is_beside(pull, snapshot)]
    return tuple(Offer(number=pull.number, base_ref=pull.base.ref) for pull in beside)


async def is_alone(connection: Connection, job: ReviewJob, head_sha: str, base_ref: str) -> bool:
    """Whether no other pull request that we know of was seen with this head into this base."""
    place = {"repository_id": job.repository_id, "number": job.number}
    return not await offers.list_beside(connection, **place, head_sha=head_sha, base_ref=base_ref)


def _is_beside(pull: Pull, snapshot: Snapshot) -> bool:
    """Whether it is another one of this head and base that its policy, which is ours, attends to."""
    offered = (pull.head.sha, pull.base.ref) == (snapshot.head_sha, snapshot.base_ref)
    if not offered or pull.number == snapshot.number:
        return False
    is_bot = pull.user is not None and pull.user.type == "Bot"
    other = replace(snapshot, number=pull.number, open=pull.open, draft=pull.draft, author_is_bot=is_bot)
    return attend(other) is Attendance.REVIEW


async def weigh_others(connection: Connection, job: ReviewJob, report: Report, offered: Offered) -> Offered:
    """What the others are worth, in the caller's transaction, in which this one's own verdict is to be recorded."""
    snapshot = report.snapshot
    await offers.lock_head(connection, repository_id=job.repository_id, head_sha=snapshot.head_sha)
    found = await offers.weigh(connection, offered.offers, repository_id=job.repository_id, head_sha=snapshot.head_sha)
    counted = [count_offers(found, name, snapshot.base_ref, snapshot.policy) for name in offered.names]
    return replace(offered, offers=tuple(one for one in found if any(one in some for some in counted)))


def shared_body(report: Report, weighed: Offered) -> dict[str, JsonValue]:
    """What the ledger's entry says of the check besides what this pull request is worth by itself.

    Nothing where it speaks for this one alone.
    """
    if not weighed.offers and not weighed.widely:
        return {}
    name = SHARED_NAME if weighed.widely else weighed.names[0]
    counted = count_offers(weighed.offers, name, report.snapshot.base_ref, report.snapshot.policy)
    verdict = share(report.verdict, counted)
    told: list[JsonValue] = [[one.number, one.base_ref, one.conclusion, one.attendance.value] for one in counted]
    return {
        "shared": {
            "name": name,
            "conclusion": verdict.conclusion.value,
            "situation": verdict.situation.value,
            "offers": told,
        }
    }


def read_shared(body: Mapping[str, JsonValue]) -> Shared | None:
    """The same, of an entry on a gate; None where the check was not shared."""
    if body.get("shared") is None:
        return None
    found = _Entry.model_validate(body["shared"])
    told = tuple(
        Offer(number=number, base_ref=base_ref, conclusion=worth, attendance=more[0] if more else Attendance.REVIEW)
        for number, base_ref, worth, *more in found.offers
    )
    return Shared(name=found.name, conclusion=found.conclusion, offers=told)


async def tell_worth(
    connection: Connection, job: ReviewJob, review: ReviewRow, report: Report, weighed: Offered
) -> None:
    """Remember what was counted of others, and let those that take this one for something else be decided again.

    They pay for nothing.
    """
    repository_id, snapshot = job.repository_id, report.snapshot
    await offers.keep(connection, review.id, weighed.offers, repository_id=repository_id, shared=weighed.widely)
    mine = Offer(number=job.number, base_ref=snapshot.base_ref, conclusion=report.verdict.conclusion.value)
    mistaken = await offers.list_mistaken(
        connection,
        mine,
        repository_id=repository_id,
        head_sha=snapshot.head_sha,
        holds=not report.verdict.opens_gate,
    )
    await _decide_again(connection, job, mistaken)


async def tell_move(connection: Connection, job: ReviewJob, head_sha: str, base_ref: str) -> None:
    """Now this is what is offered: let those that count it as another head's, or another base's, be decided again."""
    left = await offers.list_left(
        connection, repository_id=job.repository_id, number=job.number, head_sha=head_sha, base_ref=base_ref
    )
    await _decide_again(connection, job, left)


async def tell_stood_down(database: Database, job: ReviewJob, snapshot: Snapshot, why: Attendance) -> None:
    """It is not attended to any more, or never was: let those that take it for something else be decided again."""
    repository_id = job.repository_id
    mine = Offer(number=job.number, base_ref=snapshot.base_ref, attendance=why)
    async with database.transaction() as connection:
        if why is Attendance.CLOSED:
            told = await offers.list_counting(connection, repository_id=repository_id, number=job.number)
        else:
            await offers.lock_head(connection, repository_id=repository_id, head_sha=snapshot.head_sha)
            holds = snapshot.policy.mode is Mode.GATE
            told = await offers.list_mistaken(
                connection, mine, repository_id=repository_id, head_sha=snapshot.head_sha, holds=holds
            )
        await _decide_again(connection, job, told)


async def _decide_again(connection: Connection, job: ReviewJob, numbers: Sequence[int]) -> None:
    await enqueue(connection, [replace(review_of(job, number), again=True) for number in numbers])
