"""Every command in every state of a pull request. Each story ends with whether the change can be merged now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.hub.state import PullRequest
from app.hub.world import World
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import mergeable
from tests.e2e.test_asking import answering, says
from tests.e2e.test_decisions import block, entries
from tests.e2e.town import Town

ANSWERS = {
    "help": "At the start of a line",
    "status": "**failure** on `HEAD`",
    "cost": "The newest review is of head `HEAD`.",
    "config": "In force for pull requests into `main`",
    "explain F1": "🟥 **F1 · critical** · The total is always zero",
    "ask why?": "It is so.",
    "fix F1": "I have no suggestion for F1",
    "pause": "Paused.",
    "resume": "Automatic reviews go on.",
    "dismiss F1 it is fine": "Recorded. F1 no longer counts",
    "override HEAD it must go out": "Recorded. `HEAD` passes into `main`",
    "review": "",
}
"""What an open one is answered to each command, HEAD being its head; a review is its own answer."""

DRAFT = ANSWERS | {"review": "It is a draft: it is reviewed when it is ready"}
CLOSED = ANSWERS | {
    "ask why?": "The pull request is closed: no model is asked",
    "fix F1": "The pull request is closed: no model is asked",
    "override HEAD it must go out": "The pull request is closed: there is nothing to let pass.",
    "review": "The pull request is closed: it is reviewed when it is opened again.",
}
UNSAID = dict.fromkeys(ANSWERS, "")
"""GitHub lets only collaborators speak where a conversation is locked."""

Act = Callable[..., Any]


@pytest.mark.parametrize(
    ("leave", "back", "answers", "overridden"),
    [
        (None, None, ANSWERS, True),
        (World.convert_to_draft, World.ready_for_review, DRAFT, True),
        (World.close_pull, World.reopen, CLOSED, False),
        (World.lock, None, UNSAID, True),
    ],
    ids=["open", "draft", "closed", "locked"],
)
async def test_every_command_is_performed_or_refused_as_its_state_allows(
    guarded: Town,
    claude: ScriptedClaude,
    leave: Act | None,
    back: Act | None,
    answers: dict[str, str],
    overridden: bool,
) -> None:
    claude.script = answering(says(("It is so.", [])))
    pull = await block(guarded)
    await take(guarded, pull, leave)
    head = pull.head_sha[:12]
    commands = "\n".join(f"/lintel {words}" for words in ANSWERS)
    await guarded.tell(pull, commands.replace("HEAD", head), by="boss")

    heard = [answer.replace(head, "HEAD") for answer in guarded.answers(pull)]
    expected = [words for words in answers.values() if words]
    assert [line.startswith(words) for line, words in zip(heard, expected, strict=True)] == [True] * len(expected)
    kept = {kind: len(await entries(guarded, kind)) for kind in ("pause", "resume", "dismiss", "override")}
    assert kept == {"pause": 1, "resume": 1, "dismiss": 1, "override": int(overridden)}
    assert mergeable(guarded, pull) is (back is None)
    await take(guarded, pull, back)
    assert mergeable(guarded, pull)


async def take(town: Town, pull: PullRequest, act: Act | None) -> None:
    """Somebody changes its state, and the bot has done what there is to do about it."""
    if act is not None:
        await town.do(act, town.people, pull, by="mona")
        await town.at_rest()
