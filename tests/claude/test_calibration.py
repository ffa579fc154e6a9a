from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.claude.calibration import Calibrated, NotRecorded, Sample
from app.claude.client import Claude
from app.claude.exploring import Explored
from app.claude.memory.memo import Remembered
from app.core.change.tokens import count_request_bytes
from app.core.model import ModelFailed
from tests.claude.shelves import Shelves, read
from tests.claude.world import Shelf, ask_for
from tests.claude_answers import End, ends, findings, in_turn, refusal
from tests.claude_server import ScriptedClaude
from tests.claude_tools import asks, by_turn

Dial = Callable[..., Claude]


class Notebook:
    """Samples in the order of arrival; torn when told to be."""

    def __init__(self, shelf: Shelf) -> None:
        self.samples: list[Sample] = []
        self.torn = False
        self._shelf = shelf

    async def __call__(self, sample: Sample) -> None:
        assert self._shelf.kept, "a reply is kept before anything else is waited for"
        if self.torn:
            raise NotRecorded("StoreUnavailable")
        self.samples.append(sample)


async def test_a_real_reply_tells_the_bytes_sent_and_all_input_tokens_once(dial: Dial) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    request = ask_for("DIFF " * 2_000, system="Review. " * 1_000)
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            send = Calibrated(Remembered(claude.send, shelf), notebook)
            reply = await send(request)
            assert reply.usage.cache_write_tokens > 0
            stored = await send(request)
    assert stored.stored
    tokens = reply.usage.input_tokens + reply.usage.cache_write_tokens
    assert notebook.samples == [Sample(request.model, count_request_bytes(request), tokens)]


async def test_what_is_read_from_the_cache_counts_as_what_it_is(dial: Dial) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            send = Calibrated(Remembered(claude.send, shelf), notebook)
            await send(ask_for("one", system="Review. " * 1_000))
            assert (await send(ask_for("two", system="Review. " * 1_000))).usage.cache_read_tokens > 0
    one, two = notebook.samples
    assert one.size == two.size
    assert one.tokens == two.tokens


async def test_an_attempt_that_broke_off_does_not_count_twice(dial: Dial) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    with ScriptedClaude(in_turn(ends(End.ABORT), findings(), findings())) as server:
        async with dial(server) as claude:
            send = Calibrated(Remembered(claude.send, shelf), notebook)
            assert (await send(ask_for("one"))).usage.calls == 2
            assert (await send(ask_for("two"))).usage.calls == 1
    assert len({sample.tokens for sample in notebook.samples}) == 1


async def test_a_failure_tells_nothing_and_stays_the_same_failure(dial: Dial) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    with ScriptedClaude(lambda _: refusal()) as server:
        async with dial(server) as claude:
            with pytest.raises(ModelFailed):
                await Calibrated(Remembered(claude.send, shelf), notebook)(ask_for())
    assert notebook.samples == []


async def test_a_sample_that_cannot_be_kept_costs_no_reply_and_is_logged(
    dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    notebook.torn = True
    with ScriptedClaude(lambda _: findings()) as server:
        async with dial(server) as claude:
            reply = await Calibrated(Remembered(claude.send, shelf), notebook)(ask_for())
    assert reply.text == findings().text
    assert "goes without the sample" in caplog.text
    assert "StoreUnavailable" in caplog.text


async def test_what_goes_on_from_turns_is_no_sample_since_thoughts_go_back_sealed(dial: Dial) -> None:
    shelf = Shelf()
    notebook = Notebook(shelf)
    with ScriptedClaude(by_turn(asks(read(), thinking="hm"), findings())) as server:
        async with dial(server) as claude:
            await Explored(Calibrated(Remembered(claude.send, shelf), notebook), Shelves())(ask_for())
    [sample] = notebook.samples
    assert len(server.requests) == 2
    asked = replace(ask_for(), tools=Shelves().tools)
    assert sample.size == count_request_bytes(asked) > count_request_bytes(ask_for())
