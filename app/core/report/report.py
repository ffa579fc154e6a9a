"""The one internal result of a review, from which check, comments, JSON and terminal are all rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from app.core.change.coverage import Coverage
from app.core.change.memory.hunks import Memory
from app.core.change.plan import Plan
from app.core.feedback.suppression import Suppressed
from app.core.findings.concession import Conceded
from app.core.findings.finding import Finding
from app.core.findings.verification.weighing import Refuted
from app.core.fit.shape import Shape
from app.core.gate.again import Waits
from app.core.gate.enforcement import Enforcement
from app.core.gate.policy import Policy, PolicyFault
from app.core.gate.policy_change import PolicyChange
from app.core.gate.snapshot import Snapshot
from app.core.gate.verdict import Verdict
from app.core.model import Usage
from app.core.people.approvals import NO_PROVENANCE, Provenance
from app.core.rules.outcome import RulesChecked
from app.core.secrecy.redaction import redact


class AnalyzerState(StrEnum):
    """How a reviewer that is no model came out."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class AnalyzerOutcome:
    """One analyzer's end; `note` says why it failed or did not run."""

    name: str
    state: AnalyzerState
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What the review used. `usd` is None where the model has no price in the table. `seconds` is wall time.

    `limit_usd` is what it could take at most; None: nothing was held to a limit. `recalled` are the digests of the
    requests whose replies came from memory: nothing was paid for them.
    """

    usage: Usage = field(default_factory=Usage)
    usd: float | None = 0.0
    seconds: float = 0.0
    limit_usd: Decimal | None = None
    recalled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A finding that no longer counts, who decided that, and why. Both are untrusted text.

    `base_ref` is the base branch that it was decided for; empty: any.
    """

    finding: Finding
    login: str
    reason: str
    base_ref: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A finished review of one head.

    `findings` are the open ones, most severe first, all numbered. `fixed` are findings of earlier heads that are gone,
    `dismissed` those that somebody let no longer count, by number; `reinstated` are those of `findings` that somebody
    had dismissed as long as they did not block, or for another base. `withdrawn` are open ones that were given up in
    their threads and do not count; `conceded` are those of `findings` that were given up and block all the same;
    `lapsed` are the numbers of those whose line, for which they were given up, is gone. `suppressed` are open ones of a
    kind that somebody chose not to be told of; none of them blocks.
    `fabricated` counts claims dropped because the code they quote does not exist; `off_diff` those dropped because they
    are about code that the change leaves alone, with no changed line that enables them. `models` are the ids that
    answered.
    `about` is what a model says that the change does, untrusted; `notes` are sentences on what could not be done beside
    the reading, in words of ours.
    `refuted` are claims that a second look dropped.
    `rules` are the written ones that the change was held to. `retry_after_s` is when the model's server said that
    asking again makes sense; `again_at` is when that is done unasked, in UTC, and `waits_for` is what for.
    `policy_change` is what it does to the policy in force; None where it leaves that alone.
    `memory` is what counts as read from now on; None where no model was asked. `shape` is what the change does to the
    architecture; None where nobody looked. `provenance` is what the change says of agents, and who approved that.
    `enforcement` is what the base branch makes of the check; None where there is none.
    """

    snapshot: Snapshot
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    dismissed: tuple[Dismissed, ...] = ()
    reinstated: tuple[Dismissed, ...] = ()
    withdrawn: tuple[Conceded, ...] = ()
    conceded: tuple[Conceded, ...] = ()
    lapsed: tuple[int, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    coverage: Coverage = field(default_factory=lambda: Coverage((), ()))
    plan: Plan | None = None
    analyzers: tuple[AnalyzerOutcome, ...] = ()
    fabricated: int = 0
    off_diff: int = 0
    refuted: tuple[Refuted, ...] = ()
    model_configured: bool = True
    models: tuple[str, ...] = ()
    about: str = ""
    notes: tuple[str, ...] = ()
    spending: Spending = field(default_factory=Spending)
    rules: RulesChecked = field(default_factory=RulesChecked)
    retry_after_s: float | None = None
    again_at: datetime | None = None
    waits_for: Waits = Waits.NOTHING
    memory: Memory | None = None
    shape: Shape | None = None
    provenance: Provenance = NO_PROVENANCE
    policy_change: PolicyChange | None = None
    enforcement: Enforcement | None = None

    def show_path(self, path: str) -> str:
        """A path of a finding, or of what was left out, as it may be shown: without a secret that stands in it."""
        return self._shown_paths.get(path) or redact(path).text

    @cached_property
    def _shown_paths(self) -> dict[str, str]:
        return {item.file.path: item.file.shown_path for item in self.plan.files} if self.plan else {}

    @property
    def policy(self) -> Policy | PolicyFault:
        """The policy that judged."""
        return self.snapshot.policy

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that hold the gate shut."""
        return tuple(finding for finding in self.findings if finding.blocking)
