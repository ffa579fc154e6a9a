"""A town to tell stories in: a local GitHub, the whole bot, a scripted Claude, joined by sockets. No sleeps."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp

from app.claude.retries import Retries
from app.cli.stage import Ground, add_repository, open_ground, run_bot, settings_for
from app.flows.desk import Step
from app.hub.accounts import Repository
from app.hub.state import CheckRun, IssueComment, PullRequest, Review, ReviewComment
from app.jobs.worker import Pace
from app.settings import Settings
from app.wiring import Bot, Outside

QUICK = Pace(poll_s=0.05, heartbeat_s=0.2, stalled_s=1.0, rescue_s=0.2, grace_s=1.0)
PATIENCE_S = 30.0
OTHER_ENVIRONMENT = {"_env_file": None}


@dataclass
class Town:
    """Stories act through `people` and look through the rest."""

    ground: Ground
    repository: Repository
    bot: Bot
    steps: list[tuple[Step, str]] = field(default_factory=list)

    @property
    def people(self):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the hub's own World
        return self.ground.world

    async def commit(self, branch: str, files: Mapping[str, str | None], *, by: str = "hubert") -> str:
        content = {path: None if text is None else text.encode() for path, text in files.items()}
        return await asyncio.to_thread(self.people.commit, self.repository, branch, content, by=by)

    async def open_pull(self, head: str = "change", *, by: str = "hubert", **more: object) -> PullRequest:
        return await asyncio.to_thread(self.people.open_pull, self.repository, head, by=by, **more)

    async def do(self, action: Callable[..., object], *args: object, **kwargs: object) -> object:
        return await asyncio.to_thread(action, *args, **kwargs)

    def checks(self, pull: PullRequest, sha: str | None = None) -> list[CheckRun]:
        runs = self.people.state.check_runs_of(pull.repository, sha or pull.head_sha)
        return [run for run in runs if run.app is self.ground.app]

    def comments(self, pull: PullRequest) -> list[ReviewComment]:
        return [item for item in self.people.state.review_comments_of(pull) if item.author is self.ground.app.bot]

    def reviews(self, pull: PullRequest) -> list[Review]:
        return [item for item in self.people.state.reviews_of(pull) if item.author is self.ground.app.bot]

    def said(self, pull: PullRequest) -> list[IssueComment]:
        return [item for item in self.people.state.comments_of(pull) if item.author is self.ground.app.bot]

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait for a state; fail with what stands instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it never came to: {what or holds}; steps: {self.steps[-6:]}") from None

    async def judged(self, pull: PullRequest, sha: str | None = None) -> CheckRun:
        """The completed check of a head, when the bot has come to rest."""
        head = sha or pull.head_sha
        await self.until(
            lambda: self.checks(pull, head) and all(run.status == "completed" for run in self.checks(pull, head)),
            f"a completed check on {head[:12]}",
        )
        await self.at_rest()
        return self.checks(pull, head)[-1]

    async def at_rest(self) -> None:
        """Every delivery is answered, and no job waits or runs."""
        await self.people.settle()
        async with asyncio.timeout(PATIENCE_S):
            while await self._busy():
                await asyncio.sleep(0.02)
        await self.people.settle()

    async def _busy(self) -> bool:
        async with self.bot.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name NOT LIKE 'lintel.%' LIMIT 1"
            )
            return await cursor.fetchone() is not None


async def _no_pause(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


@asynccontextmanager
async def open_town(
    tmp_path: Path,
    files: Mapping[str, str],
    *,
    claude_url: str | None = None,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    pace: Pace = QUICK,
    watch: Callable[[Step, str], None] | None = None,
) -> AsyncIterator[Town]:
    steps: list[tuple[Step, str]] = []

    def note(step: Step, line: str) -> None:
        steps.append((step, line))
        if watch is not None:
            watch(step, line)

    outside = Outside(watch=note, claude=Retries(jitter=lambda: 0.0, sleep=_no_pause))
    outside = dataclasses.replace(outside, github=dataclasses.replace(outside.github, sleep=_no_pause))
    base = Settings(_env_file=None, anthropic_api_key=None, anthropic_base_url=None).model_copy(  # type: ignore[call-arg]
        update={"anthropic_base_url": claude_url}
    )
    async with open_ground(tmp_path / "github", outside, wrap=wrap) as ground:
        repository = await asyncio.to_thread(add_repository, ground, "shop", None, {}, "main")
        await asyncio.to_thread(
            ground.world.commit, repository, "main", {p: t.encode() for p, t in files.items()}, by="mona"
        )
        async with run_bot(ground, settings_for(ground, base, tmp_path / "lintel"), outside, pace=pace) as bot:
            yield Town(ground, repository, bot, steps)
