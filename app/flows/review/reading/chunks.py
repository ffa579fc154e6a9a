"""The stage in which a model reads: chunks of the plan go out, claims come back, and what was not read is named."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from app.claude.seam import Send
from app.core.change.coverage import UNASKED
from app.core.change.plan import Chunk
from app.core.findings.enabling import Shown
from app.core.findings.finding import Claim
from app.core.gate.again import find_retry
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import NO_MODEL_REASON
from app.core.model import Failure, Paid, Reply, Request, Stage, Usage
from app.core.report.progress import Progress
from app.core.rules.outcome import RulesTold
from app.core.rules.selection import Chosen, choose
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.forge import History
from app.flows.review.reading.asking import Answer, Asker
from app.flows.review.reading.briefing import NOTHING, Writer, Written, open_writer
from app.flows.review.reading.outside import find_outside
from app.flows.review.reading.ruling import name_failure, tell_rules
from app.flows.review.side_by_side import run_all, run_both
from app.lenses.choice import SMALL_LINES, choose_lenses
from app.lenses.lens import Lens
from app.lenses.rules import RulesLens

PROGRESS_S = 15.0
"""Seconds between two updates of progress."""

CHUNKS_AT_ONCE = 12
"""Chunks that are asked about side by side. More would write the cache long before it is read again."""

NO_LENS_REASON = "the policy has no lens on"

Tell = Callable[[Progress], Awaitable[None]]
"""Told how many questions are answered, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model said. `unread` maps a chunk's number to the reason why nobody read it.

    `outside` are the findings of earlier heads that still stand off the diff, where no model need say them again.
    `shown` holds the lines off the diff that the model saw of the files it speaks of, by path. `configured` is whether
    there was a model to ask. `passing`: every failure may be gone in a while, and not before `retry_after_s` if the
    server said so. `lost` is what calls took that gave no
    reply. `about` says what the change does, for people alone; `notes` name what else was to be written and is not.
    `rules` is what was said about written ones.
    """

    claims: tuple[Claim, ...] = ()
    unread: dict[int, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=dict)
    outside: frozenset[int] = frozenset()
    replies: tuple[Reply, ...] = ()
    lost: tuple[Paid, ...] = ()
    about: str = ""
    notes: tuple[str, ...] = ()
    rules: RulesTold = field(default_factory=RulesTold)
    passing: bool = False
    retry_after_s: float | None = None
    configured: bool = True

    @property
    def usage(self) -> Usage:
        """Tokens of the calls that were really made."""
        return sum((one.usage for one in self.paid), Usage())

    @property
    def paid(self) -> tuple[Paid, ...]:
        """What each question took, answered or not; stored replies cost nothing again."""
        asked = (reply for reply in self.replies if not reply.stored)
        answered = (paid for reply in asked for paid in (*reply.also_paid, Paid(reply.model, reply.usage)))
        return (*answered, *self.lost)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids that answered, in order of first appearance."""
        return tuple(dict.fromkeys(reply.model for reply in self.replies))


async def read_chunks(desk: Desk, change: Change, policy: Policy, history: History, tell: Tell) -> Reading:
    """Every chunk read by every lens that the policy has on, with a map of the whole change where it is not small.

    A chunk is read if every lens answered about all of it; otherwise it is in `unread` with the reason, and which lens
    it was if others did answer. `tell` is awaited at most once in 15 seconds: GitHub's check shows it.
    """
    plan = change.plan
    outside = await find_outside(change, history.known)
    if desk.send is None:
        unread = dict.fromkeys((chunk.number for chunk in plan.chunks), NO_MODEL_REASON)
        return Reading(unread=unread, outside=outside, configured=False)
    chosen = {chunk.number: choose(change.rulebook.rules, chunk.paths) for chunk in plan.chunks}
    inquiries = [(chunk, _assign(chunk, chosen[chunk.number], change, policy)) for chunk in plan.chunks]
    unread = {chunk.number: NO_LENS_REASON for chunk, lenses in inquiries if not lenses}
    if len(unread) == len(plan.chunks):
        # Of a change that was read before, what was said of it still holds.
        said = history.memory.about if plan.read_before and not unread else ""
        return Reading(unread=unread, outside=outside, about=said)
    writer = await open_writer(desk.send, desk.models[Stage.BRIEF], change, history)
    overview = await writer.write_map(plan) if change.patch.changed_lines >= SMALL_LINES else NOTHING
    asker = Asker(desk.send, desk.models[Stage.LENS], change, history, overview.text)
    answers, about = await run_both(
        _ask_all(asker, inquiries, tell),
        _sum_up(writer, change.snapshot, overview.text),
    )
    reading = _gather(answers, (overview, about))
    if not history.asks:
        reading = replace(reading, about=reading.about or history.memory.about)
    rules = tell_rules(answers, chosen)
    return replace(reading, unread=unread | reading.unread, outside=outside, rules=rules)


def _assign(chunk: Chunk, chosen: Chosen, change: Change, policy: Policy) -> tuple[Lens, ...]:
    """Who reads a chunk, and has to answer for it to be read."""
    lines = change.patch.changed_lines
    deliveries = {kind for path in chunk.paths for kind in change.deliveries.get(path, ())}
    looks = choose_lenses(policy.review.lenses, changed_lines=lines, together=chunk.together, deliveries=deliveries)
    return (*looks, *map(RulesLens, chosen.batches))


async def _sum_up(writer: Writer, snapshot: Snapshot, change_map: str) -> Written:
    """A local range has no page that people read a summary on."""
    return await writer.write_summary(snapshot, change_map) if snapshot.number else NOTHING


async def _ask_all(asker: Asker, inquiries: Sequence[tuple[Chunk, Sequence[Lens]]], tell: Tell) -> list[Answer]:
    """All answers, in the order of the chunks; progress is told meanwhile: once, then only with more than before."""
    planned = sum(len({lens.name for lens in lenses}) for _, lenses in inquiries)
    answered, told = 0, -1

    def count() -> None:
        nonlocal answered
        answered += 1

    asking = asyncio.create_task(_ask_side_by_side(asker, inquiries, count))
    try:
        while not (await asyncio.wait({asking}, timeout=PROGRESS_S))[0]:
            if answered > told:
                told = answered
                await tell(Progress(told, planned))
        return await asking
    finally:
        asking.cancel()
        await asyncio.wait({asking})


async def _ask_side_by_side(
    asker: Asker, inquiries: Sequence[tuple[Chunk, Sequence[Lens]]], tell: Callable[[], None]
) -> list[Answer]:
    """The first chunk goes ahead until what all share is in the cache; the others follow in their order."""
    warm = asyncio.Event()
    places = asyncio.Semaphore(CHUNKS_AT_ONCE)
    herald = replace(asker, send=_Heralded(asker.send, warm.set))

    async def ask(index: int, chunk: Chunk, lenses: Sequence[Lens]) -> list[Answer]:
        async with places:
            if index:
                await warm.wait()
                return await asker.ask(chunk, lenses, tell)
            try:
                return await herald.ask(chunk, lenses, tell)
            finally:
                warm.set()

    answers = await run_all([ask(index, *inquiry) for index, inquiry in enumerate(inquiries)])
    return [answer for about_chunk in answers for answer in about_chunk]


@dataclass(frozen=True, slots=True)
class _Heralded:
    """`send`, and `begun` is called when an answer begins."""

    send: Send
    begun: Callable[[], None]

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        def begin() -> None:
            self.begun()
            if on_start is not None:
                on_start()

        return await self.send(request, on_start=begin)


def _gather(answers: Sequence[Answer], texts: Sequence[Written]) -> Reading:
    """What was claimed about a part of a chunk stands, whatever became of the rest."""
    overview, about = texts
    shown: dict[str, list[tuple[int, str]]] = {}
    for answer in answers:
        for path, lines in answer.shown.items():
            shown.setdefault(path, []).extend(lines)
    failures = [failure for answer in answers if answer.final and (failure := name_failure(answer)) is not None]
    replies = [answer.reply for answer in answers if answer.reply is not None]
    lost = [paid for answer in answers if isinstance(answer.outcome, Failure) for paid in answer.outcome.paid]
    return Reading(
        claims=tuple(
            claim for answer in answers if not isinstance(answer.outcome, Failure) for claim in answer.outcome
        ),
        unread=_name_unread(answers),
        shown=shown,
        replies=(*overview.replies, *about.replies, *replies),
        lost=(*overview.lost, *about.lost, *lost),
        about=about.text,
        notes=tuple(text.note for text in texts if text.note),
        passing=bool(failures) and all(failure.passing for failure in failures),
        retry_after_s=find_retry(failures),
    )


def _name_unread(answers: Sequence[Answer]) -> dict[int, str]:
    """By chunk, why it is unread; which lens it was, where another one did answer."""
    lenses: dict[int, dict[str, Failure | None]] = {}
    for answer in answers:
        if answer.final:
            failed = lenses.setdefault(answer.question.chunk.number, {})
            name = answer.question.lens.name
            failed[name] = failed.get(name) or name_failure(answer)
    unread: dict[int, str] = {}
    for number, failed in lenses.items():
        missing = {name: tell_failure(failure) for name, failure in failed.items() if failure is not None}
        if UNASKED in missing.values():
            unread[number] = UNASKED
        elif len(missing) == len(failed) and len(set(missing.values())) == 1:
            unread[number] = next(iter(missing.values()))
        elif missing:
            unread[number] = "; ".join(f"the {name} lens: {why}" for name, why in missing.items())
    return unread
