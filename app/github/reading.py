"""Asking and reading: requests of one credential pair, answers as our types, lists page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from app.github.errors import Context, UnreadableAnswer
from app.github.transport import Credential, Params, Request, Wire

PAGE: Final = 100
# 10,000 entries: more than GitHub lists of anything that is read here.
MOST_PAGES: Final = 100

_M = TypeVar("_M", bound=BaseModel)
_JSON: Final = TypeAdapter[JsonValue](JsonValue, config=ConfigDict(hide_input_in_errors=True))


def quoted(text: str) -> str:
    """Text as exactly one segment of a path."""
    return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class Reader:
    """Requests of one kind of credential, below one path. `repository_id`: where redirects may lead."""

    wire: Wire
    reads: Credential
    writes: Credential
    prefix: str = ""
    repository_id: int | None = None

    async def get(self, path: str, model: type[_M], params: Params | None = None) -> _M:
        """One object."""
        request = self._request("GET", path, params=params or {})
        return _read(await self.wire.send(request, self.reads), model, request)

    async def get_json(self, path: str, params: Params | None = None) -> JsonValue:
        """An answer of more than one shape."""
        request = self._request("GET", path, params=params or {})
        response = await self.wire.send(request, self.reads)
        try:
            return _JSON.validate_json(response.content)
        except ValidationError as error:
            raise _unreadable(request, response) from error

    async def get_page(self, path: str, model: type[_M], params: Params) -> tuple[tuple[_M, ...], Mapping[str, str]]:
        """One page of a list, with the parameters that the next page's address has (empty: this was the last)."""
        request = self._request("GET", path, params=params)
        response = await self.wire.send(request, self.reads)
        following = response.links.get("next", {}).get("url", "")
        # Only what the address asks for is used, never the host it names.
        asked = dict(httpx.URL(following).params) if following else {}
        return _read_list(response, model, None, request), asked

    async def list_all(
        self, path: str, model: type[_M], params: Params | None = None, *, key: str | None = None
    ) -> tuple[_M, ...]:
        """A whole list by page number; `key` names it where an object holds it.

        Raises UnreadableAnswer for a list that does not end.
        """
        found: list[_M] = []
        for page in range(1, MOST_PAGES + 1):
            request = self._request("GET", path, params={**(params or {}), "per_page": PAGE, "page": page})
            entries = _read_list(await self.wire.send(request, self.reads), model, key, request)
            found += entries
            if len(entries) < PAGE:
                return tuple(found)
        raise UnreadableAnswer("a list without end", Context("GET", self.prefix + path))

    async def write(
        self,
        method: str,
        path: str,
        model: type[_M],
        body: Mapping[str, JsonValue],
        *,
        repeatable: bool = False,
        paced: bool = True,
    ) -> _M:
        """A write. `repeatable` where doing it twice is the same as doing it once.

        After `UnreadableAnswer` it was done; for the other errors see `Wire.send`.
        """
        request = self._request(method, path, body=body, repeatable=repeatable, paced=paced)
        return _read(await self.wire.send(request, self.writes), model, request)

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Mapping[str, JsonValue] | None = None,
        repeatable: bool = True,
        paced: bool = False,
    ) -> Request:
        return Request(
            method=method,
            path=self.prefix + path,
            params=params or {},
            body=body,
            repeatable=repeatable,
            paced=paced,
            repository_id=self.repository_id,
        )


def _read(response: httpx.Response, model: type[_M], request: Request) -> _M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise _unreadable(request, response) from error


def _read_list(response: httpx.Response, model: type[_M], key: str | None, request: Request) -> tuple[_M, ...]:
    try:
        answer = _JSON.validate_json(response.content)
        entries = answer.get(key) if key is not None and isinstance(answer, dict) else answer
        if not isinstance(entries, list):
            raise _unreadable(request, response)
        return tuple(model.model_validate(entry) for entry in entries)
    except ValidationError as error:
        raise _unreadable(request, response) from error


def _unreadable(request: Request, response: httpx.Response) -> UnreadableAnswer:
    return UnreadableAnswer(
        "GitHub's answer has an unknown shape", Context(request.method, request.path, response.status_code)
    )
