"""What people see in a terminal. Text from a change or a model is shown, never interpreted."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from app.cli.shown import shown
from app.core.findings.finding import Finding, Severity
from app.core.gate.verdict import Conclusion
from app.core.report.account import tell_account
from app.core.report.architecture import say_shape
from app.core.report.reading_guide import write_guide
from app.core.report.report import AnalyzerState, Report
from app.core.report.sensitive import say_sensitive
from app.core.report.summary import LEAST_GUIDED
from app.core.report.words import title

_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.NIT: "dim",
}
_CONCLUSIONS = {
    Conclusion.SUCCESS: "bold green",
    Conclusion.FAILURE: "bold red",
    Conclusion.ACTION_REQUIRED: "bold yellow",
    Conclusion.NEUTRAL: "bold",
    Conclusion.CANCELLED: "dim",
}
MAX_LEFT_OUT = 20
MAX_PASSAGES = 5


def print_report(report: Report, console: Console) -> None:
    """The whole report, most severe finding first."""
    for finding in report.findings:
        console.print(_finding(finding, report))
    console.print(_verdict(report))


def _finding(finding: Finding, report: Report) -> RenderableType:
    claim, anchor = finding.claim, finding.placement.anchor
    place = path = report.show_path(claim.path)
    if anchor:
        place = f"{path}:{anchor.start_line}-{anchor.line}" if anchor.start_line else f"{path}:{anchor.line}"
    head = Text.assemble(
        (f" {claim.severity.value} ", _STYLES[claim.severity]), " ", (finding.id, "bold"), " ", shown(place, "cyan")
    )
    if finding.blocking:
        head.append("  blocks", style="red")
    source = f"{claim.source.value}{f' · {claim.rule}' if claim.rule else ''} · {claim.confidence} % sure"
    body: list[RenderableType] = [shown(claim.title, "bold")]
    if claim.quote:
        body.append(shown(f"│ {claim.quote}", "dim"))
    body.extend((shown(tell_account(claim)), shown(source, "dim")))
    return Group(head, Padding(Group(*body), (0, 0, 1, 2)))


def _verdict(report: Report) -> RenderableType:
    verdict = report.verdict
    name = title(verdict, len(report.blocking))
    rows: list[RenderableType] = [
        Rule(style="dim"),
        Text.assemble((verdict.conclusion.value, _CONCLUSIONS[verdict.conclusion]), f"  {name}"),
        *(Text.assemble("  ", shown(reason)) for reason in verdict.reasons),
        Padding(_facts(report), (1, 0, 0, 0)),
    ]
    return Group(*rows)


def _facts(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    coverage = report.coverage
    table.add_row("change", f"{report.snapshot.merge_base[:12]} … {report.snapshot.head_sha[:12]}")
    table.add_row("read by a model", f"{coverage.reviewed_lines} of {coverage.changed_lines} changed lines")
    for item in coverage.left_out[:MAX_LEFT_OUT]:
        table.add_row("not read", shown(f"{report.show_path(item.path)} ({item.lines} lines): {item.reason}"))
    if len(coverage.left_out) > MAX_LEFT_OUT:
        table.add_row("", f"…and {len(coverage.left_out) - MAX_LEFT_OUT} more")
    if report.shape is not None:
        table.add_row("architecture", shown("\n".join(say_shape(report.shape))))
        if sensitive := say_sensitive(report.shape, report.show_path):
            table.add_row("sensitive", shown(sensitive))
        guide = report.shape.guide
        if guide.lines >= LEAST_GUIDED:
            table.add_row("reading guide", shown(write_guide(guide, report.show_path, MAX_PASSAGES).rstrip("\n")))
    table.add_row("analyzers", shown(", ".join(_outcomes(report)) or "none"))
    usage = report.spending.usage
    cost = "price unknown" if report.spending.usd is None else f"${report.spending.usd:.2f}"
    table.add_row("cost", f"{usage.calls} calls, {cost}, {report.spending.seconds:.1f} s")
    return table


def _outcomes(report: Report) -> Iterable[str]:
    for outcome in report.analyzers:
        yield outcome.name if outcome.state is AnalyzerState.OK else f"{outcome.name} ({outcome.state}: {outcome.note})"
