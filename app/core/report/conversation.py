"""What the bot says in a thread: a model's words in a frame of ours, which alone says what became of the finding."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.core.findings.concession import Conceded, Unproved
from app.core.findings.finding import Evidence, Finding
from app.core.report.account import show_place
from app.core.text.markdown import Markdown, bullets, code, details, paragraphs, plain, rich
from app.core.text.plural import count

MOST_LISTED: Final = 20

_FRAME = Markdown("<sub>A model wrote this answer. It decides nothing and promises nothing.</sub>")


class Outcome(StrEnum):
    """What came of a remark in a thread, for the store and the ledger."""

    STANDS = "stands"
    UNPROVED = "unproved"
    UNANSWERED = "unanswered"
    CONCEDED = "conceded"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"


def tell_answer(finding: Finding, outcome: Outcome, answer: str, evidence: Evidence | None) -> Markdown:
    """The answer in the thread. Where a model gave in for nothing that code bears out, its words are not repeated."""
    if evidence is not None and outcome in (Outcome.CONCEDED, Outcome.WITHDRAWN):
        return paragraphs(rich(answer), _tell_given_up(finding, outcome, evidence), _FRAME)
    if evidence is not None:
        noted = Markdown("What may speak against it is ") + tell_shown(evidence)
        rest = f". Somebody with a role in this repository has to say so: {finding.id} stands."
        return paragraphs(rich(answer), noted + Markdown(rest), _FRAME)
    return paragraphs(rich(answer), Markdown(f"{finding.id} stands.{_way_out(finding)}"), _FRAME)


def tell_unproved(finding: Finding, why: Unproved) -> Markdown:
    """The answer where a model gave in and nothing in the code bears it out."""
    return Markdown(
        f"A finding is given up only for a line of the current code that shows it to be wrong, and {why.value}: "
        f"{finding.id} stands.{_way_out(finding)}"
    )


def tell_silent(why: str) -> Markdown:
    """The one sentence where nothing is answered; `why` is a sentence of ours."""
    return plain(why)


def tell_settled(finding: str, state: str) -> Markdown:
    """The one sentence in the thread of a finding that is not open. `state` is a word of ours."""
    return Markdown(f"{finding} is {state}: nothing about it is open. `/lintel explain {finding}` shows what it was.")


def tell_shown(evidence: Evidence) -> Markdown:
    """The line for which a finding was given up."""
    return code(show_place(evidence)) + Markdown(": ") + code(evidence.quote.strip())


def tell_conceded(conceded: Conceded) -> Markdown:
    """The paragraph in the comment of a finding that was conceded and blocks all the same."""
    return (
        Markdown("**Conceded in this thread**, for ")
        + tell_shown(conceded.evidence)
        + Markdown(f". It still blocks: it waits for somebody entitled to dismiss it{_line(conceded.finding)}.")
    )


def note_conceded(conceded: Conceded) -> str:
    """The sentence of the check about it."""
    return f"{conceded.finding.id} is conceded in its thread, and waits for somebody entitled to dismiss it."


def list_withdrawn(withdrawn: tuple[Conceded, ...]) -> tuple[Markdown, Markdown]:
    """For the summary: those that were withdrawn, in a part to be opened, and in one sentence."""
    rows = [
        Markdown(f"{one.finding.id}: ") + plain(one.finding.claim.title) + Markdown(", for ") + tell_shown(one.evidence)
        for one in withdrawn[:MOST_LISTED]
    ]
    heading = Markdown(f"{len(withdrawn):,} withdrawn in {count(len(withdrawn), 'thread')}")
    return details(heading, bullets(rows)), heading + Markdown(".")


def _tell_given_up(finding: Finding, outcome: Outcome, evidence: Evidence) -> Markdown:
    for_line = Markdown(", for ") + tell_shown(evidence)
    if outcome is Outcome.WITHDRAWN:
        rest = ". It no longer counts, and is not raised again while that line stands."
        return Markdown(f"**{finding.id} is withdrawn**") + for_line + Markdown(rest)
    rest = f". It blocks, so it waits for somebody entitled to dismiss it{_line(finding)}."
    return Markdown(f"**{finding.id} is conceded**") + for_line + Markdown(rest)


def _way_out(finding: Finding) -> str:
    return f" Who is entitled to may dismiss it{_line(finding)}." if finding.blocking else ""


def _line(finding: Finding) -> str:
    return f" (`/lintel dismiss {finding.id} REASON`)"
