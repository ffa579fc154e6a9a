from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from app.claude.client import Claude, Limits, connect
from app.claude.retries import Retries
from tests.claude.world import CANARY, Clock
from tests.claude_server import ScriptedClaude


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dial(clock: Clock) -> Callable[..., Claude]:
    """Connects to a scripted Claude through the real SDK."""

    def connect_to(
        server: ScriptedClaude,
        *,
        jitter: float = 0.0,
        at_once: int = 8,
        answer_s: float = 20.0,
        read_s: float = 10.0,
        patience_s: float = 1800.0,
    ) -> Claude:
        return connect(
            CANARY,
            server.base_url,
            retries=Retries(jitter=lambda: jitter, sleep=clock.sleep, clock=clock, patience_s=patience_s),
            limits=Limits(at_once=at_once, answer_s=answer_s),
            timeout=httpx2.Timeout(20, connect=5, read=read_s),
        )

    return connect_to
