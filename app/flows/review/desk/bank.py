"""Where a review's money comes from, as far as a review must know."""

from __future__ import annotations

from typing import Protocol

from app.claude.money.purse import Payer, Purse
from app.claude.seam import Send
from app.core.budget.limits import Limits
from app.core.budget.sharing import Shares


class Bank(Protocol):
    """Opens the purse of each review, and has its questions paid from it."""

    async def open(self, payer: Payer | None, limits: Limits) -> Purse:
        """The purse of one review under these limits. Without a payer nothing of it is kept."""
        ...

    def book(self, purse: Purse, shares: Shares, *, asks: bool = True) -> Send:
        """A way to ask a model that pays for each attempt from the purse. Unless it `asks`, it only remembers."""
        ...
