"""What the bot answers to slash commands. Names of commands come from our own table alone."""

from __future__ import annotations

from app.core.text.markdown import Markdown, paragraphs


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


def answer_closed() -> Markdown:
    """The answer to a command for which the pull request has to be open."""
    return Markdown("The pull request is closed: it is reviewed when it is opened again.")


def answer_denied(command: str) -> Markdown:
    """The answer to somebody whose role does not allow the command. `command` is a name of our own table."""
    return Markdown(
        f"Your role in this repository does not allow `/lintel {command}`. `/lintel help` says what it needs."
    )
