"""Gives findings an identity that survives pushes, rebases and renames, and keeps the ones that nobody dealt with.

A finding once raised stays until the code it quotes has gone, the program that found it no longer finds it, or a
person dismisses it. That a model does not repeat itself makes nothing better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.core.change.diff import FilePatch, FileStatus, Line, Patch
from app.core.findings.anchor import Fabricated, find_file, normalise, place
from app.core.findings.finding import Claim, Finding, Placed, Placement, Source, fingerprint
from app.core.findings.merging import PlacedClaim, harden, merge, order, say_the_same
from app.core.findings.quotes import QuoteIndex

_MANY = 1_000_000


class FindingState(StrEnum):
    """What has become of a numbered finding."""

    OPEN = "open"
    FIXED = "fixed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding of an earlier review of the same pull request, as it was last stored.

    `placed` is where it stood then. Numbers and fingerprints are unique in the pull request.
    """

    number: int
    fingerprint: str
    state: FindingState
    claim: Claim
    placed: Placed = Placed.LINE


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
    strict: str
    loose: tuple[str, str, str]
    alone: bool


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
) -> Identified:
    """The findings of a review of `patch`, given those known before it. Independent of the order of both.

    `completed` says whether a program (never asked about models) ran to its end on a path of the patch: only then does
    its silence mean that a finding is fixed. A finding of a model is fixed when its quote has gone from its side of
    the file's diff. No number is ever given twice, whatever `next_number` says.
    """
    merged = merge(placed)
    standing = _stand(merged.kept, patch)
    matches = _match(standing, sorted(known, key=lambda item: item.number), patch)
    outcome = _Outcome()
    number = max([next_number, *(item.number + 1 for item in known)])
    for index, item in enumerate(standing):
        before = matches.get(index)
        if before is None:
            outcome.open.append(_finding(item, number, item.strict))
            outcome.raised.add(number)
            number += 1
        else:
            _go_on(item, before, completed, outcome)
    again = {item.number for item in matches.values()}
    for missing in known:
        if missing.state is FindingState.OPEN and missing.number not in again:
            _carry_or_close(missing, patch, completed, outcome)
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
    for claim, placement in sorted((_settle(item, patch) for item in kept), key=order):
        file = patch.by_path.get(claim.path)
        path, category, quote = loose = _loose(claim, patch)
        symbol, ordinal, alone = placement.placed.value, 0, True
        if file is not None and placement.anchor is not None:
            if file.path not in indexes:
                indexes[file.path] = QuoteIndex(file)
            symbol, ordinal, alone = indexes[file.path].look_up(placement.anchor)
        # Several faults of one kind may stand on one line.
        more = seen[loose, symbol, ordinal]
        seen[loose, symbol, ordinal] += 1
        strict = fingerprint(path=path, category=category, quote=quote, symbol=symbol, ordinal=ordinal + more * _MANY)
        standing.append(_Standing(claim, placement, strict, loose, alone))
    return standing


def _settle(item: PlacedClaim, patch: Patch) -> PlacedClaim:
    """The claim as its place proves it: lines, side and quote are those of the anchor."""
    claim, placement = item
    line = _line_at(claim, placement, patch)
    if placement.anchor is None or line is None:
        return item
    anchor = placement.anchor
    quote = line.text if line.text.strip() else claim.quote
    settled = replace(claim, side=anchor.side, start_line=anchor.start_line, line=anchor.line, quote=quote)
    return settled, placement


def _line_at(claim: Claim, placement: Placement, patch: Patch) -> Line | None:
    """The first line of the anchor."""
    file = patch.by_path.get(claim.path)
    if file is None or placement.anchor is None:
        return None
    anchor = placement.anchor
    found = file.commentable.get((anchor.side, anchor.start_line or anchor.line))
    return None if found is None else found[1]


def _loose(claim: Claim, patch: Patch) -> tuple[str, str, str]:
    """Path (the old one of a rename), kind (a program's rule is part of it) and quote."""
    file = find_file(claim.path, patch)
    path = claim.path if file is None else file.old_path if file.status is FileStatus.RENAMED else file.path
    exact = claim.source is not Source.MODEL and claim.rule
    category = f"{claim.category}/{claim.rule}" if exact else claim.category
    return path, category, normalise(claim.quote) or normalise(claim.title)


def _match(standing: Sequence[_Standing], known: Sequence[KnownFinding], patch: Patch) -> dict[int, KnownFinding]:
    """Which standing claim, by index, is which known finding: by fingerprint, else by quote, else by neighbourhood.

    What was dismissed is met by its quote only where the quote stands once, and only open findings are met by
    neighbourhood: else one dismissal would cover another fault.
    """
    matches: dict[int, KnownFinding] = {}
    free = {item.number: item for item in known}
    by_fingerprint = {item.fingerprint: item for item in known}
    placed_again = {item.number: _place_again(item, patch) for item in known if item.state is FindingState.OPEN}
    loose_of = {item.number: _loose(item.claim, patch) for item in known}

    def take(index: int, candidate: KnownFinding | None) -> None:
        if candidate is not None and candidate.number in free and index not in matches:
            matches[index] = free.pop(candidate.number)

    for index, item in enumerate(standing):
        take(index, by_fingerprint.get(item.strict))
    for index, item in enumerate(standing):
        same = (one for one in free.values() if loose_of[one.number] == item.loose)
        take(index, next((one for one in same if item.alone or one.state is not FindingState.DISMISSED), None))
    for index, item in enumerate(standing):
        take(index, next((one for one in free.values() if _near(item, placed_again.get(one.number))), None))
    return matches


def _near(item: _Standing, known: PlacedClaim | None) -> bool:
    return known is not None and say_the_same((item.claim, item.placement), known)


def _place_again(known: KnownFinding, patch: Patch) -> PlacedClaim | None:
    """A known finding where its quote stands now; None if it does not stand."""
    file = find_file(known.claim.path, patch)
    placement = place(known.claim, patch)
    if isinstance(placement, Fabricated):
        return None
    return _settle((known.claim if file is None else replace(known.claim, path=file.path), placement), patch)


def _go_on(item: _Standing, before: KnownFinding, completed: Callable[[Source, str], bool], outcome: _Outcome) -> None:
    """A known finding was claimed again. Only a program that ran to its end may think better of it."""
    if before.state is FindingState.DISMISSED:
        outcome.dismissed.append(before)
        return
    sources = {before.claim.source, item.claim.source}
    if before.state is FindingState.FIXED:
        outcome.reopened.add(before.number)
    elif Source.MODEL in sources or not all(completed(source, item.claim.path) for source in sources):
        item = replace(item, claim=harden(item.claim, before.claim))
    outcome.open.append(_finding(item, before.number, before.fingerprint))


def _carry_or_close(
    known: KnownFinding, patch: Patch, completed: Callable[[Source, str], bool], outcome: _Outcome
) -> None:
    """An open finding was not claimed again."""
    file = find_file(known.claim.path, patch)
    if _gone(known, file, completed):
        outcome.fixed.append(known)
        return
    claim, placement = _place_again(known, patch) or (
        known.claim if file is None else replace(known.claim, path=file.path),
        Placement(Placed.FILE, None, "its line is no longer part of the diff"),
    )
    outcome.carried.add(known.number)
    outcome.open.append(Finding(claim=claim, placement=placement, fingerprint=known.fingerprint, number=known.number))


def _gone(known: KnownFinding, file: FilePatch | None, completed: Callable[[Source, str], bool]) -> bool:
    """Whether the fault is no longer there, as far as code can tell."""
    if file is None:
        # What never stood in the diff cannot have left it.
        return known.placed is not Placed.SUMMARY
    if file.fault is not None or file.binary:
        return False
    if known.claim.source is not Source.MODEL:
        return completed(known.claim.source, file.path)
    if known.placed is not Placed.LINE or not known.claim.quote.strip():
        return False
    quote = normalise(known.claim.quote)
    side = known.claim.side
    lines = (line for hunk in file.hunks for line in hunk.lines)
    return not any(line.side is side and normalise(line.text) == quote for line in lines)


def _finding(item: _Standing, number: int, identity: str) -> Finding:
    return Finding(claim=item.claim, placement=item.placement, fingerprint=identity, number=number)
