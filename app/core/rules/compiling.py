"""Compiles written guidance to numbered rules. The same files give the same rules under the same numbers.

The policy's own rules come first, then those of files from the root down, in the order in which they stand. The same
words about the same files are one rule: an `AGENTS.md` is often a copy of a `CLAUDE.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.gate.policy import POLICY_PATH, PolicyFault, WrittenRule, read_policy
from app.core.rules.front_matter import part, read_patterns
from app.core.rules.guidance import Guidance, Kind
from app.core.rules.prose import Statement, read_headed, read_statements
from app.core.rules.rule import Rule, Rulebook, Scope, Unread
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal
from app.core.text.yaml import read_yaml

MAX_RULES = 1000
"""More rules than these are not taken from files."""

_NOT_IN_FORCE = re.compile(r"\b(?:superseded|deprecated|rejected|proposed|draft|withdrawn|obsolete)\b", re.IGNORECASE)
_DECIDED = re.compile(r"(?:^|› )decision", re.IGNORECASE)
_STATUS_ROW = re.compile(r"(?im)^[ \t]*[*-]?[ \t]*\**status\**[ \t]*:(.*)$")


@dataclass(frozen=True, slots=True)
class _Found:
    scope: Scope
    text: str
    path: str
    line: int | None
    heading: str
    declared: bool


def compile_rules(
    declared: Sequence[WrittenRule],
    files: Iterable[tuple[Guidance, str]],
    unread: Iterable[Unread] = (),
    *,
    policy_text: str = "",
) -> Rulebook:
    """The rulebook of a base: rules that its policy declares, and those in the texts of its guidance, in this order.

    `unread` is what is known not to be in `files`. `policy_text` is the policy as the base has it, for the lines of its
    rules. Nothing in the rulebook holds a secret or an unseen character.
    """
    missing = [replace(one, path=_show(redact(one.path).text)) for one in unread]
    found: dict[tuple[Scope, str], _Found] = {}
    for one in _declared(declared, _find_lines(declared, policy_text)):
        found.setdefault((one.scope, _key(one.text)), one)
    for guidance, text in files:
        for one in _in_file(guidance, text):
            if len(found) >= MAX_RULES + len(declared):
                missing.append(Unread(one.path, f"there are more than {MAX_RULES:,} written rules"))
                break
            found.setdefault((one.scope, _key(one.text)), one)
    rules = (
        Rule(
            id=f"R-{number:03d}",
            scope=one.scope,
            text=one.text,
            path=one.path,
            line=one.line,
            heading=one.heading,
            declared=one.declared,
        )
        for number, one in enumerate(found.values(), start=1)
    )
    return Rulebook(tuple(rules), tuple(missing))


def _declared(rules: Sequence[WrittenRule], lines: Sequence[int | None]) -> Iterator[_Found]:
    for rule, line in zip(rules, lines, strict=True):
        scope = Scope("", tuple(path.removeprefix("/") for path in rule.paths))
        yield _Found(scope, _show(redact(rule.text).text), POLICY_PATH, line, "", declared=True)


def _find_lines(rules: Sequence[WrittenRule], policy_text: str) -> list[int | None]:
    """Where each rule stands in the policy's text; None for all where that is not what they were read from."""
    policy = read_policy(policy_text)
    if isinstance(policy, PolicyFault) or policy.review.rules != tuple(rules):
        return [None] * len(rules)
    document = read_yaml(policy_text)
    return [document.place(("review", "rules", index, "text"))[0] for index in range(len(rules))]


def _in_file(guidance: Guidance, text: str) -> Iterator[_Found]:
    # The whole file at once, before it is taken apart: a key may span lines, and lines keep their numbers.
    values, body = part(redact(text.replace("\r\n", "\n")).text)
    if guidance.kind is Kind.DECISION and not _in_force(values, body):
        return
    scope = _scope(guidance, values)
    path = _show(redact(guidance.path).text)
    for statement in _statements(guidance, body):
        yield _Found(scope, _show(statement.text), path, statement.line, _show(statement.heading), declared=False)


def _statements(guidance: Guidance, body: str) -> list[Statement]:
    found = read_statements(body)
    if guidance.kind is not Kind.DECISION:
        return found
    # What else an ADR holds is how people came to decide.
    return [one for one in found if _DECIDED.search(one.heading)] or found


def _in_force(values: dict[str, list[str]], body: str) -> bool:
    """Whether a decision stands: it does unless it says otherwise."""
    told = " ".join([*values.get("status", []), read_headed(body).get("status", ""), *_STATUS_ROW.findall(body)])
    return _NOT_IN_FORCE.search(told) is None


def _scope(guidance: Guidance, values: dict[str, list[str]]) -> Scope:
    match guidance.kind:
        case Kind.CURSOR:
            always = [word.lower() for word in values.get("alwaysApply", [])] == ["true"]
            return Scope(guidance.directory, () if always else read_patterns(values.get("globs", [])))
        case Kind.INSTRUCTIONS:
            return Scope(guidance.directory, read_patterns(values.get("applyTo", [])))
        case _:
            return guidance.scope


def _show(text: str) -> str:
    """One line in which everything can be seen."""
    return " ".join(reveal(" ".join(text.split())).split())


def _key(text: str) -> str:
    return text.casefold().rstrip(".!")
