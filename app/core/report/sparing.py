"""What a review gave up for want of money, as sentences of ours without a word from outside. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core.budget.limits import find_overdrawn
from app.core.findings.finding import Finding
from app.core.report.fitting import name_some
from app.core.report.report import Report
from app.core.text.plural import count


def name_given_up(report: Report) -> tuple[str, ...]:
    """What was not read, not asked lens by lens, not looked at again, not mended; empty if there was money for all."""
    return (*_unread(report), *name_spared(report))


def name_spared(report: Report) -> tuple[str, ...]:
    """The same but for what was not read, which is among the reasons of the verdict."""
    return (*_joined(report), *_unverified(report.findings), *filter(find_overdrawn, report.notes))


def _unread(report: Report) -> Iterator[str]:
    """By account and limit."""
    left = [item for item in report.coverage.left_out if find_overdrawn(item.reason)]
    for reason in dict.fromkeys(item.reason for item in left):
        alike = [item for item in left if item.reason == reason]
        lines = count(sum(item.lines for item in alike), "changed line")
        yield f"{lines} in {count(len({item.path for item in alike}), 'file')} not reviewed: {reason}."


def _joined(report: Report) -> Iterator[str]:
    chunks = report.plan.chunks if report.plan else ()
    joined = sum(chunk.together for chunk in chunks)
    if joined:
        yield f"All lenses shared one question about {joined:,} of {count(len(chunks), 'chunk')}."


def _unverified(findings: Iterable[Finding]) -> Iterator[str]:
    unpaid = [
        item.id for item in findings if item.claim.verification and find_overdrawn(item.claim.verification.reason)
    ]
    if unpaid:
        yield f"No second look at {name_some(unpaid)}."
