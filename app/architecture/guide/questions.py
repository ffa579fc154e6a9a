"""What to ask where, by the reason why it matters most. Words of ours; names of the change alone are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.core.change.plan import FileClass
from app.core.secrecy.redaction import redact


class Reason(StrEnum):
    """Why a hunk matters."""

    KIND = "kind"
    DANGER = "danger"
    SENSITIVE = "sensitive"
    REMOVED = "removed"
    RENAMED = "renamed"
    SIGNATURE = "signature"
    ADDED = "added"
    FAN_IN = "fan_in"
    BREAK = "break"
    CYCLE = "cycle"
    EDGE = "edge"
    DEPENDENCY = "dependency"
    TWIN = "twin"
    GROWTH = "growth"
    UNTESTED = "untested"
    SIZE = "size"


QUESTIONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.KIND: "Does it do what the change says, and nothing else?",
        Reason.DANGER: "What could somebody make of this who means harm?",
        Reason.SENSITIVE: "Has one of its owners looked at this? The policy calls it sensitive.",
        Reason.REMOVED: "Who still uses {name}?{users}",
        Reason.RENAMED: "Who still knows {name} by its old name?{users}",
        Reason.SIGNATURE: "Who calls {name} as it was?{users}",
        Reason.ADDED: "Must {name} be public? What is public is hard to take back.",
        Reason.FAN_IN: "Which of them relies on what changes here?",
        Reason.BREAK: "Must this dependency be? A rule of the base branch forbids it.",
        Reason.CYCLE: "Can either of the two still be changed without the other? This closes a cycle.",
        Reason.EDGE: "Should this module know the other one? It did not before.",
        Reason.DEPENDENCY: "Is the new package needed, kept up, and the one that is meant?",
        Reason.TWIN: "Why is {name} new? Something that was there resembles it.",
        Reason.GROWTH: "What happens on the new branches of {name}, one by one, and which test goes there?",
        Reason.UNTESTED: "What shows that this works? No test of this file is in the change.",
        Reason.SIZE: "What of this could be a change of its own?",
    }
)

DANGERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "about who somebody is": "Can anybody pass for somebody else here?",
        "about who may do what": "Is it asked on every path here who may do this?",
        "about secrets": "Who gets to see the secret: logs, errors, replies?",
        "about cryptography": "Is the key, the nonce and the comparison what the method demands?",
        "about money": "What is charged, rounded or paid if this runs twice, or half?",
        "about a database": "What holds if another transaction does the same at once?",
        "about running commands": "Can a word from outside become a part of the command?",
        "about bytes from elsewhere": "What does this make of bytes that somebody made by hand?",
        "about files from people": "Which path, size and type can a stranger send here?",
        "about requests from outside": "Is the caller's right to exactly this object checked on this path?",
        "about personal data": "Whose data can be read or changed here by somebody else?",
        "about things at once": "What if two do this at the same time, or one dies halfway?",
        "about what runs where": "What runs with more rights, or in more places, than before?",
        "about what is let through": "What is let through now that was not before?",
        "a workflow": "Can somebody outside start this, and what may it then do?",
        "the rules of review": "Who may now pass without being looked at?",
        "instructions to coding agents": "What would an agent do that obeys this to the letter?",
        "what is installed": "Is what is installed exactly what is meant, at a fixed version?",
        "what runs on developers' machines": "What runs on the machine of whoever checks this out?",
        "what runs where": "What runs with more rights, or in more places, than before?",
        "runs code or commands": "Can a word from outside become a part of what is run?",
        "makes objects of bytes": "Can somebody else have made these bytes?",
        "speaks to a database in its own words": "Is every value bound, and none put into the text?",
        "writes markup as it is": "Can somebody else have written what is shown here?",
        "switches a check off": "Why is this check off, and for whom?",
        "handles secrets": "Who gets to see the secret: logs, errors, replies?",
        "has weak randomness or hashes": "Does anybody's safety rest on this number or hash?",
        "changes rights": "Who gets a right here that they did not have?",
        "handles memory by hand": "Who holds the bounds here, and what if they are wrong?",
        "fetches or opens what it is told": "Who says what is fetched, and can they name a place inside?",
        "takes a check away": "Where is what was checked here checked now?",
    }
)
"""By the words of `app.core.change.classes.danger`."""

CLASSES: Final[Mapping[FileClass, str]] = MappingProxyType(
    {
        FileClass.SECRET_BEARING: "Is a secret in this, and is it taken back already?",
        FileClass.CI: "What does this run, with which rights and secrets, and who can start it?",
        FileClass.MIGRATION: "Does it run on the data as it is, can it be stopped halfway, and is there a way back?",
        FileClass.CONFIG: "Where does this take effect, and what was the value for?",
        FileClass.DOCS: "Is it true of the code as it is at this head?",
        FileClass.SYMLINK: "Where does the link lead?",
        FileClass.SUBMODULE: "Whose commit is it, and what is new in it?",
        FileClass.BINARY: "Who made these bytes, and from what?",
    }
)
"""What to ask of a file of a class where nothing weighs more."""

UNREAD: Final = "Its lines could not be read here: look at the file itself."
TESTS: Final = "Would these tests fail without the change?"
FORMATTING: Final = "White space alone: both versions have the same syntax tree."
MOVED: Final = "Only moved: the same syntax tree stands elsewhere, in the base or at the head."
MADE: Final[Mapping[FileClass, str]] = MappingProxyType(
    {
        FileClass.GENERATED: "Made by a program: read what it is made from.",
        FileClass.VENDORED: "Somebody else's code: compare it with its origin.",
        FileClass.LOCK: "Written by a package manager: read the manifest.",
    }
)

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_NAME_CHARACTERS: Final = 40


def show_name(name: str) -> str:
    """A name of the change in backticks, if it is short, plain and no secret; else empty."""
    plain = len(name) <= _NAME_CHARACTERS and _NAME.fullmatch(name) is not None
    return f"`{name}`" if plain and redact(name).text == name else ""


def show_users(modules: int, what: str = "it") -> str:
    """How many modules use something, as a sentence."""
    return f"{modules:,} module{' uses' if modules == 1 else 's use'} {what}."


def ask(reason: Reason, name: str = "", users: int = 0) -> str:
    """The question of a reason, about a thing of that name in a module that so many others use."""
    told = f" {show_users(users, 'its module')}" if users else ""
    return QUESTIONS[reason].format(name=show_name(name) or "it", users=told).strip()


def show_sweep(places: int, old_name: str, new_name: str, *, shown: bool) -> str:
    """What is said of one of the places of an edit; `shown`: of the one that is to be read."""
    names = (show_name(old_name), show_name(new_name))
    edit = f" ({names[0]} becomes {names[1]})" if all(names) else ""
    return f"The same edit in {places:,} places{edit}: {'read this one' if shown else 'one of them is to be read'}."
