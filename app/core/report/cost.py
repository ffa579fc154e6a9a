"""What models took for a pull request, as the answer to `/lintel cost` tells it. Names of models are foreign text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.model import Stage, Usage
from app.core.report.report import Spending
from app.core.text.markdown import Markdown, bullets, cell, code, join, paragraphs, plain
from app.core.text.plural import count

_STAGES = {
    Stage.BRIEF: "map and summary",
    Stage.LENS: "reading",
    Stage.VERIFY: "second look",
    Stage.FIX: "fixes",
    Stage.ARCHITECTURE: "architecture",
    Stage.JUDGE: "judging",
    Stage.ASK: "questions",
}
_LEAST = Decimal("0.0001")
_HEAD = "calls | fresh in | from the cache | to the cache | out | cost |"
_RULE = "---: | ---: | ---: | ---: | ---: | ---: |"


@dataclass(frozen=True, slots=True)
class Tally:
    """What calls took. `usd` counts those under way with their reservation; `unpriced` are missing in it."""

    usage: Usage = field(default_factory=Usage)
    usd: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class StageTally:
    """What one model took at one stage of a review."""

    stage: str
    model: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTally:
    """What a review took, by stage and model in the order of their first calls.

    `refused` counts the calls that were not made for want of money, by the words that name the account and its limit;
    `lost` the calls whose end nobody saw.
    """

    stages: tuple[StageTally, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds, against the limit that its latest call was held to; None: without any."""

    tally: Tally = Tally()
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """All that `/lintel cost` tells. `given_up` are sentences of ours on what the review left out for money."""

    head_sha: str
    running: bool
    detail: ReviewTally
    review: Balance
    pull_request: Balance
    month: Balance
    given_up: tuple[str, ...] = ()


def answer_cost(costs: Costs | None) -> Markdown:
    """The answer to `/lintel cost`; None: no review of this pull request has begun."""
    if costs is None:
        return Markdown("No review of this pull request has begun, so it has cost nothing.")
    state = "The review that runs now" if costs.running else "The newest review"
    head = Markdown(f"{state} is of head `{costs.head_sha[:12]}`. It took, in tokens and dollars:")
    return paragraphs(head, _by_stage(costs), _by_account(costs), bullets(_notes(costs)))


def tell_spending(spending: Spending) -> Markdown:
    """The same of one review, as the end of its summary has it."""
    usage = spending.usage
    read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    cost = "price unknown" if spending.usd is None else show_cost(Decimal(str(spending.usd)))
    limit = "" if spending.limit_usd is None else f" of at most {_limit(spending.limit_usd)}"
    tokens = f": {read:,} tokens in ({show_share(usage)} from the cache), {usage.output_tokens:,} out" if read else ""
    recalled = len(spending.recalled)
    memory = f" · {recalled:,} {'reply' if recalled == 1 else 'replies'} from memory" if recalled else ""
    return plain(f"{count(usage.calls, 'call')}{tokens}, {cost}{limit}{memory}")


def show_cost(usd: Decimal) -> str:
    """Dollars that were spent: cents, or four digits below a dollar, where a call costs less than a cent."""
    if 0 < usd < _LEAST:
        return f"under ${_LEAST}"
    return f"${usd:.4f}" if 0 < usd < 1 else f"${usd:,.2f}"


def show_share(usage: Usage) -> str:
    """How much of what was read came from the prompt cache, in percent."""
    read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return f"{usage.cache_read_tokens * 100 // read}%" if read else "0%"


def _by_stage(costs: Costs) -> Markdown:
    if not costs.detail.stages:
        return Markdown("This review has asked no model anything.")
    rows = [_stage_row(one) for one in costs.detail.stages]
    return _table(f"| stage | model | {_HEAD}", f"| --- | --- | {_RULE}", rows)


def _stage_row(one: StageTally) -> Markdown:
    return Markdown(f"| {_STAGES[Stage(one.stage)]} | ") + cell(code(one.model)) + Markdown(f" | {_figures(one.tally)}")


def _by_account(costs: Costs) -> Markdown:
    accounts = (
        ("this review", costs.review),
        ("this pull request", costs.pull_request),
        ("this installation, this month", costs.month),
    )
    rows = [Markdown(f"| {name} | {_figures(one.tally)} {plain(_limit(one.limit))} |") for name, one in accounts]
    return _table(f"| in all | {_HEAD} limit |", f"| --- | {_RULE} ---: |", rows)


def _table(head: str, rule: str, rows: Sequence[Markdown]) -> Markdown:
    return join([Markdown(head), Markdown(rule), *rows], "\n")


def _figures(tally: Tally) -> str:
    usage = tally.usage
    cached = f"{usage.cache_read_tokens:,} ({show_share(usage)})"
    tokens = f"{usage.input_tokens:,} | {cached} | {usage.cache_write_tokens:,} | {usage.output_tokens:,}"
    return f"{usage.calls:,} | {tokens} | {plain(_cost(tally))} |"


def _cost(tally: Tally) -> str:
    if not tally.unpriced:
        return show_cost(tally.usd)
    without = f"{count(tally.unpriced, 'call')} without a known price"
    return f"{show_cost(tally.usd)} and {without}" if tally.usd else without


def _limit(limit: Decimal | None) -> str:
    return "none" if limit is None else f"${limit:,.2f}"


def _notes(costs: Costs) -> list[Markdown]:
    refused = [plain(f"{count(many, 'call')} not made: {why}.") for why, many in costs.detail.refused]
    lost = count(costs.detail.lost, "call")
    ends = f"{lost} without an end that anybody saw: counted with the most that they could cost."
    return [*map(plain, costs.given_up), *refused, *([Markdown(ends)] if costs.detail.lost else [])]
