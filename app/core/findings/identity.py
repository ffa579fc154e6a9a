"""Gives findings an identity that survives pushes, rebases and renames, and keeps the ones that nobody dealt with.

A finding once raised stays until the code it quotes has gone, the program that found it no longer finds it, or a
person dismisses it. That a model does not repeat itself makes nothing better, nor does what another source says. Who
dismissed what did not block decided no more than that: where it blocks, it counts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.core.change.diff import Patch
from app.core.findings.anchor import settle
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.lasting import mark, tell_lasting
from app.core.findings.matching import MANY, Known, Standing, match
from app.core.findings.merging import PlacedClaim, harden, merge, order, stand_on_one_spot
from app.core.findings.quotes import QuoteIndex
from app.core.findings.trace import Trace, Tracer


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


@dataclass(slots=True)
class _Outcome:
    open: list[Finding] = field(default_factory=list)
    raised: set[int] = field(default_factory=set)
    carried: set[int] = field(default_factory=set)
    reopened: set[int] = field(default_factory=set)
    reinstated: list[KnownFinding] = field(default_factory=list)
    fixed: list[KnownFinding] = field(default_factory=list)
    dismissed: list[KnownFinding] = field(default_factory=list)


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
    standing = _stand(merged.kept, patch)
    items = _trace(known, patch, now)
    matches = match(standing, items)
    outcome = _Outcome()
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
    for missing in items:
        if missing.trace is not None and missing.finding.number not in again:
            _carry_or_close(missing.finding, missing.trace, now, outcome)
    silent = [item.finding for item in items if item.finding.number not in again]
    _reopen([known for known in silent if known.number not in now.mended], patch, now.outside, outcome)
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


def _stand(kept: Sequence[PlacedClaim], patch: Patch) -> list[Standing]:
    """The claims by place with their identities. Equal quotes in one symbol are told apart by their order there."""
    indexes: dict[str, QuoteIndex] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    standing: list[Standing] = []
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
        ordinal += more * MANY
        strict = mark(loose, symbol, ordinal)
        standing.append(Standing(claim, placement, loose, symbol, ordinal, alone, strict))
    return standing


def _trace(known: Sequence[KnownFinding], patch: Patch, now: Circumstances) -> list[Known]:
    """The known findings by number, those that count as they stand now. A dismissal never follows its line anywhere."""
    tracer = Tracer(patch)
    items: list[Known] = []
    for finding in sorted(known, key=lambda item: item.number):
        trace = None
        if finding.state is FindingState.OPEN or (finding.slight and now.blocks(finding.claim)):
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
        if not (before.slight and now.blocks(item.claim)):
            outcome.dismissed.append(before)
            return
        outcome.reinstated.append(before)
    if before.state is FindingState.FIXED:
        outcome.reopened.add(before.number)
    outcome.open.append(_finding(item, before.number, before.fingerprint))


def _carry_or_close(known: KnownFinding, trace: Trace, now: Circumstances, outcome: _Outcome) -> None:
    """A finding that counts was not claimed again."""
    if known.state is FindingState.DISMISSED:
        if trace.again is None or _gone(known, trace, now.completed):
            return
        outcome.reinstated.append(known)
    elif _gone(known, trace, now.completed):
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


def _finding(item: Standing, number: int, identity: str) -> Finding:
    return Finding(claim=item.claim, placement=item.placement, fingerprint=identity, number=number)
