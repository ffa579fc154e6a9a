"""The change as values: fetched, parsed, without secrets, and planned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.core.budget import find_contradiction, limit_in_force, limit_spending, price_plan
from app.core.change.attributes import Attributes
from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.core.change.exclusion import ExcludeRule
from app.core.change.plan import Plan
from app.core.change.tokens import TokenRate
from app.core.gate.policy import POLICY_PATH, Policy
from app.core.gate.snapshot import Snapshot
from app.core.secrecy.redaction import RedactedPatch, redact_patch
from app.core.text.plural import count
from app.flows.review.desk import Desk, Step
from app.flows.review.forge import ChangeUnreadable, Forge
from app.repo.attributes import read_attributes
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.objects import GitStore, ObjectMissingError
from app.repo.patch import read_patch

_UNREADABLE = (GitError, InventoryUnreadableError, ObjectMissingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`patch` is as git has it and never leaves this machine; `redacted` is what models, comments and logs may see."""

    snapshot: Snapshot
    store: GitStore
    patch: Patch
    redacted: RedactedPatch
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What git has of a change: the lines, and the base's attributes for its paths."""

    store: GitStore
    patch: Patch
    attributes: Attributes


async def fetch_change(forge: Forge, snapshot: Snapshot) -> Fetched:
    """Fetch and parse the change. Raises ChangeUnreadable when the whole of it cannot be read."""
    store = await forge.fetch(snapshot)
    try:
        return await _read(store, snapshot)
    except _UNREADABLE:
        # Damage inside a pack shows only when it is read: one fresh copy, and then it is the repository itself.
        store = await forge.fetch(snapshot, anew=True)
        try:
            return await _read(store, snapshot)
        except _UNREADABLE as error:
            raise ChangeUnreadable("Git could not read the change.", passing=False) from error


async def read_change(desk: Desk, forge: Forge, snapshot: Snapshot, policy: Policy, rate: TokenRate) -> Change:
    """Fetch, parse, redact and plan the change, tokens estimated by `rate`.

    Raises ChangeUnreadable when the whole of it cannot be read, or may not be because of what that could cost.
    """
    limit = limit_in_force(desk.limit, policy.budget.review_usd)
    if desk.send is not None and (contradiction := find_contradiction(desk.model, limit)) is not None:
        raise ChangeUnreadable(contradiction, passing=False)
    fetched = await fetch_change(forge, snapshot)
    store, patch, attributes = fetched.store, fetched.patch, fetched.attributes
    desk.watch(Step.FETCHED, f"{count(len(patch.files), 'file')}, {count(patch.changed_lines, 'changed line')}")
    rules = exclude_rules(policy)
    # Both walk every line of the change: in the loop they would stop heartbeats.
    redacted = await asyncio.to_thread(redact_patch, patch)
    plan = await asyncio.to_thread(plan_review, redacted.patch, exclude=rules, attributes=attributes, rate=rate)
    if desk.send is not None:
        plan = limit_spending(plan, desk.model, limit)
    desk.watch(Step.PLANNED, _tell(plan, None if desk.send is None else desk.model))
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan)


def _tell(plan: Plan, model: str | None) -> str:
    told = f"{count(len(plan.chunks), 'chunk')}, about {plan.tokens:,} tokens; {len(plan.left_out)} left out"
    if model is None:
        return told
    total = price_plan(plan, model).total
    return f"{told}; " + ("price unknown" if total is None else f"about ${total:.2f}")


def exclude_rules(policy: Policy) -> list[ExcludeRule]:
    """What the policy leaves out, each rule with the name of where it stands."""
    return [ExcludeRule(pattern, POLICY_PATH) for pattern in policy.review.exclude]


async def _read(store: GitStore, snapshot: Snapshot) -> Fetched:
    patch = await read_patch(store, snapshot.merge_base, snapshot.head_sha)
    names = (name for file in patch.files for name in (file.path, file.old_path))
    return Fetched(store=store, patch=patch, attributes=await read_attributes(store, snapshot.base_sha, names))
