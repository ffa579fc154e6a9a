"""Where equal lines stand in the diff of one file."""

from __future__ import annotations

from app.core.change.diff import FilePatch, Side
from app.core.findings.anchor import normalise
from app.core.findings.finding import Anchor


class QuoteIndex:
    """The lines of a file's diff by side, section and text (white space apart)."""

    def __init__(self, file: FilePatch) -> None:
        self._file = file
        self._in_section: dict[tuple[Side, str, str], list[int]] = {}
        self._in_file: dict[tuple[Side, str], int] = {}
        for hunk in file.hunks:
            for line in hunk.lines:
                text = normalise(line.text)
                self._in_section.setdefault((line.side, hunk.section, text), []).append(line.number)
                self._in_file[line.side, text] = self._in_file.get((line.side, text), 0) + 1

    def look_up(self, anchor: Anchor) -> tuple[str, int, bool]:
        """Of the anchor's first line: its section, how many equal ones stand before it there, and if it is alone.

        Raises KeyError for an anchor that is not in the diff.
        """
        index, line = self._file.commentable[anchor.side, anchor.start_line or anchor.line]
        section = self._file.hunks[index].section
        text = normalise(line.text)
        numbers = self._in_section[line.side, section, text]
        return section, numbers.index(line.number), self._in_file[line.side, text] == 1
