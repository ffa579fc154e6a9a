"""`lintel stats`: what the gate did or would have done, how people took it, what it cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from psycopg.errors import UndefinedTable
from rich.console import Console

from app.cli.exits import Broke, Exit, Refusal
from app.cli.shown import shown
from app.cli.wishes import Format
from app.core.feedback.opinion import tell_share
from app.core.report.statistics import Month, sum_up
from app.core.text.plural import count
from app.github.auth import UnusableKey
from app.postgres import PostgresFault
from app.settings import Settings
from app.store.faults import StoreUnavailable
from app.store.records.statistics import count_all
from app.wiring.replay import open_records

SCHEMA_VERSION = 1
MOST_REASONS = 5
"""Reasons of dismissals that one month's lines name; JSON has them all."""


def run_stats(settings: Settings, form: Format) -> Exit:
    """Print the counts of every repository, month by month. Raises Refusal and Broke."""
    if form not in (Format.TEXT, Format.JSON):
        raise Refusal("--format text or json")
    try:
        months = asyncio.run(_gather(settings))
    except UndefinedTable as error:
        raise Broke("the database is that of an older version: start the server of this one once") from error
    except StoreUnavailable as error:
        raise Broke(f"the database cannot be reached: {error}") from error
    except UnusableKey as error:
        raise Refusal(f"{error}: check LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE") from error
    except PostgresFault as error:
        raise Refusal(str(error)) from error
    if form is Format.JSON:
        body = {"schema_version": SCHEMA_VERSION, "months": [month.export() for month in months]}
        Console(highlight=False, soft_wrap=True).out(json.dumps(body, indent=2, ensure_ascii=True))
    else:
        told = "\n".join(_lay_out(months)) or "No verdict is recorded yet."
        Console(highlight=False, soft_wrap=True).out(told)
    return Exit.FINE


async def _gather(settings: Settings) -> tuple[Month, ...]:
    async with open_records(settings) as records, records.database.transaction() as connection:
        return sum_up(await count_all(connection))


def _lay_out(months: Sequence[Month]) -> Iterator[str]:
    """A few lines a month, under the name of its repository."""
    for name, own in groupby(months, key=lambda month: month.repository):
        yield shown(name).plain
        for one in own:
            verdicts = f"{one.passed:,} passed, {one.held:,} held, {one.would_hold:,} would have been held"
            taken = f"{one.fixed:,} fixed, {one.dismissed:,} dismissed ({one.dismissed_blocking:,} blocking)"
            yield f"  {one.month:%Y-%m}  {count(one.verdicts, 'verdict')}: {verdicts}"
            yield f"           {count(one.findings, 'finding')}, {one.blocking:,} blocking: {taken}"
            if one.reasons:
                yield f"           dismissed because: {shown(_tell_reasons(one.reasons)).plain}"
            share = tell_share(one.liked, one.disliked)
            liked = f"{one.liked:,} up, {one.disliked:,} down{f' ({share} down)' if share else ''}"
            yield f"           reactions: {liked}, of {count(one.comments, 'comment')} that were looked at"
            past = f"{count(one.bypassed, 'merge')} past the gate"
            yield f"           {count(one.overrides, 'override')}; {past}; ${one.usd:,.2f}"


def _tell_reasons(reasons: Sequence[tuple[str, int]]) -> str:
    """The commonest reasons with their counts."""
    told = [f"{reason} ({many:,})" for reason, many in reasons[:MOST_REASONS]]
    return "; ".join([*told, *([f"{len(reasons) - MOST_REASONS:,} more"] if len(reasons) > MOST_REASONS else [])])
