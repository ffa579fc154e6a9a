"""Reactions to comments. GitHub sends no event about them; how many there are stands in the comment itself.

https://docs.github.com/rest/reactions/reactions: whoever sees a comment may react to it, so there may be thousands.
"""

from __future__ import annotations

from typing import Final

from app.github.drafts import ReactionContent
from app.github.payloads import Reaction
from app.github.reading import PAGE, Reader

MOST_PAGES: Final = 3
"""Pages that are read of one reaction to one comment: the oldest 300. A crowd must not use up all requests."""


async def list_reactions(
    reader: Reader, comment_id: int, content: ReactionContent, *, thread: bool
) -> tuple[Reaction, ...]:
    """Who reacted so, oldest first, the first of them at least."""
    path = f"/{'pulls' if thread else 'issues'}/comments/{comment_id}/reactions"
    found: list[Reaction] = []
    for page in range(1, MOST_PAGES + 1):
        entries, following = await reader.get_page(path, Reaction, {"content": content, "per_page": PAGE, "page": page})
        found += entries
        if not following:
            break
    return tuple(found)
