"""What was read and what was not, in words: totals, reasons, and file by file, at whatever length there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from posixpath import dirname

from app.core.change.coverage import FileCoverage, Span
from app.core.change.diff import Side
from app.core.change.plan import LeftOut
from app.core.gate.policy import ModelUse, Policy
from app.core.gate.verdict import NO_MODEL_REASON
from app.core.report.fitting import MAX_BYTES, Graded, clip, clip_path, take_within
from app.core.report.report import Report
from app.core.text.markdown import Markdown, cell, code, details, join, paragraphs, plain
from app.core.text.plural import count

MAX_LISTED = 40
"""Rows of a table or list in a comment; what is left is counted, not dropped."""

MAX_REASONS = 30
MAX_REASON = 200
MAX_DIRECTORIES = 5
MAX_DEPTH = 6
MAX_SPANS = 4
MAX_EDITS = 10
MAX_HEADS = 3

_HEADING = Markdown("| file | changed | read | left out | why |\n| --- | ---: | ---: | ---: | --- |")
_SHUT = Markdown(" **(keeps the gate shut)**")
_SWEPT = Markdown("the same edit as elsewhere, reviewed once")


@dataclass(frozen=True, slots=True)
class _Group:
    """All that was left out for one reason, the most lines first."""

    items: tuple[LeftOut, ...]
    shut: bool

    @property
    def lines(self) -> int:
        return sum(item.lines for item in self.items)


def tell_coverage(report: Report, *, by_file: bool) -> Graded:
    """The totals, and below them what was not read and why; `by_file`: a table of the files too.

    However little room there is, the totals and the reasons stand.
    """
    totals, groups = _totals(report), _group(report)
    files = report.coverage.files
    worth_it = by_file and (len(files) > 1 or any(file.unread for file in files))
    table = _folded_table(report) if worth_it else Markdown("")
    edits = _edits(report)
    if not groups:
        return Graded((paragraphs(totals, edits, table), paragraphs(totals, edits), totals))
    items = _ordered(report.coverage.left_out, report)
    by_directory, by_reason = (_fold(groups, report, directories=named) for named in (True, False))
    listed = join((_item(item, report) for item in items[:MAX_LISTED]), "\n")
    longest = details(_heading(groups), listed) if len(items) <= MAX_LISTED else by_directory
    lengths = (paragraphs(longest, edits, table), paragraphs(longest, edits), longest, by_directory, by_reason)
    return Graded(tuple(paragraphs(totals, told) for told in lengths))


def tell_files(report: Report) -> Markdown:
    """Every changed file in a table, as far as a check's `text` has room; empty where nothing was looked at."""
    if not report.coverage.files:
        return Markdown("")
    totals = _totals(report)
    return paragraphs(totals, _table(report, len(report.coverage.files), MAX_BYTES - totals.size - 500))


def _totals(report: Report) -> Markdown:
    coverage = report.coverage
    words = f"{coverage.reviewed_lines:,} of {coverage.changed_lines:,} changed lines read by a model"
    if coverage.swept_lines:
        words += (
            f", {coverage.swept_lines:,} of them as the same edit in many places, reviewed once with all places listed"
        )
    return join([Markdown(f"{words}."), *_read_before(report)], " ")


def _read_before(report: Report) -> list[Markdown]:
    """What of it was read at earlier heads."""
    before = report.coverage.before
    if not before:
        return []
    lines = sum(one.lines for one in before)
    many = "All" if lines == report.coverage.reviewed_lines else f"{lines:,}"
    named = [code(one.head[:12]) for one in before[:MAX_HEADS]]
    more = len(before) - MAX_HEADS
    tail = Markdown(f" and {count(more, 'more head')}" if more > 0 else "")
    unasked = ": no model was asked about this head" if report.plan and not report.plan.chunks else ""
    words = Markdown(f"{many} of them were read at "), join(named, ", "), tail, Markdown(f", unchanged since{unasked}.")
    return [join(words, "")]


def _edits(report: Report) -> Markdown:
    """The edits that were read once for many places, those of the most lines first."""
    swept = {file.path for file in report.coverage.files if file.swept_lines}
    chunks = report.plan.chunks if report.plan else ()
    sizes: Counter[str] = Counter()
    for sweep in (sweep for chunk in chunks for sweep in chunk.sweeps):
        sizes[sweep.edit] += sum(site.changed_lines for site in sweep.sites if site.file.path in swept)
    told = [
        Markdown(f"- {count(lines, 'line')}: ") + plain(clip(edit, MAX_REASON))
        for edit, lines in sizes.most_common(MAX_EDITS)
        if lines
    ]
    more = len(sizes) - MAX_EDITS
    tail = [Markdown(f"- …and {count(more, 'more edit')}")] if more > 0 else []
    return details(Markdown("What was read once for many places"), join([*told, *tail], "\n")) if told else Markdown("")


def _group(report: Report) -> list[_Group]:
    """By reason: first those that keep the gate shut, then the most lines."""
    found: dict[tuple[str, bool], list[LeftOut]] = {}
    for item in report.coverage.left_out:
        found.setdefault((item.reason, _shuts(item, report)), []).append(item)
    groups = [_Group(tuple(sorted(items, key=lambda item: -item.lines)), shut) for (_, shut), items in found.items()]
    return sorted(groups, key=lambda group: (not group.shut, -group.lines))


def _shuts(item: LeftOut, report: Report) -> bool:
    """Whether it is one of the things that hold the gate."""
    policy = report.policy
    accepted = item.reason == NO_MODEL_REASON and isinstance(policy, Policy) and policy.model is ModelUse.OPTIONAL
    return not item.excused and not accepted and not report.verdict.opens_gate


def _heading(groups: Sequence[_Group]) -> Markdown:
    items = [item for group in groups for item in group.items]
    by_rule = ", all by rules of the base branch" if all(item.excused for item in items) else ""
    return Markdown(f"Not read: {_size(items)}{by_rule}")


def _size(items: Sequence[LeftOut]) -> str:
    lines, files = sum(item.lines for item in items), count(len({item.path for item in items}), "file")
    return f"{count(lines, 'line')} in {files}" if lines else files


def _fold(groups: Sequence[_Group], report: Report, *, directories: bool) -> Markdown:
    """The reasons, each with what was left out for it."""
    told = [
        _reason_line(group) + (_name_directories(group, report) if directories else Markdown(""))
        for group in groups[:MAX_REASONS]
    ]
    rest = groups[MAX_REASONS:]
    if rest:
        items = [item for group in rest for item in group.items]
        told.append(Markdown(f"- {_size(items)} for {count(len(rest), 'more reason')}"))
    return details(_heading(groups), join(told, "\n"))


def _reason_line(group: _Group) -> Markdown:
    return Markdown(f"- {_size(group.items)}: ") + _reason(group.items[0]) + (_SHUT if group.shut else Markdown(""))


def _name_directories(group: _Group, report: Report) -> Markdown:
    """The directories with the most lines, behind their reason: as deep as few enough names tell of them all."""
    parents = [dirname(report.show_path(item.path)).split("/") for item in group.items]
    found: dict[str, list[LeftOut]] = {}
    for depth in range(MAX_DEPTH, 0, -1):
        found = {}
        for parent, item in zip(parents, group.items, strict=True):
            found.setdefault("/".join(parent[:depth]), []).append(item)
        if len(found) <= MAX_DIRECTORIES:
            break
    most = sorted(found.items(), key=lambda entry: -sum(item.lines for item in entry[1]))
    told = [
        (code(clip_path(f"{path}/")) if path else Markdown("the root")) + Markdown(f" ({count(len(items), 'file')})")
        for path, items in most[:MAX_DIRECTORIES]
    ]
    more = len(most) - MAX_DIRECTORIES
    tail = Markdown(f" and {more:,} more director{'y' if more == 1 else 'ies'}" if more > 0 else "")
    return Markdown(" · ") + join(told, ", ") + tail


def _item(item: LeftOut, report: Report) -> Markdown:
    lines = count(item.lines, "line") if item.lines else "no lines"
    shut = _SHUT if _shuts(item, report) else Markdown("")
    return Markdown("- ") + _path(item.path, report) + Markdown(f", {lines}: ") + _reason(item) + shut


def _ordered(items: Iterable[LeftOut], report: Report) -> list[LeftOut]:
    return sorted(items, key=lambda item: (not _shuts(item, report), -item.lines))


def _where(spans: Sequence[Span]) -> Markdown:
    """The first places of what was not read; a removed line by the number it had."""
    told = [
        f"{'old ' if span.side is Side.LEFT else ''}{span.first}{f'–{span.last}' if span.last > span.first else ''}"
        for span in spans[:MAX_SPANS]
    ]
    more = len(spans) - MAX_SPANS
    return Markdown(f"lines {', '.join(told)}" + (f" and {count(more, 'more place')}" if more > 0 else ""))


def _reason(item: LeftOut) -> Markdown:
    """The sentence, with the base's rule in it as it stands there."""
    reason = clip(item.reason, MAX_REASON)
    if item.rule is None:
        return plain(reason)
    before, said, after = item.reason.partition(item.rule)
    rule = code(clip(item.rule, MAX_REASON))
    if not said:
        return plain(reason) + Markdown(" (") + rule + Markdown(")")
    return join((part for part in (plain(before), rule, plain(clip(after, MAX_REASON))) if part), " ")


def _path(path: str, report: Report) -> Markdown:
    return code(clip_path(report.show_path(path)))


def _folded_table(report: Report) -> Markdown:
    return details(
        Markdown(f"{count(len(report.coverage.files), 'file')}, one by one"), _table(report, MAX_LISTED, MAX_BYTES // 4)
    )


def _table(report: Report, most_rows: int, most_bytes: int) -> Markdown:
    """The files: what keeps the gate shut first, then what was left out, what was shown in full, and the most lines."""
    why: dict[str, list[LeftOut]] = {}
    for item in report.coverage.left_out:
        why.setdefault(item.path, []).append(item)

    def urgency(file: FileCoverage) -> tuple[bool, int, bool, int]:
        shut = any(_shuts(item, report) for item in why.get(file.path, ()))
        return not shut, -file.left_out_lines, file.swept_lines == file.changed_lines, -file.changed_lines

    files = sorted(report.coverage.files, key=urgency)
    rows = take_within((_row(file, why.get(file.path, ()), report) for file in islice(files, most_rows)), most_bytes)
    more = len(files) - len(rows)
    tail = Markdown(f"…and {count(more, 'more file')}, all in Lintel's ledger." if more else "")
    return paragraphs(join([_HEADING, *rows], "\n"), tail)


def _row(file: FileCoverage, items: Sequence[LeftOut], report: Report) -> Markdown:
    told = [_reason(item) + (_SHUT if _shuts(item, report) else Markdown("")) for item in items]
    if file.unread:
        told.append(_where(file.unread))
    if file.swept_lines:
        told.append(_SWEPT)
    numbers = f"{file.changed_lines:,} | {file.reviewed_lines:,} | {file.left_out_lines:,}"
    return Markdown(f"| {cell(_path(file.path, report))} | {numbers} | {cell(join(told, '; '))} |")
