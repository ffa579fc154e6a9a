"""What the architect is shown of a change, within its size, and which lines of it can be quoted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.architecture.analogues import nearest
from app.architecture.assessing import Proof
from app.architecture.excerpt import excerpt, find_spots
from app.architecture.telling import Told, tell_facts
from app.core.change.annotate import parse_annotated
from app.core.change.diff import FilePatch, Hunk, Side
from app.core.findings.anchor import normalise
from app.core.fit.delta import Delta
from app.core.fit.source_facts import Symbol
from app.core.gate.policy import Policy
from app.core.rules.rule import Rule
from app.core.rules.selection import choose
from app.core.secrecy.redaction import redact
from app.core.text.unicode import conceal, reveal
from app.flows.review.change.change import Change
from app.flows.review.fit.design import Design
from app.flows.review.fit.looking import Look
from app.lenses import architecture

CHANGE_BYTES: Final = 24_000
RULES_BYTES: Final = 15_000
ANALOGUES_BYTES: Final = 8_000
FACTS_BYTES: Final = 22_000
"""With the rest of the question these are about 28,000 tokens at most."""

MAX_ANALOGUES: Final = 2
MAX_SIGNATURES: Final = 20
_SIGNATURE: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was shown. `changed`: it is of the new version of the change, so that a finding can stand on it."""

    number: int
    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model is given, and the lines of it that can be quoted, by path."""

    material: architecture.Material
    told: Told
    rules: Sequence[Rule]
    lines: Mapping[str, Sequence[Line]]

    @property
    def proof(self) -> Proof:
        """How evidence is proved against it."""
        return Proof(
            facts=frozenset(fact.id for fact in self.told.facts),
            graph=self.told.graph_ids,
            rules=frozenset(rule.id for rule in self.rules),
            stands=self.stands,
        )

    def stands(self, path: str, line: int | None, quote: str) -> int | None:
        """The line of a path, of those that were shown, with such a text: the nearest to the one claimed."""
        wanted = {normalise(quote), normalise(conceal(quote))}
        found = [one for one in self.lines.get(path, ()) if normalise(one.text) in wanted]
        best = min(
            found, key=lambda one: (not one.changed, abs(one.number - (line or one.number)), one.number), default=None
        )
        return best.number if best else None

    def at(self, path: str, number: int) -> Line | None:
        """The line of the new version that was shown."""
        return next((one for one in self.lines.get(path, ()) if one.changed and one.number == number), None)


def show(change: Change, policy: Policy, delta: Delta, look: Look, design: Design) -> Shown:
    """All of it, without secrets."""
    told = tell_facts(delta, policy.architecture, FACTS_BYTES)
    rules = _choose_rules(change, design)
    spots = find_spots(delta)
    text = excerpt(_hunks_of(change), spots, CHANGE_BYTES)
    lines: dict[str, list[Line]] = {}
    for row in parse_annotated(text):
        lines.setdefault(row.path, []).append(Line(row.number, row.text, row.side is Side.RIGHT))
    analogues, signatures = _tell_analogues(look, {spot.path for spot in spots})
    for path, line in signatures:
        lines.setdefault(path, []).append(line)
    material = architecture.Material(
        facts=redact(told.text).text,
        change=text,
        rules="\n".join(map(_tell_rule, rules)),
        analogues=analogues,
    )
    return Shown(material, told, rules, lines)


def _hunks_of(change: Change) -> list[tuple[FilePatch, Sequence[Hunk]]]:
    """The hunks of each file that are read, those that were read at an earlier head too."""
    parts = [earlier.part for earlier in change.plan.read_before]
    parts += [part for chunk in change.plan.chunks for part in chunk.files]
    found: dict[str, tuple[FilePatch, dict[tuple[int, int], Hunk]]] = {}
    for part in parts:
        _, hunks = found.setdefault(part.file.path, (part.file, {}))
        hunks |= {(hunk.new_start, hunk.old_start): hunk for hunk in (*part.hunks, *part.before)}
    return [(file, [hunks[key] for key in sorted(hunks)]) for file, hunks in found.values()]


def _choose_rules(change: Change, design: Design) -> list[Rule]:
    """Declarations and documents on the architecture, then the written rules for the changed files."""
    paths = [file.path for file in change.redacted.patch.files]
    ruled = sorted(choose(change.rulebook.rules, paths).rules, key=_is_minor)
    designed = choose(design.rules, paths).rules
    kept, room = [], RULES_BYTES
    for rule in (*(one for one in ruled if not _is_minor(one)), *designed, *filter(_is_minor, ruled)):
        room -= len(_tell_rule(rule).encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(rule)
    return kept


def _tell_rule(rule: Rule) -> str:
    return f"{rule.id} | {rule.place} | {rule.text}"


def _is_minor(rule: Rule) -> bool:
    """Whether a rule is not, by where it stands, one about architecture."""
    place = rule.place.lower()
    return not (rule.declared or any(word in place for word in ("adr", "architecture", "design")))


def _tell_analogues(look: Look, bearing: Collection[str]) -> tuple[str, list[tuple[str, Line]]]:
    """Signatures of the existing modules that are most like those that facts are about: as text, as lines by path."""
    if look.surveyed is None:
        return "", []
    known = {path: outline.symbols for path, outline in look.surveyed.around.items()}
    paths = {
        analogue.path: None
        for path, outline in look.surveyed.outlines.items()
        if path in bearing
        for analogue in nearest(path, outline.symbols, known, MAX_ANALOGUES)
    }
    told: list[str] = []
    lines: list[tuple[str, Line]] = []
    room = ANALOGUES_BYTES
    for path in paths:
        shown = list(_sign(known[path]))
        text = "\n".join([f"=== FILE {_show(path)} ===", *(f"R {one.number:<5} | {one.text}" for one in shown)])
        room -= len(text.encode("utf-8", "replace")) + 1
        if not shown or room < 0:
            continue
        told.append(text)
        lines += [(path, one) for one in shown]
    return "\n".join(told), lines


def _sign(symbols: Iterable[Symbol]) -> Iterator[Line]:
    signed = [symbol for symbol in symbols if symbol.public and symbol.signature]
    for symbol in signed[:MAX_SIGNATURES]:
        yield Line(symbol.first_line, _show(symbol.signature)[:_SIGNATURE], changed=False)


def _show(text: str) -> str:
    return reveal(redact(" ".join(text.split())).text)
