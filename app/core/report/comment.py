"""The comment of one finding on its line, and its marker."""

from __future__ import annotations

from app.core.findings.finding import Finding, Severity, Source
from app.core.text.markdown import Markdown, code, comment_marker, fence, paragraphs, plain, rich

SIGNS = {
    Severity.CRITICAL: "🟥",
    Severity.HIGH: "🟧",
    Severity.MEDIUM: "🟨",
    Severity.LOW: "🟦",
    Severity.NIT: "⬜",
}
"""A severity at a glance."""

_SOURCES = {
    Source.MODEL: "read by a model",
    Source.ANALYZER: "found by an analyzer",
    Source.ARCHITECTURE: "read from the module graph",
    Source.SECRETS: "found by the secret rules",
}

_STILL_KNOWN = (
    "It is gone from the files, but the history of this branch may still hold it, and who could read it may have "
    "kept it: **it must be revoked all the same**."
)


def finding_comment(finding: Finding) -> Markdown:
    """The comment on the line."""
    claim = finding.claim
    head = Markdown(f"{SIGNS[claim.severity]} **{finding.id} · {claim.severity}** · ") + plain(claim.title)
    parts = [head, rich(claim.body)]
    if claim.suggestion is not None:
        parts.append(fence(claim.suggestion, "suggestion"))
    return paragraphs(*parts, _provenance(finding), finding_marker(finding))


def fixed_comment(finding: Finding) -> Markdown:
    """The same comment once the finding is gone. That a secret is gone from the files makes it no secret again."""
    head = Markdown(f"✅ **{finding.id} · fixed** · ~~") + plain(finding.claim.title) + Markdown("~~")
    still = Markdown(_STILL_KNOWN if finding.claim.source is Source.SECRETS else "")
    return paragraphs(head, still, rich(finding.claim.body), _provenance(finding), finding_marker(finding))


def finding_marker(finding: Finding) -> Markdown:
    """By which the comment of a finding is found again."""
    return comment_marker("finding", id=finding.id, fingerprint=finding.fingerprint)


def _provenance(finding: Finding) -> Markdown:
    claim = finding.claim
    rule = Markdown(" · rule ") + code(claim.rule) if claim.rule else Markdown("")
    effect = Markdown(" · **blocks the merge**") if finding.blocking else Markdown("")
    words = f"{_SOURCES[claim.source]} · {claim.confidence} % sure"
    return Markdown(f"<sub>{words}") + rule + effect + Markdown("</sub>")
