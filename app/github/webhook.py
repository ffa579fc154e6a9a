"""A webhook delivery, from raw bytes to an `Event`. No input or output happens here.

githubkit's own parser rejects payloads of GitHub's own examples (new required fields, new actions); these models
read only what some rule needs and let everything else pass.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from app.core.event import CheckRunRef, CommentRef, Event, PullRequestRef, RepositoryRef, SenderKind

logger = logging.getLogger(__name__)

_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HEADER_VALUE = re.compile(r"[!-~]{1,200}", re.ASCII)


class NotJson(ValueError):
    """The body is no JSON object in UTF-8: there is nothing to be read."""


class NoEventHeader(ValueError):
    """`X-GitHub-Event` or `X-GitHub-Delivery` is missing or malformed: nobody can say what this delivery is."""


def verify(secrets: Sequence[str], body: bytes, signature_header: str | None) -> bool:
    """Whether `X-Hub-Signature-256` is the HMAC of the raw body under one of the secrets (several while rotating).

    SHA-256 only, compared in constant time; the older SHA-1 header is never accepted. Empty secrets sign nothing.
    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    match = _SIGNATURE.fullmatch(signature_header or "")
    if match is None:
        return False
    given = bytes.fromhex(match[1])
    # Every secret is tried, so that the time taken does not tell which one fitted.
    fits = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256), given) for secret in secrets if secret
    ]
    return any(fits)


def decode(headers: Mapping[str, str], body: bytes) -> Event:
    """The event that a verified delivery tells.

    A part that is missing or has another shape than its rule needs is None (and logged). NUL and lone surrogates,
    which PostgreSQL cannot store, are taken out of every text.

    Raises NoEventHeader without the two headers, NotJson when the body is no JSON object.
    """
    name, delivery = _header(headers, "x-github-event"), _header(headers, "x-github-delivery")
    payload = _object(body)
    parts = _Parts(payload, f"{name} {delivery}")
    sender = parts.read("sender", _Account)
    installation = parts.read("installation", _Installation)
    # A sender that cannot be read is no person: what people may ask for is not done for it.
    person = sender is not None and sender.type == SenderKind.USER
    return Event(
        name=name,
        action=_text(payload.get("action")),
        delivery=delivery,
        installation_id=installation.id if installation else None,
        account=installation.account.login if installation and installation.account else None,
        repository=_repository(parts.read("repository", _Repository)),
        pull_request=_pull_request(parts.read("pull_request", _PullRequest)),
        comment=_COMMENTS[name](parts) if name in _COMMENTS else None,
        check_run=_check_run(parts.read("check_run", _CheckRun)),
        base_changed="base" in _mapping(payload.get("changes")),
        sender=sender.login if sender else "",
        sender_kind=SenderKind.USER if person else SenderKind.BOT,
        repositories_added=parts.read_repositories("repositories_added"),
        repositories_removed=parts.read_repositories("repositories_removed"),
    )


def _clean(value: object) -> object:
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_clean)]
Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Id = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Account(_Part):
    login: Text
    type: Text | None = None


class _Installation(_Part):
    id: Id
    account: _Account | None = None


class _Repository(_Part):
    id: Id
    full_name: Text


class _Head(_Part):
    sha: Sha


class _Base(_Part):
    ref: Text


class _PullRequest(_Part):
    number: Id
    head: _Head
    base: _Base
    draft: bool | None = False
    state: Text


class _Issue(_Part):
    number: Id
    pull_request: dict[str, JsonValue] | None = None


class _Comment(_Part):
    id: Id
    body: Text | None = ""


class _App(_Part):
    id: Id


class _Number(_Part):
    number: Id


class _CheckRun(_Part):
    id: Id
    name: Text
    head_sha: Sha
    external_id: Text | None = ""
    app: _App | None = None
    pull_requests: tuple[_Number, ...] | None = ()


_P = TypeVar("_P", bound=_Part)


class _Parts:
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
        found = (_repository(self._validate(key, item, _Repository)) for item in items)
        return tuple(repository for repository in found if repository is not None)

    def _validate(self, key: str, value: JsonValue, model: type[_P]) -> _P | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            places = sorted({".".join(str(step) for step in detail["loc"]) for detail in error.errors()})
            logger.warning("Delivery %s: %s has an unknown shape at %s", self._delivery, key, places[:5])
            return None


def _header(headers: Mapping[str, str], name: str) -> str:
    value = next((value for key, value in headers.items() if key.lower() == name), "").strip()
    if not _HEADER_VALUE.fullmatch(value):
        raise NoEventHeader(f"the header {name} is missing or malformed")
    return value


def _object(body: bytes) -> dict[str, JsonValue]:
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # The decoder's own words quote the body.
        raise NotJson("the body is not JSON in UTF-8") from error
    if not isinstance(payload, dict):
        raise NotJson("the body is not a JSON object")
    return payload


def _text(value: JsonValue) -> str | None:
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else None


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _repository(part: _Repository | None) -> RepositoryRef | None:
    return RepositoryRef(id=part.id, full_name=part.full_name) if part else None


def _pull_request(part: _PullRequest | None) -> PullRequestRef | None:
    if part is None:
        return None
    return PullRequestRef(
        number=part.number,
        head_sha=part.head.sha,
        base_ref=part.base.ref,
        draft=bool(part.draft),
        open=part.state == "open",
    )


def _comment(parts: _Parts) -> CommentRef | None:
    """The comment, if the conversation is a pull request's; GitHub marks that by `issue.pull_request` alone."""
    issue, comment = parts.read("issue", _Issue), parts.read("comment", _Comment)
    if issue is None or issue.pull_request is None or comment is None:
        return None
    return CommentRef(id=comment.id, body=comment.body or "", pull_number=issue.number)


def _thread_comment(parts: _Parts) -> CommentRef | None:
    pull, comment = parts.read("pull_request", _PullRequest), parts.read("comment", _Comment)
    if pull is None or comment is None:
        return None
    return CommentRef(id=comment.id, body=comment.body or "", pull_number=pull.number, thread=True)


_COMMENTS: Final[Mapping[str, Callable[[_Parts], CommentRef | None]]] = MappingProxyType(
    {"issue_comment": _comment, "pull_request_review_comment": _thread_comment}
)


def _check_run(part: _CheckRun | None) -> CheckRunRef | None:
    if part is None:
        return None
    return CheckRunRef(
        id=part.id,
        name=part.name,
        app_id=part.app.id if part.app else None,
        head_sha=part.head_sha,
        external_id=part.external_id or "",
        pull_numbers=tuple(pull.number for pull in part.pull_requests or ()),
    )
