"""What is recorded of reviews, and under which key."""

from __future__ import annotations

from app.core.prices import PriceTable
from app.flows.review.inputs import Means
from app.settings import Settings, UnusableSettings
from app.store.records.key import UnusableKey, keep_key, read_key


def describe_means(settings: Settings, prices: PriceTable) -> Means:
    """What a program with these settings reviews with, at these prices."""
    return Means(
        models=settings.models,
        asked=settings.model_configured,
        structured_output=settings.structured_output,
        limit=settings.review_limit,
        month=settings.month_limit,
        prices=prices,
    )


def store_key(settings: Settings, *, make: bool = True) -> bytes:
    """The key under which prompts and replies are stored; the data directory's is made on first use, if it may be.

    Raises UnusableSettings.
    """
    configured, place = settings.store_key, settings.data_dir / "store.key"
    try:
        if configured is not None:
            return read_key(configured.get_secret_value())
        if not make and not place.exists():
            raise UnusableSettings(f"{place}: there is no key: set LINTEL_STORE_KEY, or LINTEL_DATA_DIR")
        return keep_key(place)
    except UnusableKey as error:
        name = "LINTEL_STORE_KEY" if configured is not None else str(place)
        raise UnusableSettings(f"{name}: {error}") from error
