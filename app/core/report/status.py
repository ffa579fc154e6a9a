"""What the bot answers to `/lintel status` and `/lintel config`: how things stand, in few lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from app.core.change.coverage import Coverage
from app.core.gate.policy import POLICY_PATH, Policy, PolicyFault
from app.core.text.markdown import Markdown, bullets, cell, code, join, paragraphs, plain
from app.core.text.plural import count

MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The newest review of a pull request and what people decided. `conclusion` is empty while it runs.

    `offered` is the head that is offered now; `findings` counts them by state.
    """

    offered: str
    head_sha: str = ""
    state: str = ""
    conclusion: str = ""
    reasons: tuple[str, ...] = ()
    coverage: Coverage | None = None
    findings: Mapping[str, int]
    paused_by: str = ""


def tell_status(status: Status) -> Markdown:
    """The answer to `/lintel status`."""
    if not status.head_sha:
        return paragraphs(Markdown("No head of this pull request was reviewed yet."), _pause(status))
    told = f"**{status.conclusion or status.state}** on "
    head = Markdown(told) + code(status.head_sha[:12])
    moved = status.offered != status.head_sha
    now = Markdown("; offered now is ") + code(status.offered[:12]) if moved else Markdown("")
    rows = [plain(reason) for reason in status.reasons[:MOST_NAMED]]
    found = [f"{number:,} {state}" for state, number in status.findings.items() if number]
    rows.append(Markdown(f"Findings: {', '.join(found) or 'none'}."))
    return paragraphs(head + now, bullets([*rows, *_unseen(status.coverage)]), _pause(status))


def _unseen(coverage: Coverage | None) -> Iterator[Markdown]:
    if coverage is None:
        return
    read = f"{coverage.reviewed_lines:,} of {count(coverage.changed_lines, 'changed line')}"
    yield Markdown(f"Read by a model: {read}.")
    for item in coverage.left_out[:MOST_NAMED]:
        yield code(item.path) + Markdown(f": {count(item.lines, 'line')} not read: ") + plain(item.reason)
    if len(coverage.left_out) > MOST_NAMED:
        yield Markdown(f"…and {len(coverage.left_out) - MOST_NAMED:,} more.")


def _pause(status: Status) -> Markdown:
    return Markdown("Paused by ") + code(status.paused_by) + Markdown(".") if status.paused_by else Markdown("")


def tell_config(policy: Policy | PolicyFault, base_ref: str) -> Markdown:
    """The answer to `/lintel config`: each value in force, and whether a file set it."""
    if isinstance(policy, PolicyFault):
        return Markdown("The policy cannot be used, so the gate is shut: ") + code(str(policy))
    rows = [
        Markdown(f"| {code(key).text} | {cell(code(value)).text} | {origin} |") for key, value, origin in _list(policy)
    ]
    head = Markdown("In force for pull requests into ") + code(base_ref) + Markdown(":")
    return paragraphs(head, join([Markdown("| key | value | from |\n| --- | --- | --- |"), *rows], "\n"))


def _list(section: BaseModel, above: str = "") -> Iterator[tuple[str, str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        key = f"{above}{name}"
        if isinstance(value, BaseModel):
            yield from _list(value, f"{key}.")
        else:
            origin = f"`{POLICY_PATH}`" if name in section.model_fields_set else "default"
            yield key, _show(value), origin


def _show(value: object) -> str:
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json", by_alias=True), ensure_ascii=False)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_show, value))}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
