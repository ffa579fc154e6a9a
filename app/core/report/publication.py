"""What should stand on GitHub for a report, what stands there, and the difference: all plain values.

Publishing looks, compares and writes only the difference, so that doing it again (after a crash, after a lost answer)
changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.change.diff import Side
from app.core.findings.finding import Anchor, Finding, Placed, Severity
from app.core.gate.policy import Policy
from app.core.gate.sharing import Offer, check_name, count_offers
from app.core.gate.verdict import Conclusion, share
from app.core.report.account import tell_account
from app.core.report.comment import (
    dismissed_comment,
    finding_comment,
    fixed_comment,
    suppressed_comment,
    withdrawn_comment,
)
from app.core.report.report import Report
from app.core.report.summary import check_summary, check_text, summary
from app.core.report.words import Links, review_body, title
from app.core.text.markdown import Markdown, comment_marker
from app.core.text.unicode import reveal

MAX_REVIEW_COMMENTS = 25
"""Comments in one review: GitHub ends requests after 10 s and has answered 502 to reviews of 32 it had created."""

MAX_ANNOTATIONS = 50
"""Annotations in one request (https://docs.github.com/rest/checks/runs)."""

# Only the last line is ours: what a model or an author wrote may hold such a text anywhere above it, even in code.
_LAST_LINE = r"(?:\A|\n)<!-- lintel:{} -->\s*\Z"
_FINDING_MARKER = re.compile(_LAST_LINE.format(r"finding id=(F[1-9][0-9]{0,8}) fingerprint=[0-9a-f]{32}"))
_SUMMARY_MARKER = re.compile(_LAST_LINE.format("summary"))


class CheckStatus(StrEnum):
    """The states of a check run that an App may set."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A finding shown in the check because no comment carries it. Text is plain: GitHub renders no Markdown there."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckState:
    """A check run as it should be. `conclusion` is set if and only if it is completed; `text` may be missing."""

    name: str
    status: CheckStatus
    conclusion: Conclusion | None
    title: str
    summary: Markdown
    text: Markdown | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class LineComment:
    """A comment on a line, proved against the diff."""

    finding_id: str
    path: str
    anchor: Anchor
    body: Markdown


@dataclass(frozen=True, slots=True)
class StandingComment:
    """A line comment of ours as GitHub has it; `finding_id` was read from its marker."""

    comment_id: int
    finding_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The desired state. `updates` are bodies for findings whose comment may already stand, whatever became of them."""

    check: CheckState
    comments: tuple[LineComment, ...]
    updates: tuple[tuple[str, Markdown], ...]
    review_body: Markdown
    summary: Markdown


@dataclass(frozen=True, slots=True)
class Difference:
    """What is missing: one review with `review`, single comments, and edits of standing ones."""

    review: tuple[LineComment, ...]
    single: tuple[LineComment, ...]
    edits: tuple[tuple[int, Markdown], ...]


def compose(report: Report, links: Links) -> Publication:
    """The desired state of a finished review."""
    lines, rest = _split(report)
    bodies = _write_bodies(report)
    comments = tuple(
        LineComment(finding.id, finding.claim.path, anchor, bodies[finding.id]) for finding, anchor in lines
    )
    check = CheckState(
        name=check_name(report.snapshot.base_ref),
        status=CheckStatus.COMPLETED,
        conclusion=report.verdict.conclusion,
        title=title(report.verdict, len(report.blocking)),
        summary=check_summary(report, links),
        text=check_text(report) or None,
        # Annotations stand on the head's lines alone; a finding on a removed line is in the table.
        annotations=tuple(_annotation(finding, anchor) for finding, anchor in rest if anchor.side is Side.RIGHT),
    )
    gone = tuple((finding.id, fixed_comment(finding)) for finding in report.fixed)
    let = tuple((item.finding.id, dismissed_comment(item)) for item in report.dismissed)
    given_up = tuple((one.finding.id, withdrawn_comment(one)) for one in report.withdrawn)
    unsaid = tuple((one.finding.id, suppressed_comment(one)) for one in report.suppressed)
    return Publication(
        check=check,
        comments=comments,
        updates=(*bodies.items(), *gone, *let, *given_up, *unsaid),
        review_body=review_body(report, len(comments), review_marker(report.snapshot.head_sha)),
        summary=summary(report, links, comment_marker("summary")),
    )


def _write_bodies(report: Report) -> dict[str, Markdown]:
    """The comments of open findings by their ids."""
    conceded = {one.finding.number: one.evidence for one in report.conceded}
    return {finding.id: finding_comment(finding, conceded.get(finding.number)) for finding in report.findings}


def compose_checks(
    report: Report, offers: Sequence[Offer], names: Sequence[str], links: Links
) -> tuple[Publication, tuple[CheckState, ...]]:
    """What comments and summary should say, and the check under each of its `names`, the policy's own first.

    Under each name the worst of all `offers` stands that have a say in it.
    """
    base_ref, policy = report.snapshot.base_ref, report.snapshot.policy
    found: list[Publication] = []
    for name in names:
        verdict = share(report.verdict, count_offers(offers, name, base_ref, policy))
        composed = compose(replace(report, verdict=verdict), links)
        found.append(replace(composed, check=replace(composed.check, name=name)))
    return found[0], tuple(one.check for one in found)


def difference(publication: Publication, standing: Sequence[StandingComment]) -> Difference:
    """What to write so that the desired comments stand, given those that do. Nothing is ever posted twice."""
    known = {comment.finding_id for comment in standing}
    missing = [comment for comment in publication.comments if comment.finding_id not in known]
    bodies = dict(publication.updates)
    edits = tuple(
        (comment.comment_id, bodies[comment.finding_id])
        for comment in standing
        if comment.finding_id in bodies and not same_text(comment.body, bodies[comment.finding_id])
    )
    return Difference(tuple(missing[:MAX_REVIEW_COMMENTS]), tuple(missing[MAX_REVIEW_COMMENTS:]), edits)


def same_text(standing: str, desired: Markdown) -> bool:
    """Whether a body on GitHub is what we want there; GitHub may change line ends and trim."""
    return standing.replace("\r\n", "\n").strip() == desired.text.strip()


def marked_finding(body: str) -> str | None:
    """The finding's id in a comment's marker. Trust it only in a comment that our own App wrote."""
    found = _FINDING_MARKER.search(body)
    return found[1] if found else None


def is_summary(body: str) -> bool:
    """Whether a comment of our App is the summary."""
    return _SUMMARY_MARKER.search(body) is not None


def review_marker(head_sha: str) -> Markdown:
    """By which the review of a head is known."""
    return comment_marker("review", head=head_sha)


def _split(report: Report) -> tuple[list[tuple[Finding, Anchor]], list[tuple[Finding, Anchor]]]:
    """Findings that get a line comment, and those on a line that only get an annotation.

    Blocking ones always get a comment; the others up to the policy's `max_comments`, most severe first.
    """
    room = report.policy.review.max_comments if isinstance(report.policy, Policy) else 0
    lines: list[tuple[Finding, Anchor]] = []
    rest: list[tuple[Finding, Anchor]] = []
    for finding in report.findings:
        anchor = finding.placement.anchor
        if finding.placement.placed is not Placed.LINE or anchor is None:
            continue
        if finding.blocking:
            lines.append((finding, anchor))
        elif room > 0:
            room -= 1
            lines.append((finding, anchor))
        else:
            rest.append((finding, anchor))
    return lines, rest


def _annotation(finding: Finding, anchor: Anchor) -> Annotation:
    claim = finding.claim
    return Annotation(
        path=claim.path,
        start_line=anchor.start_line or anchor.line,
        end_line=anchor.line,
        level="warning" if claim.severity.at_least(Severity.MEDIUM) else "notice",
        title=reveal(f"{finding.id}: {claim.title}")[:255],
        message=reveal(tell_account(claim)[:10_000]) or reveal(claim.title),
    )
