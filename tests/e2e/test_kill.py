"""Promise 3 with a real process: SIGKILL at any moment, start again, and GitHub looks as if nothing had happened."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.cli.stage import LOOPBACK, open_ground
from app.flows.review.desk.desk import Step
from app.hub.state import PullRequest
from app.postgres import start
from app.store.database import Database
from tests.claude_answers import Answer, Script, lens_of, planted, slow
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, call, turns_of
from tests.e2e.bot_process import BotProcess
from tests.e2e.conftest import BASE, PLANTS
from tests.e2e.town import PATIENCE_S, Town, hasty_outside, settle_repository, settle_settings
from tests.e2e.wire import WRITES, Effect, Passage, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

_numbers = itertools.count(1)


class MortalTown(Town):
    """A town whose bot is a process. `claude` is whom it asks."""

    process: BotProcess
    claude: ScriptedClaude

    async def start_bot(self) -> None:
        await self.process.start()
        self.ground.app.webhook_url = f"http://{LOOPBACK}:{self.process.port}/webhooks/github"

    async def offer(self) -> PullRequest:
        """A pull request with one critical finding, on a branch and a file of its own."""
        name = f"case{next(_numbers)}"
        return await self.propose({f"app/{name}.py": f"{name.upper()} = 5 * 0\n"}, branch=name)

    async def survive(self) -> None:
        """The bot dies, and comes again."""
        await self.until(lambda: not self.process.alive, "the bot's death")
        await self.start_bot()

    def asked(self, pull: PullRequest) -> int:
        """How often a model was asked about it."""
        return sum(f"app/{pull.head_ref}.py" in str(seen.body) for seen in self.claude.readings)

    async def group_entries(self) -> list[dict[str, Any]]:
        """The ledger entries on groups of the merge queue."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT body FROM lintel.ledger WHERE body ? 'members' ORDER BY seq")
            return [row[0] for row in await cursor.fetchall()]

    async def count_kept(self) -> int:
        """How many replies the store has."""
        async with self.database.connection() as connection:
            row = await (await connection.execute("SELECT count(*) FROM lintel.reply")).fetchone()
            return int(row[0]) if row else 0

    async def paid(self, pull: PullRequest) -> tuple[int, Decimal]:
        """The calls and the dollars of its newest review, as the review's row has them."""
        review = (await self.ledger(pull))[-1]["review"]
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT (usage -> 'calls')::int, cost_usd FROM lintel.review WHERE id = %s", [review]
            )
            ((calls, usd),) = await cursor.fetchall()
            return calls, usd

    async def assert_once(self, pull: PullRequest) -> None:
        """GitHub shows what it would show if nothing had died."""
        check = await self.assert_said_once(pull, (f"app/{pull.head_ref}.py", 1))
        assert check.conclusion == "failure"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MortalTown]:
    """One world for all cases: each has a pull request of its own."""
    path: Path = tmp_path_factory.mktemp("kill")
    wire = Wire()
    outside = hasty_outside(lambda _step, _line: None)
    with ScriptedClaude(planted(PLANTS)) as claude:
        async with open_ground(path / "github", outside, wrap=wire.wrap) as ground:
            repository = await settle_repository(ground, BASE)
            settings = settle_settings(ground, path / "lintel", claude_url=claude.base_url, dsn=None)
            process = BotProcess(settings, path / "dying")
            try:
                await process.start()
                async with Database(process.dsn) as database:
                    town = MortalTown(ground, repository, database, wire)
                    town.process, town.claude = process, claude
                    ground.app.webhook_url = f"http://{LOOPBACK}:{process.port}/webhooks/github"
                    yield town
            finally:
                await asyncio.to_thread(process.stop)
                await asyncio.to_thread(start(path / "lintel").stop)  # whatever a killed bot has left running
    assert not wire.complaints, "\n\n".join(wire.complaints[:5])


@pytest.mark.parametrize("step", Step)
async def test_killed_after_a_stage_it_goes_on_and_nothing_happens_twice(town: MortalTown, step: Step) -> None:
    town.process.dying.write_text(step.value)
    pull = await town.offer()
    await town.survive()

    await town.assert_once(pull)
    assert town.asked(pull) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before GitHub has it", "after GitHub did it"])
@pytest.mark.parametrize("write", WRITES)
async def test_killed_at_a_write_it_looks_before_it_writes_again(town: MortalTown, write: str, after: bool) -> None:
    town.trouble(*WRITES[write], _kill(town, after=after))
    pull = await town.offer()
    await town.survive()

    await town.assert_once(pull)
    assert town.asked(pull) == 1


GROUP_WRITES = {name: WRITES[name] for name in ("the check is created", "the check is completed")}


@pytest.mark.parametrize("after", [False, True], ids=["before GitHub has it", "after GitHub did it"])
@pytest.mark.parametrize("write", GROUP_WRITES)
async def test_killed_while_it_judges_a_group_it_says_it_once_and_the_queue_merges(
    town: MortalTown, write: str, after: bool
) -> None:
    name = f"group{next(_numbers)}"
    pull = await town.propose({f"app/{name}.py": "SIZE = 5\n"}, branch=name)
    await town.judged(pull)
    town.trouble(*GROUP_WRITES[write], _kill(town, after=after))
    group = await town.do(town.people.queue_together, [pull], by="mona")
    await town.survive()
    await town.at_rest()

    (check,) = town.people.state.check_runs_of(group.repository, group.head_sha)
    (entry,) = [body for body in await town.group_entries() if body["head_sha"] == group.head_sha]
    assert (check.conclusion, entry["conclusion"]) == ("success", "success")
    assert check.external_id.startswith(f"lintel1:{entry['review']}:")
    assert await town.do(town.people.proceed, group) == ""


async def test_killed_while_the_model_answers_it_asks_once_more_and_says_it_once(town: MortalTown) -> None:
    gate, script = threading.Event(), town.claude.script
    town.claude.script = lambda _: slow(gate)
    pull = await town.offer()
    await town.until(lambda: town.asked(pull), "a question")
    await town.do(town.process.kill)
    town.claude.script = script
    await town.survive()

    await town.assert_once(pull)
    assert town.asked(pull) == 2


async def test_killed_between_two_turns_it_goes_on_where_it_was(town: MortalTown) -> None:
    gate, script = threading.Event(), town.claude.script

    def look_first(body: dict[str, Any], then: Script) -> Answer:
        reads = lens_of(body).startswith("correctness")
        return asks(call("list_dir", path="."), thinking="Where am I?") if reads and not turns_of(body) else then(body)

    town.claude.script = lambda body: look_first(body, lambda _: slow(gate))
    pull = await town.offer()
    await town.until(lambda: town.asked(pull) == 2, "the second turn")
    await town.do(town.process.kill)
    town.claude.script = lambda body: look_first(body, script)
    await town.survive()

    await town.assert_once(pull)
    assert [turns_of(seen.body) for seen in town.claude.readings[-3:]] == [0, 1, 1]
    assert town.asked(pull) == 3
    assert (await town.paid(pull))[0] >= 2
    town.claude.script = script


async def test_killed_twice_in_one_review_it_still_says_everything_once(town: MortalTown) -> None:
    town.process.dying.write_text(Step.READ)
    pull = await town.offer()
    await town.until(lambda: not town.process.alive, "the first death")
    town.process.dying.write_text(Step.COMMENTED)
    await town.start_bot()
    await town.survive()

    await town.assert_once(pull)
    assert town.asked(pull) == 1


async def test_what_was_paid_before_a_death_is_told_with_the_rest(town: MortalTown) -> None:
    town.process.dying.write_text(Step.READ)
    pull = await town.offer()
    await town.survive()
    await town.judged(pull)

    calls, usd = await town.paid(pull)
    made = sum(f"app/{pull.head_ref}.py" in str(seen.body) for seen in (*town.claude.requests, *town.claude.asides))
    assert calls == made > 0
    assert f"{calls} calls: " in town.summary(pull)
    assert f"\\${usd:.4f} of at most" in town.summary(pull)
    assert "from memory" not in town.summary(pull)


async def test_a_call_that_died_with_its_process_counts_with_the_most_it_could_cost(town: MortalTown) -> None:
    gate, script = threading.Event(), town.claude.script
    town.claude.script = lambda _: slow(gate)
    pull = await town.offer()
    await town.until(lambda: town.asked(pull), "a question")
    await town.do(town.process.kill)
    town.claude.script = script
    await town.survive()
    await town.judged(pull)
    await town.tell(pull, "/lintel cost")

    (answer,) = town.answers(pull)
    assert "without an end that anybody saw: counted with the most that they could cost." in answer
    _, usd = await town.paid(pull)
    assert usd > Decimal("0.1")
    assert f"\\${usd:.4f}" in answer


async def test_killed_before_it_could_think_of_it_a_head_that_a_limit_held_up_is_looked_at_again(
    town: MortalTown,
) -> None:
    script, town.claude.script = town.claude.script, lambda _: Answer(status=529, error_type="overloaded_error")
    town.process.dying.write_text(Step.FINISHED)
    pull = await town.offer()
    await town.survive()
    assert (await town.judged(pull)).conclusion == "action_required"

    town.claude.script = script
    await town.ten_minutes_later()
    assert (await town.judged(pull)).conclusion == "failure"


async def test_a_push_while_it_is_dead_is_judged_and_the_old_head_is_cancelled(town: MortalTown) -> None:
    town.process.dying.write_text(Step.COMMENTED)
    pull = await town.offer()
    await town.until(lambda: not town.process.alive, "the bot's death")
    old = pull.head_sha
    await town.commit(pull.head_ref, {f"app/{pull.head_ref}.py": "RATE = 5\n"})
    await town.people.settle()
    await town.start_bot()

    assert (await town.judged(pull)).conclusion == "success"
    assert [run.conclusion for run in town.checks(pull, old)] == ["cancelled"]


def _kill(town: MortalTown, *, after: bool) -> Effect:
    """SIGKILL for the bot on either side of what GitHub does; it never hears the answer."""

    async def act(passage: Passage) -> None:
        if after:
            await passage.forward()
        await town.do(town.process.kill)
        await passage.cut()

    return act


async def test_killed_between_two_chunks_it_cuts_the_change_as_before_though_the_token_rate_has_moved(
    town: MortalTown,
) -> None:
    gate, script, kept = threading.Event(), town.claude.script, await town.count_kept()
    town.claude.script = lambda body: slow(gate) if "value03999" in str(body) else script(body)
    rows = [f"const value{number:05} = compute({number}, 3);" for number in range(4_000)]
    pull = await town.propose({"web/long.ts": "\n".join(rows)}, branch="long")

    def asked() -> list[str]:
        return [str(seen.body) for seen in town.claude.readings if "web/long.ts" in str(seen.body)]

    await town.until(lambda: len(asked()) == 2, "both questions")
    async with asyncio.timeout(PATIENCE_S):
        # The map, the summary, and what three lenses say of the first chunk.
        while await town.count_kept() < kept + 5:
            await asyncio.sleep(0.02)
    await town.do(town.process.kill)
    town.claude.script = script
    async with town.database.transaction() as connection:
        await connection.execute("UPDATE lintel.token_rate SET centibytes = 600")
    await town.survive()

    assert (await town.judged(pull)).conclusion == "success"
    assert len(asked()) == 3
    assert sum("value03999" in body for body in asked()) == 2
    assert len(set(asked())) == 2
