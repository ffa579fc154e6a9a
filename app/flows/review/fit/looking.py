"""The stage in which a program looks at the shape of the code: what the change does to it, which rules it breaks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.analyzers.apart.parsers import Parsers
from app.analyzers.comparing import ChangedFile, compare_apart
from app.analyzers.run import Analysis
from app.analyzers.sandbox import ToolFailed
from app.architecture.claims import make_claims
from app.architecture.resolve import BUILDERS
from app.architecture.rules import Rules
from app.core.change.diff import FileStatus
from app.core.findings.finding import Claim, Source
from app.core.fit.compared import Compared
from app.core.fit.delta import Delta
from app.core.gate.policy import ArchitecturePolicy, Policy
from app.core.report.report import AnalyzerOutcome, AnalyzerState
from app.core.text.plural import count
from app.flows.architecture.listing import TooManyFilesError
from app.flows.architecture.resemblance import find_resemblances
from app.flows.architecture.survey import Surveyed, survey_range
from app.flows.review.change.change import Change
from app.flows.review.change.contents import read_files
from app.flows.review.desk.desk import Desk, Step
from app.repo.git import GitError
from app.syntax.languages import language_of

NAME: Final = "architecture"
NOT_COMPARED: Final = "No edit is called mechanical, moved or formatting: the syntax trees could not be compared."
NOT_SOUGHT: Final = "Whether something like it is there already was not looked for: the files around could not be read."
GIT_FAILED: Final = "git could not read the trees"
_SHOWN: Final = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen. `missing` is why there is no survey: the end of a sentence.

    `compared` is what the trees of changed files say of each hunk, by path; or why they say nothing.
    `unchecked` are sentences on declared rules that nobody could hold the change to: they keep the gate shut. `notes`
    are about languages that no rule is held to yet, and about hunks that were not compared.
    """

    surveyed: Surveyed | None = None
    compared: Mapping[str, Compared | str] = field(default_factory=dict)
    missing: str = ""
    claims: tuple[Claim, ...] = ()
    paths: frozenset[str] = frozenset()
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def delta(self) -> Delta | None:
        """What the change does to the shape of the code."""
        return self.surveyed.delta if self.surveyed else None

    def join(self, analysis: Analysis) -> Analysis:
        """What all programs claim, this one too. Where it saw a file, its silence means that a finding is gone."""
        state = AnalyzerState.FAILED if self.missing else AnalyzerState.OK
        return replace(
            analysis,
            claims=(*analysis.claims, *self.claims),
            outcomes=(*analysis.outcomes, AnalyzerOutcome(NAME, state, self.missing)),
            completed={**analysis.completed, Source.ARCHITECTURE: self.paths},
        )


async def look_at_shape(desk: Desk, change: Change, policy: Policy, parsers: Parsers) -> Look:
    """The look at the change. That it could not be made is said in it, never raised."""
    compared, gap = await compare_files(change, parsers)
    revisions, rules = (change.snapshot.merge_base, change.snapshot.head_sha), policy.architecture
    try:
        surveyed = await survey_range(change.store, revisions, change.patch, rules, desk.cache, parsers)
    except (TooManyFilesError, ToolFailed, GitError) as error:
        missing = GIT_FAILED if isinstance(error, GitError) else str(error)
        _log.warning("the module graph was not made: %s", error)
        many = Rules(rules).count
        unchecked = (f"{count(many, 'architecture rule')} not checked: {missing}.",) if many else ()
        return Look(compared=compared, missing=missing, unchecked=unchecked, notes=gap)
    delta = surveyed.delta
    changed = frozenset(file.path for file in change.patch.files)
    desk.watch(Step.SURVEYED, _tell(delta))
    surveyed, more = await _look_around(desk, change, surveyed, parsers)
    unseen = {item.path for item in delta.not_analysed}
    return Look(
        surveyed=surveyed,
        compared=compared,
        claims=make_claims(delta, policy.architecture, changed),
        # What a manifest brings about stands in files that the change leaves alone.
        paths=(changed | surveyed.before.facts.keys() | surveyed.after.facts.keys()) - unseen,
        unchecked=tuple(_name_unchecked(surveyed, policy.architecture, changed)),
        notes=(*gap, *more, *_name_unresolved(surveyed, policy.architecture, changed)),
    )


async def _look_around(
    desk: Desk, change: Change, surveyed: Surveyed, parsers: Parsers
) -> tuple[Surveyed, tuple[str, ...]]:
    """With what resembles the change, and a sentence if nobody could look for that."""
    try:
        return await find_resemblances(change.store, surveyed, desk.cache, parsers), ()
    except (ToolFailed, GitError) as error:
        _log.warning("nobody looked for what resembles the change: %s", error)
        return surveyed, (NOT_SOUGHT,)


async def compare_files(change: Change, parsers: Parsers) -> tuple[dict[str, Compared | str], tuple[str, ...]]:
    """What the trees of both versions say of each hunk, and a sentence if nobody could ask them.

    Files that cannot be compared are only read as usual. Where all are new there is nothing to compare them with.
    """
    if all(file.status is FileStatus.ADDED for file in change.redacted.patch.files):
        return {}, ()
    files = [file for file in change.redacted.patch.files if file.hunks and language_of(file.path) is not None]
    if files:
        parsers.expect()
    try:
        before = await read_files(
            change.store,
            change.snapshot.merge_base,
            [file.old_path for file in files if file.status is not FileStatus.ADDED],
        )
        after = await read_files(
            change.store,
            change.snapshot.head_sha,
            [file.path for file in files if file.status is not FileStatus.REMOVED],
        )
        # A version that exists but was not given (too large, missing) leaves the file out.
        whole = [
            file
            for file in files
            if (file.status is FileStatus.ADDED or file.old_path in before)
            and (file.status is FileStatus.REMOVED or file.path in after)
        ]
        compared = await compare_apart(
            [ChangedFile(file, before.get(file.old_path, b""), after.get(file.path, b"")) for file in whole], parsers
        )
    except (ToolFailed, GitError) as error:
        _log.warning("no hunks were compared by their trees: %s", error)
        return {}, (NOT_COMPARED,)
    return compared, ()


def _name_unchecked(surveyed: Surveyed, policy: ArchitecturePolicy, changed: frozenset[str]) -> Iterator[str]:
    """One sentence for the changed files that rules are for, and that nobody could read."""
    rules = Rules(policy)
    if not rules.count:
        return
    facts = surveyed.after.facts
    bound = [item for item in surveyed.delta.not_analysed if item.path in changed and item.path not in facts]
    bound = [item for item in bound if rules.binds(item.path)]
    if bound:
        named = ", ".join(f"{item.path} ({item.reason})" for item in bound[:_SHOWN])
        more = f" and {len(bound) - _SHOWN:,} more" if len(bound) > _SHOWN else ""
        yield f"Architecture rules not checked in {count(len(bound), 'file')}: {named}{more}."


def _name_unresolved(surveyed: Surveyed, policy: ArchitecturePolicy, changed: frozenset[str]) -> Iterator[str]:
    """One sentence for each language whose imports nobody resolves, if rules are for changed files in it."""
    rules = Rules(policy)
    languages = {path: language_of(path) for path in sorted(changed) if path in surveyed.after.facts}
    for language in dict.fromkeys(languages.values()):
        files = [path for path, own in languages.items() if own is language and rules.binds(path)]
        if language is not None and language not in BUILDERS and files:
            many = count(len(files), "file")
            yield f"No rule was held to {many} of {language.value}: its imports are not resolved yet."


def _tell(delta: Delta) -> str:
    told = [count(delta.modules, "module"), count(len(delta.new_edges), "new edge")]
    told += [f"{len(delta.breaks):,} of {count(delta.rules, 'rule')} newly broken"] if delta.rules else []
    told += [count(len(delta.cycles), "new cycle")] if delta.cycles else []
    return ", ".join(told)


def name_found(claims: Sequence[Claim], most: int = 12) -> tuple[str, ...]:
    """Claims of programs as lines for people who wait for the rest: where, and what."""
    lines = [f"{claim.path}{f':{claim.line}' if claim.line else ''}: {claim.title}" for claim in claims[:most]]
    more = [f"…and {len(claims) - most:,} more"] if len(claims) > most else []
    return (*lines, *more)
