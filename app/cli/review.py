"""`lintel review`: the review of a local range, in the terminal or as JSON."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from app.cli.exits import Exit, Refusal
from app.cli.terminal import print_report
from app.core.findings.finding import Severity
from app.core.gate.verdict import Conclusion, Situation
from app.core.report.export import to_json
from app.core.report.report import Report
from app.flows.local_range import LocalForge
from app.flows.review.desk import Desk, Step
from app.flows.review.flow import review
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import open_range
from app.settings import Settings
from app.wiring import open_local_model


class Format(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What to review, as the command line says."""

    directory: Path
    base: str | None
    head: str | None
    staged: bool
    working_tree: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to review and how to tell."""

    form: Format
    output: Path | None
    policy: Path | None
    no_model: bool
    fail_on: Severity | None


def run_review(settings: Settings, range_: Range, wishes: Wishes) -> Exit:
    """Review, print, and say by exit code what the gate says. Raises Refusal for wrong usage."""
    notes = Console(stderr=True, highlight=False)
    try:
        report = asyncio.run(_review(settings, range_, wishes, notes))
    except (LocalRangeError, GitError) as error:
        raise Refusal(str(error)) from error
    _tell(report, wishes)
    return _exit(report, wishes.fail_on)


async def _review(settings: Settings, range_: Range, wishes: Wishes, notes: Console) -> Report:
    policy_text = _read_policy_file(wishes.policy)

    def watch(step: Step, line: str) -> None:
        if wishes.form is Format.TEXT:
            notes.print(f"[dim]{step.value:<10}[/dim]", end="")
            notes.print(line, markup=False)

    async with (
        open_range(
            range_.directory,
            base=range_.base,
            head=range_.head,
            staged=range_.staged,
            working_tree=range_.working_tree,
        ) as found,
        open_local_model(settings, without=wishes.no_model) as send,
    ):
        desk = Desk(send=send, model=settings.model, monotonic=time.monotonic, watch=watch)
        forge = LocalForge(
            found=found,
            name=range_.directory.resolve().name,
            policy_text=policy_text,
            policy_path=str(wishes.policy or ""),
            without_model=wishes.no_model,
        )
        outcome = await review(desk, forge)
    if not isinstance(outcome, Report):
        raise Refusal(f"nothing to review: {outcome.value}")
    return outcome


def _read_policy_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"--policy {path} cannot be read: {error.__class__.__name__}") from error


def _tell(report: Report, wishes: Wishes) -> None:
    if wishes.output is None:
        console = Console(highlight=False)
        if wishes.form is Format.JSON:
            console.out(json.dumps(to_json(report), indent=2, ensure_ascii=False), highlight=False)
        else:
            print_report(report, console)
        return
    try:
        with wishes.output.open("w", encoding="utf-8") as file:
            if wishes.form is Format.JSON:
                file.write(json.dumps(to_json(report), indent=2, ensure_ascii=False) + "\n")
            else:
                print_report(report, Console(file=file, width=100, highlight=False))
    except OSError as error:
        raise Refusal(f"--output {wishes.output} cannot be written: {error.strerror}") from error


def _exit(report: Report, fail_on: Severity | None) -> Exit:
    if report.verdict.situation is Situation.POLICY_FAULT:
        return Exit.USAGE
    if fail_on is not None and any(finding.severity.at_least(fail_on) for finding in report.findings):
        return Exit.GATE
    return Exit.FINE if report.verdict.conclusion in {Conclusion.SUCCESS, Conclusion.NEUTRAL} else Exit.GATE
