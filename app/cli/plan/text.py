"""A forecast in the terminal. Text from a change is shown, never interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.cli.plan.explanation import Explanation, Place
from app.cli.plan.outline import FileOutline, LeftOutGroup, group_left_out, in_reading_order, show_edit
from app.cli.shown import shown
from app.core.change.diff import Hunk
from app.core.change.plan import Chunk, LeftOut
from app.core.gate.verdict import Conclusion, Situation
from app.core.text.plural import count
from app.flows.plan import Forecast

MAX_FILES = 40
"""Rows of the table of files; the others are counted, and stand in the JSON."""

MAX_CHUNKS = 30
MAX_REASONS = 20
MAX_PATHS = 4
MAX_PLACES = 60

_FIRST_WORDS = re.compile("[:;,]")
_GATE = {
    Conclusion.SUCCESS: "can open, if nothing blocking is found:",
    Conclusion.NEUTRAL: "would only warn, for it advises:",
    Conclusion.ACTION_REQUIRED: "would stay shut:",
}
_NAMES = "bold"
_QUIET = "dim"
_WARNING = "bold yellow"


def print_plan(forecast: Forecast, files: Sequence[FileOutline], console: Console) -> None:
    """The whole plan: what changed, file by file, chunk by chunk, what is left out, and the sums."""
    console.print(_head(forecast))
    console.print(_section("files", len(files), _files(files)))
    if forecast.plan.chunks:
        console.print(_section("chunks", len(forecast.plan.chunks), _chunks(forecast)))
    groups = group_left_out(files)
    if groups:
        console.print(_section("left out", len({item.path for item in forecast.plan.left_out}), _left_out(groups)))
    console.print(Padding(_sums(forecast), (1, 0, 0, 0)))


def print_explanation(forecast: Forecast, explanation: Explanation, console: Console) -> None:
    """One file of the plan."""
    file, patch, risk = explanation.file, explanation.file.planned.file, explanation.file.risk
    table = _facts()
    table.add_row("path", shown(patch.shown_path, _NAMES))
    if patch.shown_old_path != patch.shown_path:
        table.add_row(
            patch.status.value, shown(f"from {patch.shown_old_path}: only what differs from it is in the change")
        )
    table.add_row("change", f"{patch.status.value.replace('_', ' ')}, +{patch.additions:,} −{patch.deletions:,}")
    table.add_row("class", shown(f"{file.planned.file_class.value.replace('_', ' ')}: {explanation.class_why}"))
    table.add_row("risk", shown(f"{risk.score} of 100: {risk.why}"))
    for number, places in groupby(explanation.places, key=lambda place: place.chunk):
        table.add_row(f"chunk {number}", _places(list(places), forecast))
        if beside := explanation.beside[number]:
            table.add_row("", Text.assemble(("beside ", _QUIET), shown(_some(beside))))
    for item in file.left_out:
        table.add_row("left out", shown(f"{count(item.lines, 'line')}: {item.reason}{_because(item)}"))
    if not explanation.places and not file.left_out:
        table.add_row("read", "there is no line to be read")
    console.print(table)


def _facts() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style=_QUIET, no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _section(name: str, number: int, body: RenderableType) -> RenderableType:
    table = Table.grid()
    table.add_row(Text.assemble((name, _NAMES), (f"  {number:,}", _QUIET)))
    table.add_row(Padding(body, (0, 0, 0, 2)))
    return Padding(table, (1, 0, 0, 0))


def _head(forecast: Forecast) -> RenderableType:
    snapshot, policy = forecast.snapshot, forecast.policy
    table = _facts()
    table.add_row("range", shown(f"{snapshot.base_ref} ({snapshot.merge_base[:12]}) … {snapshot.head_sha[:12]}"))
    lines = count(forecast.coverage.changed_lines, "changed line")
    table.add_row("change", f"{count(len(forecast.plan.files), 'file')}, {lines}")
    origin = "set by the policy" if policy.model_fields_set else "no policy: the defaults"
    table.add_row("mode", f"{policy.mode.value} ({origin})")
    table.add_row("model", shown(forecast.model or "none is asked"))
    return table


def _files(files: Sequence[FileOutline]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=_QUIET)
    table.add_column("path", overflow="fold", ratio=1)
    table.add_column("class", no_wrap=True)
    for name in ("+", "−", "risk"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("read in", overflow="fold")
    for file in in_reading_order(files)[:MAX_FILES]:
        patch = file.planned.file
        table.add_row(
            shown(file.path),
            file.planned.file_class.value.replace("_", " "),
            f"{patch.additions:,}",
            f"{patch.deletions:,}",
            str(file.risk.score),
            _where(file),
        )
    if len(files) > MAX_FILES:
        table.add_row(Text(f"…and {len(files) - MAX_FILES:,} more: see --format json", _QUIET))
    return table


def _where(file: FileOutline) -> Text:
    """The chunks, or in a word why there are none."""
    words = [f"chunk {_runs(file.chunks)}"] if file.chunks else []
    if any(item.lines for item in file.left_out) or (file.left_out and not file.chunks):
        first = file.left_out[0]
        why = first.rule or _FIRST_WORDS.split(first.reason)[0]
        words.append("partly left out" if file.chunks else f"left out: {why}")
    shut = any(not item.excused for item in file.left_out)
    return shown(", ".join(words) or "no lines", _WARNING if shut else "")


def _runs(numbers: Sequence[int]) -> str:
    """`1, 3–5` for 1, 3, 4, 5."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _chunks(forecast: Forecast) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=_QUIET)
    for name in ("chunk", "lines", "tokens", "asked", "dollars"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("reads", overflow="fold", ratio=1)
    for chunk, usd in list(zip(forecast.plan.chunks, forecast.price.chunks, strict=True))[:MAX_CHUNKS]:
        reads = Text("\n").join(_contents(chunk))
        asked = f"{forecast.count_questions(chunk)}×"
        table.add_row(str(chunk.number), f"{chunk.changed_lines:,}", f"{chunk.tokens:,}", asked, _dollars(usd), reads)
    if len(forecast.plan.chunks) > MAX_CHUNKS:
        table.add_row("…", "", "", "", "", f"and {len(forecast.plan.chunks) - MAX_CHUNKS:,} more: see --format json")
    return table


def _contents(chunk: Chunk) -> Iterator[Text]:
    paths = tuple(dict.fromkeys(part.file.shown_path for part in chunk.files))
    if paths:
        yield shown(f"{count(len(paths), 'file')}: {_some(paths)}")
    for sweep in chunk.sweeps:
        sites = sum(len(site.hunks) for site in sweep.sites)
        edit = f"the same edit in {count(sites, 'more place')} of {count(len(sweep.sites), 'file')}: {show_edit(sweep)}"
        yield shown(edit)


def _left_out(groups: Sequence[LeftOutGroup]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for group in groups[:MAX_REASONS]:
        reason = shown(f"{group.reason}{_because(group)}", "" if group.excused else _WARNING)
        paths = tuple(dict.fromkeys(group.paths))
        table.add_row(count(group.lines, "line"), Text("\n").join([reason, shown(_some(paths), _QUIET)]))
    if len(groups) > MAX_REASONS:
        table.add_row("…", f"and {len(groups) - MAX_REASONS} more reasons: see --format json")
    return table


def _because(item: LeftOut | LeftOutGroup) -> str:
    """What the reason does not say by itself."""
    if not item.excused:
        return " (it keeps the gate shut)"
    return f" (rule: {item.rule})" if item.rule and item.rule not in item.reason else ""


def _some(paths: Sequence[str]) -> str:
    more = len(paths) - MAX_PATHS
    return ", ".join(paths[:MAX_PATHS]) + (f" and {more:,} more" if more > 0 else "")


def _places(places: Sequence[Place], forecast: Forecast) -> Text:
    chunk = forecast.plan.chunks[places[0].chunk - 1]
    rows = [Text(f"of {len(forecast.plan.chunks):,}; {chunk.tokens:,} tokens")]
    for place in places:
        how = "in full" if place.edit is None else f"as the same edit ({place.edit})"
        rows.append(shown(f"{how}: {_spans(place.part.hunks)}"))
    return Text("\n").join(rows)


def _spans(hunks: Sequence[Hunk]) -> str:
    """The lines of the new version; of the old one where nothing is left of a hunk."""
    words = []
    for left, run in groupby(hunks[:MAX_PLACES], key=lambda hunk: hunk.new_count > 0):
        spans = [(hunk.new_start, hunk.new_count) if left else (hunk.old_start, hunk.old_count) for hunk in run]
        numbers = ", ".join(str(start) if count == 1 else f"{start}–{start + count - 1}" for start, count in spans)
        words.append(f"lines {numbers}" if left else f"old lines {numbers}")
    more = [f"and {len(hunks) - MAX_PLACES:,} hunks more"] if len(hunks) > MAX_PLACES else []
    return ", ".join(words + more)


def _sums(forecast: Forecast) -> RenderableType:
    plan, verdict = forecast.plan, forecast.verdict
    planned = sum(chunk.changed_lines for chunk in plan.chunks)
    table = _facts()
    table.add_row("to be read", f"{planned:,} of {count(forecast.coverage.changed_lines, 'changed line')}")
    table.add_row("chunks", f"{len(plan.chunks):,}, about {plan.tokens:,} tokens of diff")
    table.add_row("cost", _cost(forecast))
    if verdict.situation is Situation.CLEAN:
        table.add_row("gate", "can open, once all of it is read and nothing blocking is found")
        return table
    table.add_row("gate", Text(_GATE[verdict.conclusion], "" if verdict.conclusion is Conclusion.SUCCESS else _WARNING))
    for reason in verdict.reasons:
        table.add_row("", shown(reason))
    return table


def _cost(forecast: Forecast) -> str:
    if forecast.model is None:
        return "none: no model is asked"
    total = forecast.price.total
    if total is None:
        return f"price unknown: {forecast.model} is not in the table of prices"
    limit = f", within the limit of {_dollars(forecast.limit.usd)}" if forecast.limit else ""
    weighing = forecast.price.weighing
    fit = f" ({_dollars(weighing)} of it if its architecture is weighed)" if weighing else ""
    return f"about {_dollars(total)} with {forecast.model}{fit}{limit}"


def _dollars(amount: Decimal | None) -> str:
    if amount is None:
        return "–"
    return f"${amount:.2f}" if amount >= Decimal("0.10") or not amount else f"${amount:.4f}"
