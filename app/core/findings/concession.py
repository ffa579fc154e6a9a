"""When a finding is given up: only for code that shows it to be wrong, and that stands at the head. Pure.

Whoever argues may be right, wrong or lying, and a model likes to agree. So neither's words count: what counts is a line
of the current code which code itself has found there, which is not what the finding rests on, and which names
something that the finding is about. Even so it opens no gate: a finding that blocks goes on blocking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from app.core.change.classes.classify import is_prose
from app.core.findings.anchor import normalise
from app.core.findings.finding import Claim, Evidence, Finding
from app.core.findings.identifiers import identifiers
from app.core.findings.verification.proof import MOST_SHOWN, is_code_row
from app.core.text.unicode import conceal

_WORD = re.compile(r"[^\W\d]\w{2,}")
_TAG = re.compile(r"^[RL] ?\d+ +\|[-+ ]?")


class Unproved(Enum):
    """Why what a model quotes does not show that a finding is wrong, as the end of a sentence."""

    NOTHING = "no line of the current code was quoted"
    ABSENT = "a line that was quoted does not stand in the current code"
    OWN = "the lines that were quoted are those it rests on"
    PROSE = "what was quoted is no code"
    ELSEWHERE = "the lines that were quoted name nothing that it is about"


@dataclass(frozen=True, slots=True)
class Conceded:
    """A finding and the line of the head for which it is given up."""

    finding: Finding
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Sorted:
    """Open findings told apart: `kept` count (those `conceded` among them, which block), `withdrawn` do not."""

    kept: tuple[Finding, ...]
    conceded: tuple[Conceded, ...] = ()
    withdrawn: tuple[Conceded, ...] = ()


def prove(claim: Claim, quotes: Sequence[Evidence], lines: Mapping[str, Sequence[str]]) -> Evidence | Unproved:
    """The quoted line that counts, as the head has it; or why none does. `lines` are files of the head, by path.

    One quote that does not stand spoils them all: who makes up one line is believed no other.
    """
    rows = [(quote, row) for quote in quotes for row in quote.quote.split("\n") if row.strip()]
    if not rows:
        return Unproved.NOTHING
    found = [_find(quote, row, lines.get(quote.path, ())) for quote, row in rows]
    standing = [one for one in found if one is not None]
    if len(standing) < len(rows):
        return Unproved.ABSENT
    own = _own_lines(claim)
    others = [one for one in standing if normalise(one.quote) not in own]
    if not others:
        return Unproved.OWN
    code = [one for one in others if is_code_row(one.quote) and (is_prose(claim.path) or not is_prose(one.path))]
    if not code:
        return Unproved.PROSE
    names = identifiers(claim)
    about = next((one for one in code if names & set(_WORD.findall(one.quote))), None)
    return Unproved.ELSEWHERE if about is None else about


def stands(evidence: Evidence, lines: Iterable[str]) -> bool:
    """Whether the line for which a finding was given up is still one of the file's."""
    quote = normalise(evidence.quote)
    return any(quote == normalise(line)[:MOST_SHOWN] for line in lines)


def tell_apart(findings: Sequence[Finding], conceded: Mapping[int, Evidence]) -> Sorted:
    """Which open findings count, given those conceded by number. What blocks counts, whatever was conceded."""
    given_up = [Conceded(item, conceded[item.number]) for item in findings if item.number in conceded]
    withdrawn = tuple(one for one in given_up if not one.finding.blocking)
    gone = {one.finding.number for one in withdrawn}
    return Sorted(
        kept=tuple(item for item in findings if item.number not in gone),
        conceded=tuple(one for one in given_up if one.finding.blocking),
        withdrawn=withdrawn,
    )


def _find(quote: Evidence, row: str, lines: Sequence[str]) -> Evidence | None:
    """The line of the file that a quoted row is, whole: the one of its number, or else the first."""
    readings = {normalise(reading) for reading in (row, _TAG.sub("", row))}
    readings |= {normalise(conceal(reading)) for reading in (row, _TAG.sub("", row))}
    numbers = [number for number, line in enumerate(lines, start=1) if normalise(line) in readings]
    if not numbers:
        return None
    number = quote.line if quote.line in numbers else numbers[0]
    return Evidence(quote.path, number, normalise(lines[(number or 1) - 1])[:MOST_SHOWN])


def _own_lines(claim: Claim) -> frozenset[str]:
    """What the finding rests on: its own lines, and those that were quoted for it."""
    quotes = [claim.quote]
    quotes += [claim.shows_at.quote] if claim.shows_at is not None else []
    quotes += [claim.enabled_by.quote] if claim.enabled_by is not None else []
    quotes += [one.quote for one in claim.verification.evidence] if claim.verification is not None else []
    rows = (row for quote in quotes for row in quote.split("\n") if row.strip())
    return frozenset(normalise(row)[:MOST_SHOWN] for row in rows)
