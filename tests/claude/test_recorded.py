from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.claude.client import Claude
from app.claude.memory.recorded import Recorded, RecordUnreadable, ReplyNotRecorded
from app.core.model import ModelFailed, Reply, Request
from tests.claude.world import a_reply, ask_for
from tests.claude_answers import findings, unauthorized
from tests.claude_server import ScriptedClaude

Dial = Callable[..., Claude]


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_a_recorded_reply_is_given_again_with_what_it_cost(dial: Dial, tmp_path: Path) -> None:
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            paid = await Recorded(tmp_path, claude.send)(ask_for())
    again = await Recorded(tmp_path, None)(ask_for())
    assert again == paid
    assert (again.usage.calls, again.stored) == (1, False)
    assert names_in(tmp_path) == [f"{paid.digest}.json"]


async def test_odd_characters_of_a_reply_survive(tmp_path: Path) -> None:
    async def send(request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        del on_start
        return a_reply(request, "\ud800\n\u202eé")

    recorded = await Recorded(tmp_path, send)(ask_for())
    assert await Recorded(tmp_path, None)(ask_for()) == recorded


async def test_a_failure_is_not_recorded(dial: Dial, tmp_path: Path) -> None:
    with ScriptedClaude(lambda _: unauthorized()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed):
                await Recorded(tmp_path, claude.send)(ask_for())
    assert names_in(tmp_path) == []


async def test_a_replay_fails_by_name_where_nothing_was_recorded(tmp_path: Path) -> None:
    with pytest.raises(ReplyNotRecorded, match=ask_for().digest):
        await Recorded(tmp_path, None)(ask_for())


async def test_a_damaged_record_is_not_taken_for_none(tmp_path: Path) -> None:
    async def send(request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        del on_start
        return a_reply(request)

    await Recorded(tmp_path, send)(ask_for())
    file = tmp_path / f"{ask_for().digest}.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:40])
    with pytest.raises(RecordUnreadable, match=r"cannot be read"):
        await Recorded(tmp_path, send)(ask_for())
    file.write_bytes(whole.replace(ask_for().digest.encode(), b"0" * 64))
    with pytest.raises(RecordUnreadable, match="answers another request"):
        await Recorded(tmp_path, send)(ask_for())
