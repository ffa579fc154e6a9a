"""The last stage: small fixes for the findings that stand, offered only where code has applied and parsed them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.claude.fan_out import ask_all
from app.core.findings.finding import Finding
from app.core.findings.fixes import claimed_lines, find_flaw, is_fixable
from app.core.findings.verification.excerpt import show_code
from app.core.model import Failure, ModelFailed, Reply, Request, Stage
from app.core.report.report import Report
from app.flows.review.calls import Calls, spend
from app.flows.review.case import Case
from app.flows.review.contents import read_files
from app.flows.review.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.telling import tell_claim
from app.flows.review.versions import read_versions
from app.lenses import fix
from app.repo.git import GitError

MOST_FIXES = 10
"""Findings that one call is asked to mend, the weightiest first."""

_log = logging.getLogger(__name__)


async def offer_fixes(desk: Desk, case: Case, report: Report) -> Report:
    """The report with a suggestion on each finding that has one which applies to this head.

    New findings are asked about in one call; an earlier suggestion stays as long as its line does. A fix decides
    nothing: without one the finding stands as it is.
    """
    began = desk.monotonic()
    known = {item.number for item in case.history.known}
    wanted = [item for item in report.findings if item.number not in known and is_fixable(item)][:MOST_FIXES]
    standing = [item for item in report.findings if item.claim.suggestion is not None]
    if not wanted and not standing:
        return report
    offered = {item.number: item.claim.suggestion for item in standing if len(claimed_lines(item)) == 1}
    calls, notes = Calls(), report.notes
    if desk.send is not None and wanted:
        (outcome,) = await ask_all(desk.send, [await _question(desk, case, wanted)])
        calls = Calls.of([outcome])
        answer = _read(outcome, len(wanted))
        if isinstance(answer, Failure):
            notes = (*notes, f"No fixes are suggested: {tell_failure(answer)}.")
        else:
            offered |= {item.number: text for item, text in zip(wanted, answer, strict=True)}
    texts = await _read_heads(case, [*wanted, *standing])
    fits = await asyncio.to_thread(_keep_fitting, report.findings, offered, texts)
    return _with_fixes(replace(report, notes=notes), fits, calls, desk.monotonic() - began)


async def _question(desk: Desk, case: Case, wanted: Sequence[Finding]) -> Request:
    versions = await read_versions(case.change, sorted({item.claim.path for item in wanted}))
    items = [(item.claim, item.placement) for item in wanted]
    code = await asyncio.to_thread(show_code, items, case.patch, versions.texts)
    claims = [tell_claim(item, case.patch) for item in wanted]
    return fix.ask(claims, code, model=desk.models[Stage.FIX], salt=case.history.salt)


def _read(outcome: Reply | Failure, claims: int) -> Sequence[str | None] | Failure:
    if isinstance(outcome, Failure):
        return outcome
    try:
        return fix.read(outcome, claims)
    except ModelFailed as error:
        return error.failure


async def _read_heads(case: Case, findings: Sequence[Finding]) -> dict[str, str]:
    """The new versions as git has them, which a suggestion must apply to; none of this is shown to anyone."""
    paths = sorted({item.claim.path for item in findings})
    try:
        contents = await read_files(case.change.store, case.change.snapshot.head_sha, paths)
    except GitError as error:
        _log.warning("no fixes are offered, because the files could not be read: %s", error)
        return {}
    texts: dict[str, str] = {}
    for path, content in contents.items():
        try:
            texts[path] = content.decode("utf-8")
        except UnicodeDecodeError:
            _log.info("no fix is offered for a file that is not UTF-8")
    return texts


def _keep_fitting(
    findings: Sequence[Finding], offered: Mapping[int, str | None], texts: Mapping[str, str]
) -> dict[int, str]:
    """The suggestions that apply and parse, by number."""
    fits: dict[int, str] = {}
    for item in findings:
        suggestion, text = offered.get(item.number), texts.get(item.claim.path)
        if suggestion is None or text is None:
            continue
        if find_flaw(item.claim.path, text, claimed_lines(item), suggestion) is None:
            fits[item.number] = suggestion.removesuffix("\n")
    return fits


def _with_fixes(report: Report, fits: Mapping[int, str], calls: Calls, seconds: float) -> Report:
    """The report with exactly these suggestions, and what they took."""
    findings = tuple(
        replace(item, claim=replace(item.claim, suggestion=fits.get(item.number))) for item in report.findings
    )
    added, before = spend(calls.paid, seconds), report.spending
    usd = None if before.usd is None or added.usd is None else before.usd + added.usd
    spending = replace(before, usage=before.usage + added.usage, usd=usd, seconds=before.seconds + seconds)
    models = tuple(dict.fromkeys((*report.models, *calls.models)))
    return replace(report, findings=findings, models=models, spending=spending)
