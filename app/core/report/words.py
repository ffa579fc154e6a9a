"""The sentences of a review's end: its title, and what a person can do about it. Short, kind, precise."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.budget.limits import Account, find_overdrawn
from app.core.change.coverage import UNASKED
from app.core.findings.finding import Placed
from app.core.gate.again import Waits
from app.core.gate.policy import POLICY_PATH, Policy, PolicyFault
from app.core.gate.verdict import Situation, Verdict
from app.core.report.report import Report
from app.core.text.markdown import Markdown, code, paragraphs
from app.core.text.plural import count


@dataclass(frozen=True, slots=True)
class Links:
    """Where links may lead: GitHub's pages of this repository, and the operator's dashboard if it has an address."""

    github_url: str
    dashboard_url: str | None = None


_TITLES = {
    Situation.SUPERSEDED: "Superseded by a newer head",
    Situation.CLOSED: "The pull request was closed",
    Situation.OVERRIDDEN: "Overridden",
    Situation.POLICY_FAULT: "The policy cannot be used",
    Situation.ELSEWHERE: "Blocked in another pull request",
    Situation.PAUSED: "Paused",
    Situation.REVERTED: "Exact revert",
    Situation.NOT_DONE: "The review could not be made",
    Situation.UNREAD: "Not everything was reviewed",
    Situation.SHARED: "Waiting for another pull request",
    Situation.NO_MODEL: "No model read this",
    Situation.CLEAN: "Nothing blocking",
}


def title(verdict: Verdict, blocking: int) -> str:
    """The check's one-line title. Plain text: a login may be in it."""
    if verdict.situation is Situation.BLOCKING:
        return count(blocking, "blocking finding")
    if verdict.situation is Situation.APPROVALS:
        return f"Waiting for {count(verdict.missing, 'human approval')}"
    by = f" by {verdict.by}" if verdict.by else ""
    of = f" of #{verdict.of}" if verdict.of else ""
    return _TITLES[verdict.situation] + of + by


def review_body(report: Report, lines: int, head_marker: Markdown) -> Markdown:
    """The body of the review that carries the line comments."""
    many = f"{lines} finding{'' if lines == 1 else 's'} on the line{'' if lines == 1 else 's'}"
    rest = len([finding for finding in report.findings if finding.placement.placed is not Placed.LINE])
    also = f"; {rest} more in the summary" if rest else ""
    return paragraphs(Markdown(f"{many}{also}. The summary comment has the verdict and its reasons."), head_marker)


def mend(report: Report) -> Markdown:
    """What a person can do about a verdict that is not green."""
    match report.verdict.situation:
        case Situation.BLOCKING:
            unread = f" {_mend_unread(report)}" if not report.coverage.complete else ""
            return Markdown(f"Push a fix; the next push is reviewed by itself.{unread}")
        case Situation.ELSEWHERE:
            return Markdown("Deal with it there, or push a commit of its own: a check belongs to the commit.")
        case Situation.SHARED:
            return Markdown("It is decided again by itself as soon as the other one is judged, pushed to or closed.")
        case Situation.APPROVALS:
            return Markdown("An approving review of this head by somebody who had no part in the change counts.")
        case Situation.POLICY_FAULT:
            return _mend_policy(report.policy)
        case Situation.PAUSED:
            return Markdown("`/lintel review` reads this head; `/lintel resume` starts automatic reviews again.")
        case Situation.NOT_DONE:
            retry = _retry(report)
            return Markdown(retry[:1].upper() + retry[1:])
        case Situation.UNREAD:
            return Markdown(_mend_unread(report))
        case _:
            return Markdown("")


_MORE_MONEY = {
    Account.REVIEW: "allow more money: the smaller of `budget: review_usd` there and of `LINTEL_REVIEW_BUDGET_USD` "
    "where Lintel runs counts.",
    Account.PULL_REQUEST: "allow more money for one pull request: `budget: pull_request_usd` there.",
    Account.MONTH: "wait for the next month (UTC), or allow more money: `LINTEL_MONTHLY_BUDGET_USD` where Lintel runs. "
    "Once there is more, this is reviewed by itself within ten minutes.",
}
"""What allows more money, by the account that is spent: the end of a sentence about the policy's file."""


def _retry(report: Report) -> str:
    if report.again_at is None:
        return "comment `/lintel review` to try again."
    again = f"{report.again_at:%H:%M} UTC, and from then on until it works"
    return f"it will be tried again at {again}; comment `/lintel review` to try at once."


def _mend_policy(policy: Policy | PolicyFault) -> Markdown:
    if isinstance(policy, PolicyFault) and policy.path != POLICY_PATH:
        return Markdown("Whoever keeps the organisation's policy has to mend it: ") + code(policy.path)
    return Markdown("Mend `.github/lintel.yml` on the base branch: policy is read from there alone.")


def _mend_unread(report: Report) -> str:
    if report.verdict.passing and report.waits_for is not Waits.MONTH:
        return f"What stood in the way may pass: {_retry(report)}"
    if not report.model_configured:
        return (
            "To let Claude read changes, set `ANTHROPIC_API_KEY` where Lintel runs; to accept reviews that no model "
            "made, set `model: optional` in `.github/lintel.yml` on the base branch."
        )
    if any(item.reason == UNASKED for item in report.coverage.unexcused):
        return "Comment `/lintel review` to have it read; the next push is read under this policy anyway."
    overdrawn = {find_overdrawn(item.reason) for item in report.coverage.unexcused}
    more = next((words for account, words in _MORE_MONEY.items() if account in overdrawn), None)
    if more is not None:
        return (
            "Split the change, list paths that need no review under `review: exclude:` in `.github/lintel.yml` on the "
            f"base branch, or {more}"
        )
    return (
        "Split the change, or list paths that need no review under `review: exclude:` in `.github/lintel.yml` on the "
        "base branch."
    )
