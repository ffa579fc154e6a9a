"""Whether a comment was edited: REST tells times in whole seconds, so only GraphQL can tell."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.github.errors import Context, NotFound, UnreadableAnswer
from app.github.reading import Reader
from app.github.transport import GRAPHQL, Request

_QUERY: Final = """
query($id: ID!) {
  node(id: $id) { ... on Comment { lastEditedAt } }
}
"""


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Comment(_Told):
    # Without a default: a node that is no comment has no such field, and has then not been told of.
    last_edited_at: datetime | None = Field(alias="lastEditedAt")


class _Data(_Told):
    node: _Comment | None


class _Answer(_Told):
    data: _Data


async def read_last_edit(reader: Reader, node_id: str) -> datetime | None:
    """When a comment was edited last, by whomever; None: never.

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
    return comment.last_edited_at
