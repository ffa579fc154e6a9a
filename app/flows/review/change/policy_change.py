"""What a change would do to the policy in force: both versions of the repository's file are read as data."""

from __future__ import annotations

from app.core.gate.policy import POLICY_PATH, Policy, PolicyFault, read_policy_bytes
from app.core.gate.policy_change import PolicyChange, compare_policies
from app.core.text.yaml import MAX_BYTES
from app.flows.review.change.change import Change
from app.repo.objects import FileTooLargeError, GitStore


async def read_policy_change(change: Change, policy: Policy) -> PolicyChange | None:
    """The difference to the policy in force; None where the change leaves the policy's file alone. Raises GitError."""
    if not any(POLICY_PATH in (file.path, file.old_path) for file in change.redacted.patch.files):
        return None
    snapshot = change.snapshot
    old = await read_version(change.store, snapshot.merge_base)
    new = await read_version(change.store, snapshot.head_sha)
    return compare_policies(snapshot.organisation, old, new, policy)


async def read_version(store: GitStore, revision: str) -> Policy | PolicyFault:
    """The repository's own policy as one revision has it. Raises GitError."""
    entries = await store.list_tree(revision, [POLICY_PATH])
    if any(entry.path != POLICY_PATH or not entry.regular for entry in entries):
        return PolicyFault(POLICY_PATH, 1, 1, "it is no regular file")
    try:
        content = await store.read_file(revision, POLICY_PATH, max_bytes=MAX_BYTES)
    except FileTooLargeError:
        return PolicyFault(POLICY_PATH, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB")
    return read_policy_bytes(content)
