"""Every way in which asking Claude goes wrong, named.

| what arrives | kind | asked again at once | passing |
| --- | --- | --- | --- |
| 429, or `rate_limit_error` within the stream | rate_limited | yes; no if `retry-after` exceeds the limit | yes |
| 402, `billing_error`, error code `…spend_limit_reached` | spend_limit | no | yes |
| 529, or `overloaded_error` within the stream | overloaded | yes | yes |
| 500 and above, 409, or `api_error` within the stream | server_error | yes | yes |
| 408, or `timeout_error` within the stream | timeout | yes | yes |
| no bytes in time, before or within the stream | timeout | yes | yes |
| one attempt takes too long altogether | timeout | yes | yes |
| no connection | connection | yes | yes |
| connection lost within the stream | incomplete | yes | yes |
| end of the stream without `message_stop` (the SDK raises nothing) | incomplete | yes | yes |
| a stream that breaks the protocol | malformed | no | no |
| a stream larger than any answer to the request | malformed | no | no |
| 401, 403, `authentication_error`, `permission_error` | unauthorized | no | yes |
| 413, llama.cpp's `exceed_context_size_error` | too_long | no, but in halves | no |
| stop reason `model_context_window_exceeded`, or counted before it was sent | too_long | no, but in halves | no |
| any other 4xx or error type | rejected | no | no |
| stop reason `max_tokens` | truncated | no, but in halves | no |
| stop reason `refusal` | refused | no, but of another model | no |
| stop reason `end_turn`, no text | malformed | no | no |
| a whole answer that is not the JSON asked for, as its lens finds | malformed | no, but once more | no |
| stop reason `tool_use` with calls that cannot be answered one by one | malformed | no, but once more | no |
| tools asked for again and again, as `exploring` finds | endless | no | no |
| any other stop reason (`pause_turn`, `stop_sequence`, unknown ones; `tool_use` without tools) | unexpected | no | no |
| the money for the next attempt is not there, as `booking` finds | budget | no | no |
| the review only decides, and nobody is asked, as `unasked` says | unasked | no | no |
| any other error of the SDK | unexpected | no | no |

`x-should-retry: false` turns every "yes" of the third column into "no". Halves and repetitions are the review's
doing, which also says what nobody read; the other model is `stand_in`'s. Whatever a call that failed took is told with
the failure. The SDK's error for an `error` event within
the stream carries the stream's own status, 200, so its type decides before the status does.
https://platform.claude.com/docs/en/api/errors and the SDK's `_exceptions.py`, `_streaming.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
from anthropic import APIConnectionError, APIError, APIStatusError, APITimeoutError

from app.core.model import Failure, FailureKind, Usage

_BY_TYPE: Mapping[str, FailureKind] = {
    "rate_limit_error": FailureKind.RATE_LIMITED,
    "overloaded_error": FailureKind.OVERLOADED,
    "api_error": FailureKind.SERVER_ERROR,
    "conflict_error": FailureKind.SERVER_ERROR,
    "timeout_error": FailureKind.TIMEOUT,
    "billing_error": FailureKind.SPEND_LIMIT,
    "authentication_error": FailureKind.UNAUTHORIZED,
    "permission_error": FailureKind.UNAUTHORIZED,
    "request_too_large": FailureKind.TOO_LONG,
    "exceed_context_size_error": FailureKind.TOO_LONG,
}
_BY_STATUS: Mapping[int, FailureKind] = {
    401: FailureKind.UNAUTHORIZED,
    402: FailureKind.SPEND_LIMIT,
    403: FailureKind.UNAUTHORIZED,
    408: FailureKind.TIMEOUT,
    409: FailureKind.SERVER_ERROR,
    413: FailureKind.TOO_LONG,
    429: FailureKind.RATE_LIMITED,
    529: FailureKind.OVERLOADED,
}
_ASK_AGAIN = frozenset(
    {
        FailureKind.RATE_LIMITED,
        FailureKind.OVERLOADED,
        FailureKind.SERVER_ERROR,
        FailureKind.TIMEOUT,
        FailureKind.CONNECTION,
        FailureKind.INCOMPLETE,
    }
)
_PASSING = _ASK_AGAIN | {FailureKind.SPEND_LIMIT, FailureKind.UNAUTHORIZED}
_STOP_REASONS: Mapping[str, FailureKind] = {
    "max_tokens": FailureKind.TRUNCATED,
    "refusal": FailureKind.REFUSED,
    "model_context_window_exceeded": FailureKind.TOO_LONG,
}
_DETAIL_CHARACTERS = 400
_LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Missed:
    """One attempt without a usable answer. `again`: the same question may be asked again at once."""

    failure: Failure
    again: bool
    usage: Usage = field(default_factory=Usage)


def miss(kind: FailureKind, detail: str, *, retry_after_s: float | None = None) -> Missed:
    """A missed attempt of `kind`, as the table says; `detail` is cut and made one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in detail).split())[:_DETAIL_CHARACTERS]
    return Missed(Failure(kind, line, kind in _PASSING, retry_after_s), kind in _ASK_AGAIN)


def name_error(error: APIError | httpx2.HTTPError) -> Missed:
    """What an error of the SDK, or of the socket below it, means."""
    if isinstance(error, APIStatusError):
        return _name_status(error)
    if isinstance(error, APITimeoutError):
        return miss(FailureKind.TIMEOUT, "no answer began in time")
    if isinstance(error, APIConnectionError):
        return miss(FailureKind.CONNECTION, f"no connection ({type(error.__cause__).__name__})")
    if isinstance(error, httpx2.TimeoutException):
        return miss(FailureKind.TIMEOUT, f"the answer stopped arriving ({type(error).__name__})")
    if isinstance(error, httpx2.HTTPError):
        return miss(FailureKind.INCOMPLETE, f"the connection was lost within the answer ({type(error).__name__})")
    return miss(FailureKind.UNEXPECTED, f"an error the SDK does not explain ({type(error).__name__})")


def name_stop(stop_reason: str | None, text: str, *, tools: bool = False) -> Missed | None:
    """What the end of a message that arrived whole means; None if it can be used.

    `tools`: some were given, so that the model may stop to ask for them.
    """
    if stop_reason == "tool_use" and tools:
        return None
    if stop_reason == "end_turn":
        return None if text.strip() else miss(FailureKind.MALFORMED, "the answer has no text")
    kind = _STOP_REASONS.get(stop_reason or "", FailureKind.UNEXPECTED)
    return miss(kind, f"stop reason {stop_reason}")


def _name_status(error: APIStatusError) -> Missed:
    """The kind by error code, then type, then status. The server's sentence ends the detail: it may echo anything."""
    kind = _kind_of(error)
    words = [f"HTTP {error.status_code}", *(str(name) for name in (error.type, error.error_code) if name)]
    if error.request_id:
        words.append(f"request {error.request_id}")
    if error.api_message:
        words.append(str(error.api_message))
    headers = error.response.headers
    missed = miss(kind, ", ".join(words), retry_after_s=_read_seconds(headers.get("retry-after")))
    if headers.get("x-should-retry", "").lower() == "false":
        return Missed(missed.failure, again=False)
    return missed


def _kind_of(error: APIStatusError) -> FailureKind:
    """The kind of a status error. A status above 299 is the server's own word, so an unknown type yields to it."""
    if error.error_code is not None and error.error_code.endswith("spend_limit_reached"):
        return FailureKind.SPEND_LIMIT
    named = _BY_TYPE.get(str(error.type))
    if named is not None:
        return named
    if error.status_code >= 500:
        return _BY_STATUS.get(error.status_code, FailureKind.SERVER_ERROR)
    return _BY_STATUS.get(error.status_code, FailureKind.REJECTED)


def _read_seconds(header: str | None) -> float | None:
    """The seconds of a `retry-after` header, a week at most; None for dates and nonsense, which the API never sends."""
    digits = (header or "").strip()
    if not (digits.isascii() and digits.replace(".", "", 1).isdigit()):
        return None
    return min(float(digits), _LONGEST_RETRY_AFTER_S)
