"""What the bot answers where a person has it ask a model: an answer, a suggestion, or why there is none.

Words of models come in as text and leave as inert Markdown; nothing here says more than code has checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.findings.finding import Evidence, Finding
from app.core.report.account import show_place
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, bullets, code, fence, paragraphs, rich
from app.core.text.plural import count

DIGITS = 12
"""Of a SHA, as people are shown it."""


@dataclass(frozen=True, slots=True)
class Proved:
    """Untrusted words, with those of the quotes behind them that stand in the code. `dropped` is how many do not."""

    text: str
    quotes: tuple[Evidence, ...] = ()
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer to a question. `shown` of the change's `files` could be read; `model` is who answered."""

    statements: Sequence[Proved]
    answered: bool
    model: str
    shown: int
    files: int
    head_sha: str


def tell_answer(answer: Answered) -> Markdown:
    """The answer, each statement over the code that it rests on."""
    open_ = "" if answer.answered else "The code that I was shown does not answer that."
    dropped = sum(one.dropped for one in answer.statements)
    stand, them = ("does not stand", "it") if dropped == 1 else ("do not stand", "them")
    missing = f"{count(dropped, 'quote')} of this answer {stand} in the code, and I left {them} out." if dropped else ""
    return paragraphs(
        Markdown(open_), *(_tell_statement(one) for one in answer.statements), Markdown(missing), _tell_origin(answer)
    )


def _tell_statement(proved: Proved) -> Markdown:
    text = rich(redact(proved.text).text)
    quotes = [code(show_place(one)) + Markdown(": ") + code(redact(one.quote.strip()).text) for one in proved.quotes]
    if quotes:
        return paragraphs(text, bullets(quotes))
    return paragraphs(text, Markdown("*Nothing in the code was quoted for this.*"))


def _tell_origin(answer: Answered) -> Markdown:
    read = f"from {answer.shown} of {count(answer.files, 'changed file')}"
    return (
        Markdown("<sub>Answered by ")
        + code(answer.model)
        + Markdown(f" {read}, at ")
        + code(answer.head_sha[:DIGITS])
        + Markdown(". It decides nothing: the check and people do.</sub>")
    )


def tell_unanswered(why: str) -> Markdown:
    """That there is no answer. `why` is the end of a sentence of ours."""
    return Markdown(f"I have no answer: {why}.")


def tell_suggestion(finding: Finding, suggestion: str) -> Markdown:
    """A suggestion in the thread of its finding, where it can be taken over by a click."""
    return paragraphs(
        Markdown(f"For {finding.id}. It applies to this head and parses; whether it is right is yours to judge."),
        fence(suggestion, "suggestion"),
    )


def tell_replacement(finding: Finding, suggestion: str) -> Markdown:
    """The same where no thread stands on the finding's lines: code to copy."""
    anchor = finding.placement.anchor
    last = finding.claim.line if anchor is None else anchor.line
    first = last if anchor is None else anchor.start_line or anchor.line
    lines = f"line {last}" if first == last else f"lines {first} to {last}"
    words = Markdown(f"For {finding.id}, in place of {lines} of ") + code(redact(finding.claim.path).text)
    if not suggestion:
        return words + Markdown(": nothing. It applies to this head and parses without them.")
    checked = Markdown(". It applies to this head and parses; whether it is right is yours to judge.")
    return paragraphs(words + checked, fence(suggestion))


def tell_suggested(finding: str) -> Markdown:
    """Where the suggestion is, for somebody who asked elsewhere."""
    return Markdown(f"The suggestion stands in the thread of {finding}.")


def tell_suggested_before(finding: str) -> Markdown:
    """The answer where the finding's own comment has a suggestion that still applies."""
    return Markdown(f"{finding} has a suggestion already, in its comment, and it applies to this head.")


def tell_unfixed(finding: str, why: str) -> Markdown:
    """That there is no suggestion. `why` is the end of a sentence of ours."""
    return Markdown(f"I have no suggestion for {finding}: {why}.")


def tell_nothing_open() -> Markdown:
    """The answer where the pull request is closed."""
    return Markdown("The pull request is closed: no model is asked about it.")


def tell_no_model() -> Markdown:
    """The answer where there is nobody to ask."""
    return Markdown("No model is configured, so there is nobody to ask.")


def tell_too_early() -> Markdown:
    """The answer while the head is read for the first time, or is read anew."""
    return Markdown("No review of this pull request has ended yet. Ask again when the check is complete.")


def tell_too_often(most: int) -> Markdown:
    """The answer to a person who has asked as often as a person may."""
    return Markdown(
        f"You have had a model asked {count(most, 'time')} within an hour, which is as often as anybody may."
    )
