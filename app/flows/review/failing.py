"""Why a model did not do what it was asked, in words for people."""

from __future__ import annotations

from app.core.change.coverage import UNASKED
from app.core.model import Failure, FailureKind

_REASONS = {
    FailureKind.RATE_LIMITED: "the model's rate limit was reached",
    FailureKind.OVERLOADED: "the model was overloaded",
    FailureKind.SERVER_ERROR: "the model's server failed",
    FailureKind.SPEND_LIMIT: "the spend limit of the model's account was reached",
    FailureKind.UNAUTHORIZED: "the model's server refused the key",
    FailureKind.REJECTED: "the model's server refused the request",
    FailureKind.TIMEOUT: "the model did not answer in time",
    FailureKind.CONNECTION: "the model's server could not be reached",
    FailureKind.INCOMPLETE: "the model's reply broke off",
    FailureKind.TRUNCATED: "the model's reply was cut at its length limit",
    FailureKind.REFUSED: "the model declined to answer",
    FailureKind.TOO_LONG: "the request was longer than the model takes",
    FailureKind.MALFORMED: "the model's reply was not in the agreed form",
    FailureKind.UNANSWERED: "the model left written rules unanswered",
    FailureKind.ENDLESS: "the model asked for more and more instead of answering",
    FailureKind.UNASKED: UNASKED,
    FailureKind.UNEXPECTED: "the model's reply could not be used",
}


def tell_failure(failure: Failure) -> str:
    """The end of a sentence that says what is missing.

    A failure for money says itself, in our own words, which account is spent.
    """
    return failure.detail if failure.kind is FailureKind.BUDGET else _REASONS[failure.kind]
