"""Marks of AI in a change, by what agents say of themselves. Pure.

"At least": a mark says that an agent had a part, and no mark says nothing at all, least of all that a person wrote it.
Marks can be forged and left out, so they only ever ask for more. Everything read here is untrusted text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.core.people.agents import AGENTS, PERSONAL_ACCOUNTS, WORDS
from app.core.people.pushers import NOBODY_TOLD, Pushers

MOST_LINES: Final = 2_000
MOST_LINE: Final = 500
"""Lines of one text, and characters of one line, that are looked at."""

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z-]{0,40})[ \t]{0,8}:[ \t]{0,8}(\S.*)", re.ASCII)
_ADDRESSED = re.compile(r"([^<>]{0,200})<([^<>\s]{1,254})>")
_NOREPLY = re.compile(r"(?:([0-9]{1,20})\+)?([a-z0-9-]{1,60}(?:\[bot\])?)@users\.noreply\.github\.com", re.ASCII)
_MODEL_NAME = re.compile(
    r"claude (?:code |opus|sonnet|haiku|[0-9])[\w .()-]{0,40}|gpt-[0-9][\w.-]{0,20}|aider \([^)]{1,80}\)"
)
_SIGNED_BY_AIDER = re.compile(r".{1,200} \(aider\)")
_LEADING_SIGNS = re.compile(r"^[^0-9A-Za-z\[]{1,12}")
_WORD = re.compile(r"[a-z]+")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")

_BY_ADDRESS: Final = {address: agent.name for agent in AGENTS for address in agent.addresses}
_BY_ACCOUNT: Final = {account: agent.name for agent in AGENTS for account in agent.accounts}
_BY_NAME: Final = {name: agent.name for agent in AGENTS for name in agent.names}
_BY_FOOTER: Final = {footer: agent.name for agent in AGENTS for footer in agent.footers}

_AUTHORS: Final = {"co-authored-by", "co-developed-by", "co-author"}
_MADE_BY: Final = {"assisted-by", "ai-assisted-by", "generated-by", "ai-generated-by"}


class MarkKind(StrEnum):
    """What a mark stands in."""

    TRAILER = "trailer"
    FOOTER = "footer"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: whose, and the text that says so. `where` is a commit's SHA, `description` or `opener`.

    `gone`: it was seen there once, and no longer is.
    """

    agent: str
    kind: MarkKind
    where: str
    text: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who had an agent make a change. `user_id` is None where only a name is told."""

    login: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who a commit claims to be by. `login` is the account GitHub knows by the address; empty for none."""

    name: str = ""
    email: str = ""
    login: str = ""
    user_id: int | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """One commit of a change, as GitHub tells it."""

    sha: str
    message: str
    author: Signature
    committer: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """What a pull request says of where it comes from, and GitHub of who pushed it. `complete`: all commits are here.

    `asked_before` had an agent make it by what was read earlier. `turned_at` is when it last became another change on
    the same commits, or on rewritten ones: None for never. `turns_told`: GitHub has said so.
    """

    opener: str
    opener_id: int | None
    opener_is_bot: bool
    body: str = ""
    assignees: tuple[Asked, ...] = ()
    asked_before: tuple[Asked, ...] = ()
    commits: tuple[CommitFacts, ...] = ()
    complete: bool = True
    pushers: Pushers = NOBODY_TOLD
    turned_at: datetime | None = None
    turns_told: bool = True


def find_gone(marks: Iterable[Mark], seen: Iterable[Mark]) -> tuple[Mark, ...]:
    """Those once seen that are not among the marks of now, wherever they stand: a commit may have been made again."""
    here = {(mark.agent, mark.kind, mark.text) for mark in marks}
    return tuple(replace(mark, gone=True) for mark in seen if (mark.agent, mark.kind, mark.text) not in here)


def find_marks(facts: ChangeFacts) -> tuple[Mark, ...]:
    """Every mark, each text of a place once: the opener's, the description's, then commit by commit."""
    return tuple(dict.fromkeys(_walk(facts)))


def _walk(facts: ChangeFacts) -> Iterator[Mark]:
    opener = name_agent(Signature(login=facts.opener, is_bot=facts.opener_is_bot))
    if opener:
        yield Mark(opener, MarkKind.ACCOUNT, "opener", facts.opener)
    yield from read_marks(facts.body, "description")
    for commit in facts.commits:
        for signature in (commit.author, commit.committer):
            agent = name_agent(signature)
            if agent:
                yield Mark(agent, MarkKind.ACCOUNT, commit.sha, signature.login or signature.email or signature.name)
        yield from read_marks(commit.message, commit.sha)


def name_agent(signature: Signature) -> str | None:
    """The agent behind an account, an address or a name; None where none is known."""
    login, email = signature.login.lower(), signature.email.lower()
    account = login.removesuffix("[bot]")
    is_bot = signature.is_bot or login.endswith("[bot]")
    if account in _BY_ACCOUNT and (is_bot or account in PERSONAL_ACCOUNTS):
        return _BY_ACCOUNT[account]
    if email in _BY_ADDRESS:
        return _BY_ADDRESS[email]
    noreply = _NOREPLY.fullmatch(email)
    if noreply and _is_agents_account(noreply[2]):
        return _BY_ACCOUNT[noreply[2].removesuffix("[bot]")]
    return _name_by_name(signature.name)


def _is_agents_account(login: str) -> bool:
    """Whether an address of GitHub's own names an agent. `Copilot` has one without the ending of a bot."""
    account = login.removesuffix("[bot]")
    certain = login.endswith("[bot]") or account in PERSONAL_ACCOUNTS or account == "copilot"
    return certain and account in _BY_ACCOUNT


def _name_by_name(name: str) -> str | None:
    lowered = " ".join(name.lower().split())
    if lowered in _BY_NAME:
        return _BY_NAME[lowered]
    if _SIGNED_BY_AIDER.fullmatch(lowered):
        return "aider"
    if _MODEL_NAME.fullmatch(lowered):
        return "aider" if lowered.startswith("aider") else "Claude" if lowered.startswith("claude") else "GPT"
    return None


def read_marks(text: str, where: str) -> Iterator[Mark]:
    """The marks in one message or description. What stands in a fence or a quotation is somebody else's."""
    fenced = False
    for line in _lines(text):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith(">"):
            yield from _read_line(line.strip(), where)


def _lines(text: str) -> Iterable[str]:
    return (line[:MOST_LINE] for line in _LINE_ENDS.split(text, MOST_LINES)[:MOST_LINES])


def _read_line(line: str, where: str) -> Iterator[Mark]:
    trailer = _TRAILER.fullmatch(line)
    if trailer is not None:
        agent = _read_trailer(trailer[1].lower(), trailer[2])
        if agent:
            yield Mark(agent, MarkKind.TRAILER, where, line)
            return
    bare = " ".join(_LEADING_SIGNS.sub("", line).lower().split())
    agent = next((name for footer, name in _BY_FOOTER.items() if bare.startswith(footer)), None)
    if agent:
        yield Mark(agent, MarkKind.FOOTER, where, line)


def _read_trailer(key: str, value: str) -> str | None:
    if key in _AUTHORS:
        return _agent_of_author(value)
    if key in _MADE_BY:
        return _agent_of_maker(value)
    return None


def _agent_of_author(value: str) -> str | None:
    addressed = _ADDRESSED.match(value)
    if addressed is None:
        bare = value.strip()
        # Without an address a first name could be anybody's, but nobody signs with a product's name and nothing else.
        return _name_by_name(bare) or next((one.name for one in AGENTS if one.name.lower() == bare.lower()), None)
    return name_agent(Signature(name=addressed[1].strip(), email=addressed[2]))


def _agent_of_maker(value: str) -> str | None:
    addressed = _ADDRESSED.match(value)
    if addressed is not None:
        return name_agent(Signature(name=addressed[1].strip(), email=addressed[2]))
    words = set(_WORD.findall(value.lower()))
    if not words & WORDS:
        return None
    known = next((one.name for one in AGENTS if set(_WORD.findall(one.name.lower())) <= words), None)
    return known or value.strip()


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """Somebody whom a trailer names beside the author. `login` is empty where the address tells no account.

    `user_id` is in GitHub's newer addresses, and stays when the account is renamed.
    """

    login: str
    email: str
    user_id: int | None = None


def list_co_authors(message: str) -> tuple[CoAuthor, ...]:
    """The people whom trailers of a commit's message name; agents are left out."""
    found: dict[str, CoAuthor] = {}
    for line in _lines(message):
        trailer = _TRAILER.fullmatch(line.strip())
        if trailer is None or trailer[1].lower() not in _AUTHORS or _agent_of_author(trailer[2]):
            continue
        addressed = _ADDRESSED.match(trailer[2])
        email = addressed[2].lower() if addressed else ""
        noreply = _NOREPLY.fullmatch(email)
        user_id = int(noreply[1]) if noreply and noreply[1] else None
        found.setdefault(email or trailer[2], CoAuthor(noreply[2] if noreply else "", email, user_id))
    return tuple(found.values())
