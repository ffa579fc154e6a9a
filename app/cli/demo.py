"""`lintel demo`: the whole main job on this machine, with nothing configured."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from app.architecture.picture.reading import read_mermaid
from app.architecture.picture.svg import draw_svg
from app.cli.exits import Exit, Refusal
from app.cli.shown import shown
from app.cli.stage import SLUG, Ground, add_repository, open_ground, run_bot, settings_for
from app.core.text.plural import count
from app.flows.review.desk.desk import Step
from app.hub.accounts import Repository
from app.hub.page import page_routes, render_static
from app.hub.sample import read_sample
from app.hub.state import PullRequest
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import open_range
from app.settings import Settings
from app.wiring.bot import Outside

PATIENCE_S = 600.0
"""How long `--once` waits for the review to be published."""

AUTHOR = "hubert"
BASE_BRANCH, HEAD_BRANCH = "main", "change"
MAX_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What to review: a range of the repository in `directory`, or the bundled pull request if it is None."""

    directory: Path | None = None
    base: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A change that stands on the local GitHub, and the words of its pull request."""

    repository: Repository
    title: str
    body: str


def run_demo(settings: Settings, sample: Sample, *, once: bool, port: int) -> Exit:
    """Run it. Raises Refusal for a range that cannot be shown."""
    if sample.directory is None and (sample.base or sample.head):
        raise Refusal("--base and --head need a DIR: name a git repository")
    try:
        return asyncio.run(_demo(settings, sample, once=once, port=port))
    except KeyboardInterrupt:
        # The usual way to end a page that is kept open.
        return Exit.BROKEN if once else Exit.FINE
    except (LocalRangeError, GitError) as error:
        raise Refusal(str(error)) from error


class _Teller:
    """Prints what happens as it happens, and knows when the review is finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.finished = asyncio.Event()

    def say(self, who: str, line: str) -> None:
        """One line of the story; `line` may hold text from the change."""
        self._console.print(f"[bold cyan]{who:>8}[/]  ", end="")
        self._console.print(shown(line))

    def watch(self, step: Step, line: str) -> None:
        """A stage of the review has ended."""
        self.say("lintel", f"{step.value}: {line}")
        if step is Step.FINISHED:
            self.finished.set()


async def _demo(settings: Settings, sample: Sample, *, once: bool, port: int) -> Exit:
    # The story is told by the teller; what is logged beside it is only what went wrong.
    logging.getLogger("app").setLevel(max(logging.WARNING, logging.getLogger("app").level))
    teller = _Teller(Console(highlight=False, soft_wrap=True))
    # The local GitHub has no secondary limits to spare: a second between two writes would only be a wait.
    outside = Outside(watch=teller.watch)
    outside = dataclasses.replace(outside, github=dataclasses.replace(outside.github, sleep=_hurry))
    with tempfile.TemporaryDirectory(prefix="lintel-demo-") as scratch:
        folder = Path(scratch)
        async with (
            open_ground(folder / "github", outside, port=port, pages=partial(page_routes, draw=_draw)) as ground,
            _offer(ground, sample) as offer,
        ):
            teller.say("github", f"a local GitHub serves {ground.server.url}")
            async with run_bot(ground, settings_for(ground, settings, folder / "lintel"), outside):
                pull = await _open_pull(ground, offer)
                teller.say("github", f"pull request #{pull.number} is open; its webhook is signed and delivered")
                async with asyncio.timeout(PATIENCE_S):
                    await teller.finished.wait()
                await ground.world.settle()
                return await _look(teller, ground, pull, settings.data_dir, once=once)


async def _look(teller: _Teller, ground: Ground, pull: PullRequest, data_dir: Path, *, once: bool) -> Exit:
    """Show the result; without `once` keep everything running until somebody interrupts."""
    code = _tell_result(teller, ground, pull)
    kept = await _keep_page(ground, pull, data_dir)
    teller.say("look at", str(kept))
    if once:
        teller.say("", "`lintel demo` without --once keeps the page open for commands")
        return code
    teller.say("open", f"{ground.server.url}/{pull.repository.full_name}/pull/{pull.number}")
    teller.say("", "type /lintel help there; Ctrl-C ends everything")
    await asyncio.Event().wait()
    return code


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.02))


@asynccontextmanager
async def _offer(ground: Ground, sample: Sample) -> AsyncIterator[_Offer]:
    """The repository on the local GitHub with base and head branch, and the words that offer the change."""
    if sample.directory is None:
        repository = await asyncio.to_thread(_bundled, ground)
        yield _Offer(
            repository=repository,
            title="Search shipments and print labels",
            body="Adds a search, marks shipments as handed over, sends them elsewhere, and prints a label for each.",
        )
        return
    async with open_range(sample.directory, base=sample.base, head=sample.head) as found:
        branches = {BASE_BRANCH: found.base_sha, HEAD_BRANCH: found.head_sha}
        name = _repository_name(sample.directory)
        repository = await asyncio.to_thread(add_repository, ground, name, sample.directory, branches, BASE_BRANCH)
        subject = await found.store.run(("log", "-1", "--format=%s", found.head_sha))
        title = subject.decode("utf-8", "replace").strip()[:MAX_TITLE]
        yield _Offer(repository=repository, title=title or HEAD_BRANCH, body="")


def _bundled(ground: Ground) -> Repository:
    repository = add_repository(ground, "parcel", None, {}, BASE_BRANCH)
    trees = read_sample()
    ground.world.commit(repository, BASE_BRANCH, dict(trees.base), by="mona", message="Parcels, shipments, labels")
    gone = dict.fromkeys(trees.base.keys() - trees.head.keys())
    ground.world.commit(repository, HEAD_BRANCH, {**trees.head, **gone}, by=AUTHOR, message="Search and label parcels")
    return repository


def _repository_name(directory: Path) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in directory.resolve().name)
    return kept.strip("-")[:60] or "repository"


async def _open_pull(ground: Ground, offer: _Offer) -> PullRequest:
    return await asyncio.to_thread(
        ground.world.open_pull,
        offer.repository,
        HEAD_BRANCH,
        by=AUTHOR,
        base=BASE_BRANCH,
        title=offer.title,
        body=offer.body,
    )


async def _keep_page(ground: Ground, pull: PullRequest, data_dir: Path) -> Path:
    """The page as one file that can be looked at later."""
    html = await asyncio.to_thread(render_static, ground.world, pull, _draw)
    path = (data_dir / "demo" / "pull-request.html").absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path


def _draw(mermaid: str) -> str | None:
    """The picture of a summary, as GitHub would draw it from its text."""
    drawing = read_mermaid(mermaid)
    return None if drawing is None else draw_svg(drawing, "The modules that this change touches")


def _tell_result(teller: _Teller, ground: Ground, pull: PullRequest) -> Exit:
    """Say what stands on the local GitHub now; FINE only if a completed check and a review with line comments do."""
    state = ground.world.state
    checks = [run for run in state.check_runs_of(pull.repository, pull.head_sha) if run.app.slug == SLUG]
    comments = [item for item in state.review_comments_of(pull) if item.author.login == ground.app.bot.login]
    reviews = [item for item in state.reviews_of(pull) if item.author.login == ground.app.bot.login]
    for run in checks:
        teller.say("check", f"{run.name}: {run.conclusion or run.status}: {run.title}")
    teller.say("review", f"{count(len(reviews), 'review')} with {count(len(comments), 'line comment')}")
    if not any(run.status == "completed" for run in checks):
        return Exit.BROKEN
    return Exit.FINE if comments else Exit.GATE
