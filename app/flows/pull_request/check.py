"""The check run of one review: found by its `external_id`, so that a restart goes on with the same one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.change.plan import Plan
from app.core.gate.verdict import Verdict
from app.core.report.external_id import external_id, reviewed_by
from app.core.report.progress import Progress, decided, in_progress, queued
from app.core.report.publication import MAX_ANNOTATIONS, CheckState
from app.core.report.publication import Annotation as DesiredAnnotation
from app.core.report.summary import add_notes
from app.core.text.markdown import Markdown
from app.github.client import GitHubClient
from app.github.drafts import Annotation, CheckOutput
from app.github.errors import NotFound, OutcomeUnknown, Unprocessable
from app.github.payloads import CheckRun
from app.store.records.ledger import Entry
from app.store.records.review_rows import ReviewRow

_log = logging.getLogger(__name__)


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
        self._run: CheckRun | None = None

    async def queue(self, name: str, head_sha: str, review_id: UUID) -> None:
        """See to it that exactly one check of this review stands on the head."""
        self._run = await self._find(head_sha, review_id) or await self._create(name, head_sha, review_id)

    async def progress(self, progress: Progress, plan: Plan) -> None:
        """Show how far the review is."""
        name, text = in_progress(progress, plan)
        await self._client.update_check_run(self._standing().id, status="in_progress", output=_output(name, text))

    async def complete(self, state: CheckState, review_id: UUID, entry: Entry, notes: Sequence[str]) -> None:
        """Show the verdict, anchored to its ledger entry. This is the write that opens or shuts the gate."""
        run = self._standing()
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
            external_id=external_id(review_id, entry.seq, entry.hash),
            output=_output(state.title, told, missing, state.text),
        )

    async def announce(self, verdict: Verdict) -> None:
        """Show a verdict that needs no review before there is one."""
        name, text = decided(verdict)
        await self._client.update_check_run(
            self._standing().id, status="completed", conclusion=verdict.conclusion.value, output=_output(name, text)
        )

    async def cancel(self, verdict: Verdict, review: ReviewRow) -> None:
        """Complete the check of a review that was overtaken, on its own head; do nothing if it never had one."""
        try:
            run = await self._find(review.key.head_sha, review.id)
            if run is None or run.status == "completed":
                return
            name, text = decided(verdict)
            await self._client.update_check_run(
                run.id, status="completed", conclusion=verdict.conclusion.value, output=_output(name, text)
            )
        except (NotFound, Unprocessable) as error:
            # GitHub no longer knows the head (force-pushed, collected): nothing is left to be completed.
            _log.info("the check of %s cannot be cancelled: %s", review.key.head_sha[:12], error)

    async def _find(self, head_sha: str, review_id: UUID) -> CheckRun | None:
        runs = await self._client.list_check_runs(head_sha, app_id=self._identity.app_id)
        return next((run for run in runs if reviewed_by(run.external_id) == review_id), None)

    async def _create(self, name: str, head_sha: str, review_id: UUID) -> CheckRun:
        label, text = queued()
        try:
            return await self._client.create_check_run(
                name=name, head_sha=head_sha, external_id=external_id(review_id), output=_output(label, text)
            )
        except OutcomeUnknown:
            standing = await self._find(head_sha, review_id)
            if standing is None:
                raise
            return standing

    def _standing(self) -> CheckRun:
        if self._run is None:
            raise RuntimeError("the check was not queued")
        return self._run


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
