"""The correctness lens asks whether the changed code does what it must, on every path."""

from __future__ import annotations

from app.lenses.lens import Look

CORRECTNESS = Look(
    "correctness",
    """\
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
- Callers and callees that stand in the diff: do both sides of each changed signature, key or format still agree?""",
)

ask = CORRECTNESS.ask
read = CORRECTNESS.read
