"""What can go wrong with the store, named by its consequence."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """PostgreSQL cannot do it now (away, too slow, full, in conflict). Trying again later may help."""


class DeliveryRefused(StoreUnavailable):
    """PostgreSQL refuses the values of this one delivery; the others of its batch are stored."""


class ForeignQueue(Exception):
    """The database holds procrastinate's tables, but not from us: their version cannot be known."""


class SchemaDiffers(Exception):
    """A file of this program's past is recorded with other contents: the database belongs to another program."""


class QueueContractBroken(Exception):
    """Procrastinate's schema no longer has what our statements rest upon."""


class NotStored(LookupError):
    """The row that is to be changed does not exist, or is not in the state that allows it."""


class ChainBroken(Exception):
    """The ledger's chain does not hold. `seq` is the first entry that is wrong or missing."""

    def __init__(self, chain: str, seq: int, why: str) -> None:
        super().__init__(f"chain {chain} breaks at entry {seq}: {why}")
        self.chain = chain
        self.seq = seq
        self.why = why
