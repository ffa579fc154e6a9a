"""Reviews of pull requests with known faults, side by side: each comes to an outcome, or fails by name.

A case is reviewed as `lintel review` reviews a range: by the policy of its base, with nothing written anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from app.claude.memory.recorded import RecordUnreadable, ReplyNotRecorded
from app.core.evaluation.case import Case
from app.core.evaluation.outcome import Failed, Outcome, derive_key, tell
from app.core.gate.attendance import Attendance
from app.core.gate.verdict import NO_MODEL_REASON, Situation
from app.core.report.report import AnalyzerState, Report
from app.core.text.plural import count
from app.flows.judging import Judge, NotJudged
from app.flows.local_range import LocalForge
from app.flows.review.desk.desk import Desk
from app.flows.review.flow import review
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import LocalRange, open_range
from app.repo.objects import ObjectMissingError
from app.repo.patch_range import open_patch

PATCH = "diff.patch"

_log = logging.getLogger(__name__)


class CaseUnusable(Exception):
    """A case was not reviewed, or not whole; the message says why in one line."""


_BY_NAME = (CaseUnusable, LocalRangeError, GitError, ObjectMissingError, NotJudged, ReplyNotRecorded, RecordUnreadable)


@dataclass(frozen=True, slots=True)
class Given:
    """A case and where it lies: `text` is all of its `case.json`."""

    case: Case
    directory: Path
    text: str


class Results(Protocol):
    """Outcomes kept from run to run, by what they depend on."""

    def get(self, key: str) -> Outcome | None:
        """The outcome kept under `key`."""
        ...

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome; when this returns, it survives the end of the process."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """With what the cases are tried. Without a model to ask (`desk.send`) there is no `judge` either.

    `basis` is what outcomes depend on beside the case itself, by name: models, prompts, version. `repos` is where
    repositories lie that a case names. `at_once` cases run side by side.
    """

    desk: Desk
    judge: Judge | None
    repos: Path | None
    basis: Mapping[str, str | Iterable[str]]
    results: Results
    at_once: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One case's end; `kept` is whether an earlier run had it."""

    given: Given
    end: Outcome | Failed
    kept: bool = False


async def evaluate(cases: Sequence[Given], bench: Bench, watch: Callable[[Tried], None]) -> list[Tried]:
    """Each case's end in the order given; `watch` is told of each as it comes. Raises what keeping results raises."""
    turn = asyncio.Semaphore(bench.at_once)

    async def run(given: Given) -> Tried:
        async with turn:
            tried = await _end(given, bench)
        watch(tried)
        return tried

    running = [asyncio.create_task(run(given)) for given in cases]
    try:
        return await asyncio.gather(*running)
    finally:
        await _leave(running)


async def _leave(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """End what still runs, and wait until it is gone."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _end(given: Given, bench: Bench) -> Tried:
    """The case's outcome, or its failure: whatever breaks in one case leaves the others alone."""
    trial = asyncio.create_task(_try(given, bench), name=f"case {given.case.name}")
    try:
        await asyncio.wait({trial})
    finally:
        await _leave([trial])
    error = trial.exception()
    if error is None:
        key, outcome, kept = trial.result()
        if not kept:
            bench.results.put(key, outcome)
        return Tried(given, outcome, kept)
    if isinstance(error, _BY_NAME):
        return Tried(given, Failed(given.case.name, str(error)))
    if not isinstance(error, Exception):
        raise error
    _log.error("case %s broke", given.case.name, exc_info=error)
    return Tried(given, Failed(given.case.name, f"it broke: {type(error).__name__}: {error}"))


async def _try(given: Given, bench: Bench) -> tuple[str, Outcome, bool]:
    """Key and outcome of a case, and whether it was kept from an earlier run."""
    async with _open(given, bench.repos) as found:
        content = {"case": given.text, "base": found.merge_base, "policy from": found.base_sha, "head": found.head_sha}
        key = derive_key({**bench.basis, **content})
        kept = bench.results.get(key)
        if kept is not None:
            return key, replace(kept, case=given.case.name), True
        forge = LocalForge(found=found, name=given.case.name, without_model=bench.desk.send is None)
        report = await review(bench.desk, forge)
    outcome = tell(given.case.name, _whole(report))
    if bench.judge is not None:
        outcome = await bench.judge.judge(given.case, outcome)
    return key, outcome, False


@contextlib.asynccontextmanager
async def _open(given: Given, repos: Path | None) -> AsyncIterator[LocalRange]:
    """The change of a case."""
    case = given.case
    if case.repo is None:
        try:
            patch = await asyncio.to_thread((given.directory / PATCH).read_bytes)
        except OSError as error:
            raise CaseUnusable(f"{PATCH} cannot be read: {error.strerror}") from error
        async with open_patch(patch) as found:
            yield found
    else:
        directory = _find_repository(case.repo, given.directory, repos)
        async with open_range(directory, base=case.base, head=case.head) as found:
            yield found


def _find_repository(repo: str, beside: Path, repos: Path | None) -> Path:
    """The directory of a case's repository: under `repos` by its name, bare or not, else from where the case lies."""
    places = [] if repos is None else [repos / repo, repos / f"{repo}.git"]
    places.append(beside / repo)
    # Git alone would go up the directories and take whatever repository it meets.
    found = next((place for place in places if (place / ".git").exists() or (place / "HEAD").is_file()), None)
    if found is None:
        where = "name with --repos where it lies" if repos is None else f"it is not under {repos}"
        raise CaseUnusable(f"there is no repository {repo}: {where}")
    return found


def _whole(report: Report | Attendance) -> Report:
    """The report of a review in which nothing was left undone. Raises CaseUnusable for any other."""
    if isinstance(report, Attendance):
        raise CaseUnusable(f"the policy of its base has it not reviewed: {report.value}")
    if report.verdict.situation in {Situation.POLICY_FAULT, Situation.NOT_DONE}:
        raise CaseUnusable(report.verdict.reasons[0])
    unread: dict[str, int] = {}
    for item in report.coverage.unexcused:
        if item.lines and (report.model_configured or item.reason != NO_MODEL_REASON):
            unread[item.reason] = unread.get(item.reason, 0) + item.lines
    if unread:
        told = "; ".join(f"{count(lines, 'changed line')}: {reason}" for reason, lines in unread.items())
        raise CaseUnusable(f"not all of it was reviewed: {told}")
    if report.notes:
        raise CaseUnusable(f"not all of it was done: {' '.join(report.notes)}")
    broken = [outcome for outcome in report.analyzers if outcome.state is AnalyzerState.FAILED]
    if broken:
        raise CaseUnusable(f"{broken[0].name} failed: {broken[0].note}")
    return report
