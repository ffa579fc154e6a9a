"""Whether what a reader quotes stands in the code, in either of its two versions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.core.change.diff import Patch
from app.core.findings.anchor import find_file, normalise
from app.core.findings.finding import Evidence
from app.core.findings.seeking import LEAST_PART
from app.core.text.unicode import conceal

_TAG = re.compile(r"^[RL] ?\d+ +\|[-+ ]?")
_WORDS = re.compile(r"\s*(?:#(?!\s*(?:include|define|if|else|endif|!?\[))|//|/\*|\*(?:\s|/|$)|--\s|<!--|\"\"\"|''')")
MOST_SHOWN = 200
"""Characters of a quote that are kept."""

_SAYS_SOMETHING = re.compile(r"\w.*\w")


def name_file(path: str, patch: Patch) -> str:
    """The path at head that a quote's path means: that of a changed file, or else of whatever file has that name."""
    file = find_file(path, patch)
    return conceal(path).removeprefix("./") if file is None else file.path


class Proof:
    """The lines of files, by path, both versions together: what the diff has, and what of the files is at hand.

    A file that is not part of the change proves as much, if it is among the texts that were read.
    """

    def __init__(self, patch: Patch, texts: Mapping[str, Sequence[str]], before: Mapping[str, Sequence[str]]) -> None:
        """`texts` are the lines of the new versions that were read, by path at head; `before` of the old ones."""
        self._patch = patch
        self._texts = texts
        self._before = before
        self._lines: dict[str, frozenset[str]] = {}

    def holds(self, evidence: Evidence) -> bool:
        """Whether each line quoted stands in its file: whole, or, unless it is short, as a part of a line."""
        rows = [row for row in evidence.quote.split("\n") if row.strip()]
        if not rows:
            return False
        lines = self._read(name_file(evidence.path, self._patch))
        return all(_stands(row, lines) for row in rows)

    def settle(self, evidence: Evidence) -> Evidence:
        """The first line of a quote that stands, without the marks of an annotated diff, under its path at head.

        Its line is kept only if the new version has it there.
        """
        path = name_file(evidence.path, self._patch)
        quote = next((_TAG.sub("", row) for row in evidence.quote.split("\n") if is_code_row(row)), "").strip()
        lines = self._texts.get(path, ())
        number = evidence.line or 0
        there = 1 <= number <= len(lines) and normalise(quote) in normalise(lines[number - 1])
        return Evidence(path, number if there else None, quote[:MOST_SHOWN])

    def _read(self, path: str) -> frozenset[str]:
        if path not in self._lines:
            hunks = self._patch.by_path[path].hunks if path in self._patch.by_path else ()
            own = (line.text for hunk in hunks for line in hunk.lines)
            self._lines[path] = frozenset(
                normalise(text) for text in (*own, *self._texts.get(path, ()), *self._before.get(path, ()))
            )
        return self._lines[path]


def is_code(evidence: Evidence) -> bool:
    """Whether a quote shows code: a line that is more than a bracket and no comment. What code says of itself is none.

    A comment that is not recognised as one counts as code, and the other way round for directives that look like one.
    """
    return any(map(is_code_row, evidence.quote.split("\n")))


def is_code_row(row: str) -> bool:
    """The same of one line."""
    bare = _TAG.sub("", row)
    return _SAYS_SOMETHING.search(bare) is not None and not _WORDS.match(bare)


def _stands(row: str, lines: frozenset[str]) -> bool:
    readings = {normalise(conceal(reading)) for reading in (row, _TAG.sub("", row), re.sub(r"^[-+]", "", row))}
    readings |= {normalise(row)}
    if readings & lines:
        return True
    parts = [reading for reading in readings if len(reading) >= LEAST_PART]
    return any(part in line for part in parts for line in lines)
