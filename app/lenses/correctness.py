"""The correctness lens asks whether the changed code does what it must, on every path.

It decides the gate, so its prompt holds the change and nothing that its author says about it: no title, body, branch,
commit message or name, because framing alone hides real faults from a model. Stable parts stand first, for the cache:
system, then the change map and the annotated diff, then what this lens looks for.
"""

from __future__ import annotations

from app.core.findings.finding import Claim
from app.core.model import Block, Reply, Request, Stage
from app.lenses.fence import fence
from app.lenses.findings import SCHEMA, read_findings
from app.lenses.reviewer import REVIEWER

NAME = "correctness"
EFFORT = "high"
MAX_TOKENS = 32_000
"""Thinking counts too. Much more would tie up the organisation's output limit, which is charged in advance."""

TASK = """\
Your lens for this pass: correctness. Go through every changed line of the diff above and ask:

- Logic: is a condition inverted, a comparison off by one, an operator, variable, index, unit or default wrong? Does
  the code still do what the removed lines did, where it has to?
- Edge cases: empty, missing, zero, negative, very large, duplicate, unordered, non-ASCII input; first and last element;
  time zones, rounding, overflow.
- Errors: is a failure swallowed, reported as success, retried without end, or raised where nobody catches it? Is
  something left half done?
- State and concurrency: is shared state changed without protection, checked and then used, awaited in the wrong
  order, cached beyond its truth?
- Resources and data: is anything leaked, left open, written twice, deleted too much, lost?
- Removed lines: did one guard something that nothing guards now? Report it on side L.
- Callers and callees that stand in the diff: do both sides of each changed signature, key or format still agree?

Work file by file. For each suspicion, name a concrete input or state that triggers it and follow the code to what
goes wrong. Answer with the JSON object the schema asks for. If nothing is wrong, `findings` is empty."""


def ask(chunk_text: str, *, change_map: str, model: str, salt: str) -> Request:
    """The question about one chunk, `chunk_text` being its annotated diff.

    `change_map` is made from the diff alone (empty: there is none), and as untrusted as the diff. A new `salt` asks
    the same question anew.
    """
    blocks = [Block(fence("CHANGE MAP", change_map))] if change_map.strip() else []
    blocks += [Block(fence("DIFF", chunk_text), cache=True), Block(TASK)]
    return Request(
        stage=Stage.LENS,
        lens=NAME,
        model=model,
        system=(Block(REVIEWER, cache=True),),
        blocks=tuple(blocks),
        schema=SCHEMA,
        max_tokens=MAX_TOKENS,
        effort=EFFORT,
        salt=salt,
    )


def read(reply: Reply) -> list[Claim]:
    """The claims of a reply; raises `ModelFailed` for one that cannot be used as a whole."""
    return read_findings(reply)
