"""All that a verdict on one head is made from, and what was claimed against it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.analyzers.run import Analysis
from app.core.change.diff import Patch
from app.core.findings.anchor import find_file, settle
from app.core.findings.enabling import NOTHING_ELSE, Anchored, anchor_claims, name_far_files
from app.core.findings.finding import Claim, Evidence, Finding, Source
from app.core.findings.identity import Circumstances, Identified, identify
from app.core.findings.merging import PlacedClaim
from app.core.findings.tree import TreeTexts
from app.core.fit.shape import Shape
from app.core.gate.policy import Policy
from app.core.gate.policy_change import PolicyChange
from app.core.gate.verdict import blocks
from app.core.rules.outcome import RulesChecked, settle_rules
from app.core.secrecy.redaction import redact
from app.flows.review.change.change import Change
from app.flows.review.forge import History
from app.flows.review.reading.chunks import Reading

MAX_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The change, the policy that judges it, what earlier heads left, and what was found in it.

    `tree` has the files of the head that claims speak of and the diff does not show whole; `recurring` is what is known
    from other pull requests of lines that this one makes; `mended` are the findings of earlier heads that showed on a
    line which is gone; `conceded` the lines for which findings were given up in their threads, by number, that stand at
    the head; `lapsed` the numbers of those whose line is gone. `shape` is what the change does to the architecture;
    `unchecked` are sentences on rules about it that nobody could hold the change to; `policy_change` is what it does to
    the policy.
    """

    change: Change
    policy: Policy
    history: History
    analysis: Analysis
    reading: Reading
    tree: TreeTexts = NOTHING_ELSE
    recurring: tuple[PlacedClaim, ...] = ()
    mended: frozenset[int] = frozenset()
    conceded: Mapping[int, Evidence] = field(default_factory=dict)
    lapsed: tuple[int, ...] = ()
    shape: Shape | None = None
    unchecked: tuple[str, ...] = ()
    policy_change: PolicyChange | None = None

    @property
    def patch(self) -> Patch:
        """The diff as it may be shown."""
        return self.change.redacted.patch

    @property
    def excused(self) -> frozenset[str]:
        """Paths that the base keeps from review."""
        return frozenset(item.path for item in self.change.plan.left_out if item.excused)

    def anchor(self) -> Anchored:
        """What was claimed, without secrets, against the diff."""
        claims = [_presentable(claim, self.patch) for claim in (*self._wanted(), *self.reading.claims)]
        return anchor_claims(claims, self.patch, self.reading.shown, self.tree)

    def name_far_files(self) -> frozenset[str]:
        """The paths at head of which the diff does not show what models claim about them."""
        return name_far_files([_presentable(claim, self.patch) for claim in self.reading.claims], self.patch)

    def identify(self, placed: Sequence[PlacedClaim]) -> Identified:
        """The findings that these claims and those of earlier heads make."""
        return identify(
            placed,
            self.patch,
            self.history.known,
            next_number=self.history.next_number,
            now=Circumstances(
                completed=lambda source, path: path in self.analysis.completed.get(source, frozenset()),
                blocks=lambda claim: blocks(claim, self.policy),
                outside=self.reading.outside,
                mended=self.mended,
                base_ref=self.change.snapshot.base_ref,
            ),
        )

    def check_rules(self, findings: Sequence[Finding]) -> RulesChecked:
        """How each written rule came out, by the findings that stand."""
        cited = [claim for claim in self.reading.claims if claim.rule is not None]
        placed = anchor_claims(cited, self.patch, self.reading.shown, self.tree).placed
        claims = [settle(claim, placement, self.patch) for claim, placement in placed]
        return settle_rules(self.change.rulebook, self.reading.rules, claims, findings)

    def _wanted(self) -> list[Claim]:
        """What the analyzers claim, but for paths the base excuses; a secret counts wherever it stands."""
        excused = self.excused
        claims = self.analysis.claims
        return [claim for claim in claims if claim.source is not Source.ANALYZER or claim.path not in excused]


def _presentable(claim: Claim, patch: Patch) -> Claim:
    """The claim without secrets: a tool may repeat what it read, and a model what it was told.

    The path of a changed file stays as it is, because comments are posted by it: the report knows how it is shown.
    """
    pointer = claim.enabled_by
    return replace(
        claim,
        path=claim.path if find_file(claim.path, patch) else redact(claim.path).text,
        title=redact(claim.title).text[:MAX_TITLE] or "(no title)",
        body=redact(claim.body).text,
        quote=redact(claim.quote).text,
        suggestion=None if claim.suggestion is None else redact(claim.suggestion).text,
        enabled_by=None if pointer is None else replace(pointer, quote=redact(pointer.quote).text),
    )
