"""How a finding is told to a model that did not make it: what, where, on which input; nothing of who found it how."""

from __future__ import annotations

from app.core.change.diff import Patch, Side
from app.core.findings.finding import Evidence, Finding
from app.core.report.account import show_place
from app.core.text.unicode import reveal
from app.lenses.findings import DOUBT
from app.lenses.verify import Questioned


def tell_claim(finding: Finding, patch: Patch) -> Questioned:
    """The claim of a finding on a file of the patch, without confidence, severity, lens and fix."""
    claim, anchor = finding.claim, finding.placement.anchor
    side, last = (claim.side, claim.line) if anchor is None else (anchor.side, anchor.line)
    first = claim.start_line if anchor is None else anchor.start_line
    lines = "" if last is None else f", line {last}" if first is None else f", lines {first} to {last}"
    version = "new" if side is Side.RIGHT else "old"
    shown = patch.by_path[claim.path].shown_path
    place = f"{shown}{lines} of the {version} version"
    return Questioned(place, claim.title, _without_doubt(claim.body), claim.rule, _tell_far(claim.shows_at))


def _tell_far(far: Evidence | None) -> str:
    return "" if far is None else f"{show_place(far)}: {reveal(far.quote.strip())}"


def _without_doubt(body: str) -> str:
    return body.replace(DOUBT, "").strip()
