"""What a check on a merge queue's group says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.gate.group import Member, Standing
from app.core.gate.verdict import Conclusion, Situation, Verdict
from app.core.report.fitting import clip
from app.core.report.publication import CheckState, CheckStatus
from app.core.report.words import title
from app.core.text.markdown import Markdown, bullets, paragraphs, plain
from app.core.text.plural import count

MOST_TOLD = 100
LONGEST_REASON = 600

OWN_CHANGE = "Nobody can tell for certain whose commits these are, so the group's own change was reviewed."
"""Said where the members' verdicts could not be taken."""

OWN_CHANGE_NOW = "Nobody can tell for certain whose commits these are, so the group's own change is being reviewed."
"""The same, as long as that lasts."""

_UNTOLD = "Waiting for the merge queue to tell who is in this group"
_PATIENCE = "A verdict that does not come within 25 minutes leaves the gate shut."

_ABOUT = Markdown(
    "This is a group of the merge queue. The verdicts of its pull requests are taken where they are on exactly what is "
    "merged."
)


def group_title(verdict: Verdict, members: Sequence[Member]) -> str:
    """One line for the check of a group."""
    blocked = [member.number for member in members if member.standing is Standing.BLOCKED]
    if verdict.situation is Situation.ELSEWHERE and blocked:
        return f"Blocked by {_name(blocked)}"
    awaited = [member.number for member in members if member.standing is Standing.AWAITED]
    if verdict.situation is Situation.NOT_DONE and awaited:
        return f"No verdict on {_name(awaited)}"
    if verdict.situation is Situation.CLEAN and members:
        return f"{count(len(members), 'pull request')} passed"
    return title(verdict, 0)


def group_queued() -> tuple[str, Markdown]:
    """Title and text of a group's check before anything is known of its members."""
    return "Looking up the pull requests of this group", _ABOUT


def group_waiting(members: Sequence[Member]) -> tuple[str, Markdown]:
    """Title and text of a group's check that waits: for the verdicts of its members, or to be told who they are."""
    awaited = [member for member in members if member.standing is Standing.AWAITED]
    if not awaited:
        return _UNTOLD, paragraphs(Markdown("If it does not, the group's own change is reviewed."), _ABOUT)
    told = bullets([plain(clip(member.reason, LONGEST_REASON)) for member in awaited[:MOST_TOLD]])
    passed = len([member for member in members if member.standing is Standing.PASSED])
    rest = Markdown(f"{passed} of {count(len(members), 'pull request')} passed. {_PATIENCE}")
    return f"Waiting for {_name([member.number for member in awaited])}", paragraphs(told, rest, _ABOUT)


def show_group(name: str, conclusion: Conclusion, label: str, reasons: Sequence[str]) -> CheckState:
    """The completed check. `reasons` may hold what people wrote."""
    told = [plain(clip(reason, LONGEST_REASON)) for reason in reasons[:MOST_TOLD]]
    more = len(reasons) - MOST_TOLD
    tail = [Markdown(f"…and {count(more, 'more reason')}.")] if more > 0 else []
    summary = paragraphs(bullets([*told, *tail]), _ABOUT)
    return CheckState(name=name, status=CheckStatus.COMPLETED, conclusion=conclusion, title=label, summary=summary)


def _name(numbers: Sequence[int]) -> str:
    first = ", ".join(str(number) for number in numbers[:5])
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    return f"pull request{'' if len(numbers) == 1 else 's'} {first}{more}"
