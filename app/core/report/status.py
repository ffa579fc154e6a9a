"""What the bot answers to `/lintel status` and `/lintel config`: how things stand, in few lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from app.core.change.coverage import Coverage
from app.core.gate.effective import ORGANISATION_REPOSITORY, Policies
from app.core.gate.floor import list_values
from app.core.gate.policy import PolicyFault
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


def tell_config(policies: Policies, base_ref: str) -> Markdown:
    """The answer to `/lintel config`: each value in force, and which file set it."""
    effective = policies.effective
    if isinstance(effective, PolicyFault):
        return Markdown("The policy cannot be used, so the gate is shut: ") + code(str(effective))
    rows = [
        Markdown(f"| {code(key).text} | {cell(code(show_value(value))).text} | {effective.origins[key]} |")
        for key, value in list_values(effective.policy)
        if key in effective.origins
    ]
    head = Markdown("In force for pull requests into ") + code(base_ref) + Markdown(":")
    table = join([Markdown("| key | value | from |\n| --- | --- | --- |"), *rows], "\n")
    return paragraphs(head, table, Markdown("" if policies.organisation is not None else _NOT_SHARED))


_NOT_SHARED: Final = (
    f"There is no policy of an organisation that I could read: I am not installed on a repository "
    f"`{ORGANISATION_REPOSITORY}` beside this one."
)


def show_value(value: object) -> str:
    """A value of a policy on one line, much as its file has it."""
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json", by_alias=True), ensure_ascii=False)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(show_value, value))}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
