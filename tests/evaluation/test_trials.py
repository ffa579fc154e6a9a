"""Cases side by side: how many at once, what one that breaks does to the others, what is left when all ends."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.core.evaluation.case import read_case
from app.core.evaluation.outcome import Failed, Outcome
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.flows.evaluation import Bench, Given, Tried, evaluate
from app.flows.review.desk.desk import Desk
from app.settings import Settings
from tests.claude.world import a_reply
from tests.claude_answers import is_aside, write_aside

NOTHING = '{"findings": []}'


@dataclass
class Notebook:
    """Outcomes in memory; the disk is full when told so."""

    kept: dict[str, Outcome] = field(default_factory=dict)
    full: bool = False

    def get(self, key: str) -> Outcome | None:
        return self.kept.get(key)

    def put(self, key: str, outcome: Outcome) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.kept[key] = outcome


@dataclass
class Model:
    """Finds nothing; breaks at a word, waits at a gate."""

    gate: asyncio.Event | None = None
    running: int = 0
    most: int = 0
    errors: Mapping[str, Exception] = field(default_factory=dict)

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        del on_start
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if self.gate is not None:
                await self.gate.wait()
            asked = "".join(block.text for block in request.blocks)
            for word, error in self.errors.items():
                if word in asked:
                    raise error
        finally:
            self.running -= 1
        aside = {"system": request.system[0].text}
        return a_reply(request, write_aside(aside).text if is_aside(aside) else NOTHING)


def a_case(directory: Path, name: str) -> Given:
    folder = directory / name
    folder.mkdir()
    write_patch(folder, name, f"{name} = 1")
    text = json.dumps({"repo": None, "base": None, "head": None, "expect": []})
    return Given(read_case(text, name), folder, text)


def write_patch(folder: Path, name: str, line: str) -> None:
    head = f"diff --git a/{name}.py b/{name}.py\nnew file mode 100644\n--- /dev/null\n+++ b/{name}.py\n"
    (folder / "diff.patch").write_text(f"{head}@@ -0,0 +1 @@\n+{line}\n", encoding="utf-8")


def a_bench(model: Model, results: Notebook, at_once: int = 2) -> Bench:
    settings = Settings(_env_file=None)
    desk = Desk(send=model, models=settings.models, monotonic=lambda: 0.0, watch=lambda *_: None)
    return Bench(desk=desk, judge=None, repos=None, basis={}, results=results, at_once=at_once)


def reason(tried: Tried) -> str:
    assert isinstance(tried.end, Failed)
    return tried.end.reason


async def test_no_more_cases_run_than_asked_for_and_each_is_told_once(tmp_path: Path) -> None:
    cases = [a_case(tmp_path, f"c{number}") for number in range(5)]
    model = Model(gate=asyncio.Event())
    told: list[str] = []
    running = asyncio.create_task(
        evaluate(cases, a_bench(model, Notebook()), lambda tried: told.append(tried.given.case.name))
    )
    async with asyncio.timeout(20):
        while model.running < 2:
            await asyncio.sleep(0.005)
        assert model.gate is not None
        model.gate.set()
        tried = await running
    assert model.most == 2
    assert sorted(told) == [item.given.case.name for item in tried] == ["c0", "c1", "c2", "c3", "c4"]


async def test_a_case_that_breaks_is_named_and_leaves_the_others_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cases = [a_case(tmp_path, name) for name in ("bad", "dear", "fine")]
    spent = ModelFailed(Failure(FailureKind.SPEND_LIMIT, "no money", passing=True))
    model = Model(errors={"bad = 1": ZeroDivisionError("of its own"), "dear = 1": spent})
    results = Notebook()
    bad, dear, fine = await evaluate(cases, a_bench(model, results), lambda _: None)
    assert reason(bad) == "it broke: ZeroDivisionError: of its own"
    assert "case bad broke" in caplog.text
    assert reason(dear).startswith("not all of it was reviewed: 1 changed line: the spend limit")
    assert isinstance(fine.end, Outcome)
    assert [outcome.case for outcome in results.kept.values()] == ["fine"]


async def test_an_outcome_is_kept_for_as_long_as_nothing_that_it_depends_on_differs(tmp_path: Path) -> None:
    given = a_case(tmp_path, "one")
    results = Notebook()

    async def is_kept(given: Given, **basis: str) -> bool:
        [tried] = await evaluate([given], replace(a_bench(Model(), results), basis=basis), lambda _: None)
        assert isinstance(tried.end, Outcome)
        return tried.kept

    assert not await is_kept(given, models="a")
    assert await is_kept(given, models="a")
    assert not await is_kept(given, models="b")
    assert not await is_kept(replace(given, text=f"{given.text} "), models="a")
    write_patch(given.directory, "one", "two = 2")
    assert not await is_kept(given, models="a")
    assert await is_kept(given, models="a")


async def test_a_full_disk_ends_the_run_because_nothing_would_be_kept(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        await evaluate([a_case(tmp_path, "one")], a_bench(Model(), Notebook(full=True)), lambda _: None)


async def test_an_end_from_outside_leaves_no_question_open(tmp_path: Path) -> None:
    cases = [a_case(tmp_path, f"c{number}") for number in range(3)]
    model = Model(gate=asyncio.Event())
    running = asyncio.create_task(evaluate(cases, a_bench(model, Notebook()), lambda _: None))
    async with asyncio.timeout(20):
        while model.running < 2:
            await asyncio.sleep(0.005)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert model.running == 0
