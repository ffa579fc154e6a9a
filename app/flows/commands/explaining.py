"""`/lintel explain`: the evidence behind a finding, from the store. No model is asked."""

from __future__ import annotations

from app.commands.action import Explain
from app.core.report.decisions import tell_no_finding
from app.core.report.explanation import Explained, tell_explanation
from app.core.text.markdown import Markdown
from app.flows.commands.hearing import Occasion
from app.flows.commands.subject import find_subject


async def explain(occasion: Occasion, action: Explain) -> Markdown:
    """What to answer about the finding that is named, or that of the thread."""
    number = action.finding if action.finding is not None else occasion.heard.finding
    subject = await find_subject(occasion, number)
    if subject.found is None:
        return tell_no_finding(number, known=subject.last)
    found = subject.found
    return tell_explanation(
        Explained(
            finding=found.finding,
            state=found.fate,
            conceded=found.conceded,
            by=found.dismissed_by or "",
            reason=found.dismissed_reason or "",
        )
    )
