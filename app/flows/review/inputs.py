"""What a review is made from besides the code: recorded before anything is asked, and enough to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from app.core.budget.limits import DEFAULT_LIMIT, Limit
from app.core.budget.reserving import Standing
from app.core.gate.snapshot import Snapshot
from app.core.model import Stage
from app.core.plain import decode, encode
from app.core.prices import LISTED, PriceTable
from app.flows.review.forge import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a program reviews with: models by stage, how they are asked, and what a review may cost at which prices.

    `asked` is False where no model is configured. `structured_output` is `native` or `prompted`. `month` limits all
    reviews of an installation together.
    """

    models: Mapping[Stage, str] = field(default_factory=dict)
    asked: bool = False
    structured_output: str = "native"
    limit: Limit = DEFAULT_LIMIT
    month: Limit | None = None
    prices: PriceTable = LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The live facts, what earlier reviews left, what it is made with; and by which program.

    `prompts` are digests by lens, `analyzers` versions by tool: they say why a review comes out otherwise today.
    """

    snapshot: Snapshot
    history: History
    means: Means
    program: str
    prompts: Mapping[str, str] = field(default_factory=dict)
    analyzers: Mapping[str, str] = field(default_factory=dict)


def write_inputs(inputs: Inputs) -> JsonValue:
    """The inputs as JSON. Raises NotPlain."""
    return encode(Inputs, inputs)


def read_inputs(content: JsonValue) -> Inputs:
    """The inputs that were written. Raises NotPlain."""
    return decode(Inputs, content)


@dataclass(frozen=True, slots=True)
class Standings:
    """What the accounts of a review held when it began: its plan depends on that."""

    accounts: tuple[Standing, ...] = ()


def write_standings(accounts: tuple[Standing, ...]) -> JsonValue:
    """What accounts held, as JSON. Raises NotPlain."""
    return encode(Standings, Standings(accounts))


def read_standings(content: JsonValue) -> tuple[Standing, ...]:
    """What was written. Raises NotPlain."""
    return decode(Standings, content).accounts
