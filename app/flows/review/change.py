"""The change as values: fetched, parsed, without secrets, and planned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.core.change.attributes import Attributes
from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.core.change.exclusion import ExcludeRule
from app.core.change.plan import Plan
from app.core.gate.policy import POLICY_PATH, Policy
from app.core.gate.snapshot import Snapshot
from app.core.report.words import count
from app.core.secrecy.redaction import RedactedPatch, redact_patch
from app.flows.review.desk import Desk, Step
from app.flows.review.forge import ChangeUnreadable, Forge
from app.repo.git import GitError
from app.repo.inventory import InventoryUnreadableError
from app.repo.objects import FileTooLargeError, GitStore, ObjectMissingError
from app.repo.patch import read_patch

MAX_ATTRIBUTES_BYTES = 256 * 1024
_UNREADABLE = (GitError, InventoryUnreadableError, ObjectMissingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`patch` is as git has it and never leaves this machine; `redacted` is what models, comments and logs may see."""

    snapshot: Snapshot
    store: GitStore
    patch: Patch
    redacted: RedactedPatch
    plan: Plan


async def read_change(desk: Desk, forge: Forge, snapshot: Snapshot, policy: Policy) -> Change:
    """Fetch, parse, redact and plan the change. Raises ChangeUnreadable when the whole of it cannot be read."""
    store = await forge.fetch(snapshot)
    try:
        patch, attributes = await _read(store, snapshot)
    except _UNREADABLE:
        # Damage inside a pack shows only when it is read: one fresh copy, and then it is the repository itself.
        store = await forge.fetch(snapshot, anew=True)
        try:
            patch, attributes = await _read(store, snapshot)
        except _UNREADABLE as error:
            raise ChangeUnreadable("Git could not read the change.", passing=False) from error
    desk.watch(Step.FETCHED, f"{count(len(patch.files), 'file')}, {count(patch.changed_lines, 'changed line')}")
    rules = [ExcludeRule(pattern, POLICY_PATH) for pattern in policy.review.exclude]
    # Both walk every line of the change: in the loop they would stop heartbeats.
    redacted = await asyncio.to_thread(redact_patch, patch)
    plan = await asyncio.to_thread(plan_review, redacted.patch, exclude=rules, attributes=attributes)
    chunks = count(len(plan.chunks), "chunk")
    desk.watch(Step.PLANNED, f"{chunks}, about {plan.tokens:,} tokens; {len(plan.left_out)} left out")
    return Change(snapshot=snapshot, store=store, patch=patch, redacted=redacted, plan=plan)


async def _read(store: GitStore, snapshot: Snapshot) -> tuple[Patch, Attributes]:
    patch = await read_patch(store, snapshot.merge_base, snapshot.head_sha)
    return patch, await _base_attributes(store, snapshot.base_sha)


async def _base_attributes(store: GitStore, base_sha: str) -> Attributes:
    try:
        text = await store.read_file(base_sha, ".gitattributes", max_bytes=MAX_ATTRIBUTES_BYTES)
    except FileTooLargeError:
        # Attributes only ever excuse lines from review: without them more is read, never less.
        text = None
    return Attributes.parse((text or b"").decode("utf-8", "replace"))
