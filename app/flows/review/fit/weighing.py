"""The stage in which a model weighs whether the change fits, over facts that a program found and proved evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.architecture.analogues import nearest
from app.architecture.assessing import Argued, Proof, assess
from app.architecture.telling import Told, has_substance, tell_facts
from app.core.change.annotate import annotate, parse_annotated
from app.core.change.plan import Chunk, ChunkFile
from app.core.findings.anchor import normalise
from app.core.findings.finding import Claim, Origin, Severity, Source
from app.core.fit.assessment import Assessment, Weighed
from app.core.fit.delta import Delta
from app.core.gate.policy import Policy
from app.core.model import FailureKind, ModelFailed, Paid, Reply, Stage
from app.core.rules.rule import Rule
from app.core.rules.selection import choose
from app.core.secrecy.redaction import redact
from app.flows.review.change.change import Change
from app.flows.review.desk.calls import Calls
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.fit.looking import Look
from app.flows.review.forge import History
from app.flows.review.reading.chunks import Reading
from app.lenses import architecture

CHANGE_BYTES: Final = 30_000
RULES_BYTES: Final = 16_000
ANALOGUES_BYTES: Final = 8_000
"""With the facts these are about 28,000 tokens at most."""

MAX_ANALOGUES: Final = 2
MAX_SIGNATURES: Final = 20

NO_MODEL: Final = "no model is configured"
NO_GRAPH: Final = "there is no module graph to weigh"
NO_SUBSTANCE: Final = "no import between modules, public name or dependency changes"
_AGAINST: Final = 1
_CATEGORY: Final = "architecture"


@dataclass(frozen=True, slots=True)
class Weighing:
    """The assessment, what the model claims on lines, and what came of the calls."""

    assessment: Assessment
    claims: tuple[Claim, ...] = ()
    calls: Calls = field(default_factory=Calls)

    def join(self, reading: Reading) -> Reading:
        """All that models said, and what all of it took."""
        return replace(
            reading,
            claims=(*reading.claims, *self.claims),
            replies=(*reading.replies, *self.calls.replies),
            lost=(*reading.lost, *self.calls.lost),
        )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the model is given, and the lines of it that can be quoted, by path."""

    material: architecture.Material
    told: Told
    rules: Sequence[Rule]
    lines: Mapping[str, Sequence[tuple[int, str]]]

    def stands(self, path: str, line: int | None, quote: str) -> int | None:
        """The line of a path, of those that were shown, with such a text: the nearest to the one claimed."""
        wanted = normalise(quote)
        found = [number for number, text in self.lines.get(path, ()) if normalise(text) == wanted]
        return min(found, key=lambda number: (abs(number - (line or number)), number), default=None)


async def weigh_fit(desk: Desk, change: Change, policy: Policy, history: History, look: Look) -> Weighing:
    """What a model says of the fit, proved; or why nobody was asked."""
    delta = look.delta
    why = _excuse(desk, delta)
    if delta is None or desk.send is None or why:
        return Weighing(assess(delta, None, _NOTHING_TOLD, why))
    shown = await asyncio.to_thread(_show, change, policy, delta, tell_analogues(look))
    replies: list[Reply] = []
    lost: list[Paid] = []
    for salt in (history.salt, history.salt + history.repair):
        try:
            request = architecture.ask(shown.material, model=desk.models[Stage.ARCHITECTURE], salt=salt)
            reply = await desk.send(request)
            replies.append(reply)
            opinion = architecture.read(reply)
        except ModelFailed as error:
            why = tell_failure(error.failure)
            lost += error.failure.paid
            if error.failure.kind is FailureKind.MALFORMED:
                continue
            break
        argued = Argued(opinion.dimensions, opinion.verdict, opinion.confidence, reply.model)
        assessment = assess(delta, argued, _prove(shown))
        claims = _claim(assessment, argued, change, Origin(reply.model, reply.digest))
        return Weighing(assessment, claims, Calls(tuple(replies), tuple(lost)))
    return Weighing(assess(delta, None, _NOTHING_TOLD, why), calls=Calls(tuple(replies), tuple(lost)))


_NOTHING_TOLD: Final = Proof(frozenset(), frozenset(), frozenset(), lambda *_: None)


def _excuse(desk: Desk, delta: Delta | None) -> str:
    """Why nobody is asked; empty where somebody is."""
    if delta is None:
        return NO_GRAPH
    if desk.send is None:
        return NO_MODEL
    return "" if has_substance(delta) else NO_SUBSTANCE


def _prove(shown: _Shown) -> Proof:
    return Proof(
        facts=frozenset(fact.id for fact in shown.told.facts),
        graph=shown.told.graph_ids,
        rules=frozenset(rule.id for rule in shown.rules),
        stands=shown.stands,
    )


def _show(change: Change, policy: Policy, delta: Delta, analogues: str) -> _Shown:
    told = tell_facts(delta, policy.architecture.layers)
    rules = _choose_rules(change)
    text = _choose_parts(change, delta)
    lines: dict[str, list[tuple[int, str]]] = {}
    for row in parse_annotated(text):
        lines.setdefault(row.path, []).append((row.number, row.text))
    material = architecture.Material(
        facts=redact(told.text).text,
        change=text,
        rules="\n".join(f"{rule.id} | {rule.place} | {rule.text}" for rule in rules),
        analogues=redact(_cut(analogues)).text,
    )
    return _Shown(material, told, rules, lines)


def _choose_rules(change: Change) -> list[Rule]:
    """The written rules for the changed files, decisions and declared ones first, as many as there is room for."""
    paths = [file.path for file in change.redacted.patch.files]
    fitting = sorted(choose(change.rulebook.rules, paths).rules, key=_is_minor)
    kept, room = [], RULES_BYTES
    for rule in fitting:
        room -= len(rule.text.encode("utf-8", "replace")) + len(rule.place) + 20
        if room < 0:
            break
        kept.append(rule)
    return kept


def _is_minor(rule: Rule) -> bool:
    """Whether a rule is not, by where it stands, one about architecture."""
    place = rule.place.lower()
    return not (rule.declared or any(word in place for word in ("adr", "architecture", "design")))


def _choose_parts(change: Change, delta: Delta) -> str:
    """The files that bear on the facts first, each with its hunks, as many as there is room for."""
    weight: dict[str, int] = {}
    for edge in (*(item.edge for item in delta.breaks), *delta.new_edges):
        weight[edge.path] = weight.get(edge.path, 0) + 2
    for item in delta.api:
        weight[item.path] = weight.get(item.path, 0) + 1
    parts = {earlier.part.file.path: earlier.part for earlier in change.plan.read_before}
    parts |= {part.file.path: part for chunk in change.plan.chunks for part in chunk.files}
    texts, room = [], CHANGE_BYTES
    for path in sorted(parts, key=lambda path: (-weight.get(path, 0), path)):
        text = _annotate(parts[path])
        size = len(text.encode("utf-8", "replace"))
        if size <= room:
            room -= size
            texts.append(text)
    return "".join(texts)


def _annotate(part: ChunkFile) -> str:
    return annotate(Chunk(0, (part,), 0))


def tell_analogues(look: Look) -> str:
    """Signatures of the existing modules that are most like those of the change."""
    if look.surveyed is None:
        return ""
    known = {path: outline.symbols for path, outline in look.surveyed.around.items()}
    told: dict[str, None] = {}
    for path, outline in look.surveyed.outlines.items():
        for analogue in nearest(path, outline.symbols, known, MAX_ANALOGUES):
            told.setdefault("\n".join([f"=== {analogue.path} ===", *analogue.signatures[:MAX_SIGNATURES]]))
    return "\n".join(told)


def _cut(text: str) -> str:
    kept = text.encode("utf-8", "replace")[:ANALOGUES_BYTES].decode("utf-8", "ignore")
    return kept if len(kept) == len(text) else kept.rpartition("\n")[0]


def _claim(assessment: Assessment, argued: Argued, change: Change, origin: Origin) -> tuple[Claim, ...]:
    """A claim on a changed line for each dimension that the change goes against; a second reader is asked about it."""
    changed = change.redacted.patch.by_path
    claims = []
    for item in assessment.dimensions:
        spot = next((one for one in item.evidence if one.line and one.quote and one.path in changed), None)
        if spot is None or item.score is None or item.score > _AGAINST:
            continue
        claims.append(
            Claim(
                path=spot.path,
                line=spot.line,
                quote=spot.quote,
                severity=Severity.MEDIUM,
                category=_CATEGORY,
                confidence=argued.confidence,
                title=_name(item),
                body=item.note,
                source=Source.MODEL,
                rule=next((one.fact for one in item.evidence if one.fact.startswith("R-")), None),
                lenses=(architecture.NAME,),
                origin=origin,
            )
        )
    return tuple(claims)


def _name(item: Weighed) -> str:
    return f"This goes against the architecture: {item.dimension.value.replace('_', ' ')}"
