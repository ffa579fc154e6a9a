"""How a review ended, as the store keeps it."""

from __future__ import annotations

from decimal import Decimal

from app.core.report.report import Report
from app.core.report.sparing import name_given_up
from app.flows.pull_request.costs import GIVEN_UP
from app.store.records import reviews


def outcome_of(report: Report) -> reviews.Outcome:
    """What of a report stands in the row of its review."""
    usage = report.spending.usage
    return reviews.Outcome(
        conclusion=report.verdict.conclusion.value,
        reasons=report.verdict.reasons,
        coverage=report.coverage,
        usage={
            "calls": usage.calls,
            "input_tokens": usage.input_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "output_tokens": usage.output_tokens,
            GIVEN_UP: list(name_given_up(report)),
        },
        cost_usd=Decimal(str(report.spending.usd or 0)),
    )
