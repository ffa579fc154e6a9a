"""What small models write about a whole change: a map for the lenses, from the diff alone; a paragraph for people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.claude.seam import Send
from app.core.change.overview import name_file, outline_change
from app.core.change.plan import Plan
from app.core.gate.snapshot import Snapshot
from app.core.model import FailureKind, ModelFailed, Paid, Reply, Request
from app.core.secrecy.redaction import redact
from app.flows.review.change.change import Change
from app.flows.review.failing import tell_failure
from app.flows.review.forge import History
from app.lenses import brief, summary


@dataclass(frozen=True, slots=True)
class Written:
    """A text, or a `note` that says why there is none (unless nobody was asked); and what came of the calls."""

    text: str = ""
    note: str = ""
    replies: tuple[Reply, ...] = ()
    lost: tuple[Paid, ...] = ()


NOTHING = Written()


@dataclass(frozen=True, slots=True)
class Writer:
    """Whom to ask about which change. `material` is the change as far as a small model reads it."""

    send: Send
    model: str
    history: History
    material: str

    async def write_map(self, plan: Plan) -> Written:
        """The change map; without it each lens sees its chunk alone."""
        paths = frozenset(name_file(planned.file) for planned in plan.files)
        return await self._write(
            lambda salt: brief.ask(self.material, model=self.model, salt=salt),
            lambda reply: brief.read(reply, paths),
            "No overview of the whole change was made for the lenses",
        )

    async def write_summary(self, snapshot: Snapshot, change_map: str) -> Written:
        """What the change does, for people. `change_map` stands for the change where there is one."""
        words = _bound("\n\n".join(part for part in (snapshot.title, snapshot.body) if part.strip()))
        return await self._write(
            lambda salt: summary.ask(change_map or self.material, words, model=self.model, salt=salt),
            summary.read,
            "What this change does was not summed up",
        )

    async def _write(self, ask: Callable[[str], Request], read: Callable[[Reply], str], missing: str) -> Written:
        """The text of the first reply in the agreed form, of two at most."""
        replies: list[Reply] = []
        lost: list[Paid] = []
        why = ""
        for salt in (self.history.salt, self.history.salt + self.history.repair):
            try:
                reply = await self.send(ask(salt))
                replies.append(reply)
                return Written(redact(read(reply)).text, "", tuple(replies), tuple(lost))
            except ModelFailed as error:
                why = tell_failure(error.failure)
                lost += error.failure.paid
                if error.failure.kind is FailureKind.UNASKED:
                    return Written(replies=tuple(replies), lost=tuple(lost))
                if error.failure.kind is not FailureKind.MALFORMED:
                    break
        return Written("", f"{missing}: {why}.", tuple(replies), tuple(lost))


async def open_writer(send: Send, model: str, change: Change, history: History) -> Writer:
    """A writer on this change. Laying it out walks many lines: in the loop it would stop heartbeats."""
    material = await asyncio.to_thread(outline_change, change.plan, brief.MATERIAL_BYTES)
    return Writer(send, model, history, material)


def _bound(words: str) -> str:
    """An author's words without secrets, as many as are passed on."""
    return redact(words).text.encode("utf-8", "replace")[: summary.WORDS_BYTES].decode("utf-8", "ignore")
