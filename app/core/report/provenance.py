"""What a report says of agents that had a part in a change, and of the approvals that count for that.

Marks and logins come from whoever made the change: they stand in code, cut short.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from app.core.people.approvals import Discounted, Provenance
from app.core.people.markers import Mark, MarkKind
from app.core.report.fitting import Graded, clip
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, bullets, code, join, paragraphs, plain
from app.core.text.plural import count

MOST_MARKS: Final = 3
MOST_LOGINS: Final = 10
_LONGEST: Final = 120
_MOST_RECORDED: Final = 50

_PLACES: Final = {"description": "in the description", "opener": "who opened it"}
_EARLIER: Final = {"description": "in an earlier description", "opener": "who opened it, by an earlier name"}


def tell_provenance(provenance: Provenance) -> Graded:
    """The lines for summary and check; nothing where no mark was found: then nobody knows."""
    if not provenance.marks:
        return Graded((Markdown(""),))
    told = [_tell_mark(mark) for mark in provenance.marks[:MOST_MARKS]]
    more = len(provenance.marks) - MOST_MARKS
    rest = Markdown(f", and {count(more, 'more mark')}") if more > 0 else Markdown("")
    head = Markdown("**AI had a part in this**, by its own marks: ")
    approvals = bullets(list(_tell_approvals(provenance))) if provenance.asked else Markdown("")
    marks = head + join(told, ", ") + rest + Markdown(".")
    return Graded((paragraphs(marks, approvals), Markdown(f"{head.text}{len(provenance.marks):,}.")))


def _tell_mark(mark: Mark) -> Markdown:
    shown = code(clip(redact(mark.text).text, _LONGEST))
    places = _EARLIER if mark.gone else _PLACES
    if mark.where in places:
        return shown + Markdown(f" ({places[mark.where]})")
    if mark.gone:
        return shown + Markdown(" (was seen on ") + code(mark.where[:12]) + Markdown(")")
    what = " as author or committer of " if mark.kind is MarkKind.ACCOUNT else " in "
    return shown + Markdown(what) + code(mark.where[:12])


def _tell_approvals(provenance: Provenance) -> Iterator[Markdown]:
    names = [code(login) for login in provenance.approved_by[:MOST_LOGINS]]
    there = join(names, ", ") if names else Markdown("none yet")
    yield Markdown(f"{count(provenance.asked, 'human approval')} asked for; counted: ") + there
    yield from (_tell_discounted(one) for one in provenance.discounted[:MOST_LOGINS])


def _tell_discounted(one: Discounted) -> Markdown:
    return Markdown("not counted: ") + code(one.login) + Markdown(": ") + plain(one.why.value)


def record_provenance(provenance: Provenance) -> dict[str, JsonValue]:
    """The same for the ledger, under its own key; nothing where there are no marks."""
    if not provenance.marks:
        return {}
    marks: list[JsonValue] = [
        {
            "agent": clip(mark.agent, _LONGEST),
            "kind": mark.kind.value,
            "where": mark.where,
            "text": clip(redact(mark.text).text, _LONGEST),
            **({"gone": True} if mark.gone else {}),
        }
        for mark in provenance.marks[:_MOST_RECORDED]
    ]
    return {
        "provenance": {
            "marks": marks,
            "marks_found": len(provenance.marks),
            "asked": provenance.asked,
            "approved_by": list(provenance.approved_by),
            "discounted": [[one.login, one.why.name.lower()] for one in provenance.discounted],
        }
    }
