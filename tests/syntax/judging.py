"""A suggestion from its text to what is wrong with it, in this very process."""

from __future__ import annotations

from app.core.findings.fixes import Replacement, plan_replacement
from app.syntax.parsing import Deadline
from app.syntax.replacement import weigh_replacement
from tests.syntax.moments import NEVER


def find_flaw(
    path: str, text: str, lines: range, suggestion: str, *, behaviour: bool = True, deadline: Deadline = NEVER
) -> str | None:
    plan = plan_replacement(path, text, lines, suggestion, behaviour=behaviour)
    return weigh_replacement(plan, deadline=deadline) if isinstance(plan, Replacement) else plan
