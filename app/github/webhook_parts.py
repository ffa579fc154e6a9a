"""The parts of webhook payloads that some rule needs, each read by itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from app.core.event import RepositoryRef

logger = logging.getLogger(__name__)

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that PostgreSQL refuses."""


def _clean(value: object) -> object:
    return UNSTORABLE.sub("", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_clean)]
Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
BranchRef = Annotated[Text, Field(pattern=r"^refs/heads/.+$")]
Id = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class Part(BaseModel):
    """A part of a payload: what nobody needs is dropped, and errors quote nothing of it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class AccountPart(Part):
    """Who did something."""

    login: Text
    type: Text | None = None
    id: Id | None = None


class InstallationPart(Part):
    """Where the App is installed."""

    id: Id
    account: AccountPart | None = None


class RepositoryPart(Part):
    """The repository."""

    id: Id
    full_name: Text


class IdPart(Part):
    """Something with an id."""

    id: Id


class HeadPart(Part):
    """The head of a pull request, and the repository and owner that it lies with."""

    sha: Sha
    repo: IdPart | None = None
    user: AccountPart | None = None


class BasePart(Part):
    """Its base."""

    ref: Text


class PullRequestPart(Part):
    """A pull request."""

    number: Id
    head: HeadPart
    base: BasePart
    draft: bool | None = False
    state: Text


class IssuePart(Part):
    """An issue; one with `pull_request` is the conversation of one."""

    number: Id
    pull_request: dict[str, JsonValue] | None = None


class CommentPart(Part):
    """A comment."""

    id: Id
    body: Text | None = ""
    in_reply_to_id: Id | None = None


class MergeGroupPart(Part):
    """A group of the merge queue."""

    head_sha: Sha
    head_ref: BranchRef
    base_sha: Sha
    base_ref: BranchRef


class AppPart(Part):
    """An App."""

    id: Id
    slug: Text | None = None


class NumberPart(Part):
    """Something with a number."""

    number: Id


class CheckRunPart(Part):
    """A check run."""

    id: Id
    name: Text
    head_sha: Sha
    external_id: Text | None = ""
    app: AppPart | None = None
    pull_requests: tuple[NumberPart, ...] | None = ()


_P = TypeVar("_P", bound=Part)


class CheckSuitePart(Part):
    """A check suite."""

    id: Id
    head_sha: Sha
    app: AppPart | None = None


class Parts:
    """A payload whose parts are read one by one, so that one bad part spoils no other."""

    def __init__(self, payload: Mapping[str, JsonValue], delivery: str) -> None:
        self._payload = payload
        self._delivery = delivery

    def read(self, key: str, model: type[_P]) -> _P | None:
        """The part under `key`, or None where it is absent or malformed."""
        value = self._payload.get(key)
        return None if value is None else self._validate(key, value, model)

    def read_repositories(self, key: str) -> tuple[RepositoryRef, ...]:
        """The readable repositories of a list (empty where there is none)."""
        value = self._payload.get(key)
        items = value if isinstance(value, list) else []
        found = (refer(self._validate(key, item, RepositoryPart)) for item in items)
        return tuple(repository for repository in found if repository is not None)

    def _validate(self, key: str, value: JsonValue, model: type[_P]) -> _P | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            places = sorted({".".join(str(step) for step in detail["loc"]) for detail in error.errors()})
            logger.warning("Delivery %s: %s has an unknown shape at %s", self._delivery, key, places[:5])
            return None


def refer(part: RepositoryPart | None) -> RepositoryRef | None:
    """The repository, if there is one."""
    return RepositoryRef(id=part.id, full_name=part.full_name) if part else None
