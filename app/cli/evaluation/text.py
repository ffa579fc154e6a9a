"""The scores for people: what was measured on how many cases, how sure each figure is, where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from app.cli.evaluation.export import Told
from app.cli.shown import shown
from app.core.evaluation.intervals import Interval
from app.core.evaluation.outcome import Failed
from app.core.evaluation.scores import UNSAID, Group, Scored, Scores, Share
from app.core.findings.merging import NEAR
from app.core.text.plural import count

MAX_CASES = 40
"""So many cases are listed at most, those with most to look at first; JSON has them all."""


def print_scores(told: Told, console: Console) -> None:
    """All figures; failed cases apart."""
    console.print(_cases(told))
    if told.scored:
        console.print(Rule(style="dim"))
        console.print(_figures(told.scores, len(told.scored)))
        groups = {
            "severity": told.scores.by_severity,
            "category": _told_apart(told.scores.by_category),
            "area": told.scores.by_area,
        }
        for name, some in groups.items():
            if any(word != UNSAID and (group.precision.of or group.recall.of) for word, group in some.items()):
                console.print(Padding(_groups(name, some), (1, 0, 0, 0)))
    for reason, names in _by_reason(told.failed).items():
        console.print(Text.assemble((f"{count(len(names), 'case')} failed: ", "bold red"), shown(reason)))
        console.print(Padding(shown(", ".join(names), "dim"), (0, 0, 0, 2)))
    console.print(Rule(style="dim"))
    console.print(_foot(told))


def describe(end: Scored | Failed) -> Text:
    """One case on one line."""
    if isinstance(end, Failed):
        return Text.assemble(("failed  ", "red"), shown(f"{end.case}: {end.reason}"))
    match = end.match
    told = f"{len(match.hits)} found, {len(match.missed)} missed, {count(len(match.false), 'false alarm')}"
    return Text.assemble(shown(end.outcome.case), f"  {told}")


def _cases(told: Told) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("case", overflow="fold")
    for name in ("faults", "found", "missed", "again", "false", "dollars"):
        table.add_column(name, justify="right")
    ranked = sorted(told.scored, key=lambda item: (-_to_look_at(item), item.outcome.case))
    for item in ranked[:MAX_CASES]:
        match = item.match
        figures = (len(item.case.faults), len(match.hits), len(match.missed), len(match.duplicates), len(match.false))
        table.add_row(shown(item.outcome.case), *(str(figure) for figure in figures), _dollars(item.outcome.usd))
    if len(ranked) > MAX_CASES:
        table.add_row(f"…and {len(ranked) - MAX_CASES} more")
    return table


def _by_reason(failed: Iterable[Failed]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for item in failed:
        reasons.setdefault(item.reason, []).append(item.case)
    return reasons


def _told_apart(groups: Mapping[str, Group]) -> Mapping[str, Group]:
    """Without the row of faults that have no category, where none has one."""
    said = any(group.recall.of for word, group in groups.items() if word != UNSAID)
    return groups if said else {word: group for word, group in groups.items() if word != UNSAID}


def _to_look_at(item: Scored) -> int:
    return len(item.match.missed) + len(item.match.false)


def _figures(scores: Scores, cases: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, share, what in (
        ("precision", scores.precision, "findings are known faults"),
        ("recall", scores.recall, "known faults were found"),
    ):
        table.add_row(name, _percent(share.value), _told(share, what))
    table.add_row("F1", _percent(scores.f1), _range(scores.f1_interval))
    for name, share, what in (
        ("silent when clean", scores.silence, "clean cases have no finding"),
        ("gate shut if faulty", scores.stopped, "cases with faults have a blocking finding"),
        ("gate shut if clean", scores.hindered, "clean cases have one"),
        ("fabricated quotes", scores.fabricated, "claims of the model quote what is not there"),
        ("off the diff", scores.off_diff, "claims of the model are about unchanged code that no change enables"),
        ("refuted", scores.refuted, "claims of the model were dropped by a second look"),
        ("re-anchored", scores.moved, "of its findings stand on another line than it said"),
    ):
        table.add_row(name, _percent(share.value), _told(share, what))
    table.add_row("duplicates", str(scores.duplicates), "further findings about a fault that is found")
    table.add_row("findings a case", f"{scores.findings / cases:.2f}", f"{scores.comments / cases:.2f} on a line")
    spent = None if scores.usd is None else scores.usd / cases
    judged = "price unknown" if scores.judge_usd is None else f"{_dollars(scores.judge_usd)} for the judge, besides"
    table.add_row("dollars a case", _dollars(spent), f"{_dollars(scores.usd)} in all; {judged}")
    table.add_row("read by a model", f"{scores.reviewed_lines:,}", f"of {count(scores.changed_lines, 'changed line')}")
    return table


def _groups(name: str, groups: Mapping[str, Group]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(name)
    for title in ("findings right", "", "faults found", ""):
        table.add_column(title, justify="right")
    for word, group in groups.items():
        if group.precision.of or group.recall.of:
            table.add_row(shown(word), *_cells(group.precision), *_cells(group.recall))
    return table


def _cells(share: Share) -> tuple[str, str]:
    return (f"{share.hits} of {share.of}", _percent(share.value)) if share.of else ("", "")


def _foot(told: Told) -> Text:
    rule = (
        f"a model ({told.judge}) judged whether a finding is a known fault"
        if told.judge is not None
        else f"a finding within {NEAR} lines of a known fault counts as that fault"
    )
    lines = [
        f"{count(len(told.scored), 'case')} scored, {len(told.failed)} failed, {told.kept} kept from an earlier run",
        f"reviewed by {told.model or 'no model, by analyzers alone'}; {rule}",
        "in brackets 95 % intervals: Wilson's for shares, bootstrap over cases for F1",
    ]
    return shown("\n".join(lines), "dim")


def _told(share: Share, what: str) -> str:
    return f"{_range(share.interval)}  {share.hits} of {share.of} {what}".strip() if share.of else "nothing to count"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %"


def _range(interval: Interval | None) -> str:
    return f"[{100 * interval.low:.0f}–{100 * interval.high:.0f} %]" if interval else ""


def _dollars(amount: float | None) -> str:
    return "unknown" if amount is None else f"${amount:.4f}" if 0 < amount < 0.1 else f"${amount:.2f}"
