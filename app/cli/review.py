"""`lintel review`: the review of a local range, in the terminal or as JSON."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

from rich.console import Console

from app.claude.seam import Send
from app.cli.exits import Exit, Refusal
from app.cli.terminal import print_report
from app.cli.wishes import Format, Range, Wishes
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


def run_review(settings: Settings, range_: Range, wishes: Wishes) -> Exit:
    """Review, print, and say by exit code what the gate says. Raises Refusal for wrong usage."""
    notes = Console(stderr=True, highlight=False, soft_wrap=True)
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
        _open_model(settings, wishes) as send,
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


def _open_model(settings: Settings, wishes: Wishes) -> AbstractAsyncContextManager[Send | None]:
    """The model to ask. Without one the program that would ask it, seconds of work, is not even loaded."""
    if wishes.no_model or not settings.model_configured:
        return nullcontext()
    from app.wiring import open_local_model  # noqa: PLC0415 - see above

    return open_local_model(settings, without=False)


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
            console.out(_as_json(report), highlight=False)
        else:
            print_report(report, console)
        return
    try:
        with wishes.output.open("w", encoding="utf-8") as file:
            if wishes.form is Format.JSON:
                file.write(_as_json(report) + "\n")
            else:
                print_report(report, Console(file=file, width=100, highlight=False))
    except OSError as error:
        raise Refusal(f"--output {wishes.output} cannot be written: {error.strerror}") from error


def _as_json(report: Report) -> str:
    """Plain ASCII: a terminal would obey escape sequences and bidirectional controls of a path as they are."""
    return json.dumps(to_json(report), indent=2, ensure_ascii=True)


def _exit(report: Report, fail_on: Severity | None) -> Exit:
    if report.verdict.situation is Situation.POLICY_FAULT:
        return Exit.USAGE
    if fail_on is not None and any(finding.severity.at_least(fail_on) for finding in report.findings):
        return Exit.GATE
    return Exit.FINE if report.verdict.conclusion in {Conclusion.SUCCESS, Conclusion.NEUTRAL} else Exit.GATE
