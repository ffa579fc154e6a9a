"""What a tool works with, what it gives, and how it says no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.tools.tree import Tree

T = TypeVar("T")


class ToolRefused(Exception):
    """A tool cannot do what it was asked.

    The message is a sentence for the model without any word of its question; `rows` are names out of the repository
    that it may have meant.
    """

    def __init__(self, sentence: str, rows: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.rows = tuple(rows)


class Offload(Protocol):
    """Runs a short job where it holds up nothing else, as `asyncio.to_thread` does."""

    async def __call__(self, job: Callable[[], T], /) -> T:
        """What the job returns."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What tools need beside a tree. `within` ends its body with TimeoutError after seconds, as `asyncio.timeout`."""

    offload: Offload
    within: Callable[[float], AbstractAsyncContextManager[object]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A tree, and a place for the work on what it holds."""

    tree: Tree
    offload: Offload


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool found: a summary in our words and numbers alone, and rows of what the repository holds."""

    summary: str
    rows: Sequence[str] = ()
