"""Gives findings an identity that survives pushes, rebases and renames, and keeps the ones that nobody dealt with.

A finding once raised stays until the code it quotes has gone, the program that found it no longer finds it, or a
person dismisses it. That a model does not repeat itself makes nothing better, nor does what another source says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from app.core.change.diff import Patch
from app.core.findings.anchor import settle
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.lasting import mark, tell_lasting
from app.core.findings.merging import (
    PlacedClaim,
    harden,
    merge,
    order,
    overlap,
    say_the_same,
    show_alike,
    stand_on_one_spot,
)
from app.core.findings.quotes import QuoteIndex
from app.core.findings.trace import Trace, Tracer

_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Identified:
    """All findings after a review. `findings` are open, by number; the other fields name some of them or the rest.

    `raised` are the numbers given now; `carried` those nobody repeated and nothing settled; `reopened` those that had
    been fixed. `fixed` are no longer there; `dismissed` were raised again and stay dismissed; `duplicates` are claims
    that said the same as a stronger one. `next_number` is the first that was never given.
    """

    findings: tuple[Finding, ...]
    raised: frozenset[int]
    carried: frozenset[int]
    reopened: frozenset[int]
    fixed: tuple[KnownFinding, ...]
    dismissed: tuple[KnownFinding, ...]
    duplicates: tuple[Claim, ...]
    next_number: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """A placed claim with its identity; `loose` is the part of it that does not depend on where hunks begin.

    `alone` says that the quote stands only once on its side of the file's diff.
    """

    claim: Claim
    placement: Placement
    loose: tuple[str, str, str]
    symbol: str
    ordinal: int
    alone: bool
    strict: str

    def evade(self, taken: Container[str]) -> str:
        """Its fingerprint, or the next one where a finding has it that moved to another file since."""
        later = (mark(self.loose, self.symbol, ordinal) for ordinal in count(self.ordinal, _MANY * _MANY))
        return next(one for one in later if one not in taken)


@dataclass(frozen=True, slots=True)
class _Known:
    """A known finding as the patch has it; only open ones are traced."""

    finding: KnownFinding
    loose: tuple[str, str, str]
    trace: Trace | None


@dataclass(slots=True)
class _Outcome:
    open: list[Finding] = field(default_factory=list)
    raised: set[int] = field(default_factory=set)
    carried: set[int] = field(default_factory=set)
    reopened: set[int] = field(default_factory=set)
    fixed: list[KnownFinding] = field(default_factory=list)
    dismissed: list[KnownFinding] = field(default_factory=list)


def identify(
    placed: Iterable[PlacedClaim],
    patch: Patch,
    known: Sequence[KnownFinding],
    *,
    next_number: int,
    completed: Callable[[Source, str], bool],
    outside: Container[int] = frozenset(),
    mended: Container[int] = frozenset(),
) -> Identified:
    """The findings of a review of `patch`, given those known before it. Independent of the order of both.

    `completed` says whether a program (never asked about models) ran to its end on a path of the patch: only then does
    its silence mean that a finding is fixed. A finding of a model is fixed when its quote has gone from its side of
    the file's diff; if the file left the change, when no file of it brings that line in. `outside` are the known ones
    whose quote stands in the file all the same, off the diff, as it did; `mended` those that showed on a line which the
    head no longer has: they are fixed. No number and no fingerprint is ever given twice, whatever `next_number` says.
    """
    merged = merge((settle(claim, placement, patch), placement) for claim, placement in placed)
    standing = _stand(merged.kept, patch)
    items = _trace(known, patch, outside, mended)
    matches = _match(standing, items)
    outcome = _Outcome()
    number = max([next_number, *(item.number + 1 for item in known)])
    taken = {item.fingerprint for item in known}
    for index, item in enumerate(standing):
        before = matches.get(index)
        if before is None:
            _raise(item, number, taken, outcome)
            number += 1
        else:
            _go_on(item, before, completed, outcome)
    again = {item.number for item in matches.values()}
    for missing in items:
        if missing.trace is not None and missing.finding.number not in again:
            _carry_or_close(missing.finding, missing.trace, completed, outcome)
    silent = [item.finding for item in items if item.finding.number not in again]
    _reopen([known for known in silent if known.number not in mended], patch, outside, outcome)
    return Identified(
        findings=tuple(sorted(outcome.open, key=lambda finding: finding.number)),
        raised=frozenset(outcome.raised),
        carried=frozenset(outcome.carried),
        reopened=frozenset(outcome.reopened),
        fixed=tuple(sorted(outcome.fixed, key=lambda item: item.number)),
        dismissed=tuple(sorted(outcome.dismissed, key=lambda item: item.number)),
        duplicates=merged.duplicates,
        next_number=number,
    )


def _stand(kept: Sequence[PlacedClaim], patch: Patch) -> list[_Standing]:
    """The claims by place with their identities. Equal quotes in one symbol are told apart by their order there."""
    indexes: dict[str, QuoteIndex] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    standing: list[_Standing] = []
    for claim, placement in sorted(kept, key=order):
        file = patch.by_path.get(claim.path)
        loose = tell_lasting(claim, patch)
        symbol, ordinal, alone = placement.placed.value, 0, True
        if file is not None and placement.anchor is not None:
            if file.path not in indexes:
                indexes[file.path] = QuoteIndex(file)
            symbol, ordinal, alone = indexes[file.path].look_up(placement.anchor)
        # Several faults of one kind may stand on one line.
        more = seen[loose, symbol, ordinal]
        seen[loose, symbol, ordinal] += 1
        ordinal += more * _MANY
        strict = mark(loose, symbol, ordinal)
        standing.append(_Standing(claim, placement, loose, symbol, ordinal, alone, strict))
    return standing


def _trace(
    known: Sequence[KnownFinding], patch: Patch, outside: Container[int], mended: Container[int]
) -> list[_Known]:
    """The known findings by number, the open ones as they stand now. A dismissal never follows its line anywhere."""
    tracer = Tracer(patch)
    items: list[_Known] = []
    for finding in sorted(known, key=lambda item: item.number):
        trace = None
        if finding.state is FindingState.OPEN:
            trace = tracer.trace(finding.claim, finding.placed, outside=finding.number in outside)
            trace = replace(trace, stands=False, again=None) if finding.number in mended else trace
        items.append(_Known(finding, tell_lasting(finding.claim if trace is None else trace.claim, patch), trace))
    return items


def _match(standing: Sequence[_Standing], known: Sequence[_Known]) -> dict[int, KnownFinding]:
    """Which standing claim, by index, is which known finding: the surest signs first, and never across sources.

    What was dismissed is met by its quote only where the quote stands once, and only open findings are met by their
    place: else one dismissal would cover another fault.
    """
    matches: dict[int, KnownFinding] = {}
    free = {item.finding.number: item for item in known}
    for same in (_same_fingerprint, _same_quote, _same_place, _neighbours):
        for index, item in enumerate(standing):
            if index in matches:
                continue
            rivals = (one for one in free.values() if _of_one_kind(item, one) and same(item, one))
            found = next(rivals, None)
            if found is not None:
                matches[index] = free.pop(found.finding.number).finding
    return matches


def _of_one_kind(item: _Standing, known: _Known) -> bool:
    return item.loose[0] == known.loose[0] and item.claim.source is known.finding.claim.source


def _same_fingerprint(item: _Standing, known: _Known) -> bool:
    return item.strict == known.finding.fingerprint


def _same_quote(item: _Standing, known: _Known) -> bool:
    return item.loose == known.loose and (item.alone or known.finding.state is not FindingState.DISMISSED)


def _same_place(item: _Standing, known: _Known) -> bool:
    again = None if known.trace is None else known.trace.again
    return again is not None and say_the_same((item.claim, item.placement), again)


def _neighbours(item: _Standing, known: _Known) -> bool:
    """Whether a model may mean by another line what it meant by one that is no longer there."""
    trace = known.trace
    if trace is None or trace.stands or trace.again is None or item.claim.source is not Source.MODEL:
        return False
    alike = item.claim.category == trace.claim.category and show_alike(item.claim) == show_alike(trace.claim)
    return alike and overlap(item.placement, trace.again[1])


def _raise(item: _Standing, number: int, taken: set[str], outcome: _Outcome) -> None:
    """Nobody knew of it."""
    identity = item.evade(taken)
    taken.add(identity)
    outcome.open.append(_finding(item, number, identity))
    outcome.raised.add(number)


def _go_on(item: _Standing, before: KnownFinding, completed: Callable[[Source, str], bool], outcome: _Outcome) -> None:
    """A known finding was claimed again. Only a program that ran to its end may think better of it."""
    if before.state is FindingState.DISMISSED:
        outcome.dismissed.append(before)
        return
    if before.state is FindingState.FIXED:
        outcome.reopened.add(before.number)
    if item.claim.source is Source.MODEL or not completed(item.claim.source, item.claim.path):
        item = replace(item, claim=harden(item.claim, before.claim))
    outcome.open.append(_finding(item, before.number, before.fingerprint))


def _carry_or_close(
    known: KnownFinding, trace: Trace, completed: Callable[[Source, str], bool], outcome: _Outcome
) -> None:
    """An open finding was not claimed again."""
    if _gone(known, trace, completed):
        outcome.fixed.append(known)
        return
    placed = Placed.SUMMARY if known.placed is Placed.SUMMARY else Placed.FILE
    off_line = Placement(placed, None, "its line is no longer part of the diff")
    claim, placement = trace.again or (trace.claim, off_line)
    moved = claim.path != known.claim.path
    if moved and any(stand_on_one_spot(claim, placement, other) for other in outcome.open):
        # Where it would have moved to, another finding says the same of the same line.
        outcome.fixed.append(known)
        return
    outcome.carried.add(known.number)
    outcome.open.append(Finding(claim=claim, placement=placement, fingerprint=known.fingerprint, number=known.number))


def _reopen(silent: Sequence[KnownFinding], patch: Patch, outside: Container[int], outcome: _Outcome) -> None:
    """A model's finding that was fixed is open again when its very line is back in its file, whatever the model says.

    Else a fault could be laundered by taking it out in one push and putting it back in the next.
    """
    tracer = Tracer(patch)
    for known in silent:
        if known.state is not FindingState.FIXED or known.claim.source is not Source.MODEL:
            continue
        off_diff = known.number in outside
        trace = tracer.trace(known.claim, known.placed, outside=off_diff)
        if known.placed is Placed.SUMMARY or not trace.stands or trace.again is None:
            continue
        claim, placement = trace.again
        if (placement.placed is Placed.LINE or off_diff) and claim.path == known.claim.path:
            outcome.reopened.add(known.number)
            outcome.open.append(
                Finding(claim=claim, placement=placement, fingerprint=known.fingerprint, number=known.number)
            )


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


def _finding(item: _Standing, number: int, identity: str) -> Finding:
    return Finding(claim=item.claim, placement=item.placement, fingerprint=identity, number=number)
