"""How chunks and lenses are asked: who goes ahead, what is repeated, what an error ends. Nothing here takes time."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.change.chunking import plan_review
from app.core.gate.policy import Policy
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request, Stage, Usage
from app.core.prices import DEFAULT_MODELS
from app.core.report.progress import Progress
from app.core.secrecy.redaction import redact_patch
from app.flows.review.change.change import Change
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.forge import History
from app.flows.review.reading import chunks as stage
from app.flows.review.reading.chunks import Reading, read_chunks
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.build import a_snapshot
from tests.claude_answers import finding
from tests.repo.world import make_repository

LENSES = ("correctness", "contracts", "security")
CHUNKS = 3
Behave = Callable[[Request], Awaitable[dict[str, Any]]]


@pytest.fixture
async def change(tmp_path: Path) -> Change:
    """A change of three chunks, one file in each."""
    repository = make_repository(tmp_path / "shop")
    base = repository.commit({"README.md": "# Shop\n"})
    rows = {f"m{number}.ts": [f"const v{number}_{row} = f({row});" for row in range(40)] for number in range(CHUNKS)}
    head = repository.commit({path: "\n".join([*lines, ""]) for path, lines in rows.items()})
    store = GitStore(repository.git_dir)
    patch = await read_patch(store, base, head)
    redacted = redact_patch(patch)
    plan = plan_review(redacted.patch, target_tokens=450)
    assert sorted(chunk.paths for chunk in plan.chunks) == [(path,) for path in rows]
    snapshot = a_snapshot(number=0, merge_base=base, head_sha=head)
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan)


class Model:
    """Counts who asks, and does what the test says with each question of a lens."""

    def __init__(self, behave: Behave) -> None:
        self.behave = behave
        self.asked: list[tuple[str, int]] = []
        self.ended = 0

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        if request.stage is Stage.BRIEF:
            return a_reply(request, {"files": [], "whole": "All."})
        self.asked.append((request.lens, chunk_of(request)))
        try:
            if on_start is not None:
                on_start()
            return a_reply(request, await self.behave(request))
        finally:
            self.ended += 1


def chunk_of(request: Request) -> int:
    """The number of the file that is shown first."""
    return next(number for number in range(CHUNKS) if f"const v{number}_" in request.blocks[-2].text)


def a_reply(request: Request, told: dict[str, Any]) -> Reply:
    return Reply(
        digest=request.digest,
        text=json.dumps(told),
        model=request.model,
        stop_reason="end_turn",
        usage=Usage(calls=1),
        request_id="",
        seconds=0.0,
    )


def found(*items: dict[str, Any]) -> dict[str, Any]:
    return {"findings": list(items), "rules_checked": []}


async def nothing(_: Request) -> dict[str, Any]:
    return found()


async def read(change: Change, model: Model, told: list[Progress] | None = None) -> Reading:
    async def tell(progress: Progress) -> None:
        if told is not None:
            told.append(progress)

    desk = Desk(send=model, models=DEFAULT_MODELS, monotonic=lambda: 0.0, watch=_nobody_watches)
    return await read_chunks(desk, change, Policy(), History(), tell)


def _nobody_watches(_step: Step, _line: str) -> None:
    """Nobody."""


async def test_every_lens_asks_about_every_chunk_once_the_first_of_them_ahead_of_all(change: Change) -> None:
    gate, model = asyncio.Event(), Model(nothing)

    async def hold_before_it_begins(request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        if request.stage is Stage.LENS and not model.asked:
            model.asked.append((request.lens, chunk_of(request)))
            await gate.wait()
            return a_reply(request, found())
        return await model(request, on_start=on_start)

    desk = Desk(send=hold_before_it_begins, models=DEFAULT_MODELS, monotonic=lambda: 0.0, watch=_nobody_watches)
    task = asyncio.create_task(read_chunks(desk, change, Policy(), History(), _nobody_is_told))
    async with asyncio.timeout(10):
        while not model.asked:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(model.asked) == 1
        gate.set()
        reading = await task
    assert reading.unread == {}
    assert Counter(model.asked) == {(lens, chunk): 1 for lens in LENSES for chunk in range(CHUNKS)}


async def test_claims_stand_in_the_order_of_chunks_and_lenses_however_replies_arrive(change: Change) -> None:
    later: list[asyncio.Event] = []

    async def last_come_first_served(request: Request) -> dict[str, Any]:
        gate = asyncio.Event()
        later.append(gate)
        if len(later) == len(LENSES) * CHUNKS:
            for other in later:
                other.set()
        await gate.wait()
        chunk, name = chunk_of(request), request.lens
        for _ in range(50 * (len(LENSES) * CHUNKS - len(later)) + LENSES.index(name)):
            await asyncio.sleep(0)
        return found(finding(path=f"m{chunk}.ts", quote=f"const v{chunk}_1 = f(1);", title=name))

    reading = await read(change, Model(last_come_first_served))
    order = [chunk.paths[0] for chunk in change.plan.chunks]
    assert [(claim.path, claim.title) for claim in reading.claims] == [
        (path, lens) for path in order for lens in LENSES
    ]
    assert all(claim.lenses == (claim.title,) and claim.origin is not None for claim in reading.claims)


async def test_what_is_not_in_the_agreed_form_is_asked_once_more_by_that_lens_alone(change: Change) -> None:
    async def babble(request: Request) -> dict[str, Any]:
        return {"no": "findings"} if (request.lens, chunk_of(request)) == ("contracts", 1) else found()

    model = Model(babble)
    reading = await read(change, model)
    (number,) = [chunk.number for chunk in change.plan.chunks if chunk.paths == ("m1.ts",)]
    assert reading.unread == {number: "the contracts lens: the model's reply was not in the agreed form"}
    assert {key: times for key, times in Counter(model.asked).items() if times > 1} == {("contracts", 1): 2}
    assert not reading.passing


async def test_a_lens_whose_answer_is_too_long_asks_about_halves_and_the_others_do_not(change: Change) -> None:
    async def write_too_much(request: Request) -> dict[str, Any]:
        shown = request.blocks[-2].text
        if request.lens == "security" and "const v2_1 " in shown and "const v2_39 " in shown:
            raise ModelFailed(Failure(FailureKind.TRUNCATED, "cut", passing=False))
        return found()

    model = Model(write_too_much)
    reading = await read(change, model)
    assert reading.unread == {}
    assert {key: times for key, times in Counter(model.asked).items() if times > 1} == {("security", 2): 3}


async def test_two_lenses_that_fail_for_their_own_reasons_are_both_named(change: Change) -> None:
    async def fail(request: Request) -> dict[str, Any]:
        kinds = {"contracts": FailureKind.OVERLOADED, "security": FailureKind.REFUSED}
        if chunk_of(request) == 0 and request.lens in kinds:
            kind = kinds[request.lens]
            raise ModelFailed(Failure(kind, "scripted", passing=kind is FailureKind.OVERLOADED))
        return found()

    reading = await read(change, Model(fail))
    assert list(reading.unread.values()) == [
        "the contracts lens: the model was overloaded; the security lens: the model declined to answer"
    ]
    assert not reading.passing


async def test_an_error_that_is_no_failure_of_a_model_ends_all_questions_as_it_is(change: Change) -> None:
    class StoreGone(Exception):
        pass

    async def break_down(request: Request) -> dict[str, Any]:
        if len(model.asked) == 5:
            raise StoreGone
        await asyncio.Event().wait()
        return found()

    model = Model(break_down)
    with pytest.raises(StoreGone):
        await asyncio.wait_for(read(change, model), 10)
    assert model.ended == len(model.asked) >= 5


async def test_progress_counts_the_questions_that_are_answered(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "PROGRESS_S", 0.001)
    told: list[Progress] = []

    async def hold_the_last(request: Request) -> dict[str, Any]:
        if (request.lens, chunk_of(request)) == ("security", 2):
            while not told or told[-1].answered < len(LENSES) * CHUNKS - 1:
                await asyncio.sleep(0)
        return found()

    await asyncio.wait_for(read(change, Model(hold_the_last), told), 10)
    assert {progress.questions for progress in told} == {9}
    counts = [progress.answered for progress in told]
    assert counts == sorted(set(counts))
    assert 8 in counts


async def _nobody_is_told(_progress: Progress) -> None:
    """Nobody."""
