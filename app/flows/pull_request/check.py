"""The check run of one review: found by its `external_id`, so that a restart goes on with the same one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.change.plan import Plan
from app.core.gate.sharing import SHARED_NAME, name_checks
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Verdict
from app.core.report.button import FULL_REVIEW
from app.core.report.external_id import external_id, reviewed_by
from app.core.report.progress import Progress, decided, in_progress, queued
from app.core.report.publication import MAX_ANNOTATIONS, CheckState
from app.core.report.publication import Annotation as DesiredAnnotation
from app.core.report.summary import add_notes
from app.core.text.markdown import Markdown
from app.github.client import GitHubClient
from app.github.drafts import Annotation, CheckAction, CheckOutput
from app.github.errors import NotFound, OutcomeUnknown, Unprocessable
from app.github.payloads import CheckRun
from app.store.records.ledger import Entry
from app.store.records.review_rows import ReviewRow

_log = logging.getLogger(__name__)
_FULL_REVIEW = CheckAction(
    label=FULL_REVIEW.label, description=FULL_REVIEW.description, identifier=FULL_REVIEW.identifier
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who our App is on this GitHub: its id, and the login under which it writes."""

    app_id: int
    login: str


class Check:
    """Writes the check of one review at a time. `queue` comes first."""

    def __init__(self, client: GitHubClient, identity: Identity) -> None:
        self._client = client
        self._identity = identity
        self._runs: dict[str, CheckRun] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names the verdict has to stand, the policy's own first."""
        return tuple(self._runs)

    async def queue(self, snapshot: Snapshot, review_id: UUID, words: tuple[str, Markdown] | None = None) -> None:
        """See to it that exactly one check of this review stands on the head under each of its names.

        `words` are what a new one says while it waits its turn, title and text.
        """
        head_sha = snapshot.head_sha
        runs = await self._client.list_check_runs(head_sha, app_id=self._identity.app_id)
        mine = {run.name: run for run in runs if reviewed_by(run.external_id) == review_id}
        names = name_checks(snapshot.policy, snapshot.base_ref, {run.name for run in runs})
        self._runs = {name: mine.get(name) or await self._create(name, head_sha, review_id, words) for name in names}

    async def progress(self, progress: Progress, plan: Plan, notes: Sequence[str] = ()) -> None:
        """Show how far the review is."""
        name, text = in_progress(progress, plan)
        for run in self._standing():
            await self._show(run, name, add_notes(text, notes))

    async def wait(self, label: str, text: Markdown) -> None:
        """Show what is waited for, unless the check had that title already."""
        for run in self._standing():
            if (run.status, run.output.title) != ("in_progress", label):
                await self._show(run, label, text)

    async def _show(self, run: CheckRun, label: str, text: Markdown) -> None:
        await self._client.update_check_run(run.id, status="in_progress", output=_output(label, text))

    async def complete(self, states: Sequence[CheckState], review_id: UUID, entry: Entry, notes: Sequence[str]) -> None:
        """Show the verdict, anchored to its ledger entry. These are the writes that open or shut the gate."""
        self._standing()
        for state in states:
            await self._complete(self._runs[state.name], state, external_id(review_id, entry.seq, entry.hash), notes)

    async def _complete(self, run: CheckRun, state: CheckState, anchor: str, notes: Sequence[str]) -> None:
        if state.conclusion is None:
            raise ValueError("a completed check has a conclusion")
        told = add_notes(state.summary, notes)
        # Annotations can only be added, never sent twice: what a run before a crash has shown is not shown again.
        missing = state.annotations[run.output.annotations_count :]
        while len(missing) > MAX_ANNOTATIONS:
            batch, missing = missing[:MAX_ANNOTATIONS], missing[MAX_ANNOTATIONS:]
            await self._client.update_check_run(run.id, output=_output(state.title, told, batch, state.text))
        await self._client.update_check_run(
            run.id,
            status="completed",
            conclusion=state.conclusion.value,
            external_id=anchor,
            output=_output(state.title, told, missing, state.text),
            actions=[_FULL_REVIEW],
        )

    async def announce(self, verdict: Verdict) -> None:
        """Show a verdict that needs no review before there is one; not where others have a say in it."""
        label, text = decided(verdict)
        self._standing()
        for run in [run for name, run in self._runs.items() if name != SHARED_NAME]:
            await self._client.update_check_run(
                run.id, status="completed", conclusion=verdict.conclusion.value, output=_output(label, text)
            )

    async def cancel(self, verdict: Verdict, review: ReviewRow) -> None:
        """Complete the check of a review that was overtaken, on its own head; do nothing if it never had one."""
        try:
            name, text = decided(verdict)
            for run in await self._find(review.key.head_sha, review.id):
                if run.status != "completed":
                    await self._client.update_check_run(
                        run.id, status="completed", conclusion=verdict.conclusion.value, output=_output(name, text)
                    )
        except (NotFound, Unprocessable) as error:
            # GitHub no longer knows the head (force-pushed, collected): nothing is left to be completed.
            _log.info("the check of %s cannot be cancelled: %s", review.key.head_sha[:12], error)

    async def _find(self, head_sha: str, review_id: UUID) -> list[CheckRun]:
        runs = await self._client.list_check_runs(head_sha, app_id=self._identity.app_id)
        return [run for run in runs if reviewed_by(run.external_id) == review_id]

    async def _create(self, name: str, head_sha: str, review_id: UUID, words: tuple[str, Markdown] | None) -> CheckRun:
        label, text = words or queued()
        try:
            return await self._client.create_check_run(
                name=name, head_sha=head_sha, external_id=external_id(review_id), output=_output(label, text)
            )
        except OutcomeUnknown:
            standing = [run for run in await self._find(head_sha, review_id) if run.name == name]
            if not standing:
                raise
            return standing[0]

    def _standing(self) -> tuple[CheckRun, ...]:
        if not self._runs:
            raise RuntimeError("the check was not queued")
        return tuple(self._runs.values())


def _output(
    label: str, summary: Markdown, annotations: Sequence[DesiredAnnotation] = (), text: Markdown | None = None
) -> CheckOutput:
    return CheckOutput(
        title=label,
        summary=summary.text,
        text=text.text if text else None,
        annotations=tuple(
            Annotation(
                path=annotation.path,
                start_line=annotation.start_line,
                end_line=annotation.end_line,
                annotation_level="warning" if annotation.level == "warning" else "notice",
                message=annotation.message,
                title=annotation.title,
            )
            for annotation in annotations
        ),
    )
