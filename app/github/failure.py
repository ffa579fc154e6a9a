"""Which of our errors an answer of GitHub's means. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from app.github.errors import (
    Context,
    Forbidden,
    GitHubDown,
    GitHubError,
    InstallationGone,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    TokenRefused,
    Unprocessable,
)

# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
UNTOLD_WAIT_S: Final = 60.0
_LIMIT_WORDS: Final = ("secondary rate limit", "abuse detection", "api rate limit exceeded")
_LONGEST_MESSAGE: Final = 300


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    message: str = ""
    errors: list[JsonValue] | str = ""


class _GraphQLError(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    message: str = ""
    type: str = ""
    extensions: dict[str, JsonValue] = {}


class _GraphQLProblem(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    errors: list[_GraphQLError] = []


def failure_of(
    response: httpx.Response, context: Context, *, now: datetime, attempt: int, repeatable: bool
) -> GitHubError | None:
    """The error that an answer means, or None for 2xx.

    `attempt` counts from 1: a limit without a told wait grows with it. `repeatable` says whether doing the request
    twice does no harm; for others a 5xx leaves open whether it was done.
    """
    status = response.status_code
    if status < 300:
        return None
    problem = _read_problem(response)
    message = problem.message[:_LONGEST_MESSAGE] or "no explanation"
    if status in (403, 429):
        return _denial(response, message, context, now=now, attempt=attempt)
    if status >= 500:
        return (GitHubDown if repeatable else OutcomeUnknown)("GitHub failed", context)
    if status == 422:
        return Unprocessable(message, context, _texts(problem.errors))
    named = {401: TokenRefused, 404: NotFound, 408: GitHubDown}
    return named.get(status, Refused)(message, context)


def graphql_failure_of(
    response: httpx.Response, context: Context, *, now: datetime, attempt: int
) -> GitHubError | None:
    """The error that a GraphQL answer with a 200 means, or None. A field that could not be told fails the whole.

    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    try:
        errors = _GraphQLProblem.model_validate_json(response.content).errors
    except ValidationError:
        return None
    if not errors:
        return None
    message = errors[0].message[:_LONGEST_MESSAGE] or "no explanation"
    kinds = {error.type for error in errors}
    if "RATE_LIMITED" in kinds:
        wait = _told_wait(response, now) or UNTOLD_WAIT_S * 2 ** (attempt - 1)
        return RateLimited("GitHub's rate limit is reached", context, wait)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        return Forbidden(message, context)
    if "NOT_FOUND" in kinds:
        return NotFound(message, context)
    # What GitHub could not do it tells without a type; what it refuses has one, or a code.
    broke = all(not error.type and "code" not in error.extensions for error in errors)
    return (GitHubDown if broke else Refused)(message, context)


def _denial(response: httpx.Response, message: str, context: Context, *, now: datetime, attempt: int) -> GitHubError:
    wait = _told_wait(response, now)
    limited = response.status_code == 429 or any(words in message.lower() for words in _LIMIT_WORDS)
    if wait is None and limited:
        wait = UNTOLD_WAIT_S * 2 ** (attempt - 1)
    if wait is not None:
        return RateLimited("GitHub's rate limit is reached", context, wait)
    if "suspended" in message.lower():
        return InstallationGone(message, context)
    return Forbidden(message, context, response.headers.get("x-accepted-github-permissions", ""))


def _told_wait(response: httpx.Response, now: datetime) -> float | None:
    """Seconds to wait as the headers tell (at least 1), in the order GitHub documents; None if they do not."""
    told = response.headers.get("retry-after", "").strip()
    if told:
        return _retry_after(told, now)
    if response.headers.get("x-ratelimit-remaining") == "0":
        reset = response.headers.get("x-ratelimit-reset", "")
        return max(1.0, int(reset) - now.timestamp()) if _is_number(reset) else UNTOLD_WAIT_S
    return None


def _retry_after(told: str, now: datetime) -> float:
    """`retry-after` is a number of seconds or, from proxies, a date; anything else counts as the untold wait."""
    if _is_number(told):
        return max(1.0, float(told))
    try:
        date = parsedate_to_datetime(told)
    except ValueError:
        return UNTOLD_WAIT_S
    return max(1.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _read_problem(response: httpx.Response) -> _Problem:
    """GitHub's explanation. Proxies answer HTML, which explains nothing."""
    try:
        return _Problem.model_validate_json(response.content)
    except ValidationError:
        return _Problem()


def _texts(errors: list[JsonValue] | str) -> tuple[str, ...]:
    """Each reason as a text: GitHub writes texts, or objects of resource, field, code and perhaps a message."""
    entries = [errors] if isinstance(errors, str) else errors
    texts = []
    for entry in entries:
        if isinstance(entry, dict):
            known = (entry.get(key) for key in ("resource", "field", "code", "message"))
            texts.append(" ".join(str(word) for word in known if word is not None))
        else:
            texts.append(str(entry))
    return tuple(text[:_LONGEST_MESSAGE] for text in texts if text)
