"""What a model answers about rules, and which of its answers stand: code checks each against what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.findings.finding import Claim
from app.core.rules.rule import Rule

SHORTEST_QUOTE = 8
"""Characters of a rule that a quote of it must have, unless the rule is shorter."""

_QUOTED = "\"'“”‘’.… "


class RuleVerdict(StrEnum):
    """Whether a part of the change keeps a rule."""

    OK = "ok"
    VIOLATED = "violated"
    NOT_APPLICABLE = "n/a"


_STRENGTH = (RuleVerdict.VIOLATED, RuleVerdict.OK, RuleVerdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One answer about one rule. `quote` are the words of the rule that are broken."""

    rule_id: str
    verdict: RuleVerdict
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What stands of a reply about rules.

    `claims` cite rules by their names. `verdicts` are by id. `unanswered` are the rules that were asked about and have
    no answer that stands. `fabricated` counts claims dropped because they cite what no rule says.
    """

    claims: tuple[Claim, ...] = ()
    verdicts: tuple[tuple[str, RuleVerdict], ...] = ()
    unanswered: tuple[Rule, ...] = ()
    fabricated: int = 0


def check_answers(
    rules: Sequence[Rule], claims: Sequence[tuple[Claim, str | None]], answers: Sequence[RuleAnswer]
) -> Checked:
    """Hold a reply against the rules that it was asked about; `claims` come with the id of the rule they cite.

    A rule is broken where an answer says so, quotes words that the rule has, and a claim shows the code. An answer that
    lacks one of these, or that a claim contradicts, is none: the rule is to be asked about again. A claim that cites no
    rule stands as any other.
    """
    by_id = {rule.id: rule for rule in rules}
    given = {rule.id: _weigh(rule, answers) for rule in rules}
    cited = Counter(rule_id for _, rule_id in claims)
    proved = {
        rule_id
        for rule_id, answer in given.items()
        if answer is not None and answer.verdict is RuleVerdict.VIOLATED and _is_quoted(by_id[rule_id], answer.quote)
    }
    kept = tuple(
        claim if rule_id is None else _cite(claim, by_id[rule_id])
        for claim, rule_id in claims
        if rule_id is None or rule_id in proved
    )
    stands = {
        rule_id: answer.verdict
        for rule_id, answer in given.items()
        if answer is not None and ((answer.verdict is RuleVerdict.VIOLATED) == (cited[rule_id] > 0))
        if answer.verdict is not RuleVerdict.VIOLATED or rule_id in proved
    }
    return Checked(
        claims=kept,
        verdicts=tuple(stands.items()),
        unanswered=tuple(rule for rule in rules if rule.id not in stands),
        fabricated=sum(rule_id is not None and _is_made_up(rule_id, given, proved) for _, rule_id in claims),
    )


def _weigh(rule: Rule, answers: Sequence[RuleAnswer]) -> RuleAnswer | None:
    """The answer about a rule; of several the worst, and of those the one whose quote is right."""
    own = [answer for answer in answers if answer.rule_id == rule.id]
    return min(own, key=lambda one: (_STRENGTH.index(one.verdict), not _is_quoted(rule, one.quote)), default=None)


def _is_made_up(rule_id: str, given: dict[str, RuleAnswer | None], proved: set[str]) -> bool:
    """Whether a claim cites a rule that was not given, or words that its rule does not have."""
    answer = given.get(rule_id)
    if rule_id not in given:
        return True
    return answer is not None and answer.verdict is RuleVerdict.VIOLATED and rule_id not in proved


def _is_quoted(rule: Rule, quote: str) -> bool:
    """Whether `quote` is a part of the rule, white space and marks around it apart, and enough to know it by."""
    words, text = _bare(quote), " ".join(rule.text.split())
    if _bare(text) in words and words in _bare(show_rule(rule)):
        return True
    return words in text and len(words) >= min(SHORTEST_QUOTE, len(_bare(text)))


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(_QUOTED)


def show_rule(rule: Rule) -> str:
    """A rule as a model is shown it: number, files, headings, words."""
    return " | ".join((rule.id, str(rule.scope), rule.heading or "-", rule.text))


def _cite(claim: Claim, rule: Rule) -> Claim:
    return replace(claim, rule=rule.name, body=f"{claim.body}\n\nThe rule ({rule.place}): “{rule.text}”")
