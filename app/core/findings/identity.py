"""Gives findings an identity that survives pushes, rebases and renames, and keeps the ones that nobody dealt with.

A finding once raised stays until the code it quotes has gone, the program that found it no longer finds it, or a
person dismisses it. That a model does not repeat itself makes nothing better, nor does what another source says. Who
dismissed what did not block, or for another base, decided no more than that: where it blocks, it counts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.core.change.diff import Patch
from app.core.findings.anchor import normalise, settle
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.lasting import mark, tell_lasting
from app.core.findings.matching import MANY, Known, Standing, match
from app.core.findings.merging import PlacedClaim, harden, merge, order, stand_on_one_spot
from app.core.findings.quotes import Quotes
from app.core.findings.trace import Trace, Tracer, count_common_ends


@dataclass(frozen=True, slots=True)
class Identified:
    """All findings after a review. `findings` are open, by number; the other fields name some of them or the rest.

    `raised` are the numbers given now; `carried` those nobody repeated and nothing settled; `reopened` those that had
    been fixed; `reinstated` those whose dismissal does not hold any more. `fixed` are no longer there; `dismissed` were
    raised again and stay dismissed; `duplicates` are claims that said the same as a stronger one. `next_number` is the
    first that was never given.
    """

    findings: tuple[Finding, ...]
    raised: frozenset[int]
    carried: frozenset[int]
    reopened: frozenset[int]
    reinstated: tuple[KnownFinding, ...]
    fixed: tuple[KnownFinding, ...]
    dismissed: tuple[KnownFinding, ...]
    duplicates: tuple[Claim, ...]
    next_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a review knows beside the diff.

    `completed` says whether a program (never asked about models) ran to its end on a path of the patch: only then does
    its silence mean that a finding is fixed. `blocks` says whether an open claim holds the gate shut. `outside` are the
    numbers of known findings whose quote stands in the file all the same, off the diff, as it did; `mended` of those
    that showed on a line which the head no longer has: they are fixed.
    """

    completed: Callable[[Source, str], bool]
    blocks: Callable[[Claim], bool]
    outside: Container[int] = frozenset()
    mended: Container[int] = frozenset()
    base_ref: str = ""

    def holds(self, known: KnownFinding) -> bool:
        """Whether it is dismissed, and that stands."""
        return known.state is FindingState.DISMISSED and not self.ends(known, known.claim)

    def ends(self, known: KnownFinding, claim: Claim) -> bool:
        """Whether a dismissal does not hold any more, where this is what is claimed."""
        dismissed = known.state is FindingState.DISMISSED
        return dismissed and self.blocks(claim) and not known.binds(self.base_ref)


@dataclass(slots=True)
class _Outcome:
    """What has become of everything; `held` are the known findings whose dismissals stand."""

    quotes: Quotes
    tracer: Tracer
    held: Sequence[KnownFinding]
    open: list[Finding] = field(default_factory=list)
    raised: set[int] = field(default_factory=set)
    carried: set[int] = field(default_factory=set)
    reopened: set[int] = field(default_factory=set)
    reinstated: list[KnownFinding] = field(default_factory=list)
    fixed: list[KnownFinding] = field(default_factory=list)
    dismissed: list[KnownFinding] = field(default_factory=list)

    def find_made(self, known: KnownFinding) -> PlacedClaim | None:
        """Where the change makes the very line of a model's finding, if nothing else is known of that one."""
        if known.claim.source is not Source.MODEL or known.placed is Placed.SUMMARY:
            return None
        # Copies of it are no way to shed what blocks.
        made = self.tracer.find_made(known.claim, once=not known.blocking)
        if made is None:
            return None
        spot = made[0].path, made[0].category, normalise(made[0].quote)
        held = [item.claim for item in self.held if item.blocking]
        return None if any(spot == (one.path, one.category, normalise(one.quote)) for one in held) else made

    def find_on(self, claim: Claim, placement: Placement) -> int | None:
        """Which of the open findings says the same of the very same lines."""
        return next((at for at, other in enumerate(self.open) if stand_on_one_spot(claim, placement, other)), None)

    def stay(self, known: KnownFinding, claim: Claim, placement: Placement) -> None:
        """A known finding counts where its line stands now."""
        symbol = self.quotes.look_up(claim.path, placement).symbol
        self.open.append(
            Finding(claim=claim, placement=placement, fingerprint=known.fingerprint, number=known.number, symbol=symbol)
        )


def identify(
    placed: Iterable[PlacedClaim],
    patch: Patch,
    known: Sequence[KnownFinding],
    *,
    next_number: int,
    now: Circumstances,
) -> Identified:
    """The findings of a review of `patch`, given those known before it. Independent of the order of both.

    A finding of a model is fixed when its quote has gone from its side of the file's diff; if the file left the change,
    when no file of it brings that line in. No number and no fingerprint is ever given twice, whatever `next_number`
    says.
    """
    merged = merge((settle(claim, placement, patch), placement) for claim, placement in placed)
    outcome = _Outcome(Quotes(patch), Tracer(patch), [item for item in known if now.holds(item)])
    standing = _stand(merged.kept, patch, outcome.quotes)
    items = _trace(known, patch, outcome.tracer, now)
    matches = match(standing, items)
    number = max([next_number, *(item.number + 1 for item in known)])
    taken = {item.fingerprint for item in known}
    for index, item in enumerate(standing):
        before = matches.get(index)
        if before is None:
            _raise(item, number, taken, outcome)
            number += 1
        else:
            _go_on(item, before, now, outcome)
    again = {item.number for item in matches.values()}
    missing = [(item.finding, item.trace) for item in items if item.trace and item.finding.number not in again]
    for finding, trace in sorted(missing, key=lambda pair: _tell_distance(pair[0].claim, pair[1].claim)):
        _carry_or_close(finding, trace, now, outcome)
    silent = [item.finding for item in items if item.finding.number not in again]
    _reopen([known for known in silent if known.number not in now.mended], now.outside, outcome)
    return Identified(
        findings=tuple(sorted(outcome.open, key=lambda finding: finding.number)),
        raised=frozenset(outcome.raised),
        carried=frozenset(outcome.carried),
        reopened=frozenset(outcome.reopened),
        reinstated=tuple(sorted(outcome.reinstated, key=lambda item: item.number)),
        fixed=tuple(sorted(outcome.fixed, key=lambda item: item.number)),
        dismissed=tuple(sorted(outcome.dismissed, key=lambda item: item.number)),
        duplicates=merged.duplicates,
        next_number=number,
    )


def _stand(kept: Sequence[PlacedClaim], patch: Patch, quotes: Quotes) -> list[Standing]:
    """The claims by place with their identities. Equal quotes in one symbol are told apart by their order there."""
    seen: Counter[tuple[object, ...]] = Counter()
    standing: list[Standing] = []
    for claim, placement in sorted(kept, key=order):
        loose = tell_lasting(claim, patch)
        stand = quotes.look_up(claim.path, placement)
        # Several faults of one kind may stand on one line.
        more = seen[loose, stand.symbol, stand.ordinal]
        seen[loose, stand.symbol, stand.ordinal] += 1
        stand = replace(stand, ordinal=stand.ordinal + more * MANY)
        strict = mark(loose, stand.symbol, stand.ordinal)
        standing.append(Standing(claim, placement, loose, stand, strict))
    return standing


def _trace(known: Sequence[KnownFinding], patch: Patch, tracer: Tracer, now: Circumstances) -> list[Known]:
    """The known findings by number, those that count as they stand now. A dismissal never follows its line anywhere."""
    items: list[Known] = []
    for finding in sorted(known, key=lambda item: item.number):
        trace = None
        if finding.state is FindingState.OPEN or now.ends(finding, finding.claim):
            trace = tracer.trace(finding.claim, finding.placed, outside=finding.number in now.outside)
            trace = replace(trace, stands=False, again=None) if finding.number in now.mended else trace
        items.append(Known(finding, tell_lasting(finding.claim if trace is None else trace.claim, patch), trace))
    return items


def _raise(item: Standing, number: int, taken: set[str], outcome: _Outcome) -> None:
    """Nobody knew of it."""
    identity = item.evade(taken)
    taken.add(identity)
    outcome.open.append(_finding(item, number, identity))
    outcome.raised.add(number)


def _go_on(item: Standing, before: KnownFinding, now: Circumstances, outcome: _Outcome) -> None:
    """A known finding was claimed again. Only a program that ran to its end may think better of it."""
    if item.claim.source is Source.MODEL or not now.completed(item.claim.source, item.claim.path):
        item = replace(item, claim=harden(item.claim, before.claim))
    if before.state is FindingState.DISMISSED:
        if not now.ends(before, item.claim):
            outcome.dismissed.append(before)
            return
        outcome.reinstated.append(before)
    if before.state is FindingState.FIXED:
        outcome.reopened.add(before.number)
    outcome.open.append(_finding(item, before.number, before.fingerprint))


def _tell_distance(then: Claim, now: Claim) -> tuple[bool, int]:
    """Who stayed in its file has its line before those that may have moved to it, and the likeliest of these first."""
    return then.path != now.path, -count_common_ends(then.path, now.path)


def _carry_or_close(known: KnownFinding, trace: Trace, now: Circumstances, outcome: _Outcome) -> None:
    """A finding that counts was not claimed again."""
    gone, made = _gone(known, trace, now.completed), None
    if known.state is FindingState.DISMISSED:
        if trace.again is None or gone:
            return
        outcome.reinstated.append(known)
    elif gone:
        made = None if known.number in now.mended else outcome.find_made(known)
        if made is None:
            outcome.fixed.append(known)
            return
    placed = Placed.SUMMARY if known.placed is Placed.SUMMARY else Placed.FILE
    off_line = Placement(placed, None, "its line is no longer part of the diff")
    claim, placement = made or trace.again or (trace.claim, off_line)
    home = outcome.tracer.find_home(known.claim)
    other = outcome.find_on(claim, placement) if claim.path != home else None
    if other is not None:
        # Of two equal lines that moved the other one may be elsewhere; of one line one finding is enough.
        moved = next((one for one in outcome.tracer.list_moved(known.claim) if outcome.find_on(*one) is None), None)
        if moved is None:
            outcome.fixed.append(known)
            outcome.open[other] = replace(outcome.open[other], claim=harden(outcome.open[other].claim, known.claim))
            return
        claim, placement = moved
    outcome.carried.add(known.number)
    outcome.stay(known, claim, placement)


def _reopen(silent: Sequence[KnownFinding], outside: Container[int], outcome: _Outcome) -> None:
    """A model's finding that was fixed is open again when its very line is back, whatever the model says.

    Else a fault could be laundered by taking it out in one push and putting it back in the next, here or there.
    """
    for known in silent:
        if known.state is not FindingState.FIXED or known.claim.source is not Source.MODEL:
            continue
        off_diff = known.number in outside
        trace = outcome.tracer.trace(known.claim, known.placed, outside=off_diff)
        back = trace.again if trace.stands and known.placed is not Placed.SUMMARY else None
        if back is None or back[0].path != known.claim.path or not (back[1].placed is Placed.LINE or off_diff):
            back = outcome.find_made(known)
        other = outcome.find_on(*back) if back is not None else None
        if other is not None:
            outcome.open[other] = replace(outcome.open[other], claim=harden(outcome.open[other].claim, known.claim))
        elif back is not None:
            outcome.reopened.add(known.number)
            outcome.stay(known, *back)


def _gone(known: KnownFinding, trace: Trace, completed: Callable[[Source, str], bool]) -> bool:
    """Whether the fault is no longer there, as far as code can tell."""
    never_stood = known.placed is Placed.SUMMARY
    if trace.file is None:
        # What never stood in the diff cannot have left it.
        return not never_stood
    if trace.file.fault is not None or trace.file.binary:
        return False
    if known.claim.source is not Source.MODEL:
        return completed(known.claim.source, trace.file.path)
    return not never_stood and bool(known.claim.quote.strip()) and not trace.stands


def _finding(item: Standing, number: int, identity: str) -> Finding:
    return Finding(
        claim=item.claim, placement=item.placement, fingerprint=identity, number=number, symbol=item.stand.symbol
    )
