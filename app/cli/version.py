"""`lintel version`: what runs here."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from app import __version__
from app.cli.exits import Exit
from app.core.model import Stage
from app.core.report.export import SCHEMA_VERSION
from app.flows.review.prompts import prompt_digests
from app.settings import Settings
from app.store.migration import own_migrations
from app.wiring.prices import read_price_table


def print_version(settings: Settings) -> Exit:
    """Print the versions of program, prompts, schemas and models."""
    table = Table.grid(padding=(0, 2))
    table.add_row("lintel", __version__)
    for lens, digest in prompt_digests().items():
        table.add_row(f"prompt {lens}", digest[:12])
    table.add_row("report schema", str(SCHEMA_VERSION))
    table.add_row("database schema", own_migrations()[-1].name)
    prices = read_price_table(settings)
    table.add_row("prices", f"as of {prices.as_of}")
    table.add_row("prices from", prices.source)
    if prices.overridden:
        table.add_row("prices set", ", ".join(sorted(prices.overridden)))
    table.add_row("model", settings.model)
    for stage in (Stage.BRIEF, Stage.VERIFY, Stage.ARCHITECTURE):
        table.add_row(f"model {stage}", settings.models[stage])
    Console(highlight=False).print(table)
    return Exit.FINE
