"""What waits in a repository's merge queue: GitHub tells that over GraphQL alone."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from app.github.errors import Context, UnreadableAnswer, WrongRepository
from app.github.transport import GRAPHQL, Credential, Request, Wire

MOST_PAGES: Final = 10
_QUERY: Final = """
query($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    mergeQueue(branch: $branch) {
      entries(first: 100, after: $after) {
        nodes { position state baseCommit { oid } headCommit { oid } pullRequest { number headRefOid baseRefName } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, alias_generator=to_camel)


class Commit(_Told):
    """A commit."""

    oid: str


class QueuedPull(_Told):
    """A pull request as the queue tells of it: `head_ref_oid` is its head now."""

    number: int
    head_ref_oid: str
    base_ref_name: str


class QueueEntry(_Told):
    """One entry; from `base_commit` to `head_commit` it is merged. Entries that wait have neither yet."""

    position: int
    state: str
    base_commit: Commit | None = None
    head_commit: Commit | None = None
    pull_request: QueuedPull | None = None


class _Page(_Told):
    has_next_page: bool
    end_cursor: str | None = None


class _Entries(_Told):
    nodes: tuple[QueueEntry | None, ...]
    page_info: _Page


class _Queue(_Told):
    entries: _Entries


class _Repository(_Told):
    database_id: int
    merge_queue: _Queue | None = None


class _Data(_Told):
    repository: _Repository


class _Answer(_Told):
    data: _Data


class MergeQueueReader:
    """The merge queues of one repository, under a token that can only read them."""

    def __init__(self, wire: Wire, credential: Credential, repository_id: int, full_name: str) -> None:
        """`full_name` may be an old name, but only of `repository_id`."""
        self._wire = wire
        self._credential = credential
        self._repository_id = repository_id
        self._owner, _, self._name = full_name.partition("/")

    async def list_entries(self, branch: str) -> tuple[QueueEntry, ...]:
        """What waits to be merged into a branch, first come first; nothing where the branch has no queue.

        Raises the errors of `app.github.errors`: WrongRepository where the name belongs to another repository now.
        """
        found: list[QueueEntry] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            repository = await self._ask(branch, after)
            if repository.merge_queue is None:
                return ()
            entries = repository.merge_queue.entries
            found += [node for node in entries.nodes if node is not None]
            after = entries.page_info.end_cursor
            if not entries.page_info.has_next_page:
                return tuple(found)
        raise UnreadableAnswer("a list without end", _context())

    async def _ask(self, branch: str, after: str | None) -> _Repository:
        variables = {"owner": self._owner, "name": self._name, "branch": branch, "after": after}
        request = Request(method="POST", path=GRAPHQL, body={"query": _QUERY, "variables": dict(variables)})
        response = await self._wire.send(request, self._credential)
        try:
            repository = _Answer.model_validate_json(response.content).data.repository
        except ValidationError as error:
            raise UnreadableAnswer("GitHub's answer has an unknown shape", _context(response.status_code)) from error
        if repository.database_id != self._repository_id:
            raise WrongRepository("the name belongs to another repository now", _context(response.status_code))
        return repository


def _context(status: int = 0) -> Context:
    return Context("POST", GRAPHQL, status)
