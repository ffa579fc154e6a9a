"""What the gate did, or would have done, and how people took it: sums of counts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import JsonValue

from app.core.gate.verdict import Conclusion, Situation

_BECAUSE: Final = "because "


@dataclass(frozen=True, slots=True)
class Count:
    """How many of one thing there were in a repository in a month (its first day, UTC).

    `what` is `verdict CONCLUSION` and `situation SITUATION` for each verdict of the ledger, `finding STATE` or
    `blocking STATE` for findings by the month in which they were first raised, `overrides`, `bypassed`, or `usd`.
    Of the same findings `comments` are those on a line, `liked` and `disliked` people's reactions to them, and
    `because REASON` those that were dismissed so, in small letters.
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
    `liked` and `disliked` are reactions of people with write to the findings' `comments`, as far as they were read.
    `bypassed` are merges past a check that was not green.
    `reasons` are the reasons of dismissals with how many there were, the commonest first; they are untrusted text.
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
    bypassed: int = 0
    comments: int = 0
    liked: int = 0
    disliked: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

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
            "reactions": {"up": self.liked, "down": self.disliked, "comments": self.comments},
            "dismissals": [{"reason": reason, "many": many} for reason, many in self.reasons],
            "overrides": self.overrides,
            "bypassed": self.bypassed,
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
        bypassed=add("bypassed"),
        usd=many.get("usd", Decimal(0)),
        comments=add("comments"),
        liked=add("liked"),
        disliked=add("disliked"),
        reasons=_rank_reasons(many),
    )


def _rank_reasons(many: Mapping[str, Decimal]) -> tuple[tuple[str, int], ...]:
    found = [(what.removeprefix(_BECAUSE), int(number)) for what, number in many.items() if what.startswith(_BECAUSE)]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))
