"""What the gate did, or would have done, and how people took it: sums of counts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from app.core.gate.verdict import Conclusion, Situation


@dataclass(frozen=True, slots=True)
class Count:
    """How many of one thing there were in a repository in a month (its first day, UTC).

    `what` is `verdict CONCLUSION` and `situation SITUATION` for each verdict of the ledger, `finding STATE` or
    `blocking STATE` for findings by the month in which they were first raised, `overrides`, or `usd`.
    """

    repository_id: int
    repository: str
    month: date
    what: str
    many: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of one repository.

    Of the verdicts the gate let `passed` through, `held` back, or in advisory mode `would_hold`; `unread` of these two
    were for changes that were not read whole. `overridden` and `reverts` are among the passed. Findings count in the
    month in which they were first raised, whatever became of them since. `overrides` are acts of people.
    """

    repository: str
    month: date
    passed: int
    held: int
    would_hold: int
    unread: int
    overridden: int
    reverts: int
    findings: int
    blocking: int
    fixed: int
    dismissed: int
    dismissed_blocking: int
    overrides: int
    usd: Decimal

    @property
    def verdicts(self) -> int:
        """How many there were."""
        return self.passed + self.held + self.would_hold

    def export(self) -> dict[str, JsonValue]:
        """The month as JSON."""
        return {
            "repository": self.repository,
            "month": f"{self.month:%Y-%m}",
            "verdicts": {
                "all": self.verdicts,
                "passed": self.passed,
                "held": self.held,
                "would_hold": self.would_hold,
                "unread": self.unread,
                "overridden": self.overridden,
                "reverts": self.reverts,
            },
            "findings": {
                "all": self.findings,
                "blocking": self.blocking,
                "fixed": self.fixed,
                "dismissed": self.dismissed,
                "dismissed_blocking": self.dismissed_blocking,
            },
            "overrides": self.overrides,
            "usd": float(self.usd),
        }


def sum_up(counts: Iterable[Count]) -> tuple[Month, ...]:
    """One entry for each repository and month that has any count, in the order in which they first appear."""
    found: defaultdict[tuple[int, str, date], dict[str, Decimal]] = defaultdict(dict)
    for one in counts:
        found[one.repository_id, one.repository, one.month][one.what] = one.many
    return tuple(_sum(name or f"#{number}", month, many) for (number, name, month), many in found.items())


def _sum(repository: str, month: date, many: Mapping[str, Decimal]) -> Month:
    def add(*names: str) -> int:
        return sum(int(many.get(name, 0)) for name in names)

    def verdicts(*conclusions: Conclusion) -> int:
        return add(*(f"verdict {one.value}" for one in conclusions))

    def situations(*wanted: Situation) -> int:
        return add(*(f"situation {one.value}" for one in wanted))

    return Month(
        repository=repository,
        month=month,
        passed=verdicts(Conclusion.SUCCESS),
        held=verdicts(Conclusion.FAILURE, Conclusion.ACTION_REQUIRED),
        would_hold=verdicts(Conclusion.NEUTRAL),
        unread=situations(Situation.UNREAD, Situation.NOT_DONE),
        overridden=situations(Situation.OVERRIDDEN),
        reverts=situations(Situation.REVERTED),
        findings=sum(int(number) for what, number in many.items() if what.startswith(("finding ", "blocking "))),
        blocking=sum(int(number) for what, number in many.items() if what.startswith("blocking ")),
        fixed=add("finding fixed", "blocking fixed"),
        dismissed=add("finding dismissed", "blocking dismissed"),
        dismissed_blocking=add("blocking dismissed"),
        overrides=add("overrides"),
        usd=many.get("usd", Decimal(0)),
    )
