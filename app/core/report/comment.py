"""The comment of one finding on its line, and its marker."""

from __future__ import annotations

from app.core.feedback.suppression import Suppressed
from app.core.findings.concession import Conceded
from app.core.findings.finding import Evidence, Finding, Severity, Source, Standing
from app.core.report.account import show_place, write_account
from app.core.report.conversation import tell_conceded, tell_shown
from app.core.report.feedback import tell_not_shown
from app.core.report.report import Dismissed
from app.core.text.markdown import Markdown, bullets, code, comment_marker, fence, paragraphs, plain

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


def finding_comment(finding: Finding, conceded: Evidence | None = None) -> Markdown:
    """The comment on the line. `conceded` is the line for which one that blocks was given up in its thread."""
    claim = finding.claim
    asked = " · a question" if _standing(finding) is Standing.UNCERTAIN else ""
    head = Markdown(f"{SIGNS[claim.severity]} **{finding.id} · {claim.severity}{asked}** · ") + plain(claim.title)
    parts = [head, write_account(claim), _evidence(finding)]
    if claim.suggestion is not None:
        parts.append(fence(claim.suggestion, "suggestion"))
    if conceded is not None:
        parts.append(tell_conceded(Conceded(finding, conceded)))
    return paragraphs(*parts, _provenance(finding), finding_marker(finding))


def fixed_comment(finding: Finding) -> Markdown:
    """The same comment once the finding is gone. That a secret is gone from the files makes it no secret again."""
    head = Markdown(f"✅ **{finding.id} · fixed** · ~~") + plain(finding.claim.title) + Markdown("~~")
    still = Markdown(_STILL_KNOWN if finding.claim.source is Source.SECRETS else "")
    return paragraphs(head, still, write_account(finding.claim), _provenance(finding), finding_marker(finding))


def dismissed_comment(dismissed: Dismissed) -> Markdown:
    """The same comment once somebody has let the finding no longer count."""
    finding = dismissed.finding
    head = Markdown(f"➖ **{finding.id} · dismissed** · ~~") + plain(finding.claim.title) + Markdown("~~")
    why = Markdown("By ") + code(dismissed.login) + Markdown(": ") + plain(dismissed.reason)
    return paragraphs(head, why, write_account(finding.claim), _provenance(finding), finding_marker(finding))


def withdrawn_comment(withdrawn: Conceded) -> Markdown:
    """The same comment once the finding was given up in its thread."""
    finding = withdrawn.finding
    head = Markdown(f"↩️ **{finding.id} · withdrawn** · ~~") + plain(finding.claim.title) + Markdown("~~")
    why = Markdown("Given up in this thread, for ") + tell_shown(withdrawn.evidence)
    return paragraphs(head, why, write_account(finding.claim), _provenance(finding), finding_marker(finding))


def suppressed_comment(suppressed: Suppressed) -> Markdown:
    """The same comment once somebody has chosen not to be told of findings of this kind."""
    finding = suppressed.finding
    head = Markdown(f"🔕 **{finding.id} · suppressed** · ~~") + plain(finding.claim.title) + Markdown("~~")
    told = write_account(finding.claim)
    return paragraphs(head, tell_not_shown(suppressed.by), told, _provenance(finding), finding_marker(finding))


def finding_marker(finding: Finding) -> Markdown:
    """By which the comment of a finding is found again."""
    return comment_marker("finding", id=finding.id, fingerprint=finding.fingerprint)


def _standing(finding: Finding) -> Standing | None:
    verification = finding.claim.verification
    return None if verification is None else verification.standing


def _evidence(finding: Finding) -> Markdown:
    """The lines that a second reader rests on, but for the one that the comment stands on and the one it shows at."""
    claim = finding.claim
    if claim.verification is None:
        return Markdown("")
    far = "" if claim.shows_at is None else claim.shows_at.quote
    told = (claim.quote, far)
    others = [one for one in claim.verification.evidence if not any(one.quote.strip() in quote for quote in told)]
    rows = [code(show_place(one)) + Markdown(": ") + code(one.quote) for one in others]
    return paragraphs(Markdown("It rests on:"), bullets(rows)) if rows else Markdown("")


def _provenance(finding: Finding) -> Markdown:
    claim = finding.claim
    found = (
        f"{_SOURCES[claim.source]} through {len(claim.lenses)} lenses"
        if len(claim.lenses) > 1
        else _SOURCES[claim.source]
    )
    rule = Markdown(" · rule ") + code(claim.rule) if claim.rule else Markdown("")
    effect = Markdown(" · **blocks the merge**") if finding.blocking else Markdown("")
    words = f"{found} · {_tell_standing(finding)}{claim.confidence} % sure"
    return Markdown(f"<sub>{words}") + rule + effect + Markdown("</sub>")


def _tell_standing(finding: Finding) -> str:
    verification = finding.claim.verification
    match _standing(finding):
        case Standing.CONFIRMED:
            return "confirmed by a second reading · "
        case Standing.UNCERTAIN:
            return "a second reading could neither confirm nor refute it · "
        case Standing.UNVERIFIED:
            why = f": {verification.reason}" if verification and verification.reason else ""
            return f"**not verified** by a second reading{why} · "
        case None:
            return ""
