"""Real changes as repositories: the hunks of each diff stand at their own line numbers, the rest is filler.

The diffs are read here by themselves, not by the program: both must come to the same lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.change.diff import Side
from tests.repo.world import Repository

DIFFS = Path(__file__).parents[1] / "data" / "diffs"
CONTEXT = 10
"""Lines of context in the vendored diffs."""

_NO_NEWLINE = "\\ No newline at end of file"
_HEADING = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

Row = tuple[str, int | None, int | None, str]
"""A line's sign, its numbers in the old and the new version, and its text."""


@dataclass(frozen=True)
class Change:
    """One file of a diff: the rows of each hunk. `ends_bare` are the sides whose last line has no line feed."""

    path: str
    hunks: tuple[tuple[Row, ...], ...]
    ends_bare: frozenset[Side]

    def versions(self) -> dict[Side, bytes]:
        """The whole file before and after, as it may have been: a line that no hunk shows is filler in both."""
        rows: dict[Side, list[str]] = {Side.LEFT: [], Side.RIGHT: []}
        for hunk in self.hunks:
            first = next(old for _, old, _, _ in hunk if old is not None)
            for number in range(len(rows[Side.LEFT]) + 1, first):
                for lines in rows.values():
                    lines.append(f"    (line {number} is not known)")
            rows[Side.LEFT] += [text for sign, _, _, text in hunk if sign != "+"]
            rows[Side.RIGHT] += [text for sign, _, _, text in hunk if sign != "-"]
        return {
            side: ("\n".join(lines) + ("" if side in self.ends_bare else "\n")).encode() for side, lines in rows.items()
        }


@dataclass(frozen=True)
class Defect:
    """A line at fault."""

    path: str
    side: Side
    line: int
    text: str


@dataclass(frozen=True)
class Regression:
    """A pull request that brings a real bug back."""

    name: str
    changes: tuple[Change, ...]
    defects: tuple[Defect, ...]

    @property
    def changed_lines(self) -> int:
        return sum(row[0] != " " for change in self.changes for hunk in change.hunks for row in hunk)

    def telling(self) -> list[Defect]:
        """On each side the first faulty line whose text no other changed line of the pull request has."""
        texts = [row[3].strip() for change in self.changes for hunk in change.hunks for row in hunk if row[0] != " "]
        unique = [item for item in self.defects if item.text.strip() and texts.count(item.text.strip()) == 1]
        return list({item.side: item for item in reversed(unique)}.values())


NEEDS_ITS_FILE = frozenset({"gofr-dev-gofr__79eb8d5a13"})
"""Git pairs a blank line of it differently unless it knows the rest of the file, so no repository can be made of it."""


def read_regressions(*, whole: bool = False) -> list[Regression]:
    """Every diff, `whole` with those that cannot be made into a repository."""
    folders = [folder.parent for folder in sorted(DIFFS.glob("*/defect.json"))]
    return [_read(folder) for folder in folders if whole or folder.name not in NEEDS_ITS_FILE]


def read_sections(name: str) -> Iterator[tuple[str, bytes]]:
    """Of each file of a diff, as it is given: its path, and its hunks as text."""
    for section in (DIFFS / name / "diff.patch").read_bytes().split(b"diff --git ")[1:]:
        head, _, body = section.partition(b"\n@@ ")
        yield head.split(b"\n+++ b/")[1].split(b"\n")[0].decode(), b"@@ " + body


def commit_all(repository: Repository, regressions: Sequence[Regression]) -> dict[str, tuple[str, str]]:
    """Base and head of every pull request, all in one repository."""
    marks = repository.git_dir / "marks"
    commits = [commit for number, item in enumerate(regressions) for commit in _commits(item, 2 * number + 1)]
    repository.git("fast-import", "--quiet", f"--export-marks={marks}", stdin=b"".join(commits))
    ids = dict(row.removeprefix(":").split(" ") for row in marks.read_text().splitlines())
    return {item.name: (ids[str(2 * number + 1)], ids[str(2 * number + 2)]) for number, item in enumerate(regressions)}


def _commits(regression: Regression, mark: int) -> Iterator[bytes]:
    for number, side in ((mark, Side.LEFT), (mark + 1, Side.RIGHT)):
        yield b"commit refs/heads/%b\nmark :%d\n" % (regression.name.encode(), number)
        yield b"committer Ada <ada@example.com> 1767225600 +0000\ndata 1\nx\n"
        yield b"deleteall\n"
        for change in regression.changes:
            content = change.versions()[side]
            yield b"M 100644 inline %b\ndata %d\n%b\n" % (change.path.encode(), len(content), content)


def _read(folder: Path) -> Regression:
    sections = (folder / "diff.patch").read_text(encoding="utf-8").split("diff --git ")[1:]
    changes = tuple(_read_change(section) for section in sections)
    by_path = {change.path: change for change in changes}
    lines = json.loads((folder / "defect.json").read_text(encoding="utf-8"))["defect_lines"]
    return Regression(folder.name, changes, tuple(_read_defect(by_path[line[0]], line) for line in lines))


def _read_defect(change: Change, line: tuple[str, str, int]) -> Defect:
    side, number = Side(line[1]), line[2]
    at = 1 if side is Side.LEFT else 2
    row = next(row for hunk in change.hunks for row in hunk if row[at] == number)
    return Defect(change.path, side, number, row[3])


def _read_change(section: str) -> Change:
    head, *_ = section.split("\n@@ ", 1)
    path = head.split("\n+++ b/")[1].split("\n")[0]
    hunks: list[list[Row]] = []
    bare: set[Side] = set()
    old = new = 0
    for row in section[len(head) + 1 :].removesuffix("\n").split("\n"):
        if heading := _HEADING.match(row):
            old, new = int(heading[1]), int(heading[3])
            hunks.append([])
        elif row == _NO_NEWLINE:
            bare |= {" ": {Side.LEFT, Side.RIGHT}, "-": {Side.LEFT}, "+": {Side.RIGHT}}[hunks[-1][-1][0]]
        else:
            sign, text = row[0], row[1:]
            hunks[-1].append((sign, None if sign == "+" else old, None if sign == "-" else new, text))
            old, new = old + (sign != "+"), new + (sign != "-")
    return Change(path, tuple(map(tuple, hunks)), frozenset(bare))
