"""What a lens is: a reviewer with one way of looking, over a prompt that all of them share but for its last block.

Lenses decide the gate, so their prompts hold the change and nothing that its author says about it: no title, body,
branch, commit message or name, because framing alone hides real faults from a model. Stable parts stand first, for the
cache: system, then the change map and the annotated diff, then what the lens looks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.findings.finding import Claim
from app.core.model import Block, Reply, Request, Stage
from app.core.text.fence import fence
from app.lenses.findings import SCHEMA, read_findings
from app.lenses.reviewer import REVIEWER

EFFORT = "high"
MAX_TOKENS = 32_000
"""Thinking counts too. Much more would tie up the organisation's output limit, which is charged in advance."""

_OPENING = """\
Your {lens} for this pass: {names}. Go through every changed line of the diff above and ask:

"""
_CLOSING = """

Work file by file. For each suspicion, name a concrete input or state that triggers it and follow the code to what
goes wrong. Answer with the JSON object the schema asks for. If nothing is wrong, `findings` is empty."""


class Lens(Protocol):
    """A reviewer: the question it asks about a chunk, and how its reply is read."""

    @property
    def name(self) -> str:
        """What it is called, in the singular: it completes `the … lens`."""
        ...

    def ask(self, chunk_text: str, *, change_map: str, model: str, salt: str) -> Request:
        """The question about one chunk, `chunk_text` being its annotated diff.

        `change_map` is made from the diff alone (empty: there is none), and as untrusted as the diff. A new `salt`
        asks the same question anew.
        """
        ...

    def read(self, reply: Reply) -> list[Claim]:
        """The claims of a reply; raises `ModelFailed` for one that cannot be used as a whole."""
        ...

    def follow_up(self, reply: Reply) -> Lens | None:
        """The lens that asks for what a reply which was read left open; None if nothing is, or it is enough."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """A lens that looks for faults. `questions` are what it asks of each changed line, a list."""

    name: str
    questions: str
    effort: str = EFFORT

    @property
    def task(self) -> str:
        """The last block of its prompt."""
        words = _OPENING.format(lens="lenses" if " and " in self.name else "lens", names=self.name)
        return f"{words}{self.questions}{_CLOSING}"

    def ask(self, chunk_text: str, *, change_map: str, model: str, salt: str) -> Request:
        """The question about one chunk: see `Lens`."""
        return compose(
            self.name, self.task, chunk_text, change_map=change_map, model=model, effort=self.effort, salt=salt
        )

    def read(self, reply: Reply) -> list[Claim]:
        """The claims of a reply; raises `ModelFailed` for one that cannot be used as a whole."""
        return read_findings(reply)

    def follow_up(self, reply: Reply) -> Lens | None:  # noqa: ARG002 - a reply of this lens is whole or none
        """Nothing: see `Lens`."""
        return None


def compose(
    name: str, task: str, chunk_text: str, *, change_map: str, model: str, salt: str, effort: str = EFFORT
) -> Request:
    """The request that every lens of a review sends, byte for byte the same up to `task`."""
    blocks = [Block(fence("CHANGE MAP", change_map))] if change_map.strip() else []
    blocks += [Block(fence("DIFF", chunk_text), cache=True), Block(task)]
    return Request(
        stage=Stage.LENS,
        lens=name,
        model=model,
        system=(Block(REVIEWER, cache=True),),
        blocks=tuple(blocks),
        schema=SCHEMA,
        max_tokens=MAX_TOKENS,
        effort=effort,
        salt=salt,
    )


def join(looks: Sequence[Look]) -> Look:
    """One lens that looks for what each of `looks` (at least one) does."""
    if len(looks) == 1:
        return looks[0]
    names = [look.name for look in looks]
    return Look(f"{', '.join(names[:-1])} and {names[-1]}", "\n".join(look.questions for look in looks))
