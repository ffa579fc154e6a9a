"""A recorded review as it stands in the store: its verdict, what its run was made from, what came of its calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from app.core.budget.reserving import Standing
from app.core.plain import NotPlain
from app.flows.pull_request.gate_entry import GATE_SET
from app.flows.review.forge import ChangeUnreadable
from app.flows.review.inputs import Inputs, read_inputs, read_standings
from app.store.database import Connection
from app.store.records import inputs, ledger
from app.store.records.inputs import InputsUnreadable, Outcomes
from app.store.records.ledger import Entry
from app.store.records.review_rows import read

LEAST_DIGITS = 8
"""So many hexadecimal digits of a review's id are asked for at least."""

_BEGINNING = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},32}}", re.ASCII)


class NoSuchReview(Exception):
    """Nobody knows which review is meant, or it has no verdict; the message is a sentence for people."""


class NotReplayable(Exception):
    """The review is known and cannot be made again; the message is a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One review with a verdict. `standings` is what its accounts held; `obstacle` why its change could not be read."""

    review_id: UUID
    entry: Entry
    inputs: Inputs
    outcomes: Outcomes
    standings: tuple[Standing, ...]
    obstacle: ChangeUnreadable | None


async def find_review(connection: Connection, name: str) -> UUID:
    """The one review whose id is `name`, or begins with it. Raises NoSuchReview."""
    beginning = name.strip().lower().replace("-", "")
    if _BEGINNING.fullmatch(beginning) is None:
        raise NoSuchReview(f"a review is named by its id, or by the first {LEAST_DIGITS} or more digits of it")
    found = await inputs.find(connection, beginning)
    if not found:
        raise NoSuchReview(f"no review has an id that begins with {beginning}")
    if len(found) > 1:
        raise NoSuchReview(f"more than one review has an id that begins with {beginning}: write more of it")
    return found[0]


async def take_out(connection: Connection, review_id: UUID, store: inputs.Inputs) -> Archived:
    """All that is recorded of a review. Raises NoSuchReview and NotReplayable."""
    entry = await ledger.last_of_review(connection, None, GATE_SET, str(review_id))
    if entry is None:
        state = (await read(connection, review_id)).state
        raise NoSuchReview(f"review {review_id} came to no verdict: it is {state}")
    try:
        run = await store.last(connection, review_id, until=entry.at)
        if run is None:
            raise NotReplayable(
                f"what review {review_id} was made from is not recorded: it is past its retention, or was made before"
                " reviews were recorded"
            )
        made_from = read_inputs(run.content)
        standings = () if run.standings is None else read_standings(run.standings)
        if entry.chain != str(made_from.snapshot.installation_id):
            raise NotReplayable(f"the newest verdict in the name of review {review_id} is in the chain {entry.chain!r}")
    except InputsUnreadable as error:
        raise NotReplayable(f"{error} cannot be opened: is this the key that it was stored under?") from error
    except NotPlain as error:
        raise NotReplayable(f"the record of review {review_id} is not one of this program's: {error}") from error
    stood = run.obstacle
    return Archived(
        review_id=review_id,
        entry=entry,
        inputs=made_from,
        outcomes=await inputs.outcomes(connection, review_id, since=run.at, until=entry.at),
        standings=standings,
        obstacle=None if stood is None else ChangeUnreadable(stood.message, passing=stood.passing),
    )
