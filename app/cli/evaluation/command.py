"""`lintel eval`: the reviewer measured on pull requests with known faults."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from app import __version__
from app.claude.memory.recorded import Recorded
from app.claude.seam import Send
from app.cli.evaluation.data_set import read_data_set
from app.cli.evaluation.export import Told, to_json
from app.cli.evaluation.results import ResultsFile
from app.cli.evaluation.text import describe, print_scores
from app.cli.exits import Broke, Exit, Refusal
from app.cli.files import open_report
from app.cli.wishes import Format
from app.core.budget.limits import Limits, find_contradiction
from app.core.evaluation.outcome import Failed
from app.core.evaluation.scores import Scored, pair, score
from app.core.model import Stage
from app.core.prices import PriceTable
from app.flows.evaluation import Bench, Given, Tried, evaluate
from app.flows.judging import Judge
from app.flows.review.desk.bank import Bank
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.prompts import prompt_digests
from app.lenses import judge as judge_lens
from app.settings import Settings
from app.wiring.prices import read_price_table

CACHE = Path(".cache") / "lintel" / "eval"
"""Where outcomes are kept, below the home directory, if nothing else is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is asked of `lintel eval`. `judge` is the model that judges (None: the pinned one), unless `no_judge`."""

    data_set: Path
    repos: Path | None
    form: Format
    output: Path | None
    no_model: bool
    judge: str | None
    no_judge: bool
    record: Path | None
    replay: Path | None
    jobs: int
    fresh: bool


def run_eval(settings: Settings, wishes: Measuring) -> Exit:
    """Measure, print; raises Refusal for wrong usage or a bad data set, Broke where cases failed.

    What was scored is told in any case.
    """
    cases = read_data_set(wishes.data_set)
    prices = read_price_table(settings)
    _check(settings, prices, wishes)
    results = ResultsFile(wishes.output or _default_place(wishes.data_set), reuse=not wishes.fresh)
    notes = Console(stderr=True, highlight=False, soft_wrap=True)
    tried = asyncio.run(_evaluate(settings, prices, wishes, cases, results, notes))
    told = _gather(settings, wishes, tried)
    with open_report(None) as console:
        if wishes.form is Format.JSON:
            console.file.write(json.dumps(to_json(told), indent=2, ensure_ascii=True) + "\n")
        else:
            print_scores(told, console)
    if told.failed:
        more = f"; outcomes are kept in {results.path}: the same command tries only the failed ones again"
        raise Broke(f"{len(told.failed)} of {len(tried)} cases failed, the first: {told.failed[0].reason}{more}")
    return Exit.FINE


def _check(settings: Settings, prices: PriceTable, wishes: Measuring) -> None:
    """Raises Refusal for wishes that contradict themselves or the settings."""
    if wishes.record is not None and wishes.replay is not None:
        raise Refusal("--record and --replay exclude each other: a replay asks nobody")
    if wishes.repos is not None and not wishes.repos.is_dir():
        raise Refusal(f"--repos {wishes.repos} is no directory")
    if wishes.no_model:
        if wishes.record is not None or wishes.replay is not None:
            raise Refusal("--no-model asks nobody: leave out --record and --replay")
        return
    if wishes.replay is not None and not wishes.replay.is_dir():
        raise Refusal(f"--replay {wishes.replay} is no directory")
    if wishes.replay is None and not settings.model_configured:
        raise Refusal("no model is configured: set ANTHROPIC_API_KEY, or measure the analyzers alone with --no-model")
    limits = Limits(review=settings.review_limit)
    if (contradiction := find_contradiction(settings.models, limits, prices)) is not None:
        raise Refusal(contradiction)


def _default_place(data_set: Path) -> Path:
    """A directory of this data set's own, so that what is read at each start stays small."""
    resolved = data_set.resolve()
    return Path.home() / CACHE / f"{resolved.name}-{hashlib.sha256(str(resolved).encode()).hexdigest()[:8]}"


async def _evaluate(
    settings: Settings, prices: PriceTable, wishes: Measuring, cases: list[Given], results: ResultsFile, notes: Console
) -> list[Tried]:
    done = 0

    def watch(tried: Tried) -> None:
        nonlocal done
        done += 1
        if wishes.form is Format.TEXT:
            notes.print(f"[dim]{done:>4} of {len(cases)}[/dim]  ", end="")
            notes.print(describe(_scored(tried)))

    async with _open_model(settings, prices, wishes) as (send, till):
        model = _judge(settings, wishes)
        judge = Judge(send, model, prices) if send is not None and model is not None else None
        bench = Bench(
            desk=Desk(
                send=send,
                models=settings.models,
                monotonic=time.monotonic,
                watch=_nobody_watches,
                limit=settings.review_limit,
                prices=prices,
                bank=till,
            ),
            judge=judge,
            repos=wishes.repos,
            basis=_basis(settings, prices, wishes),
            results=results,
            at_once=wishes.jobs,
        )
        return await evaluate(cases, bench, watch)


def _nobody_watches(_step: Step, _line: str) -> None:
    """The stages of one case are of no interest."""


@asynccontextmanager
async def _open_model(
    settings: Settings, prices: PriceTable, wishes: Measuring
) -> AsyncIterator[tuple[Send | None, Bank | None]]:
    """The model to ask, and where reviews pay for it; its replies recorded, or recorded replies alone, or none."""
    if wishes.no_model:
        yield None, None
        return
    from app.wiring.model import in_form, open_till  # noqa: PLC0415 - seconds of work, for those who need it

    if wishes.replay is not None:
        yield in_form(Recorded(wishes.replay, None), settings), None
        return
    record = wishes.record
    if record is not None:
        _make(record)
    async with open_till(settings, prices, None if record is None else partial(Recorded, record)) as till:
        yield (till.unbooked, till) if till else (None, None)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"--record {directory} cannot be made: {error.strerror}") from error


def _basis(settings: Settings, prices: PriceTable, wishes: Measuring) -> dict[str, str | list[str]]:
    """What an outcome depends on beside its case. Recorded replies are others than those of a model asked now."""
    program: dict[str, str | list[str]] = {
        "version": __version__,
        "analyzers": [f"{name} {version(name)}" for name in ("ruff", "zizmor")],
    }
    if wishes.no_model:
        return {**program, "models": ""}
    source = wishes.replay or wishes.record
    return {
        **program,
        "model": settings.model,
        "models": [f"{stage} {model}" for stage, model in sorted(settings.models.items())],
        "prompts": [f"{lens} {digest}" for lens, digest in sorted(prompt_digests().items())],
        "judge": wishes.judge or "",
        "judge prompt": judge_lens.ask("", "", model="", salt="").digest,
        "limit": str(settings.review_limit.usd),
        "prices": f"{prices.as_of} {prices.source}" if prices.overridden else str(prices.as_of),
        "replies": "" if source is None else str(source.resolve()),
    }


def _judge(settings: Settings, wishes: Measuring) -> str | None:
    """The model that judges; None where place alone decides."""
    return None if wishes.no_model or wishes.no_judge else wishes.judge or settings.models[Stage.JUDGE]


def _scored(tried: Tried) -> Scored | Failed:
    return tried.end if isinstance(tried.end, Failed) else pair(tried.given.case, tried.end)


def _gather(settings: Settings, wishes: Measuring, tried: list[Tried]) -> Told:
    ends = [_scored(item) for item in tried]
    scored = [end for end in ends if isinstance(end, Scored)]
    return Told(
        data_set=wishes.data_set.resolve().name,
        version=__version__,
        model=None if wishes.no_model else settings.model,
        judge=_judge(settings, wishes),
        scored=scored,
        failed=[end for end in ends if isinstance(end, Failed)],
        kept=sum(item.kept for item in tried),
        scores=score(scored),
    )
