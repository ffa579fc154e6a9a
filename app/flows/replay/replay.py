"""A recorded review made again from what is stored, and held against its verdict. Nothing is asked, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app import __version__
from app.analyzers.versions import list_versions
from app.claude.memory.replayed import Replayed
from app.claude.seam import ReplyStore, Send
from app.core.model import Request
from app.core.report.report import Report
from app.flows.pull_request.gate_entry import gate_body
from app.flows.replay.archive import Archived, NotReplayable
from app.flows.replay.comparison import Difference, compare
from app.flows.replay.forge import FetchObjects, RecordedForge
from app.flows.replay.vault import Vault
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.flow import review
from app.flows.review.inputs import Means
from app.flows.review.prompts import prompt_digests
from app.lenses import brief, summary
from app.store.records.ledger import Entry, hash_entry


@dataclass(frozen=True, slots=True)
class Missing:
    """A question of the review whose reply is not stored any more."""

    stage: str
    lens: str
    digest: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What is no longer what it was when the review was made: `prompts` by lens, `analyzers` by tool."""

    program: str | None = None
    prompts: tuple[str, ...] = ()
    analyzers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How a review came out again. With something `missing` it did not, and `differences` says nothing."""

    archived: Archived
    differences: tuple[Difference, ...] = ()
    missing: tuple[Missing, ...] = ()
    changed: Changed = Changed()

    @property
    def same(self) -> bool:
        """Whether the verdict is the recorded one in every field."""
        return not self.missing and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What a replay needs: stored replies, objects, how questions were put by given means, and seconds."""

    replies: ReplyStore
    fetch_objects: FetchObjects
    put: Callable[[Send, Means], Send]
    monotonic: Callable[[], float]

    async def play(self, archived: Archived) -> Replay:
        """The review again, and what is different. Raises NotReplayable and ObjectsGone."""
        made_from = archived.inputs
        memory = Replayed(
            replies=self.replies, answered=archived.outcomes.answered, failures=archived.outcomes.failures
        )
        means = made_from.means
        send = self.put(memory, means) if means.asked else None
        desk = Desk(
            send=send,
            models=means.models,
            monotonic=self.monotonic,
            watch=_silent,
            limit=means.limit,
            month=means.month,
            prices=means.prices,
            bank=None if send is None else Vault(archived.standings, send),
        )
        report = await review(desk, RecordedForge(made_from, archived.obstacle, self.fetch_objects))
        if not isinstance(report, Report):
            raise NotReplayable(f"by its record the review would not have been made: {report}")
        changed = _find_changes(archived)
        if memory.missing:
            return Replay(archived=archived, missing=_name(memory.missing), changed=changed)
        again = gate_body(archived.review_id, report)
        differences = (*compare(archived.entry.body, again), *_check_entry(archived.entry))
        return Replay(archived=archived, differences=differences, changed=changed)


def _name(missing: list[Request]) -> tuple[Missing, ...]:
    """Those that were asked for: what a later stage asks without these replies, nobody has asked before.

    The change map is a part of all that follows it; of the summary nothing is.
    """
    aside = [one for one in missing if one.lens == summary.NAME]
    others = [one for one in missing if one.lens != summary.NAME]
    first = [one for one in others if one.stage is others[0].stage]
    if first and first[0].lens == brief.NAME:
        aside = []
    return tuple(dict.fromkeys(Missing(one.stage.value, one.lens, one.digest) for one in (*first, *aside)))


def _check_entry(entry: Entry) -> tuple[Difference, ...]:
    """The entry's own hash if it is none: something of it was changed, perhaps what no verdict is compared by."""
    computed = hash_entry(entry.prev, chain=entry.chain, seq=entry.seq, at=entry.at, kind=entry.kind, body=entry.body)
    return () if computed == entry.hash else (Difference("hash of the ledger's entry", entry.hash[:16], computed[:16]),)


def _find_changes(archived: Archived) -> Changed:
    made_from = archived.inputs
    return Changed(
        program=None if made_from.program == __version__ else made_from.program,
        prompts=_differing(made_from.prompts, prompt_digests()),
        analyzers=_differing(made_from.analyzers, list_versions()),
    )


def _differing(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*then, *now} if then.get(name) != now.get(name)))


def _silent(_step: Step, _line: str) -> None:
    """Nobody watches."""
