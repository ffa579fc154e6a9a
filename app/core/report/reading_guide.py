"""The reading guide in words: what to read first and what to ask there, and why the rest needs no reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from app.core.change.diff import FileStatus
from app.core.fit.guide import Group, Passage, ReadingGuide
from app.core.report.fitting import Graded, clip, clip_path
from app.core.report.report import Report
from app.core.report.words import Links
from app.core.text.markdown import Markdown, cell, code, details, join, paragraphs, permalink, plain
from app.core.text.plural import count
from app.core.text.unicode import reveal

MOST_ROWS: Final = 10
FEW_ROWS: Final = 3
MOST_WORDS: Final = 200

_WORDS: Final[Mapping[Group, str]] = MappingProxyType(
    {
        Group.SUBSTANTIVE: "to be read",
        Group.TEST: "tests",
        Group.MECHANICAL: "the same edit as in a part to be read, proved on syntax trees",
        Group.MOVED: "moved with the same syntax tree",
        Group.FORMATTING: "white space alone, proved by equal syntax trees",
        Group.GENERATED: "generated, vendored or locked",
    }
)
_HEADING: Final = Markdown("| where | lines | risk | ask |\n| --- | ---: | ---: | --- |")


def tell_guide(guide: ReadingGuide, report: Report, links: Links) -> Graded:
    """The guide as a part of the summary, collapsed, at several lengths; empty where no line was changed."""
    if not guide.lines:
        return Graded((Markdown(""),))
    heading = Markdown(name_share(guide))
    groups = join((Markdown(f"- {row}") for row in _count_groups(guide)), "\n")
    first = [passage for passage in guide.passages if passage.group is Group.SUBSTANTIVE]
    lengths = [
        details(heading, paragraphs(_tabulate(first, most, report, links), groups)) for most in (MOST_ROWS, FEW_ROWS)
    ]
    return Graded((*lengths, details(heading, groups), Markdown(f"{heading.text}.")))


def write_guide(guide: ReadingGuide, show_path: Callable[[str], str], most: int = MOST_ROWS) -> str:
    """The guide for a terminal: one line for each passage, below it what to ask; empty where no line was changed."""
    if not guide.lines:
        return ""
    first = [passage for passage in guide.passages if passage.group is Group.SUBSTANTIVE]
    told = [f"{name_share(guide)}."]
    for passage in first[:most]:
        told.append(f"  {reveal(_name_place(passage, show_path))}  {count(passage.lines, 'line')}, risk {passage.risk}")
        told.append(f"    {clip(reveal(passage.why), MOST_WORDS)}")
        if passage.points:
            told.append(f"    {clip(reveal(_add_up(passage)), MOST_WORDS)}")
    if len(first) > most:
        told.append(f"  …and {count(len(first) - most, 'more part')}")
    return "\n".join([*told, *_count_groups(guide), ""])


def name_share(guide: ReadingGuide) -> str:
    """How much of the change a person needs to read."""
    if guide.lines_to_read == guide.lines:
        return f"Where to begin: {count(guide.lines, 'changed line')}, the riskiest first"
    if not guide.lines_to_read:
        return f"None of the {count(guide.lines, 'changed line')} needs a person's reading"
    return f"Read {guide.lines_to_read:,} of {count(guide.lines, 'changed line')} first"


def _tabulate(passages: Sequence[Passage], most: int, report: Report, links: Links) -> Markdown:
    if not passages:
        return Markdown("")
    rows = [_row(passage, report, links) for passage in passages[:most]]
    more = len(passages) - most
    tail = Markdown(f"…and {count(more, 'more part')} of less risk." if more > 0 else "")
    return paragraphs(join([_HEADING, *rows], "\n"), tail)


def _row(passage: Passage, report: Report, links: Links) -> Markdown:
    numbers = f"{passage.lines:,} | {passage.risk}"
    return Markdown(f"| {cell(_link(passage, report, links))} | {numbers} | {cell(_ask(passage.why))} |")


def _link(passage: Passage, report: Report, links: Links) -> Markdown:
    """The place; a link to it unless the head has no such file, or its path may not be shown as it is."""
    place = code(_name_place(passage, report.show_path))
    file = next((one.file for one in report.plan.files if one.file.path == passage.path), None) if report.plan else None
    hidden = report.show_path(passage.path) != passage.path
    if file is None or hidden or file.status is FileStatus.REMOVED:
        return place
    snapshot = report.snapshot
    return permalink(place, links.github_url, snapshot.repository, snapshot.head_sha, passage.path, passage.start_line)


def _name_place(passage: Passage, show_path: Callable[[str], str]) -> str:
    return f"{clip_path(show_path(passage.path))}:{passage.start_line}"


def _ask(why: str) -> Markdown:
    """The question; a name of the change stands in it between backticks."""
    parts = clip(why, MOST_WORDS).split("`")
    if len(parts) % 2 == 0:
        return plain(why)
    return join(code(part) if index % 2 else _keep_spaces(part) for index, part in enumerate(parts) if part)


def _keep_spaces(words: str) -> Markdown:
    return Markdown(" " * words.startswith(" ")) + plain(words) + Markdown(" " * words.rstrip("\n").endswith(" "))


def _add_up(passage: Passage) -> str:
    return ", ".join(f"{label} ({points})" for label, points in passage.points)


def _count_groups(guide: ReadingGuide) -> Iterator[str]:
    hunks: Counter[Group] = Counter()
    lines: Counter[Group] = Counter()
    for passage in guide.passages:
        hunks[passage.group] += 1
        lines[passage.group] += passage.lines
    for group, words in _WORDS.items():
        if hunks[group]:
            yield f"{count(lines[group], 'line')} in {count(hunks[group], 'part')}: {words}"
