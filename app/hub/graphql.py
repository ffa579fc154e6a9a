"""GitHub's GraphQL API, as far as an App asks it about a merge queue and about edits: other fields are refused by name.

An answer is a 200 even where it holds errors; only who is not known, or says no JSON, gets another status.
https://docs.github.com/en/graphql/reference/objects#mergequeue and …/reference/interfaces#comment
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.hub.access import NO_ACCESS, Caller, authenticate, authorize
from app.hub.accounts import Json, Repository
from app.hub.comment_nodes import COMMENT_TYPES, Comment, find_comment, tell_editor, tell_node_id
from app.hub.events import Hub
from app.hub.graphql_text import Field, QueryUnreadableError, parse
from app.hub.merge_queue import entries_of
from app.hub.refusals import RefusedError
from app.hub.state import IssueComment, PullRequest, QueueEntry
from app.hub.timeline import TYPES, TimelineItem, choose
from app.hub.views import stamp, stamp_if

GRAPHQL = "/api/graphql"
MOST = 100


class _AnswerError(Exception):
    """The query as a whole, or one field, is answered by this error."""

    def __init__(self, message: str, **more: str | list[str] | Json) -> None:
        super().__init__(message)
        self.shown: Json = {**more, "message": message}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, and the errors of single fields that the answer has so far."""

    hub: Hub
    caller: Caller
    variables: Json
    errors: list[Json]


@dataclass(frozen=True, slots=True)
class _Connection:
    entries: list[QueueEntry]
    start: int
    size: int


Resolver = Callable[[_Asked, Any, Json], Any]


class GraphQL:
    """Answers `POST /api/graphql`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def respond(self, request: Request) -> Response:
        """The answer to one query."""
        content = await request.body()
        credential = request.headers.get("authorization", "").partition(" ")[2].strip()
        return await run_in_threadpool(self._respond, credential, content)

    def _respond(self, credential: str, content: bytes) -> Response:
        with self._hub.state.lock:
            try:
                asked, field = self._read(self._recognise(credential), content)
                data = _resolve(asked, "Query", None, field, ())
            except RefusedError as error:
                return JSONResponse(error.body(), error.status)
            except _AnswerError as error:
                return JSONResponse({"errors": [error.shown]})
            return JSONResponse({"data": data, **({"errors": asked.errors} if asked.errors else {})})

    def _recognise(self, credential: str) -> Caller:
        if not credential:
            raise RefusedError(401, "This endpoint requires you to be authenticated.")
        return authenticate(self._hub, credential)

    def _read(self, caller: Caller, content: bytes) -> tuple[_Asked, Field]:
        try:
            given = json.loads(content)
        except ValueError as error:
            raise RefusedError(400, "Problems parsing JSON") from error
        if not isinstance(given, dict) or not isinstance(given.get("query"), str):
            raise _AnswerError("A query attribute must be specified and must be a string.")
        try:
            field = parse(given["query"])
        except QueryUnreadableError as error:
            raise _AnswerError(str(error)) from error
        _validate("Query", field, ("query",))
        return _Asked(self._hub, caller, given.get("variables") or {}, []), field


def _validate(kind: str, field: Field, path: tuple[str, ...]) -> None:
    """Raise _AnswerError for the first field or argument that the schema does not have."""
    for chosen in field.fields:
        if chosen.on:
            if chosen.on not in _SCHEMA:
                raise _AnswerError(f"No such type {chosen.on}, so it can't be a fragment condition", path=list(path))
            _validate(chosen.on, chosen, path)
            continue
        at = (*path, chosen.name)
        known = _SCHEMA[kind].get(chosen.name)
        if known is None:
            code: Json = {"code": "undefinedField", "typeName": kind, "fieldName": chosen.name}
            raise _AnswerError(f"Field '{chosen.name}' doesn't exist on type '{kind}'", path=list(at), extensions=code)
        of, arguments, _ = known
        for name in chosen.arguments.keys() - arguments:
            code = {"code": "argumentNotAccepted", "name": chosen.name, "typeName": "Field", "argumentName": name}
            words = f"Field '{chosen.name}' doesn't accept argument '{name}'"
            raise _AnswerError(words, path=[*at, name], extensions=code)
        if (of is None) is bool(chosen.fields):
            words = f"Field must have selections (field '{chosen.name}')"
            raise _AnswerError(words if of else f"Selections can't be made on scalars (field '{chosen.name}')")
        if of is not None:
            _validate(of, chosen, at)


def _resolve(asked: _Asked, kind: str, value: Any, field: Field, path: tuple[str, ...]) -> Json:  # noqa: ANN401 - any object
    shown: Json = {}
    for chosen in field.fields:
        if chosen.on:
            if isinstance(value, _OF_TYPE.get(chosen.on, ())):
                shown |= _resolve(asked, chosen.on, value, chosen, path)
            continue
        of, _, resolver = _SCHEMA[kind][chosen.name]
        at = (*path, chosen.name)
        arguments = {name: _fill(asked, given) for name, given in chosen.arguments.items()}
        try:
            found = resolver(asked, value, arguments)
        except _AnswerError as error:
            asked.errors.append({"path": list(at), **error.shown})
            found = None
        if of is None or found is None:
            shown[chosen.name] = found
        elif isinstance(found, list):
            shown[chosen.name] = [_resolve(asked, of, item, chosen, at) for item in found]
        else:
            shown[chosen.name] = _resolve(asked, of, found, chosen, at)
    return shown


def _fill(asked: _Asked, given: str | int) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(given, str) and given.startswith("$"):
        return asked.variables.get(given[1:])
    return given


def _find_repository(asked: _Asked, _: None, arguments: Json) -> Repository:
    owner, name = str(arguments.get("owner")), str(arguments.get("name"))
    state = asked.hub.state
    found = state.repository(owner, name) or state.formerly(owner, name)
    words = f"Could not resolve to a Repository with the name '{owner}/{name}'."
    if found is None:
        raise _AnswerError(words, type="NOT_FOUND")
    try:
        authorize(asked.caller, found, "metadata", "read")
    except RefusedError as error:
        raise _AnswerError(words, type="NOT_FOUND") from error
    return found


def _find_node(asked: _Asked, _: None, arguments: Json) -> Comment:
    wanted = arguments.get("id")
    found = find_comment(asked.hub.state, wanted)
    words = f"Could not resolve to a node with the global id of '{wanted}'."
    if found is None:
        raise _AnswerError(words, type="NOT_FOUND")
    needed = "issues" if isinstance(found, IssueComment) else "pull_requests"
    try:
        authorize(asked.caller, found.pull.repository, needed, "read")
    except RefusedError as error:
        if error.status == 404:
            raise _AnswerError(words, type="NOT_FOUND") from error
        raise _AnswerError(NO_ACCESS, type="FORBIDDEN", extensions={"saml_failure": False}) from error
    return found


def _find_pull(asked: _Asked, repository: Repository, arguments: Json) -> PullRequest:
    found = asked.hub.state.pulls.get((repository.id, arguments.get("number", 0)))
    if found is None:
        words = f"Could not resolve to a PullRequest with the number of {arguments.get('number')}."
        raise _AnswerError(words, type="NOT_FOUND")
    _see(asked, repository, "pull_requests")
    return found


def _see(asked: _Asked, repository: Repository, needed: str) -> None:
    try:
        authorize(asked.caller, repository, needed, "read")
    except RefusedError as error:
        raise _AnswerError(NO_ACCESS, type="FORBIDDEN", extensions={"saml_failure": False}) from error


def _list_items(_: _Asked, pull: PullRequest, arguments: Json) -> tuple[TimelineItem, ...]:
    try:
        return choose(pull.timeline, arguments["itemTypes"], arguments["last"])
    except KeyError as error:
        raise _AnswerError(f"timelineItems: {error} is missing, or nobody knows it") from error


def _find_queue(asked: _Asked, repository: Repository, arguments: Json) -> tuple[Repository, str] | None:
    _see(asked, repository, "merge_queues")
    branch = str(arguments.get("branch") or repository.default_branch)
    # A branch without a queue has null; here every branch that something waits for has one.
    return (repository, branch) if entries_of(asked.hub, repository, branch) else None


def _list_entries(asked: _Asked, queue: tuple[Repository, str], arguments: Json) -> _Connection:
    size = arguments.get("first")
    if not isinstance(size, int):
        words = "You must provide a `first` or `last` value to properly paginate the `entries` connection."
        raise _AnswerError(words, type="MISSING_PAGINATION_BOUNDARIES")
    if not 0 < size <= MOST:
        words = f"Requesting {size} records on the `entries` connection exceeds the `first` limit of {MOST} records."
        raise _AnswerError(words, type="EXCESSIVE_PAGINATION")
    after = arguments.get("after")
    return _Connection(entries_of(asked.hub, *queue), int(after) if after else 0, size)


def _see_pull(asked: _Asked, entry: QueueEntry, _: Json) -> PullRequest:
    _see(asked, entry.pull.repository, "pull_requests")
    return entry.pull


def _position(asked: _Asked, entry: QueueEntry, _: Json) -> int:
    return entries_of(asked.hub, entry.pull.repository, entry.pull.base_ref).index(entry) + 1


def _plainly(read: Callable[[Any], Any], _: _Asked, value: Any, __: Json) -> Any:  # noqa: ANN401 - any object
    return read(value)


_NONE: frozenset[str] = frozenset()


def _leaf(read: Callable[[Any], Any], of: str | None = None) -> tuple[str | None, frozenset[str], Resolver]:
    return of, _NONE, partial(_plainly, read)


_OF_TYPE: dict[str, tuple[type, ...]] = COMMENT_TYPES | {kind: (of,) for kind, of in TYPES.items()}

_SCHEMA: dict[str, dict[str, tuple[str | None, frozenset[str], Resolver]]] = {
    "Query": {
        "node": ("Node", frozenset({"id"}), _find_node),
        "repository": ("Repository", frozenset({"owner", "name"}), _find_repository),
    },
    "Node": {"id": _leaf(tell_node_id)},
    "Comment": {
        "createdAt": _leaf(lambda comment: stamp(comment.created_at)),
        "lastEditedAt": _leaf(lambda comment: stamp_if(comment.last_edited_at)),
        "editor": _leaf(tell_editor, "Actor"),
    },
    "Actor": {"login": _leaf(lambda actor: actor.login)},
    "Bot": {"databaseId": _leaf(lambda bot: bot.user.id)},
    "Repository": {
        "databaseId": _leaf(lambda repository: repository.id),
        "nameWithOwner": _leaf(lambda repository: repository.full_name),
        "mergeQueue": ("MergeQueue", frozenset({"branch"}), _find_queue),
        "pullRequest": ("PullRequest", frozenset({"number"}), _find_pull),
    },
    "MergeQueue": {"entries": ("MergeQueueEntryConnection", frozenset({"first", "after"}), _list_entries)},
    "MergeQueueEntryConnection": {
        "totalCount": _leaf(lambda page: len(page.entries)),
        "nodes": _leaf(lambda page: page.entries[page.start : page.start + page.size], "MergeQueueEntry"),
        "pageInfo": _leaf(lambda page: page, "PageInfo"),
    },
    "PageInfo": {
        "hasNextPage": _leaf(lambda page: page.start + page.size < len(page.entries)),
        "endCursor": _leaf(lambda page: str(min(page.start + page.size, len(page.entries)))),
    },
    "MergeQueueEntry": {
        "position": (None, _NONE, _position),
        "state": _leaf(lambda _: "AWAITING_CHECKS"),
        "baseCommit": _leaf(lambda entry: entry.base_sha, "Commit"),
        "headCommit": _leaf(lambda entry: entry.head_sha, "Commit"),
        "pullRequest": ("PullRequest", _NONE, _see_pull),
    },
    "Commit": {"oid": _leaf(lambda sha: sha)},
    "PullRequest": {
        "number": _leaf(lambda pull: pull.number),
        "headRefOid": _leaf(lambda pull: pull.head_sha),
        "baseRefName": _leaf(lambda pull: pull.base_ref),
        "timelineItems": ("TimelineItems", frozenset({"last", "itemTypes"}), _list_items),
    },
    "TimelineItems": {"nodes": _leaf(list, "TimelineItem")},
    "TimelineItem": {},
    **{kind: {"createdAt": _leaf(lambda item: stamp(item.created_at))} for kind in TYPES},
}
