"""The prices in force, and whether the limits can be held to them. Loads nothing of what asks models."""

from __future__ import annotations

from pathlib import Path

from app.core.budget.limits import DEFAULT_LIMIT, Limits, find_contradiction
from app.core.budget.price_file import PriceFileFault, read_prices
from app.core.prices import LISTED, PriceTable
from app.settings import Settings, UnusableSettings

MAX_BYTES = 64 * 1024


def check_limits(settings: Settings, prices: PriceTable) -> None:
    """Raises UnusableSettings for a limit that one of the models cannot be held to."""
    if not settings.model_configured:
        return
    named = {
        "LINTEL_REVIEW_BUDGET_USD": Limits(review=settings.review_limit),
        "LINTEL_MONTHLY_BUDGET_USD": Limits(review=DEFAULT_LIMIT, month=settings.month_limit),
    }
    for setting, limits in named.items():
        contradiction = find_contradiction(settings.models, limits, prices)
        if contradiction is not None:
            raise UnusableSettings(f"{setting}: {contradiction}")


def read_price_table(settings: Settings) -> PriceTable:
    """The prices in force: the program's own, as the operator's file overrides them. Raises UnusableSettings."""
    path = settings.prices_file
    if path is None:
        return LISTED
    try:
        text = _read(path)
        return read_prices(text, LISTED, source=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableSettings(f"LINTEL_PRICES_FILE {path} cannot be read: {type(error).__name__}") from error
    except PriceFileFault as error:
        raise UnusableSettings(f"LINTEL_PRICES_FILE {path}:{error}") from error


def _read(path: Path) -> str:
    with path.open("rb") as file:
        # More than may stand there is refused as too long, not read.
        return file.read(MAX_BYTES + 1).decode("utf-8")
