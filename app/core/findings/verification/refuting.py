"""Claims that code alone can settle, before a model is asked again. Each is dropped with its reason.

Nothing here opens a gate on a model's word: what is said of changed lines is never refuted by its own finder's doubt,
and a duplicate gives way only to a finding that holds the gate as firmly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.change.diff import Patch, Side
from app.core.findings.finding import Claim, Finding, Placed, Placement, Severity
from app.core.findings.identifiers import identifiers, share_identifiers
from app.core.findings.merging import PlacedClaim, overlap

_FORMATTERS = re.compile(
    r"\b(?:unused (?:import|variable|argument|parameter)|line (?:is )?too long|trailing (?:white ?space|comma)"
    r"|import order|unsorted imports?|missing (?:docstring|type (?:hint|annotation)s?|blank line|comment)s?"
    r"|inconsistent (?:indentation|formatting|naming|quotes)|naming convention|formatting|code style)\b",
    re.IGNORECASE,
)
_UNDEFINED = re.compile(
    r"\b(?:undefined|undeclared|not defined|never defined|is not imported|never imported|has no definition)\b",
    re.IGNORECASE,
)
_DEFINES = r"(?:(?:async\s+)?def|class|func|function|fn|const|let|var|import|from\s+\S+\s+import)\b[^#'\"]*?(?<![\w.])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What refuters look at. `standing` are open findings that nobody asks about again.

    `excused` are paths that the base's policy keeps from review; `texts` the new versions of files, line by line.
    `repeated` is whether the pull request was reviewed before.
    """

    patch: Patch
    standing: Sequence[Finding] = ()
    excused: frozenset[str] = frozenset()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repeated: bool = False


def refute(item: PlacedClaim, ground: Ground) -> str | None:
    """Why the claim is not kept, as a sentence of ours; None if code cannot tell."""
    return next((reason for refuter in _REFUTERS if (reason := refuter(item, ground)) is not None), None)


def is_unchanged(claim: Claim, placement: Placement, patch: Patch) -> bool:
    """Whether the claim is about lines that the change leaves as they were."""
    anchor = placement.anchor
    if anchor is None:
        return placement.placed is Placed.FILE and bool(claim.quote.strip())
    places = patch.by_path[claim.path].commentable
    numbers = range(anchor.start_line or anchor.line, anchor.line + 1)
    lines = [places[anchor.side, number][1] for number in numbers if (anchor.side, number) in places]
    return bool(lines) and not any(line.changed for line in lines)


def _excused(item: PlacedClaim, ground: Ground) -> str | None:
    return "the base branch's policy keeps its path from review" if item[0].path in ground.excused else None


def _was_there_before(item: PlacedClaim, ground: Ground) -> str | None:
    claim, placement = item
    if claim.introduced or not is_unchanged(claim, placement, ground.patch):
        return None
    return "its lines are not changed, and its finder thinks that it was there before"


def _owned_by_a_formatter(item: PlacedClaim, ground: Ground) -> str | None:
    del ground
    claim = item[0]
    trifling = not claim.severity.at_least(Severity.MEDIUM) and claim.rule is None
    return "linters and formatters own this" if trifling and _FORMATTERS.search(claim.title) else None


def _trifle(item: PlacedClaim, ground: Ground) -> str | None:
    claim = item[0]
    if claim.severity is not Severity.NIT:
        return None
    if claim.rule is None:
        return "it is a nit, and no written rule asks for it"
    return "it is a nit, and the first review was the time for these" if ground.repeated else None


def _stands_already(item: PlacedClaim, ground: Ground) -> str | None:
    claim, placement = item
    for other in ground.standing:
        as_firm = other.severity.at_least(claim.severity) and other.claim.confidence >= claim.confidence
        near = other.claim.path == claim.path and overlap(placement, other.placement)
        if as_firm and near and share_identifiers(claim, other.claim):
            return "another finding says it already"
    return None


def _is_defined(item: PlacedClaim, ground: Ground) -> str | None:
    """A name that is said to be undefined, and that the same file defines or imports at its outermost level."""
    claim = item[0]
    if claim.side is Side.LEFT or not _UNDEFINED.search(claim.title):
        return None
    named = [name for name in identifiers(claim) if re.search(rf"(?<![\w.]){re.escape(name)}\b", claim.title)]
    if len(named) != 1 or f".{named[0]}" in f"{claim.quote} {claim.title}":
        return None
    defines = re.compile(rf"(?:export\s+)?{_DEFINES}{re.escape(named[0])}\b|{re.escape(named[0])}\s*(?::[^=]+)?=[^=]")
    lines = enumerate(ground.texts.get(claim.path, ()), start=1)
    line = next((number for number, text in lines if defines.match(text)), None)
    return None if line is None else f"line {line} of the file defines the name"


_REFUTERS: tuple[Callable[[PlacedClaim, Ground], str | None], ...] = (
    _excused,
    _was_there_before,
    _owned_by_a_formatter,
    _trifle,
    _stands_already,
    _is_defined,
)
