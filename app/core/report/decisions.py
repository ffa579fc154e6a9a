"""What the bot answers to people who decide something about the gate. Short, kind, precise."""

from __future__ import annotations

from typing import Final

from app.core.people.entitlement import Refusal
from app.core.report.report import Dismissed
from app.core.text.markdown import Markdown, code, paragraphs

LEAST_DIGITS: Final = 12
"""Hexadecimal digits by which an override has to name its head: fewer are found for another commit in minutes."""


def tell_which_head(head_sha: str, reason: str) -> Markdown:
    """The answer to an override that names no head well enough: the line to copy."""
    return paragraphs(
        Markdown("An override names the head that it lets pass, so that it cannot pass another one. To copy:"),
        _line(head_sha, reason),
    )


def tell_other_head(named: str, head_sha: str, reason: str) -> Markdown:
    """The answer to an override of a head that is not the one offered now."""
    return paragraphs(
        Markdown("The head is not ") + code(named[:LEAST_DIGITS]) + Markdown(" any more. If this one is to pass:"),
        _line(head_sha, reason),
    )


def _line(head_sha: str, reason: str) -> Markdown:
    """The reason is the asker's own and comes back as code, where it can do nothing."""
    return code(f"/lintel override {head_sha[:LEAST_DIGITS]} {reason or 'REASON'}")


def tell_overridden(head_sha: str, base_ref: str) -> Markdown:
    """The answer to an override that was taken."""
    return (
        Markdown("Recorded. ")
        + code(head_sha[:LEAST_DIGITS])
        + Markdown(" passes into ")
        + code(base_ref)
        + Markdown(", and the check says who let it. A push or another base ends that.")
    )


def tell_nothing_to_override() -> Markdown:
    """The answer where the pull request is closed."""
    return Markdown("The pull request is closed: there is nothing to let pass.")


def tell_refusal(command: str, refusal: Refusal) -> Markdown:
    """The answer to somebody who may not. `command` is a name of our own table."""
    return Markdown(f"I did not take `/lintel {command}`: {refusal.value[:1].lower()}{refusal.value[1:]}")


def tell_dismissed(finding: str) -> Markdown:
    """The answer to a dismissal that was taken."""
    return Markdown(f"Recorded. {finding} no longer counts, and is not raised again.")


def tell_dismissed_before(finding: str, login: str | None) -> Markdown:
    """The answer to a dismissal of what is dismissed."""
    return Markdown(f"{finding} was dismissed before, by ") + code(login or "somebody") + Markdown(".")


def note_reinstated(dismissed: Dismissed) -> str:
    """The sentence of the verdict on a dismissal that does not hold any more. Plain, untrusted text."""
    who = dismissed.login or "somebody"
    if dismissed.base_ref:
        return f"{dismissed.finding.id} counts again: {who} dismissed it, until it was offered into another branch."
    return f"{dismissed.finding.id} counts again: {who} dismissed it when it did not block, and now it does."


def tell_no_finding(number: int | None, *, known: int) -> Markdown:
    """The answer to a number that no finding has; None: none was named outside of a thread of ours."""
    if number is None:
        return Markdown("Which finding? Name its number, as in `F1`, or answer in its thread.")
    there = f"the last one is F{known}" if known else "there is none in this pull request"
    return Markdown(f"There is no F{number}: {there}.")


def tell_altered() -> Markdown:
    """The answer in a thread of ours that stands for no finding any more."""
    return Markdown(
        "Somebody edited the comment that began this thread, so I do not trust it to say which finding is meant. "
        "Name its number, as in `F1`."
    )


def tell_paused(*, changed: bool) -> Markdown:
    """The answer to `/lintel pause`."""
    if not changed:
        return Markdown("It is paused already. `/lintel resume` starts automatic reviews again.")
    return Markdown(
        "Paused. New heads are not read by themselves, and none of them turns green; `/lintel review` reads one, "
        "`/lintel resume` starts automatic reviews again."
    )


def tell_resumed(*, changed: bool) -> Markdown:
    """The answer to `/lintel resume`."""
    return Markdown("Automatic reviews go on." if changed else "It is not paused.")


def tell_said_later() -> Markdown:
    """The answer to a pause or its end that arrives after another one that was said later."""
    return Markdown("I heard this late: what somebody said after it about pausing holds, and nothing changed.")


def tell_other_base(head_sha: str, base_ref: str, reason: str) -> Markdown:
    """The answer to an override that was said before the pull request became another change."""
    return paragraphs(
        Markdown("Since that was written, the base was changed or the head exchanged. If it is to pass into ")
        + code(base_ref)
        + Markdown(":"),
        _line(head_sha, reason),
    )


def tell_other_base_since(finding: str, base_ref: str, reason: str) -> Markdown:
    """The answer to a dismissal that was said before the pull request was offered into this base."""
    return paragraphs(
        Markdown(f"Since that was written, the base was changed. If {finding} is not to count into ")
        + code(base_ref)
        + Markdown(":"),
        code(f"/lintel dismiss {finding} {reason}"),
    )


def tell_base_unknown() -> Markdown:
    """The answer where nobody can tell which base an override or a dismissal was said for."""
    return Markdown("GitHub does not say whether the base was changed since you wrote that, so it is not taken.")
