"""Whether a suggested fix may be offered: it must apply to the claimed lines, keep their shape, and fit its file.

Nothing of it is run. GitHub puts what stands in a `suggestion` in the place of the commented lines
(https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests), so a
suggestion is the whole text of exactly these lines; an empty one deletes them. What a file's language says of it is
asked from outside: parsers are no part of the core.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.change.diff import Side
from app.core.findings.finding import Finding, Placed, Source, Standing
from app.core.secrecy.redaction import redact
from app.core.text.unicode import reveal

MOST_LINES = 6
"""Lines that a fix may take the place of, and have."""

LINE_CHARACTERS = 400
"""Longer lines are nothing that people judge at a glance."""

_COVERED = re.compile(r"‹(?:secret:|U\+|… )")
_ROW = re.compile(r"[^\n]*\n|[^\n]+")
_ABOUT_TEXT = frozenset({"rule", "steering"})
"""Categories of claims that a comment or white space may be at fault for. All others are about what a program does."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A file in which `text` takes the place of whole lines: `before[start:end]`, and nothing else changes.

    `behaviour`: whether it is to change what the program does, not only how it is written.
    """

    path: str
    before: str
    start: int
    end: int
    text: str
    behaviour: bool = True

    @property
    def after(self) -> str:
        """The whole file as it would be."""
        return f"{self.before[: self.start]}{self.text}{self.before[self.end :]}"


def is_fixable(finding: Finding) -> bool:
    """Whether a fix may be asked for: confirmed by a second reader, on a few lines of the new version."""
    claim, anchor = finding.claim, finding.placement.anchor
    confirmed = claim.verification is not None and claim.verification.standing is Standing.CONFIRMED
    if claim.source is not Source.MODEL or not confirmed or finding.placement.placed is not Placed.LINE:
        return False
    return anchor is not None and anchor.side is Side.RIGHT and len(claimed_lines(finding)) <= MOST_LINES


def claimed_lines(finding: Finding) -> range:
    """The numbers of the lines that a finding stands on; none for one that stands on no line."""
    anchor = finding.placement.anchor
    return range(0) if anchor is None else range(anchor.start_line or anchor.line, anchor.line + 1)


def is_about_behaviour(finding: Finding) -> bool:
    """Whether what is claimed can only be mended by a change of what the program does."""
    return finding.claim.source is Source.MODEL and finding.claim.category not in _ABOUT_TEXT


def plan_replacement(
    path: str, text: str, lines: range, suggestion: str, *, behaviour: bool = True
) -> Replacement | str:
    """The new version `text` with `suggestion` in the place of these lines; or why it cannot be there."""
    rows = _ROW.findall(text)
    new = read_rows(suggestion)
    if not lines or lines.start < 1 or lines.stop - 1 > len(rows):
        return "the lines are not there"
    old = [_bare(row) for row in rows[lines.start - 1 : lines.stop - 1]]
    if len(new) > MOST_LINES or len(old) > MOST_LINES or any(len(row) > LINE_CHARACTERS for row in (*old, *new)):
        return "it is too long"
    if old == new:
        return "it changes nothing"
    if new and not suggestion.strip():
        return "it is blank"
    if not _is_bare(suggestion) or _COVERED.search("\n".join(old)):
        return "it holds what was covered, or what nobody sees"
    if new and not _keeps_indentation(old, new):
        return "its indentation is another"
    return _replace(path, rows, lines, new, behaviour=behaviour)


def read_rows(suggestion: str) -> list[str]:
    """The lines that stand in a suggestion's block: none in an empty one."""
    return suggestion.removesuffix("\n").split("\n") if suggestion else []


def tidy(suggestion: str) -> str:
    """The same lines without the last line feed, unless a blank line would be lost with it."""
    return suggestion if suggestion.endswith("\n\n") else suggestion.removesuffix("\n")


def _replace(path: str, rows: Sequence[str], lines: range, new: Sequence[str], *, behaviour: bool) -> Replacement:
    """New rows end as the old ones do, and the last of a file remains without a line feed if it had none."""
    before = "".join(rows)
    start = sum(map(len, rows[: lines.start - 1]))
    end = start + sum(map(len, rows[lines.start - 1 : lines.stop - 1]))
    ending = _ending(rows[lines.start - 1]) or _ending(rows[max(lines.start - 2, 0)]) or "\n"
    text = f"{ending.join(new)}{_ending(rows[lines.stop - 2])}" if new else ""
    return Replacement(path, before, start, end, text, behaviour)


def _ending(row: str) -> str:
    return row[len(_bare(row)) :]


def _bare(row: str) -> str:
    return row.removesuffix("\n").removesuffix("\r") if row.endswith("\n") else row


def _is_bare(suggestion: str) -> bool:
    """Whether it can be shown as it is: no secret, no placeholder of ours, no unseen character."""
    return (
        not _COVERED.search(suggestion) and reveal(suggestion) == suggestion and redact(suggestion).text == suggestion
    )


def _keeps_indentation(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the first line begins where the old one did, and no line left of all old ones."""
    margins = [_margin(row) for row in old if row.strip()]
    others = [_margin(row) for row in new if row.strip()]
    if not margins or not others or margins[0] != others[0]:
        return False
    least = min(margins, key=len)
    return all(margin.startswith(least) for margin in others)


def _margin(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" \t"))]
