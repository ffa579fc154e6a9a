"""When a pull request last became another change by something else than a push on top: only GraphQL asks for the last.

https://docs.github.com/en/graphql/reference/unions#pullrequesttimelineitems
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from app.github.errors import Context, NotFound, UnreadableAnswer, WrongRepository
from app.github.reading import Reader
from app.github.transport import GRAPHQL, Request

_BASE_CHANGES: Final = ("BASE_REF_CHANGED_EVENT", "AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT")
_TURNS: Final = (*_BASE_CHANGES, "HEAD_REF_FORCE_PUSHED_EVENT")
_QUERY: Final = """
query($owner: String!, $name: String!, $number: Int!, $kinds: [PullRequestTimelineItemsItemType!]) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      timelineItems(last: 1, itemTypes: $kinds) {
        nodes {
          ... on BaseRefChangedEvent { createdAt }
          ... on AutomaticBaseChangeSucceededEvent { createdAt }
          ... on HeadRefForcePushedEvent { createdAt }
        }
      }
    }
  }
}
"""


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, alias_generator=to_camel)


class _Item(_Told):
    created_at: datetime


class _Items(_Told):
    nodes: tuple[_Item, ...]


class _Pull(_Told):
    timeline_items: _Items


class _Repository(_Told):
    database_id: int
    pull_request: _Pull | None


class _Data(_Told):
    repository: _Repository


class _Answer(_Told):
    data: _Data


async def read_last_turn(reader: Reader, full_name: str, number: int) -> datetime | None:
    """When its base branch was last changed, by whomever, or its head force-pushed; None: neither ever was.

    Raises NotFound where there is no such pull request, UnreadableAnswer, and WrongRepository where the name belongs to
    another repository now.
    """
    return await _read_last(reader, full_name, number, _TURNS)


async def read_last_base_change(reader: Reader, full_name: str, number: int) -> datetime | None:
    """When its base branch was last changed, by whomever; None: it never was. Raises what `read_last_turn` does."""
    return await _read_last(reader, full_name, number, _BASE_CHANGES)


async def _read_last(reader: Reader, full_name: str, number: int, kinds: tuple[str, ...]) -> datetime | None:
    owner, _, name = full_name.partition("/")
    variables: JsonValue = {"owner": owner, "name": name, "number": number, "kinds": list(kinds)}
    request = Request(method="POST", path=GRAPHQL, body={"query": _QUERY, "variables": variables})
    response = await reader.wire.send(request, reader.reads)
    context = Context("POST", GRAPHQL, response.status_code)
    try:
        repository = _Answer.model_validate_json(response.content).data.repository
    except ValidationError as error:
        raise UnreadableAnswer("GitHub's answer has an unknown shape", context) from error
    if repository.database_id != reader.repository_id:
        raise WrongRepository("the name belongs to another repository now", context)
    if repository.pull_request is None:
        raise NotFound("the pull request is gone", context)
    return max((item.created_at for item in repository.pull_request.timeline_items.nodes), default=None)
