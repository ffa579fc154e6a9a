"""What the bot answers to slash commands. Names of commands come from our own table alone."""

from __future__ import annotations

from typing import Final

from app.core.gate.attendance import Attendance
from app.core.text.markdown import Markdown, paragraphs

_UNATTENDED: Final = {
    Attendance.CLOSED: Markdown("The pull request is closed: it is reviewed when it is opened again."),
    Attendance.DRAFT: Markdown("It is a draft: it is reviewed when it is ready, unless the policy says otherwise."),
    Attendance.OTHER_BRANCH: Markdown("The policy leaves this base branch out: nothing is reviewed that goes into it."),
    Attendance.BOT: Markdown("The policy leaves out what bots propose: nothing is reviewed here."),
}


def answer_help(table: Markdown) -> Markdown:
    """The answer to `/lintel help`."""
    return paragraphs(Markdown("At the start of a line, outside quotes and code:"), table)


def answer_unknown(nearest: str | None) -> Markdown:
    """The answer to a command that does not exist. `nearest` is a name of our own table."""
    guess = f" Did you mean `/lintel {nearest}`?" if nearest else ""
    return Markdown(f"I do not know that command.{guess} `/lintel help` lists them.")


def answer_usage(usage: str) -> Markdown:
    """The answer to a command that is written otherwise. `usage` is one of our own table."""
    return Markdown(f"It is written `/lintel {usage}`, with nothing more on its line.")


def answer_unattended(why: Attendance) -> Markdown | None:
    """The answer to somebody who asks for a review of what is not reviewed now; None where it is."""
    return _UNATTENDED.get(why)


def answer_unheard() -> Markdown:
    """The answer to commands in a comment of which GitHub refuses to say whether somebody edited it."""
    return Markdown(
        "I did nothing: GitHub does not tell me whether this comment was edited, and only unedited ones count. "
        "Write it again in a new comment; if that does not help, the App may lack a permission."
    )


def answer_denied(command: str) -> Markdown:
    """The answer to somebody whose role does not allow the command. `command` is a name of our own table."""
    return Markdown(
        f"Your role in this repository does not allow `/lintel {command}`. `/lintel help` says what it needs."
    )
