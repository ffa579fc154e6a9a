"""Whose reactions count when a crowd reacts: each role is asked for once, and not everybody's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.flows.feedback.comments import MOST_REACTED, find_ours, find_skipped
from app.flows.feedback.thumbs import MOST_PEOPLE, Thumbs
from app.github.client import GitHubClient
from app.github.drafts import ReactionContent
from app.github.payloads import Account, CollaboratorPermission, Reaction, ReactionCounts, ReviewComment

START = datetime(2026, 5, 4, tzinfo=UTC)


class Crowd(GitHubClient):
    """A GitHub where everybody may write and these people reacted to every comment, in this order."""

    def __init__(self, people: list[Account | None], content: str = "-1") -> None:
        self._people = people
        self._content = content
        self.asked: list[str] = []

    async def list_reactions(self, comment_id: int, content: ReactionContent, *, thread: bool) -> tuple[Reaction, ...]:
        del comment_id, thread
        return tuple(
            Reaction(id=at, content=content, user=one, created_at=START + timedelta(seconds=at))
            for at, one in enumerate(self._people)
            if content == self._content
        )

    async def get_collaborator_permission(self, login: str) -> CollaboratorPermission:
        self.asked.append(login)
        return CollaboratorPermission(permission="write")


def people(many: int) -> list[Account | None]:
    return [Account(login=f"u{number}", id=number) for number in range(1, many + 1)]


COUNTS = ReactionCounts.model_validate({"+1": 0, "-1": 9})


async def test_each_role_is_asked_for_once_a_reading() -> None:
    github = Crowd(people(3))
    thumbs = Thumbs(github)
    for comment in (1, 2, 3):
        assert len(await thumbs.read(comment, COUNTS, thread=True)) == 3

    assert github.asked == ["u1", "u2", "u3"]
    assert thumbs.unasked == 0


async def test_a_crowd_does_not_use_up_all_requests_and_who_is_left_out_is_counted() -> None:
    github = Crowd(people(MOST_PEOPLE + 20))
    thumbs = Thumbs(github)
    opinions = await thumbs.read(1, COUNTS, thread=False)
    await thumbs.read(2, COUNTS, thread=False)

    assert len(opinions) == len(github.asked) == MOST_PEOPLE
    assert thumbs.unasked == 20


async def test_bots_agents_and_who_is_gone_are_not_even_asked_for() -> None:
    github = Crowd([Account(login="helper[bot]", id=1, type="Bot"), Account(login="CursorAgent", id=2), None])

    assert await Thumbs(github).read(1, COUNTS, thread=True) == ()
    assert github.asked == []


async def test_a_comment_without_thumbs_costs_no_request() -> None:
    github = Crowd(people(1), content="+1")

    assert await Thumbs(github).read(1, ReactionCounts(), thread=True) == ()
    assert github.asked == []


OURS = Account(login="lintel[bot]", id=99, type="Bot")


def comment(number: int, *, by: Account | None = OURS, at: int | None = None, down: int = 0) -> ReviewComment:
    marker = f"<!-- lintel:finding id=F{number} fingerprint={'a' * 32} -->"
    return ReviewComment(
        id=at or number,
        node_id="x",
        body=f"Wrong.\n\n{marker}",
        path="app/pay.py",
        user=by,
        reactions=ReactionCounts.model_validate({"-1": down}),
    )


def test_a_copied_marker_in_somebody_else_s_comment_is_nobody_s_finding() -> None:
    copied = [
        comment(1, by=Account(login="ann", id=1), at=1),
        comment(2, by=None),
        comment(3, by=Account(login="lintel[bot]", id=5)),
    ]
    ours = find_ours([*copied, comment(1, at=8), comment(1, at=7), comment(4)], OURS.login, {1, 2, 3})

    assert [(number, one.id) for number, one in ours] == [(1, 7)]


def test_of_very_many_comments_with_reactions_the_newest_are_looked_into() -> None:
    quiet = [comment(number) for number in range(1, 50)]
    loud = [comment(number, down=1) for number in range(50, 52 + MOST_REACTED)]
    ours = find_ours([*loud, *quiet], OURS.login, range(1, 1000))

    assert find_skipped(ours) == {50, 51}
