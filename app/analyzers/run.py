"""Every analyzer that the policy allows, side by side, over one redacted change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from app.analyzers import analyzers
from app.analyzers.analyzer import Analyzer, AnalyzerReport, ChangedFile, Contents, Limits, Unanalyzed
from app.core.change.diff import FilePatch
from app.core.findings.finding import Claim, Source
from app.core.report.report import AnalyzerOutcome, AnalyzerState
from app.core.secrecy.redaction import RedactedPatch

ReadContents = Callable[[Sequence[FilePatch]], Awaitable[Mapping[str, Contents]]]
"""Reads both versions of files, by their path at head. A path may be missing from the answer: it is a named failure."""

MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyzers claim and how each came out.

    `completed`: by source, the paths on which no analyzer of that source failed. Only there does silence mean that an
    earlier finding is gone. One that the base's policy switches off fails nowhere: its findings go with it.
    """

    claims: tuple[Claim, ...]
    outcomes: tuple[AnalyzerOutcome, ...]
    completed: Mapping[Source, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Run:
    analyzer: Analyzer
    wanted: tuple[FilePatch, ...]
    report: AnalyzerReport | None  # None: the policy switched it off


async def analyze(
    redacted: RedactedPatch,
    read_contents: ReadContents,
    enabled: Mapping[str, bool],
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Analysis:
    """Run each analyzer that `enabled` does not switch off (one it does not name runs) over the files it wants.

    A tool that fails is an outcome, not an exception; what `read_contents` raises passes through.
    """
    chosen = [
        (analyzer, tuple(file for file in redacted.patch.files if analyzer.wants(file))) for analyzer in analyzers()
    ]
    active = [(analyzer, wanted) for analyzer, wanted in chosen if enabled.get(analyzer.name, True)]
    to_read = {file.path: file for analyzer, wanted in active if analyzer.reads for file in wanted}
    contents = await read_contents(tuple(to_read.values())) if to_read else {}

    async def run(analyzer: Analyzer, wanted: Sequence[FilePatch]) -> AnalyzerReport | None:
        if not enabled.get(analyzer.name, True):
            return None
        files = [
            ChangedFile(
                file,
                redacted.of(file.path),
                contents.get(file.path) if analyzer.reads else None,
                redacted.in_name_of(file.path),
            )
            for file in wanted
        ]
        return await analyzer.run(files, limits) if files else AnalyzerReport()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(analyzer, wanted)) for analyzer, wanted in chosen]
    runs = [_Run(*pair, task.result()) for pair, task in zip(chosen, tasks, strict=True)]
    return Analysis(
        claims=tuple(claim for one in runs if one.report for claim in one.report.claims),
        outcomes=tuple(_outcome(one) for one in runs),
        completed=_completed(runs, frozenset(file.path for file in redacted.patch.files)),
    )


def _outcome(run: _Run) -> AnalyzerOutcome:
    name = run.analyzer.name
    if run.report is None:
        return AnalyzerOutcome(name, AnalyzerState.SKIPPED, "switched off by the policy")
    if run.report.failures:
        return AnalyzerOutcome(name, AnalyzerState.FAILED, _reasons(run.report.failures, run.wanted))
    if not run.wanted:
        return AnalyzerOutcome(name, AnalyzerState.SKIPPED, "no file for it in this change")
    return AnalyzerOutcome(name, AnalyzerState.OK)


def _reasons(failures: Sequence[Unanalyzed], files: Sequence[FilePatch]) -> str:
    shown = {file.path: file.shown_path for file in files}
    said = [f"{shown[failure.path]}: {failure.reason}" if failure.path else failure.reason for failure in failures]
    more = [f"{len(said) - MOST_REASONS} more"] if len(said) > MOST_REASONS else []
    return "; ".join([*said[:MOST_REASONS], *more])


def _completed(runs: Sequence[_Run], paths: frozenset[str]) -> dict[Source, frozenset[str]]:
    completed = {run.analyzer.source: paths for run in runs}
    for run in runs:
        if run.report is not None:
            completed[run.analyzer.source] -= {file.path for file in run.wanted} - run.report.analyzed
    return completed
