"""What programs find, side by side: analyzers, secret rules and the module graph, over the change as git has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.analyzers.analyzer import Contents
from app.analyzers.apart.parsers import Parsers
from app.analyzers.run import Analysis, analyze
from app.core.change.diff import FilePatch, FileStatus
from app.core.gate.policy import Policy
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.flows.review.desk.desk import Desk
from app.flows.review.fit.looking import Look, look_at_shape
from app.flows.review.side_by_side import run_both


@dataclass(frozen=True, slots=True)
class Examined:
    """What all programs claim, and what one of them saw of the shape of the code."""

    analysis: Analysis
    look: Look


async def examine(desk: Desk, change: Change, policy: Policy, parsers: Parsers) -> Examined:
    """Every program that the base's policy allows."""
    analysis, look = await run_both(analyze_change(change, policy), look_at_shape(desk, change, policy, parsers))
    return Examined(look.join(analysis), look)


async def analyze_change(change: Change, policy: Policy) -> Analysis:
    """Every analyzer that the base's policy allows."""
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
