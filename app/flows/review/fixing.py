"""The last stage: small fixes for the findings that stand, offered only where code has applied and parsed them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.analyzers.apart.parsers import Parsers
from app.analyzers.sandbox import ToolFailed
from app.analyzers.weighing import weigh_apart
from app.claude.fan_out import ask_all
from app.core.change.diff import LineKind, Patch
from app.core.findings.finding import Finding
from app.core.findings.fixes import (
    Replacement,
    claimed_lines,
    is_about_behaviour,
    is_fixable,
    plan_replacement,
    tidy,
)
from app.core.findings.recurring import is_known
from app.core.findings.verification.excerpt import show_code
from app.core.model import Failure, ModelFailed, Reply, Request, Stage
from app.core.report.report import Report, Spending
from app.flows.review.case import Case
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.flows.review.desk.calls import Calls, recall, spend
from app.flows.review.desk.desk import Desk
from app.flows.review.failing import tell_failure
from app.flows.review.telling import tell_claim
from app.flows.review.verification.versions import read_versions
from app.lenses import fix
from app.repo.git import GitError
from app.syntax.weighable import is_weighable

MOST_FIXES = 10
"""Findings that one call is asked to mend, the weightiest first."""

_log = logging.getLogger(__name__)


async def offer_fixes(desk: Desk, case: Case, report: Report, parsers: Parsers) -> Report:
    """The report with a suggestion on each finding that has one which applies to this head.

    Findings that nobody knew of are asked about in one call; an earlier suggestion stays as long as its line does. A
    fix decides nothing: without one the finding stands as it is. A review that asks nobody offers no new one.
    """
    began = desk.monotonic()
    known = {item.number for item in case.history.known}
    new = [item for item in report.findings if item.number not in known]
    new = [item for item in new if not is_known((item.claim, item.placement), case.recurring)]
    wanted = [item for item in new if may_be_fixed(item, case.patch)]
    wanted = wanted[:MOST_FIXES] if case.history.asks else []
    standing = [item for item in report.findings if item.claim.suggestion is not None]
    if not wanted and not standing:
        return report
    offered = {item.number: item.claim.suggestion for item in standing if len(claimed_lines(item)) == 1}
    calls, notes = Calls(), report.notes
    if desk.send is not None and wanted and not case.change.shares.fixes:
        notes = (*notes, f"No fixes are suggested: {case.change.short}.")
    elif desk.send is not None and wanted:
        (outcome,) = await ask_all(desk.send, [await make_question(desk, case.change, wanted, salt=case.history.salt)])
        calls = Calls.of([outcome])
        answer = _read(outcome, len(wanted))
        if isinstance(answer, Failure):
            notes = (*notes, f"No fixes are suggested: {tell_failure(answer)}.")
        else:
            offered |= {item.number: text for item, text in zip(wanted, answer, strict=True)}
    texts = await read_heads(case.change, [*wanted, *standing])
    fits = await _keep_fitting(report.findings, offered, texts, parsers)
    added = replace(spend(calls.paid, desk.monotonic() - began, desk.prices), recalled=recall(calls.replies))
    return _with_fixes(replace(report, notes=notes), fits, added, calls.models)


def may_be_fixed(finding: Finding, patch: Patch) -> bool:
    """Whether a fix is worth asking for: one can be offered on these lines, and read in such a file.

    GitHub applies no suggestion to lines with removed ones among them.
    """
    anchor = finding.placement.anchor
    if anchor is None or not is_fixable(finding) or not is_weighable(finding.claim.path):
        return False
    file = patch.by_path.get(finding.claim.path)
    if file is None:
        return False
    index, line = file.commentable[anchor.side, anchor.start_line or anchor.line]
    rows = file.hunks[index].lines
    rows = rows[rows.index(line) :]
    last = next((at for at, row in enumerate(rows) if row.new == anchor.line), len(rows))
    return all(row.kind is not LineKind.REMOVED for row in rows[:last])


async def make_question(desk: Desk, change: Change, wanted: Sequence[Finding], *, salt: str) -> Request:
    """The question for fixes of these findings. It holds code and claims, and nothing that people say about them."""
    patch = change.redacted.patch
    versions = await read_versions(change, sorted({item.claim.path for item in wanted}))
    items = [(item.claim, item.placement) for item in wanted]
    code = await asyncio.to_thread(show_code, items, patch, versions.texts)
    claims = [tell_claim(item, patch) for item in wanted]
    return fix.ask(claims, code, model=desk.models[Stage.FIX], salt=salt)


def _read(outcome: Reply | Failure, claims: int) -> Sequence[str | None] | Failure:
    if isinstance(outcome, Failure):
        return outcome
    try:
        return fix.read(outcome, claims)
    except ModelFailed as error:
        return error.failure


async def read_heads(change: Change, findings: Sequence[Finding]) -> dict[str, str]:
    """The new versions as git has them, which a suggestion must apply to; none of this is shown to anyone."""
    paths = sorted({item.claim.path for item in findings})
    try:
        contents = await read_files(change.store, change.snapshot.head_sha, paths)
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


async def _keep_fitting(
    findings: Sequence[Finding], offered: Mapping[int, str | None], texts: Mapping[str, str], parsers: Parsers
) -> dict[int, str]:
    """The suggestions that apply and fit their files, by number. One file that nobody can parse costs no other."""
    fits: dict[int, str] = {}
    planned = await asyncio.to_thread(_plan, findings, offered, texts)
    try:
        flaws = await weigh_apart(list(planned.values()), parsers)
    except ToolFailed as error:
        _log.warning("no fixes are offered: %s", error)
        return fits
    for number, flaw in zip(planned, flaws, strict=True):
        if flaw is None:
            fits[number] = tidy(offered[number] or "")
        else:
            _log.info("no fix is offered for F%d: %s", number, flaw)
    return fits


def _plan(
    findings: Sequence[Finding], offered: Mapping[int, str | None], texts: Mapping[str, str]
) -> dict[int, Replacement]:
    """The suggestions that apply and keep their shape, by number of their finding."""
    planned: dict[int, Replacement] = {}
    for item in findings:
        suggestion, text = offered.get(item.number), texts.get(item.claim.path)
        if suggestion is None or text is None:
            continue
        lines, behaviour = claimed_lines(item), is_about_behaviour(item)
        plan = plan_replacement(item.claim.path, text, lines, suggestion, behaviour=behaviour)
        if isinstance(plan, Replacement):
            planned[item.number] = plan
        else:
            _log.info("no fix is offered for %s: %s", item.id, plan)
    return planned


def _with_fixes(report: Report, fits: Mapping[int, str], added: Spending, models: Sequence[str]) -> Report:
    """The report with exactly these suggestions, what they took, and who made them."""
    findings = tuple(
        replace(item, claim=replace(item.claim, suggestion=fits.get(item.number))) for item in report.findings
    )
    before = report.spending
    usd = None if before.usd is None or added.usd is None else before.usd + added.usd
    spending = replace(
        before,
        usage=before.usage + added.usage,
        usd=usd,
        seconds=before.seconds + added.seconds,
        recalled=before.recalled | added.recalled,
    )
    named = tuple(dict.fromkeys((*report.models, *models)))
    return replace(report, findings=findings, models=named, spending=spending)
