"""What every review is given: a model to ask, a clock, somebody who watches. An argument, never a global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.claude.limits.outages import Outages
from app.claude.seam import Send
from app.core.budget.limits import DEFAULT_LIMIT, Limit
from app.core.model import Stage
from app.core.prices import LISTED, PriceTable
from app.flows.review.desk.bank import Bank
from app.repo.source_cache import SourceCache


class Step(StrEnum):
    """The stages of a review in order; a watcher is told when each has ended."""

    SNAPSHOT = "snapshot"
    BEGUN = "begun"
    FETCHED = "fetched"
    PLANNED = "planned"
    SURVEYED = "surveyed"
    ANALYZED = "analyzed"
    READ = "read"
    JUDGED = "judged"
    RECORDED = "recorded"
    COMMENTED = "commented"
    SUMMARIZED = "summarized"
    CHECKED = "checked"
    FINISHED = "finished"


Watch = Callable[[Step, str], None]
"""Told the stage that ended and one line about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`send` is None where no model is configured. `monotonic` counts seconds.

    `models` names who answers each stage, at which `prices`. `limit` is what the operator lets one review cost; a
    policy may lower it. `month` is what all reviews of an installation may cost in a calendar month. `bank` gives each
    review a `send` of its own that is booked; without one nothing is. `outages` knows which models answer. `cache`
    keeps what was read out of source files.
    """

    send: Send | None
    models: Mapping[Stage, str]
    monotonic: Callable[[], float]
    watch: Watch
    limit: Limit = DEFAULT_LIMIT
    month: Limit | None = None
    prices: PriceTable = LISTED
    bank: Bank | None = None
    outages: Outages | None = None
    cache: SourceCache = field(default_factory=lambda: SourceCache(None))
