"""A model that only remembers: the replies and the failures of one run of a review, and nobody to ask beyond them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.claude.seam import ReplyStore
from app.claude.stand_in import StandIn
from app.core.model import Failure, FailureKind, ModelFailed, Reply, Request
from app.core.prices import find_stand_in


@dataclass(slots=True, kw_only=True)
class Replayed:
    """`send` over what is stored. `answered` and `failures` are what came of the calls of that run, by digest.

    A question that was not put then was answered from memory. `missing` are those whose replies are stored no more.
    """

    replies: ReplyStore
    answered: frozenset[str]
    failures: Mapping[str, Failure]
    find: Callable[[str], str | None] = find_stand_in
    missing: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The reply of that run, or its failure. Fits `seam.Send`.

        Raises `ModelFailed`, also for a missing reply: whoever runs a review over this looks at `missing` first.
        """
        return await StandIn(_Recalled(self, request), self.find)(request, on_start=on_start)

    async def recall(self, question: Request, asked: Request) -> Reply:
        """What came of asking `asked`, be it the question itself or the same of a stand-in. Raises `ModelFailed`."""
        failure = self.failures.get(asked.digest)
        if failure is not None:
            raise ModelFailed(failure)
        # What a stand-in said is kept under the question as it was first put.
        kept = await self.replies.get(question.digest)
        if kept is None:
            self.missing.append(question)
            raise ModelFailed(Failure(FailureKind.UNEXPECTED, "its reply is not stored", passing=False))
        paid = {question.digest, asked.digest} & self.answered
        return replace(kept, stored=False) if paid else kept.from_memory()


@dataclass(frozen=True, slots=True)
class _Recalled:
    """The models of that run, asked one question."""

    memory: Replayed
    question: Request

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        del on_start
        return await self.memory.recall(self.question, request)
