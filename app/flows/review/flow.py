"""One review, top to bottom: live facts ▸ change ▸ plan ▸ programs ▸ models ▸ identity ▸ verdict ▸ what is written.

This reads like the picture in the README. Stages are values in, one value out; what they do stands in their own files.
"""

from __future__ import annotations

from app.analyzers.apart.parsers import Parsers, open_parsers
from app.core.gate.attendance import Attendance, attend
from app.core.gate.policy import Policy
from app.core.gate.snapshot import Snapshot
from app.core.report.report import Report
from app.core.text.plural import count
from app.flows.review.change.change import Change, read_change
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.desk.funds import book, open_funds
from app.flows.review.examination import examine
from app.flows.review.fixing import offer_fixes
from app.flows.review.foregone import judge_unread, judge_unreadable
from app.flows.review.forge import ChangeUnreadable, Forge, History
from app.flows.review.judgement import judge
from app.flows.review.opening import open_case
from app.flows.review.opinions import ask_models
from app.flows.review.reading.toolbox import equip
from app.flows.review.verification.claims import verify_claims


async def review(desk: Desk, forge: Forge) -> Report | Attendance:
    """Bring the verdict on a change up to date with its live state; or say why it is not attended to now.

    Raises Superseded when the head moved meanwhile, and what the wires raise when they are away: nothing half-done
    is ever shown as done, and running again goes on where this ended.
    """
    started = desk.monotonic()
    snapshot = await forge.snapshot()
    desk.watch(Step.SNAPSHOT, f"{snapshot.base_ref} … {snapshot.head_sha[:12]}")
    attendance = attend(snapshot)
    if attendance is not Attendance.REVIEW:
        await forge.stand_down(snapshot, attendance)
        return attendance
    history = await forge.begin(snapshot)
    if history is None:
        return Attendance.STANDS
    desk.watch(Step.BEGUN, f"{count(len(history.known), 'finding')} known from earlier heads")
    report = await _reviewed(desk, forge, snapshot, history, started)
    desk.watch(Step.JUDGED, f"{report.verdict.conclusion}: {report.verdict.reasons[0]}")
    await forge.conclude(report)
    desk.watch(Step.FINISHED, f"{count(len(report.findings), 'finding')}, {report.verdict.conclusion}")
    return report


async def _reviewed(desk: Desk, forge: Forge, snapshot: Snapshot, history: History, started: float) -> Report:
    policy = judge_unread(snapshot, history)
    if isinstance(policy, Report):
        return policy
    funds = await open_funds(desk, policy, history.payer)
    async with open_parsers() as parsers:
        try:
            change = await read_change(desk, forge, snapshot, policy, history, funds, parsers)
        except ChangeUnreadable as error:
            return judge_unreadable(snapshot, history, error)
        desk = book(desk, funds, change.shares, asks=history.asks)
        return await _read_and_judged(desk, forge, change, policy, history, started, parsers)


async def _read_and_judged(
    desk: Desk, forge: Forge, change: Change, policy: Policy, history: History, started: float, parsers: Parsers
) -> Report:
    await forge.planned(change.snapshot, change.plan)
    examined = await examine(desk, change, policy, parsers)
    await parsers.dismiss()
    desk.watch(Step.ANALYZED, f"{count(len(examined.analysis.claims), 'claim')} by programs")
    desk = equip(desk, change)
    opinions = await ask_models(desk, forge, change, policy, history, examined)
    chunks = len(change.plan.chunks)
    desk.watch(Step.READ, f"{chunks - len(opinions.reading.unread)} of {chunks} chunks read")
    case = await open_case(forge, change, policy, history, examined, opinions)
    verified = await verify_claims(desk, case)
    report = judge(case, verified, seconds=desk.monotonic() - started, prices=desk.prices)
    return await offer_fixes(desk, case, report, parsers)
