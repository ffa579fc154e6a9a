"""The table of slash commands: what people may write, what it needs, which actions follow. Pure.

A command stands at the start of a line of prose in a comment, as CommonMark understands prose: never in a quote,
code, HTML, heading, table or link. Adding a command is one function here; the help follows from the table.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

PREFIX: Final = "/lintel"


class Role(StrEnum):
    """GitHub's repository roles; whatever else GitHub says counts as none."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    @classmethod
    def of(cls, text: str) -> Role:
        """The role that `text` names; NONE for a name that is unknown (custom roles are mapped before)."""
        return cls(text) if text in set(cls) else cls.NONE

    @property
    def rank(self) -> int:
        """0 for none … 5 for admin."""
        return list(Role).index(self)


class Needs(Enum):
    """Who may give a command: the lowest role, whether the pull request's author may too, and that in words."""

    ANYONE = (Role.NONE, True, "anyone")
    TRIAGE_OR_AUTHOR = (Role.TRIAGE, True, "triage, or the author")
    WRITE_OR_AUTHOR = (Role.WRITE, True, "write, or the author")
    WRITE = (Role.WRITE, False, "write")
    MAINTAIN = (Role.MAINTAIN, False, "maintain")

    @property
    def words(self) -> str:
        """As the help says it."""
        return self.value[2]


def allowed(needs: Needs, role: str, *, is_author: bool) -> bool:
    """Whether somebody with this live role may give such a command. `author_association` must never come in here."""
    lowest, author_too, _ = needs.value
    return Role.of(role).rank >= lowest.rank or (author_too and is_author)


@dataclass(frozen=True, slots=True)
class Call:
    """One command line: the words after `/lintel`, as the author wrote them. Untrusted."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words, split at ASCII blanks alone, so that no look-alike blank hides in a name."""
        return tuple(word for word in re.split(r"[ \t]+", self.text) if word)


class ReplyKind(StrEnum):
    """What to answer; the sentences are not ours."""

    HELP = "help"
    UNKNOWN = "unknown"
    USAGE = "usage"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Review:
    """Review what is new, or everything again."""

    full: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer in words. `command` is a name of our own table: the one meant, or the nearest (None: none is near)."""

    kind: ReplyKind
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Tell what models took for the pull request."""


Action = Review | Cost | Reply
Perform = Callable[[str], list[Action]]


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table. `perform` gets what stands after the name."""

    name: str
    needs: Needs
    usage: str
    does: str
    perform: Perform


_table: dict[str, Command] = {}


def command(name: str, *, needs: Needs, usage: str) -> Callable[[Perform], Perform]:
    """Register a command of one or more words. The first line of its docstring is its line in the help."""

    def register(perform: Perform) -> Perform:
        if name in _table:
            raise ValueError(f"two commands are called {name}")
        does = (perform.__doc__ or "").strip().splitlines()[0]
        _table[name] = Command(name=name, needs=needs, usage=usage, does=does, perform=perform)
        return perform

    return register


def commands() -> tuple[Command, ...]:
    """The table, in the order of the help."""
    return tuple(_table.values())


@command("review", needs=Needs.WRITE_OR_AUTHOR, usage="review")
def review(rest: str) -> list[Action]:
    """Review what is new."""
    return [Reply(ReplyKind.USAGE, "review")] if rest else [Review(full=False)]


@command("review full", needs=Needs.WRITE, usage="review full")
def review_full(rest: str) -> list[Action]:
    """Review everything again."""
    return [Reply(ReplyKind.USAGE, "review full")] if rest else [Review(full=True)]


@command("cost", needs=Needs.TRIAGE_OR_AUTHOR, usage="cost")
def cost(rest: str) -> list[Action]:
    """Show what the models took, in tokens and dollars."""
    return [Reply(ReplyKind.USAGE, "cost")] if rest else [Cost()]


@command("help", needs=Needs.ANYONE, usage="help")
def show_help(_rest: str) -> list[Action]:
    """Show the commands."""
    return [Reply(ReplyKind.HELP)]


def help_text() -> str:
    """The commands as a Markdown table, made of this table alone: nothing in it comes from outside."""
    rows = [f"| `{PREFIX} {row.usage}` | {row.needs.words} | {row.does} |" for row in commands()]
    return "\n".join(["| command | needs | does |", "| --- | --- | --- |", *rows])


def act(calls: Sequence[Call], role: str, *, is_author: bool) -> list[Action]:
    """What the calls of one comment lead to, each action once, whatever number of lines ask for it."""
    actions = [action for call in calls for action in _act_on(call, role, is_author=is_author)]
    return list(dict.fromkeys(actions))


def find(call: Call) -> tuple[Command, str] | None:
    """The command with the longest name that the call's words begin with, and the words after it."""
    words = call.words or ("help",)
    for count in range(len(words), 0, -1):
        found = _table.get(" ".join(words[:count]))
        if found is not None:
            return found, " ".join(words[count:])
    return None


def nearest(call: Call) -> str | None:
    """The command that was perhaps meant; None when nothing is near."""
    words = [word[:40] for word in call.words[:3]]
    tries = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    near = (difflib.get_close_matches(text, _table, n=1, cutoff=0.6) for text in tries)
    return next((names[0] for names in near if names), None)


def parse(body: str) -> list[Call]:
    r"""The command lines of a comment's Markdown, in order.

    The whole prefix must be ASCII and be followed by a blank or the line's end; an escaped one (`\/lintel`) or one
    with look-alike letters is no command.
    """
    if PREFIX not in body:
        return []
    return [Call(line[len(PREFIX) :].strip(" \t")) for line in _prose_lines(body) if _is_command(line)]


def _is_command(line: str) -> bool:
    after = line[len(PREFIX) :]
    return line.startswith(PREFIX) and (not after or after[0] in " \t")


def _act_on(call: Call, role: str, *, is_author: bool) -> list[Action]:
    found = find(call)
    if found is None:
        return [Reply(ReplyKind.UNKNOWN, nearest(call))]
    row, rest = found
    if not allowed(row.needs, role, is_author=is_author):
        return [Reply(ReplyKind.DENIED, row.name)]
    return row.perform(rest)


# Escapes and entities stay tokens of their own, so that `\/lintel` does not become text that looks like a command.
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")


def _prose_lines(body: str) -> Iterator[str]:
    """Every line of every paragraph outside quotes that begins with plain text."""
    tokens = _MARKDOWN.parse(body)
    quotes = 0
    for before, token in pairwise(tokens):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(before.type, 0)
        if quotes == 0 and before.type == "paragraph_open" and token.type == "inline":
            yield from _plain_lines(token.children or [])


def _plain_lines(children: Sequence[Token]) -> Iterator[str]:
    line: list[Token] = []
    for child in [*children, Token("softbreak", "br", 0)]:
        if child.type not in ("softbreak", "hardbreak"):
            line.append(child)
            continue
        # A line that begins inside a link or emphasis opened on an earlier one is not the start of prose.
        if line and line[0].type == "text" and line[0].level == 0:
            yield "".join(_source(token) for token in line)
        line = []


def _source(token: Token) -> str:
    """A token about as it was written, so that a reason keeps its underscores and code."""
    if token.type == "text":
        return token.content
    if token.type == "code_inline":
        return f"{token.markup}{token.content}{token.markup}"
    if token.type in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
        return token.markup
    return token.content
