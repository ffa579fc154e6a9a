"""What came of the questions of one stage: replies, what failed ones took, and who answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.model import Failure, Paid, Reply, Usage
from app.core.prices import PriceTable
from app.core.report.report import Spending


@dataclass(frozen=True, slots=True)
class Calls:
    """`lost` is what calls took that gave no reply."""

    replies: tuple[Reply, ...] = ()
    lost: tuple[Paid, ...] = ()

    @classmethod
    def of(cls, outcomes: Sequence[Reply | Failure]) -> Calls:
        """The same, told apart."""
        failures = (one for one in outcomes if isinstance(one, Failure))
        return cls(
            tuple(one for one in outcomes if isinstance(one, Reply)),
            tuple(paid for failure in failures for paid in failure.paid),
        )

    def __add__(self, other: Calls) -> Calls:
        """Those of both."""
        return Calls((*self.replies, *other.replies), (*self.lost, *other.lost))

    @property
    def paid(self) -> tuple[Paid, ...]:
        """What each question took, answered or not; stored replies cost nothing again."""
        asked = (reply for reply in self.replies if not reply.stored)
        answered = (paid for reply in asked for paid in (*reply.also_paid, Paid(reply.model, reply.usage)))
        return (*answered, *self.lost)

    @property
    def models(self) -> tuple[str, ...]:
        """The ids that answered, in order of first appearance."""
        return tuple(dict.fromkeys(reply.model for reply in self.replies))


NONE = Calls()


def recall(replies: Iterable[Reply]) -> frozenset[str]:
    """The digests of the requests whose replies came from memory."""
    return frozenset(reply.digest for reply in replies if reply.stored)


def spend(paid: Sequence[Paid], seconds: float, prices: PriceTable) -> Spending:
    """What was used in all; no dollars if a model that was paid has no listed price."""
    amounts = [prices.price(one.model, one.usage) for one in paid]
    known = [amount for amount in amounts if amount is not None]
    usd = float(sum(known, Decimal(0))) if len(known) == len(amounts) else None
    return Spending(usage=sum((one.usage for one in paid), Usage()), usd=usd, seconds=seconds)
