"""What reviewers that are no model find: analyzers and secret rules, over the change as git has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.analyzers.analyzer import Contents
from app.analyzers.run import Analysis, analyze
from app.core.change.diff import FilePatch, FileStatus
from app.core.gate.policy import Policy
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files


async def examine(change: Change, policy: Policy) -> Analysis:
    """Every analyzer that the base's policy allows, side by side."""
    snapshot = change.snapshot

    async def read_contents(files: Sequence[FilePatch]) -> Mapping[str, Contents]:
        old = [file.old_path for file in files if file.status is not FileStatus.ADDED]
        new = [file.path for file in files if file.status is not FileStatus.REMOVED]
        before = await read_files(change.store, snapshot.merge_base, old)
        after = await read_files(change.store, snapshot.head_sha, new)
        # A version that exists but was not given (too large, missing) leaves the file out: the report names it.
        return {
            file.path: Contents(
                before[file.old_path] if file.status is not FileStatus.ADDED else None,
                after[file.path] if file.status is not FileStatus.REMOVED else None,
            )
            for file in files
            if (file.status is FileStatus.ADDED or file.old_path in before)
            and (file.status is FileStatus.REMOVED or file.path in after)
        }

    return await analyze(change.redacted, read_contents, policy.analyzers.model_dump())
