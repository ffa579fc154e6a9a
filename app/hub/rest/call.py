"""One request of the REST API, and the shape of its answer."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from app.hub.access import Caller
from app.hub.accounts import Json, Repository
from app.hub.events import Hub
from app.hub.refusals import RefusedError, invalid, not_found
from app.hub.state import PullRequest

MAX_PAGE = 100
Item = TypeVar("Item")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body: JSON, or bytes of a media type of their own, or nothing."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was authenticated and, where it names a repository, authorized."""

    hub: Hub
    caller: Caller
    found: Repository | None
    parameters: dict[str, str]
    query: dict[str, str]
    content: bytes
    accept: str
    url: str

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        if self.found is None:
            raise not_found()
        return self.found

    def number(self, name: str) -> int:
        """A numeric part of the path. Raises RefusedError 404."""
        text = self.parameters[name]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise not_found()
        return int(text)

    def pull(self) -> PullRequest:
        """The pull request of the path. Raises RefusedError 404."""
        found = self.hub.state.pulls.get((self.repository.id, self.number("number")))
        if found is None:
            raise not_found()
        return found

    def wants(self, media: str) -> bool:
        """Whether `Accept` asks for one of GitHub's media types, as `diff` or `raw`."""
        return any(
            part.partition(";")[0].strip() in (f"application/vnd.github.{media}", f"application/vnd.github.v3.{media}")
            or part.partition(";")[0].strip() == f"application/vnd.github.{media}+json"
            for part in self.accept.split(",")
        )

    def read(self, model: type[Model]) -> Model:
        """The body as a model. Raises RefusedError 400 or 422 in GitHub's words."""
        try:
            given = json.loads(self.content or b"{}")
        except ValueError as error:
            raise RefusedError(400, "Problems parsing JSON") from error
        if not isinstance(given, dict):
            raise RefusedError(400, "Body should be a JSON object")
        try:
            return model.model_validate_json(self.content or b"{}")
        except ValidationError as error:
            raise _refuse(error) from error

    def page(self, items: Sequence[Item], show: Callable[[Item], Json], wrap: str | None = None) -> Answer:
        """A page of a list with its `Link` header; `wrap` names the list inside an object with a count."""
        window, headers = self.window(len(items))
        shown = [show(item) for item in items[window]]
        return Answer(shown if wrap is None else {"total_count": len(items), wrap: shown}, headers=headers)

    def window(self, total: int, *, default: int = 30, most: int = MAX_PAGE) -> tuple[slice, dict[str, str]]:
        """Which of so many items the page asked for has, and its `Link` header."""
        size = min(max(self._natural("per_page", default), 1), most)
        page = max(self._natural("page", 1), 1)
        return slice((page - 1) * size, page * size), self._link(page, max(-(-total // size), 1))

    def _natural(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    def _link(self, page: int, last: int) -> dict[str, str]:
        targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page <= 1:
            del targets["prev"], targets["first"]
        if page >= last:
            del targets["next"], targets["last"]
        links = (
            f'<{self.url}?{urlencode(self.query | {"page": str(number)})}>; rel="{rel}"'
            for rel, number in targets.items()
        )
        return {"Link": ", ".join(links)} if targets else {}


Handler = Callable[[Call], Answer]
Access = Literal["app", "installation", "anyone"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route. `access`: (permission, level) on the path's repository, or a kind of caller."""

    method: str
    path: str
    access: Access | tuple[str, Literal["read", "write"]]
    handle: Handler


def _refuse(error: ValidationError) -> RefusedError:
    """GitHub's sentence about the first thing that is wrong with a body."""
    first = error.errors(include_url=False)[0]
    kind, place, context = first["type"], first["loc"], first.get("ctx", {})
    name = str(place[-1]) if place else ""
    if kind == "missing":
        sentence = f'"{name}" wasn\'t supplied.'
    elif kind == "string_too_long":
        sentence = f"Only {context['max_length']} characters are allowed; {len(first['input'])} were supplied."
    elif kind == "too_long":
        sentence = f"No more than {context['max_length']} items are allowed; {len(first['input'])} were supplied."
    elif kind == "value_error":
        return invalid("Request", name, str(context["error"]))
    else:
        path = "/".join(f"properties/{part}" if isinstance(part, str) else "items" for part in place)
        given = "nil" if first["input"] is None else json.dumps(first["input"], default=str)
        reason = f"is not a member of [{context['expected']}]" if kind == "literal_error" else f"is not {_type(kind)}"
        sentence = f"For '{path}', {given} {reason}."
    return RefusedError(422, f"Invalid request.\n\n{sentence}")


def _type(kind: str) -> str:
    words = {"string": "a string", "int": "an integer", "bool": "a boolean", "list": "an array", "dict": "an object"}
    return words.get(kind.partition("_")[0], "of the right type")
