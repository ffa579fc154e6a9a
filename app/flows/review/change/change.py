"""The change as values: fetched, parsed, without secrets, and planned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from app.analyzers.apart.parsers import Parsers
from app.architecture.dependencies import wants as wants_manifest
from app.core.budget.estimate import Readers, price_plan
from app.core.budget.limits import find_contradiction
from app.core.budget.sharing import Shares, limit_spending, share
from app.core.change.chunking import plan_review
from app.core.change.classes.attributes import Attributes
from app.core.change.classes.classify import is_test
from app.core.change.classes.delivery import Delivery
from app.core.change.classes.exclusion import ExcludeRule
from app.core.change.diff import Patch
from app.core.change.plan import Plan
from app.core.gate.policy import POLICY_PATH, Policy
from app.core.gate.snapshot import Snapshot
from app.core.model import Stage
from app.core.rules.rule import Rulebook
from app.core.rules.selection import choose
from app.core.secrecy.redaction import RedactedPatch, redact_patch
from app.core.text.plural import count
from app.flows.review.change.delivering import find_delivery_files
from app.flows.review.change.guidance import read_rulebook
from app.flows.review.change.plainness import find_plain_files
from app.flows.review.change.recalling import name_readers_of, recall
from app.flows.review.desk.desk import Desk, Step
from app.flows.review.desk.funds import Funds
from app.flows.review.forge import ChangeUnreadable, Forge, History
from app.lenses.choice import SMALL_LINES, choose_lenses
from app.repo.attributes import read_attributes
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.objects import GitStore, ObjectMissingError
from app.repo.patch import read_patch
from app.syntax.languages import language_of

_UNREADABLE = (GitError, InventoryUnreadableError, ObjectMissingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`patch` is as git has it and never leaves this machine; `redacted` is what models, comments and logs may see.

    `rulebook` holds the written rules of the base; it is empty where no model is asked about them. `shares` is how the
    plan shares the money, and `short` why something of it was given up: the end of a sentence for people. `readers` has
    a digest over all that makes the reading of a file, by its path; it is empty without a model. So is `deliveries`:
    the kinds, by path, of files that say what is built and run.
    """

    snapshot: Snapshot
    store: GitStore
    patch: Patch
    redacted: RedactedPatch
    plan: Plan
    rulebook: Rulebook = field(default_factory=Rulebook)
    shares: Shares = field(default_factory=Shares)
    short: str = ""
    readers: Mapping[str, str] = field(default_factory=dict)
    deliveries: Mapping[str, Sequence[Delivery]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What git has of a change: the lines, and the base's attributes for its paths.

    `plain` are the files known to hold no literal of several lines, as far as that matters.
    """

    store: GitStore
    patch: Patch
    attributes: Attributes
    plain: frozenset[str] = frozenset()


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


async def read_change(
    desk: Desk, forge: Forge, snapshot: Snapshot, policy: Policy, history: History, funds: Funds, parsers: Parsers
) -> Change:
    """Fetch, parse, redact and plan the change, estimated at its history's token rate, for the money of `funds`.

    What the history holds as read is not planned to be read again.
    Raises ChangeUnreadable when the whole of it cannot be read, or may not be because of what that could cost.
    """
    if desk.send is not None and (why := find_contradiction(desk.models, funds.limits, desk.prices)) is not None:
        raise ChangeUnreadable(why, passing=False)
    fetched = await fetch_change(forge, snapshot)
    store, patch, attributes = fetched.store, fetched.patch, fetched.attributes
    desk.watch(Step.FETCHED, f"{count(len(patch.files), 'file')}, {count(patch.changed_lines, 'changed line')}")
    rules = exclude_rules(policy)
    # Both walk every line of the change: in the loop they would stop heartbeats.
    redacted = await asyncio.to_thread(redact_patch, patch)
    plan_with = partial(
        plan_review, redacted.patch, exclude=rules, attributes=attributes, plain=fetched.plain, rate=history.rate
    )
    if desk.send is None:
        plan = await asyncio.to_thread(plan_with)
        desk.watch(Step.PLANNED, _tell(plan, None))
        return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan)
    rulebook = await read_rulebook(store, snapshot.base_sha, policy.review)
    deliveries = await find_delivery_files(store, snapshot.head_sha, patch)
    named = await asyncio.to_thread(name_readers_of, desk.models, policy, patch, rulebook, deliveries)
    before = await recall(store, snapshot, redacted.patch, named, history, parsers)
    plan = await asyncio.to_thread(plan_with, before=before)
    readers = replace(name_readers(desk.models, policy, patch, rulebook), prices=desk.prices, rate=history.rate)
    plan = limit_spending(plan, readers, funds.room)
    shares = share(plan, readers, funds.room)
    desk.watch(Step.PLANNED, _tell(plan, replace(readers, weighs=readers.weighs and shares.weighing)))
    return Change(
        snapshot=snapshot,
        store=store,
        patch=patch,
        redacted=redacted,
        plan=plan,
        rulebook=rulebook,
        shares=shares,
        short=funds.room.reason,
        readers=named,
        deliveries=deliveries,
    )


def name_readers(models: Mapping[Stage, str], policy: Policy, patch: Patch, rulebook: Rulebook) -> Readers:
    """Who reads a change, and how often each chunk of it: about rules as if each had files of all that they are for."""
    wanted, changed_lines = policy.review.lenses, patch.changed_lines
    about_rules = len(choose(rulebook.rules, [file.path for file in patch.files]).batches)
    questions = choose_lenses(wanted, changed_lines=changed_lines, together=False)
    joined = choose_lenses(wanted, changed_lines=changed_lines, together=True)
    return Readers(
        models,
        len(questions) + about_rules,
        len(joined) + about_rules,
        brief=changed_lines >= SMALL_LINES,
        weighs=any(_has_shape(file.path) or _has_shape(file.old_path) for file in patch.files),
    )


def _has_shape(path: str) -> bool:
    """Whether a change of this file can change which modules need which, what is public, or what is asked for."""
    return not is_test(path) and (language_of(path) is not None or wants_manifest(path))


def _tell(plan: Plan, readers: Readers | None) -> str:
    told = f"{count(len(plan.chunks), 'chunk')}, about {plan.tokens:,} tokens; {len(plan.left_out)} left out"
    if readers is None:
        return told
    price = price_plan(plan, readers)
    if price.reading is None:
        return f"{told}; price unknown"
    fit = f", and ${price.weighing:.2f} if its architecture is weighed" if price.weighing else ""
    return f"{told}; about ${price.reading:.2f}{fit}"


def exclude_rules(policy: Policy) -> list[ExcludeRule]:
    """What the policy leaves out, each rule with the name of where it stands."""
    return [ExcludeRule(pattern, POLICY_PATH) for pattern in policy.review.exclude]


async def _read(store: GitStore, snapshot: Snapshot) -> Fetched:
    patch = await read_patch(store, snapshot.merge_base, snapshot.head_sha)
    names = (name for file in patch.files for name in (file.path, file.old_path))
    attributes = await read_attributes(store, snapshot.base_sha, names)
    plain = await find_plain_files(store, snapshot.head_sha, patch)
    return Fetched(store=store, patch=patch, attributes=attributes, plain=plain)
