"""What a check says before its verdict, and when there will be none."""

from __future__ import annotations

from app.core.change.plan import Plan
from app.core.gate.verdict import Verdict
from app.core.report.words import title
from app.core.text.markdown import Markdown, paragraphs, plain


def queued() -> tuple[str, Markdown]:
    """Title and text of a check that waits its turn."""
    return "Waiting for its turn", Markdown("The change will be fetched and planned next.")


def in_progress(read: int, plan: Plan) -> tuple[str, Markdown]:
    """Title and text of a check while the change is read."""
    chunks = len(plan.chunks)
    lines = sum(planned.file.changed_lines for planned in plan.files)
    name = f"Read {read} of {chunks} chunk{'' if chunks == 1 else 's'}" if read else "Reading the change"
    many = (
        f"{len(plan.files)} file{'' if len(plan.files) == 1 else 's'}, {lines} changed line{'' if lines == 1 else 's'}"
    )
    left = f" {len(plan.left_out)} left out, named at the end." if plan.left_out else ""
    return name, Markdown(f"{many}, in {chunks} chunk{'' if chunks == 1 else 's'}.{left}")


def cancelled(verdict: Verdict) -> tuple[str, Markdown]:
    """Title and text of a check whose head is no longer offered."""
    return title(verdict, 0), paragraphs(*(plain(reason) for reason in verdict.reasons))
