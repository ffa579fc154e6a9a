"""What a review of a change would read: its plan, its price, and what the gate would say at best. No model is asked.

Paths are taken out of sight as in a review, where a secret stands in them. Contents are not: sizes are those of the
change as git has it, because walking every line for secrets takes longer than all the rest. A review plans the change
without its secrets, so a chunk may end some lines earlier or later there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.core.budget.estimate import PlanPrice, Readers, price_plan
from app.core.budget.limits import Limit, Limits, find_contradiction, limit_in_force
from app.core.budget.sharing import find_room, limit_spending, share
from app.core.change.chunking import plan_review
from app.core.change.classes.attributes import Attributes
from app.core.change.coverage import Coverage, account
from app.core.change.diff import Patch
from app.core.change.plan import Chunk, Plan
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import NO_MODEL_REASON, GateFacts, Verdict, decide
from app.core.model import Stage
from app.core.prices import LISTED, PriceTable
from app.core.secrecy.names import Names
from app.flows.review.change.change import exclude_rules, fetch_change, name_readers
from app.flows.review.change.guidance import read_rulebook
from app.flows.review.forge import Forge


class PlanRefused(Exception):
    """Policy or settings allow no review, so there is no plan of one. The message is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The models that would read, at which prices, and the operator's limit on what a review may cost."""

    models: Mapping[Stage, str]
    limit: Limit
    prices: PriceTable = LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A plan and what comes of it. `readers` is None where no model would be asked: then nothing has a price.

    `limit` is the one in force, by which chunks were left out. `coverage` and `verdict` are those of a review in which
    every chunk is read (without a model: none) and nothing is found: a real one can only be worse.
    """

    snapshot: Snapshot
    policy: Policy
    attributes: Attributes
    readers: Readers | None
    limit: Limit | None
    plan: Plan
    price: PlanPrice
    coverage: Coverage
    verdict: Verdict

    @property
    def model(self) -> str | None:
        """The model of the lenses, if any is asked."""
        return self.readers.models[Stage.LENS] if self.readers else None

    def count_questions(self, chunk: Chunk) -> int:
        """How many questions are asked about a chunk of the plan."""
        if self.readers is None:
            return 0
        return self.readers.joined if chunk.together else self.readers.questions


async def forecast(forge: Forge, asked: Asked | None) -> Forecast:
    """Plan the change as a review by a model would, or by none.

    Raises PlanRefused, and ChangeUnreadable when the whole of the change cannot be read.
    """
    snapshot = await forge.snapshot()
    policy = snapshot.policy
    if isinstance(policy, PolicyFault):
        raise PlanRefused(f"the policy cannot be used: {policy}")
    limit = limit_in_force(asked.limit, policy.budget.review_usd) if asked else None
    if asked and limit and (contradiction := find_contradiction(asked.models, Limits(review=limit), asked.prices)):
        raise PlanRefused(contradiction)
    fetched = await fetch_change(forge, snapshot)
    # Nothing else waits for this loop, so the work is done in it.
    plan = plan_review(
        _conceal_names(fetched.patch),
        exclude=exclude_rules(policy),
        attributes=fetched.attributes,
        plain=fetched.plain,
    )
    readers = None
    if asked:
        rulebook = await read_rulebook(fetched.store, snapshot.base_sha, policy.review)
        readers = replace(name_readers(asked.models, policy, fetched.patch, rulebook), prices=asked.prices)
    if readers and limit:
        room = find_room(Limits(review=limit))
        plan = limit_spending(plan, readers, room)
        readers = replace(readers, weighs=readers.weighs and share(plan, readers, room).weighing)
    unread = {} if asked else dict.fromkeys((chunk.number for chunk in plan.chunks), NO_MODEL_REASON)
    coverage = account(plan, unread)
    return Forecast(
        snapshot=snapshot,
        policy=policy,
        attributes=fetched.attributes,
        readers=readers,
        limit=limit,
        plan=plan,
        price=price_plan(plan, readers) if readers else PlanPrice((None,) * len(plan.chunks), None, None),
        coverage=coverage,
        verdict=decide(GateFacts(policy=policy, coverage=coverage, model_configured=asked is not None)),
    )


def _conceal_names(patch: Patch) -> Patch:
    """The change with each path as it may be shown."""
    names = Names(patch.files)
    names.take_out({})
    return replace(patch, files=names.show(patch.files))
