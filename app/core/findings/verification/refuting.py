"""Claims that code alone can settle, before a model is asked again. Each is dropped with its reason.

Nothing here opens a gate on a model's word: what is said of changed lines is never refuted by its own finder's doubt,
and a duplicate gives way only to a finding that holds the gate as firmly. That something is missing is refuted by what
the tree at the head has, on proof alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.change.diff import Patch, Side
from app.core.findings.finding import Claim, Finding, Placed, Placement, Severity
from app.core.findings.identifiers import share_identifiers
from app.core.findings.merging import PlacedClaim, overlap
from app.core.findings.verification.absence import NO_FACTS, Absence, Lack, TreeFacts, disprove, read_absence

_FORMATTERS = re.compile(
    r"\b(?:unused (?:import|variable|argument|parameter)|line (?:is )?too long|trailing (?:white ?space|comma)"
    r"|import order|unsorted imports?|missing (?:docstring|type (?:hint|annotation)s?|blank line|comment)s?"
    r"|inconsistent (?:indentation|formatting|naming|quotes)|naming convention|formatting|code style)\b",
    re.IGNORECASE,
)
_UNTESTED = re.compile(
    r"\A(?:there (?:is|are) )?(?:no|missing) (?:\w+ ){0,2}tests? (?:cover|exist|check|exercise|verif)"
    r"|\A(?:missing|lacks?) (?:\w+ ){0,2}tests?(?: coverage)?(?: for [^,;:]+)?\W*\Z"
    r"|\b(?:is|are) (?:untested|not tested|not covered by (?:any |a )?tests?)\W*\Z",
    re.IGNORECASE,
)
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_COMMENTS = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DEFINES = r"(?:export\s+)?(?:async\s+)?(?:class|function|fn|const|let|var)\s+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What refuters look at. `standing` are open findings that nobody asks about again.

    `excused` are paths that the base's policy keeps from review; `texts` the new versions of files, line by line.
    `repeated` is whether the pull request was reviewed before; `facts` are what of the whole tree was looked at.
    `blocks` says on which severities the policy blocks.
    """

    patch: Patch
    standing: Sequence[Finding] = ()
    excused: frozenset[str] = frozenset()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repeated: bool = False
    facts: TreeFacts = NO_FACTS
    blocks: Callable[[Severity], bool] = lambda severity: severity.at_least(Severity.HIGH)


def refute(item: PlacedClaim, ground: Ground) -> str | None:
    """Why the claim is not kept, as a sentence of ours; None if code cannot tell."""
    return next((reason for refuter in _REFUTERS if (reason := refuter(item, ground)) is not None), None)


def is_unchanged(claim: Claim, placement: Placement, patch: Patch) -> bool:
    """Whether the claim is about lines that the change leaves as they were, whatever may enable the fault there."""
    if claim.shows_at is not None:
        return True
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


def _asks_for_a_test(item: PlacedClaim, ground: Ground) -> str | None:  # noqa: ARG001 - refuters are alike
    """A test that nobody wrote is no fault. One that was taken out may be, and a written rule may ask for one."""
    claim = item[0]
    as_such = claim.category == "test" and claim.rule is None and claim.side is Side.RIGHT
    return "a missing test is no fault by itself" if as_such and _UNTESTED.search(claim.title) else None


def _is_defined(item: PlacedClaim, ground: Ground) -> str | None:
    """What is said to be missing, and is not."""
    claim = item[0]
    absence = read_absence(claim)
    if absence is None:
        return None
    if absence.lack in (Lack.USE, Lack.CALL) and (
        claim.severity.at_least(Severity.HIGH) or ground.blocks(claim.severity)
    ):
        # A call may be dead itself, and there only to be found.
        return None
    facts = replace(ground.facts, texts={**ground.texts, **ground.facts.texts})
    return disprove(absence, facts) or _is_declared(absence, ground)


def _is_declared(absence: Absence, ground: Ground) -> str | None:
    """A name that a file of JavaScript or TypeScript, which nothing parses here, declares at its outermost level.

    Only where no text of several lines can hold it: comments are taken out, and above it stands nothing else like that.
    """
    if absence.lack not in (Lack.BINDING, Lack.DEFINITION) or not absence.path.endswith(_SCRIPTS):
        return None
    defines = re.compile(rf"{_DEFINES}{re.escape(absence.name)}\b")
    text = "\n".join(ground.texts.get(absence.path, ()))
    bare = _COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), text).split("\n")
    line = next((number for number, row in enumerate(bare, start=1) if defines.match(row)), None)
    if line is None or any(_may_go_on(row) for row in bare[:line]):
        return None
    if absence.quote[:1].strip() and (absence.line or 0) <= line:
        # Both stand at the outermost level, and the claimed line may run first.
        return None
    return f"line {line} of the file defines the name"


def _may_go_on(row: str) -> bool:
    """Whether a line can begin a text that the next line is part of: a template, a string, an element."""
    return "`" in row or "</" in row or row.endswith("\\")


_REFUTERS: tuple[Callable[[PlacedClaim, Ground], str | None], ...] = (
    _excused,
    _was_there_before,
    _owned_by_a_formatter,
    _trifle,
    _stands_already,
    _asks_for_a_test,
    _is_defined,
)
