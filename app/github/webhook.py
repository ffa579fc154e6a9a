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
from typing import Final

from pydantic import JsonValue

from app.core.event import (
    CheckRunRef,
    CheckSuiteRef,
    CommentRef,
    Event,
    MergeGroupRef,
    PullRequestRef,
    PushRef,
    SenderKind,
)
from app.github.webhook_parts import (
    UNSTORABLE,
    AccountPart,
    CheckRunPart,
    CheckSuitePart,
    CommentPart,
    InstallationPart,
    IssuePart,
    MergeGroupPart,
    Parts,
    PullRequestPart,
    RepositoryPart,
    refer,
)

logger = logging.getLogger(__name__)

_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
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
    parts = Parts(payload, f"{name} {delivery}")
    sender = parts.read("sender", AccountPart)
    installation = parts.read("installation", InstallationPart)
    # A sender that cannot be read is no person: what people may ask for is not done for it.
    person = sender is not None and sender.type == SenderKind.USER
    return Event(
        name=name,
        action=_text(payload.get("action")),
        delivery=delivery,
        installation_id=installation.id if installation else None,
        account=installation.account.login if installation and installation.account else None,
        repository=refer(parts.read("repository", RepositoryPart)),
        pull_request=_pull_request(parts.read("pull_request", PullRequestPart), payload),
        comment=_COMMENTS[name](parts) if name in _COMMENTS else None,
        check_run=_check_run(parts.read("check_run", CheckRunPart)),
        merge_group=_merge_group(parts.read("merge_group", MergeGroupPart)),
        check_suite=_check_suite(parts.read("check_suite", CheckSuitePart)),
        requested_action=_text(_mapping(payload.get("requested_action")).get("identifier")) or "",
        push=_push(name, payload),
        review_state=(_text(_mapping(payload.get("review")).get("state")) or "").lower(),
        base_changed="base" in _mapping(payload.get("changes")),
        sender=sender.login if sender else "",
        sender_id=sender.id if sender else None,
        sender_kind=SenderKind.USER if person else SenderKind.BOT,
        repositories_added=parts.read_repositories("repositories_added"),
        repositories_removed=parts.read_repositories("repositories_removed"),
    )


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
    return UNSTORABLE.sub("", value) if isinstance(value, str) else None


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _pull_request(part: PullRequestPart | None, payload: Mapping[str, JsonValue]) -> PullRequestRef | None:
    if part is None:
        return None
    before, owner = _text(payload.get("before")) or "", part.head.user
    here = _mapping(payload.get("repository")).get("id")
    return PullRequestRef(
        number=part.number,
        head_sha=part.head.sha,
        base_ref=part.base.ref,
        draft=bool(part.draft),
        open=part.state == "open",
        before=before if _SHA.fullmatch(before) else "",
        # A fork that was deleted has no repository any more.
        from_fork=part.head.repo is None or part.head.repo.id != here,
        fork_owner=owner.id if owner and owner.type == SenderKind.USER else None,
    )


def _push(name: str, payload: Mapping[str, JsonValue]) -> PushRef | None:
    """The branch that moved; None for tags, and for a branch that was deleted."""
    if name != "push" or payload.get("deleted") is True:
        return None
    ref, before = _text(payload.get("ref")) or "", _text(payload.get("before")) or ""
    branch, after = ref.removeprefix("refs/heads/"), _text(payload.get("after")) or ""
    if branch in ("", ref) or not _SHA.fullmatch(before):
        return None
    return PushRef(
        branch=branch,
        before=before,
        after=after if _SHA.fullmatch(after) else "",
        forced=payload.get("forced") is True,
    )


def _comment(parts: Parts) -> CommentRef | None:
    """The comment, if the conversation is a pull request's; GitHub marks that by `issue.pull_request` alone."""
    issue, comment = parts.read("issue", IssuePart), parts.read("comment", CommentPart)
    if issue is None or issue.pull_request is None or comment is None:
        return None
    return CommentRef(id=comment.id, body=comment.body or "", pull_number=issue.number)


def _thread_comment(parts: Parts) -> CommentRef | None:
    pull, comment = parts.read("pull_request", PullRequestPart), parts.read("comment", CommentPart)
    if pull is None or comment is None:
        return None
    return CommentRef(
        id=comment.id,
        body=comment.body or "",
        pull_number=pull.number,
        thread=True,
        answers=comment.in_reply_to_id is not None,
    )


_COMMENTS: Final[Mapping[str, Callable[[Parts], CommentRef | None]]] = MappingProxyType(
    {"issue_comment": _comment, "pull_request_review_comment": _thread_comment}
)


def _check_run(part: CheckRunPart | None) -> CheckRunRef | None:
    if part is None:
        return None
    return CheckRunRef(
        id=part.id,
        name=part.name,
        app_id=part.app.id if part.app else None,
        head_sha=part.head_sha,
        external_id=part.external_id or "",
        pull_numbers=tuple(pull.number for pull in part.pull_requests or ()),
        app=(part.app.slug or "") if part.app else "",
    )


def _check_suite(part: CheckSuitePart | None) -> CheckSuiteRef | None:
    if part is None:
        return None
    return CheckSuiteRef(id=part.id, app_id=part.app.id if part.app else None, head_sha=part.head_sha)


def _merge_group(part: MergeGroupPart | None) -> MergeGroupRef | None:
    if part is None:
        return None
    head_ref, base_ref = (ref.removeprefix("refs/heads/") for ref in (part.head_ref, part.base_ref))
    return MergeGroupRef(head_sha=part.head_sha, head_ref=head_ref, base_sha=part.base_sha, base_ref=base_ref)
