"""What came of the questions about written rules, apart from the claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.core.model import Failure, FailureKind
from app.core.rules.answer import Checked, RuleVerdict
from app.core.rules.outcome import RulesTold
from app.core.rules.selection import Chosen
from app.flows.review.reading.asking import Answer
from app.lenses.rules import RulesLens


def name_failure(answer: Answer) -> Failure | None:
    """Why a question has no whole answer: a reply that leaves rules open is none, when nothing more is asked."""
    if isinstance(answer.outcome, Failure):
        return answer.outcome
    left = sum(len(checked.unanswered) for _, checked in _check([answer])) if answer.final else 0
    return Failure(FailureKind.UNANSWERED, f"{left} rules are left unanswered", passing=False) if left else None


def tell_rules(answers: Sequence[Answer], chosen: Mapping[int, Chosen]) -> RulesTold:
    """All that was said about rules; `chosen` are the rules for each chunk, by its number."""
    verdicts: dict[str, set[RuleVerdict]] = {}
    unanswered: set[str] = set()
    for answer, checked in _check(answers):
        for rule_id, verdict in checked.verdicts:
            verdicts.setdefault(rule_id, set()).add(verdict)
        unanswered.update(rule.id for rule in checked.unanswered if answer.final)
    for answer in answers:
        if answer.final and isinstance(answer.outcome, Failure) and isinstance(answer.question.lens, RulesLens):
            unanswered.update(rule.id for rule in answer.question.lens.rules)
    return RulesTold(
        verdicts={rule_id: frozenset(found) for rule_id, found in verdicts.items()},
        unanswered=frozenset(unanswered),
        passed_over=frozenset(rule.id for one in chosen.values() for rule in one.passed_over),
        fabricated=sum(checked.fabricated for _, checked in _check(answers)),
    )


def _check(answers: Iterable[Answer]) -> Iterator[tuple[Answer, Checked]]:
    """Those answers about rules that are in the agreed form."""
    for answer in answers:
        lens = answer.question.lens
        if isinstance(lens, RulesLens) and answer.reply is not None and not isinstance(answer.outcome, Failure):
            yield answer, lens.check(answer.reply)
