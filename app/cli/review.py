"""`lintel review`: the review of a local range, in the terminal or as JSON."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AbstractAsyncContextManager, nullcontext

from rich.console import Console

from app.cli.cache import open_cache
from app.cli.exits import Exit, Refusal
from app.cli.files import open_report, read_policy_file
from app.cli.terminal import print_report
from app.cli.wishes import Format, Range, Wishes
from app.core.budget.limits import find_contradiction
from app.core.findings.finding import Severity
from app.core.gate.policy import Policy
from app.core.gate.verdict import Conclusion, Situation
from app.core.prices import PriceTable
from app.core.report.export import to_json
from app.core.report.report import Report
from app.flows.local_range import LocalForge
from app.flows.review.desk.desk import Desk, Step, Watch
from app.flows.review.desk.funds import find_limits
from app.flows.review.flow import review
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import open_range
from app.settings import Settings
from app.wiring.money import Till
from app.wiring.prices import read_price_table


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
    policy_text = read_policy_file(wishes.policy)
    prices = read_price_table(settings)

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
        _open_till(settings, prices, wishes) as till,
    ):
        desk = _lay_out(settings, prices, till, watch)
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
    if till is not None and isinstance(outcome.policy, Policy):
        limits = find_limits(desk, outcome.policy, None)
        if (contradiction := find_contradiction(settings.models, limits, prices)) is not None:
            raise Refusal(contradiction)
    return outcome


def _lay_out(settings: Settings, prices: PriceTable, till: Till | None, watch: Watch) -> Desk:
    return Desk(
        send=till.unbooked if till else None,
        models=settings.models,
        monotonic=time.monotonic,
        watch=watch,
        limit=settings.review_limit,
        prices=prices,
        bank=till,
        cache=open_cache(),
    )


def _open_till(settings: Settings, prices: PriceTable, wishes: Wishes) -> AbstractAsyncContextManager[Till | None]:
    """The model to ask. Without one the program that would ask it, seconds of work, is not even loaded."""
    if wishes.no_model or not settings.model_configured:
        return nullcontext()
    from app.wiring.model import open_till  # noqa: PLC0415 - see above

    return open_till(settings, prices)


def _tell(report: Report, wishes: Wishes) -> None:
    with open_report(wishes.output) as console:
        if wishes.form is Format.JSON:
            console.file.write(_as_json(report) + "\n")
        else:
            print_report(report, console)


def _as_json(report: Report) -> str:
    """Plain ASCII: a terminal would obey escape sequences and bidirectional controls of a path as they are."""
    return json.dumps(to_json(report), indent=2, ensure_ascii=True)


def _exit(report: Report, fail_on: Severity | None) -> Exit:
    if report.verdict.situation is Situation.POLICY_FAULT:
        return Exit.USAGE
    if fail_on is not None and any(finding.severity.at_least(fail_on) for finding in report.findings):
        return Exit.GATE
    return Exit.FINE if report.verdict.conclusion in {Conclusion.SUCCESS, Conclusion.NEUTRAL} else Exit.GATE
