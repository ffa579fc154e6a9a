"""The table of slash commands. Adding one is a function here; the help follows from the table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from app.commands.action import (
    Action,
    Ask,
    Dismiss,
    Explain,
    Fix,
    Override,
    Pause,
    Reply,
    ReplyKind,
    Review,
    Show,
    Topic,
)
from app.commands.needs import Needs, allowed
from app.commands.prose import PREFIX, Call
from app.core.people.role import Role

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


_FINDING: Final = re.compile(r"[Ff]?([1-9][0-9]{0,8})")
_SHA: Final = re.compile(r"[0-9A-Fa-f]{4,64}")


@command("review", needs=Needs.WRITE_OR_AUTHOR, usage="review")
def review(rest: str) -> list[Action]:
    """Review what is new."""
    return _without_more(rest, "review", Review(full=False))


@command("review full", needs=Needs.WRITE, usage="review full")
def review_full(rest: str) -> list[Action]:
    """Review everything again."""
    return _without_more(rest, "review full", Review(full=True))


@command("explain", needs=Needs.TRIAGE_OR_AUTHOR, usage="explain ID")
def explain(rest: str) -> list[Action]:
    """Show the evidence behind a finding."""
    finding, more = _split_finding(rest)
    return _without_more(more, "explain", Explain(finding))


@command("ask", needs=Needs.TRIAGE_OR_AUTHOR, usage="ask QUESTION")
def ask(rest: str) -> list[Action]:
    """Answer a question about this change, from its code and its findings."""
    return [Ask(rest) if rest else Reply(ReplyKind.USAGE, "ask")]


@command("fix", needs=Needs.WRITE_OR_AUTHOR, usage="fix ID")
def fix(rest: str) -> list[Action]:
    """Suggest a fix for a finding, if one can be verified."""
    finding, more = _split_finding(rest)
    return _without_more(more, "fix", Fix(finding))


@command("dismiss", needs=Needs.WRITE_OR_MORE, usage="dismiss ID REASON")
def dismiss(rest: str) -> list[Action]:
    """Let a finding no longer count, for a reason; it is not raised again."""
    finding, reason = _split_finding(rest)
    return [Dismiss(finding, reason) if reason else Reply(ReplyKind.USAGE, "dismiss")]


@command("override", needs=Needs.MAINTAIN, usage="override SHA REASON")
def override(rest: str) -> list[Action]:
    """Let this head pass in spite of findings, for a reason; a push or another base ends it."""
    first, _, more = rest.partition(" ")
    if _SHA.fullmatch(first):
        return [Override(first.lower(), more) if more else Reply(ReplyKind.USAGE, "override")]
    return [Override("", rest)]


@command("pause", needs=Needs.WRITE, usage="pause")
def pause(rest: str) -> list[Action]:
    """Stop automatic reviews of this pull request."""
    return _without_more(rest, "pause", Pause(paused=True))


@command("resume", needs=Needs.WRITE, usage="resume")
def resume(rest: str) -> list[Action]:
    """Start them again."""
    return _without_more(rest, "resume", Pause(paused=False))


@command("config", needs=Needs.TRIAGE_OR_AUTHOR, usage="config")
def config(rest: str) -> list[Action]:
    """Show the configuration in force, and where each value comes from."""
    return _without_more(rest, "config", Show(Topic.CONFIG))


@command("cost", needs=Needs.TRIAGE_OR_AUTHOR, usage="cost")
def cost(rest: str) -> list[Action]:
    """Show what the models took, in tokens and dollars."""
    return _without_more(rest, "cost", Show(Topic.COST))


@command("status", needs=Needs.TRIAGE_OR_AUTHOR, usage="status")
def status(rest: str) -> list[Action]:
    """Show the state of the review, and what it did not see."""
    return _without_more(rest, "status", Show(Topic.STATUS))


@command("help", needs=Needs.ANYONE, usage="help")
def show_help(_rest: str) -> list[Action]:
    """Show the commands."""
    return [Reply(ReplyKind.HELP)]


def _without_more(rest: str, name: str, action: Action) -> list[Action]:
    """The action, if nothing stands behind the command."""
    return [Reply(ReplyKind.USAGE, name) if rest else action]


def _split_finding(rest: str) -> tuple[int | None, str]:
    """The number of a finding that the words begin with, if they do, and what follows."""
    first, _, more = rest.partition(" ")
    found = _FINDING.fullmatch(first)
    return (int(found[1]), more) if found else (None, rest)


def usage_of(name: str) -> str:
    """How a command of the table is written."""
    return _table[name].usage


def help_text() -> str:
    """The commands as a Markdown table, made of this table alone: nothing in it comes from outside."""
    rows = [f"| `{PREFIX} {row.usage}` | {row.needs.words} | {row.does} |" for row in commands()]
    return "\n".join(["| command | needs | does |", "| --- | --- | --- |", *rows])


def act(calls: Sequence[Call], role: Role, *, is_author: bool) -> list[Action]:
    """What the calls of one comment lead to, each action once, whatever number of lines ask for it.

    Of `pause` and `resume` the last one said is the last one done, once more if need be.
    """
    return _each_once([action for call in calls for action in _act_on(call, role, is_author=is_author)])


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


def _act_on(call: Call, role: Role, *, is_author: bool) -> list[Action]:
    found = find(call)
    if found is None:
        return [Reply(ReplyKind.UNKNOWN, nearest(call))]
    row, rest = found
    if not allowed(row.needs, role, is_author=is_author):
        return [Reply(ReplyKind.DENIED, row.name)]
    return row.perform(rest)


def _each_once(actions: Sequence[Action]) -> list[Action]:
    """The first of equal actions. No other action takes one back, so that only a pause can be meant anew."""
    firsts = {action: place for place, action in reversed([*enumerate(actions)])}
    pauses = [place for place, action in enumerate(actions) if isinstance(action, Pause)]
    done = {*firsts.values()}
    if pauses and actions[pauses[-1]] != actions[max(done.intersection(pauses))]:
        done.add(pauses[-1])
    return [actions[place] for place in sorted(done)]
