"""Whether and by whom a comment was edited: REST tells times in whole seconds, so only GraphQL can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.github.errors import Context, NotFound, UnreadableAnswer
from app.github.reading import Reader
from app.github.transport import GRAPHQL, Request

_QUERY: Final = """
query($id: ID!) {
  node(id: $id) { ... on Comment { lastEditedAt editor { ... on Bot { databaseId } } } }
}
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """The last edit of a comment. `bot_id` is the account of the bot that made it; None: a person, or nobody knows."""

    at: datetime
    bot_id: int | None


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Editor(_Told):
    bot_id: int | None = Field(default=None, alias="databaseId")


class _Comment(_Told):
    # Without a default: a node that is no comment has no such field, and has then not been told of.
    last_edited_at: datetime | None = Field(alias="lastEditedAt")
    editor: _Editor | None = None


class _Data(_Told):
    node: _Comment | None


class _Answer(_Told):
    data: _Data


async def read_last_edit(reader: Reader, node_id: str) -> Edit | None:
    """The last edit of a comment, by whomever; None: it never was.

    Raises NotFound where it is gone, UnreadableAnswer where the id is empty or that of no comment.
    https://docs.github.com/en/graphql/reference/interfaces#comment
    """
    if not node_id:
        raise UnreadableAnswer("GitHub told no node id of the comment", Context("GET", reader.prefix))
    request = Request(method="POST", path=GRAPHQL, body={"query": _QUERY, "variables": {"id": node_id}})
    response = await reader.wire.send(request, reader.reads)
    context = Context("POST", GRAPHQL, response.status_code)
    try:
        comment = _Answer.model_validate_json(response.content).data.node
    except ValidationError as error:
        raise UnreadableAnswer("GitHub's answer has an unknown shape", context) from error
    if comment is None:
        raise NotFound("the comment is gone", context)
    if comment.last_edited_at is None:
        return None
    return Edit(comment.last_edited_at, comment.editor.bot_id if comment.editor else None)
