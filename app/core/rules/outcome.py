"""What a review found out about each written rule that it asked about, over all chunks and all answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.findings.anchor import normalise
from app.core.findings.finding import Claim, Finding
from app.core.rules.answer import RuleVerdict
from app.core.rules.rule import Rule, Rulebook, Unread
from app.core.text.plural import count

MAX_NAMED = 10
"""Rules or files that a reason names."""


class RuleState(StrEnum):
    """How a rule came out."""

    MET = "met"
    BROKEN = "broken"
    UNPROVED = "not proved"
    NOT_APPLICABLE = "not applicable"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A rule that was asked about. `findings` are those (`F7`) that say it is broken."""

    rule: Rule
    state: RuleState
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesTold:
    """What replies said about rules.

    `verdicts` are all answers that stand, `unanswered` the ids of rules that some question ended without an answer to.
    `passed_over` are those that nobody asked about, because more apply to a chunk than are asked about.
    `fabricated` counts claims that were dropped because no rule says what they cite.
    """

    verdicts: Mapping[str, frozenset[RuleVerdict]] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    passed_over: frozenset[str] = frozenset()
    fabricated: int = 0


@dataclass(frozen=True, slots=True)
class RulesChecked:
    """All rules that were asked about, in the order of their numbers, and what was not: guidance, further rules."""

    outcomes: tuple[RuleOutcome, ...] = ()
    unread: tuple[Unread, ...] = ()
    passed_over: tuple[Rule, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences for what of the written rules was not checked; they are for people and hold no Markdown."""
        told: list[str] = []
        unanswered = [one.rule.id for one in self.outcomes if one.state is RuleState.UNANSWERED]
        if unanswered:
            told.append(f"{count(len(unanswered), 'written rule')} not checked on all of it: {_name(unanswered)}.")
        if self.passed_over:
            ids = [rule.id for rule in self.passed_over]
            told.append(
                f"{count(len(ids), 'written rule')} not checked, there are too many for one part: {_name(ids)}."
            )
        if self.unread:
            whys = dict.fromkeys(one.reason for one in self.unread)
            paths = {why: _name([one.path for one in self.unread if one.reason == why]) for why in whys}
            told += [f"Written rules were not read from {named}: {why}." for why, named in paths.items()]
        return tuple(told)


def settle_rules(
    rulebook: Rulebook, told: RulesTold, placed: Iterable[Claim], findings: Sequence[Finding]
) -> RulesChecked:
    """How each rule came out. `placed` are the claims whose code exists, `findings` what stands of them at the end.

    A rule that a reply calls broken is broken only if a finding stands on the code that was claimed.
    """
    standing: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        standing.setdefault((finding.claim.path, normalise(finding.claim.quote)), []).append(finding.id)
    cited: dict[str, dict[str, None]] = {}
    for claim in placed:
        ids = standing.get((claim.path, normalise(claim.quote)), ())
        cited.setdefault(claim.rule or "", {}).update(dict.fromkeys(ids))
    outcomes = []
    for rule in rulebook.rules:
        verdicts = told.verdicts.get(rule.id, frozenset())
        if verdicts or rule.id in told.unanswered:
            numbers = tuple(cited.get(rule.name, ()))
            outcomes.append(
                RuleOutcome(rule, _state(verdicts, numbers, unanswered=rule.id in told.unanswered), numbers)
            )
    over = tuple(rule for rule in rulebook.rules if rule.id in told.passed_over)
    return RulesChecked(tuple(outcomes), rulebook.unread, over)


def _state(verdicts: frozenset[RuleVerdict], findings: Sequence[str], *, unanswered: bool) -> RuleState:
    """The worst that holds: one place where a rule is broken is enough, and so is one that nobody answered for."""
    if findings:
        return RuleState.BROKEN
    if unanswered:
        return RuleState.UNANSWERED
    if RuleVerdict.VIOLATED in verdicts:
        return RuleState.UNPROVED
    return RuleState.MET if RuleVerdict.OK in verdicts else RuleState.NOT_APPLICABLE


def _name(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
