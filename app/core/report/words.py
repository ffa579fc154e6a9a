"""The sentences of a review's end: its title, and what a person can do about it. Short, kind, precise."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.budget import OVER_BUDGET
from app.core.findings.finding import Placed
from app.core.gate.verdict import Situation, Verdict
from app.core.report.report import Report
from app.core.text.markdown import Markdown, paragraphs
from app.core.text.plural import count


@dataclass(frozen=True, slots=True)
class Links:
    """Where links may lead: GitHub's pages of this repository, and the operator's dashboard if it has an address."""

    github_url: str
    dashboard_url: str | None = None


def title(verdict: Verdict, blocking: int) -> str:
    """The check's one-line title."""
    match verdict.situation:
        case Situation.BLOCKING:
            return count(blocking, "blocking finding")
        case Situation.ELSEWHERE:
            return "Blocked in another pull request"
        case Situation.POLICY_FAULT:
            return "The policy cannot be used"
        case Situation.NOT_DONE:
            return "The review could not be made"
        case Situation.UNREAD:
            return "Not everything was reviewed"
        case Situation.NO_MODEL:
            return "No model read this"
        case Situation.SUPERSEDED:
            return "Superseded by a newer head"
        case Situation.CLOSED:
            return "The pull request was closed"
        case Situation.CLEAN:
            return "Nothing blocking"


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
        case Situation.POLICY_FAULT:
            return Markdown("Mend `.github/lintel.yml` on the base branch: policy is read from there alone.")
        case Situation.NOT_DONE:
            return Markdown("Comment `/lintel review` to try again.")
        case Situation.UNREAD:
            return Markdown(_mend_unread(report))
        case _:
            return Markdown("")


def _mend_unread(report: Report) -> str:
    if report.verdict.passing:
        return "What stood in the way may pass: comment `/lintel review` to try again."
    if not report.model_configured:
        return (
            "To let Claude read changes, set `ANTHROPIC_API_KEY` where Lintel runs; to accept reviews that no model "
            "made, set `model: optional` in `.github/lintel.yml` on the base branch."
        )
    if any(item.reason.startswith(OVER_BUDGET) for item in report.coverage.unexcused):
        return (
            "Split the change, list paths that need no review under `review: exclude:` in `.github/lintel.yml` on the "
            "base branch, or allow more money: the smaller of `budget: review_usd` there and of "
            "`LINTEL_REVIEW_BUDGET_USD` where Lintel runs counts."
        )
    return (
        "Split the change, or list paths that need no review under `review: exclude:` in `.github/lintel.yml` on the "
        "base branch."
    )
