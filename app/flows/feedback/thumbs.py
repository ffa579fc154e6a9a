"""Whose reactions to a comment count: read where they stand, and each person's role asked for once a reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.core.feedback.opinion import Opinion, Thumb, settle
from app.core.people.markers import Signature, name_agent
from app.core.people.role import Role
from app.flows.commands.hearing import read_role
from app.github.client import GitHubClient
from app.github.drafts import ReactionContent
from app.github.payloads import Reaction, ReactionCounts

MOST_PEOPLE: Final = 50
"""Whose roles one reading asks for: anybody may react, and a crowd must not use up all requests."""


class Thumbs:
    """The reactions of one reading. `unasked` counts people whose role it did not ask for."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client
        self._roles: dict[int, Role] = {}
        self._unasked: set[int] = set()

    @property
    def unasked(self) -> int:
        """How many people were left out."""
        return len(self._unasked)

    async def read(self, comment_id: int, counts: ReactionCounts, *, thread: bool) -> tuple[Opinion, ...]:
        """What people with write think of a comment, by the counts that GitHub shows for it; `thread` as there."""
        wanted: Sequence[tuple[ReactionContent, int]] = (("+1", counts.up), ("-1", counts.down))
        thumbs: list[Thumb] = []
        for content, many in wanted:
            if many:
                reactions = await self._client.list_reactions(comment_id, content, thread=thread)
                thumbs += [thumb for reaction in reactions if (thumb := _read(reaction)) is not None]
        for thumb in sorted(thumbs, key=lambda one: (one.at, one.id)):
            await self.ask(thumb.user_id, thumb.login)
        return settle(thumbs, self._roles)

    async def ask(self, user_id: int, login: str) -> Role:
        """The live role of a person; none where there is no room to ask."""
        if user_id in self._roles:
            return self._roles[user_id]
        if len(self._roles) >= MOST_PEOPLE:
            self._unasked.add(user_id)
            return Role.NONE
        self._roles[user_id] = await read_role(self._client, login)
        return self._roles[user_id]


def _read(reaction: Reaction) -> Thumb | None:
    """A person's thumb; None for a bot's, an agent's, or that of somebody who is gone."""
    user = reaction.user
    if user is None or user.type != "User" or reaction.created_at is None:
        return None
    if name_agent(Signature(login=user.login.lower())):
        return None
    return Thumb(id=reaction.id, user_id=user.id, login=user.login, up=reaction.content == "+1", at=reaction.created_at)
