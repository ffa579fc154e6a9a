"""What a report says of a change to the policy itself. Its values are untrusted, and stand in code."""

from __future__ import annotations

from typing import Final

from app.core.gate.policy import POLICY_PATH
from app.core.gate.policy_change import ChangedKey, PolicyChange
from app.core.report.fitting import Graded, clip
from app.core.report.status import show_value
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, cell, code, join, paragraphs
from app.core.text.plural import count

MOST_VALUE: Final = 300
"""Characters of a value that are shown."""

_FILE: Final = f"**Policy:** this changes `{POLICY_PATH}`, and is judged by the policy of its base."


def tell_policy_change(change: PolicyChange | None) -> Graded:
    """The section of the summary; nothing where the policy's file is not changed."""
    if change is None:
        return Graded((Markdown(""),))
    if change.fault is not None:
        fault = Markdown(" The new version cannot be used, and merged it would shut every gate: ")
        return Graded((Markdown(_FILE) + fault + code(redact(str(change.fault)).text) + Markdown("."),))
    if not change.keys:
        return Graded((Markdown(f"{_FILE} Nothing that is in force would be otherwise."),))
    head = Markdown(f"{_FILE} Merged, it would change {count(len(change.keys), 'value')} in force:")
    rows = [_row(item) for item in change.keys]
    names = join([code(item.key) for item in change.keys], ", ")
    table = join([Markdown("| key | now | then |\n| --- | --- | --- |"), *rows], "\n")
    return Graded((paragraphs(head, table), head + Markdown(" ") + names + Markdown(".")))


def _row(item: ChangedKey) -> Markdown:
    old, new = (cell(code(clip(redact(show_value(value)).text, MOST_VALUE))).text for value in (item.old, item.new))
    return Markdown(f"| {code(item.key).text} | {old} | {new} |")
