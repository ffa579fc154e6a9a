"""What the bot answers to `/lintel status` and `/lintel config`: how things stand, in few lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from app.core.change.coverage import Coverage
from app.core.feedback.opinion import Reception
from app.core.gate.effective import ORGANISATION_REPOSITORY, Policies
from app.core.gate.floor import list_values
from app.core.gate.policy import PolicyFault
from app.core.gate.sharing import SHARED_NAME, Shared, tell_kept_out
from app.core.report.feedback import tell_reception
from app.core.text.markdown import Markdown, bullets, cell, code, join, paragraphs, plain
from app.core.text.plural import count

MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The newest review of a pull request and what people decided. `conclusion` is empty while it runs.

    `offered` is the head that is offered now; `findings` counts them by state. `shared` is what the check says where
    it stands for other pull requests of the commit too. `reception` is how people took the comments.
    """

    offered: str
    head_sha: str = ""
    state: str = ""
    conclusion: str = ""
    reasons: tuple[str, ...] = ()
    shared: Shared | None = None
    coverage: Coverage | None = None
    findings: Mapping[str, int]
    paused_by: str = ""
    reception: Reception | None = None


def tell_status(status: Status) -> Markdown:
    """The answer to `/lintel status`."""
    if not status.head_sha:
        return paragraphs(Markdown("No head of this pull request was reviewed yet."), _pause(status))
    beside = status.shared is not None and bool(status.shared.offers)
    told = f"**{status.conclusion or status.state}**{' by itself' if beside else ''} on "
    head = Markdown(told) + code(status.head_sha[:12])
    moved = status.offered != status.head_sha
    now = Markdown("; offered now is ") + code(status.offered[:12]) if moved else Markdown("")
    rows = [*_tell_shared(status.shared), *(plain(reason) for reason in status.reasons[:MOST_NAMED])]
    found = [f"{number:,} {state}" for state, number in status.findings.items() if number]
    rows.append(Markdown(f"Findings: {', '.join(found) or 'none'}."))
    taken = [tell_reception(status.reception)] if status.reception is not None else []
    return paragraphs(head + now, bullets([*rows, *_unseen(status.coverage), *taken]), _pause(status))


def _tell_shared(shared: Shared | None) -> Iterator[Markdown]:
    """What the check says that stands for others too; nothing where there are none."""
    if shared is None or not shared.offers:
        return
    widely = shared.name == SHARED_NAME
    whose = "this commit" if widely else "this commit into the same base"
    yield join([Markdown("The check"), code(shared.name), Markdown(_SHARED.format(whose, shared.conclusion))], " ")
    for offer in shared.offers[:MOST_NAMED]:
        worth = offer.conclusion or tell_kept_out(offer) or "not judged yet"
        yield Markdown(f"Pull request {offer.number} into ") + code(offer.base_ref) + Markdown(f": {worth}.")
    if len(shared.offers) > MOST_NAMED:
        yield Markdown(f"…and {len(shared.offers) - MOST_NAMED:,} more.")


_SHARED: Final = "stands for all open pull requests of {}, and says the worst of them: **{}**."


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
