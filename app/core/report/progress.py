"""What a check says before its verdict, and when there will be none."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.change.plan import Plan
from app.core.gate.verdict import Verdict
from app.core.report.words import title
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, bullets, paragraphs, plain
from app.core.text.plural import count


def queued() -> tuple[str, Markdown]:
    """Title and text of a check that waits its turn."""
    return "Waiting for its turn", Markdown("The change will be fetched and planned next.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many questions to models are answered, and of how many; none are counted before any is asked.

    `found` is what programs have found by then, a line each, untrusted.
    """

    answered: int = 0
    questions: int = 0
    found: tuple[str, ...] = ()


def in_progress(progress: Progress, plan: Plan) -> tuple[str, Markdown]:
    """Title and text of a check while the change is read."""
    chunks = count(len(plan.chunks), "chunk")
    lines = sum(planned.file.changed_lines for planned in plan.files)
    swept = sum(sweep.changed_lines for chunk in plan.chunks for sweep in chunk.sweeps)
    told = f"{count(len(plan.files), 'file')}, {count(lines, 'changed line')}, in {chunks}."
    if swept:
        told += f" {count(swept, 'line')} of these are the same edit in many places: read once, with all places listed."
    if plan.left_out:
        told += f" {count(len({item.path for item in plan.left_out}), 'file')} left out, named at the end."
    asked = f"{progress.answered:,} of {count(progress.questions, 'question')} answered"
    label = asked if progress.answered else "Reading the change"
    if not progress.found:
        return label, Markdown(told)
    heading = Markdown("Found so far, by programs alone:")
    return label, paragraphs(Markdown(told), heading, bullets([plain(redact(line).text) for line in progress.found]))


def decided(verdict: Verdict) -> tuple[str, Markdown]:
    """Title and text of a check that is decided without a review: no longer offered, or overridden while it runs."""
    return title(verdict, 0), paragraphs(*(plain(reason) for reason in verdict.reasons))
