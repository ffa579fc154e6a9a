"""What the bot answers to `/lintel explain`: the evidence behind one finding, and who is behind the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.findings.concession import Conceded
from app.core.findings.finding import Claim, Evidence, Finding, Source, Standing
from app.core.report.account import show_place, write_account
from app.core.report.comment import SIGNS
from app.core.report.conversation import tell_conceded, tell_shown
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, bullets, code, fence, paragraphs, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A finding with what has become of it: `open`, `fixed` or `dismissed`, by whom and why.

    `withdrawn` and `conceded` are open ones that were given up in their threads, for the line `conceded`.
    """

    finding: Finding
    state: str
    by: str = ""
    reason: str = ""
    conceded: Evidence | None = None


_SOURCES = {
    Source.MODEL: "A model read it",
    Source.ANALYZER: "An analyzer found it",
    Source.ARCHITECTURE: "It follows from the module graph; no model has a part in it",
    Source.SECRETS: "The secret rules found it",
}
_STANDINGS = {
    Standing.CONFIRMED: "A second reading, which had not seen the first one's reasoning, confirmed it",
    Standing.UNCERTAIN: "A second reading could neither confirm nor refute it",
    Standing.UNVERIFIED: "No second reading was made",
}


def tell_explanation(explained: Explained) -> Markdown:
    """The answer: what is claimed, the code it rests on, who claims it, what became of it."""
    finding, claim = explained.finding, explained.finding.claim
    head = Markdown(f"{SIGNS[claim.severity]} **{finding.id} · {claim.severity}** · ") + plain(claim.title)
    return paragraphs(head, write_account(claim), _quote(claim), bullets([*_origin(finding), _fate(explained)]))


def _quote(claim: Claim) -> Markdown:
    if not claim.quote.strip():
        return Markdown("")
    where = redact(claim.path).text if claim.line is None else f"{redact(claim.path).text}:{claim.line}"
    return paragraphs(Markdown("It rests on ") + code(where) + Markdown(":"), fence(claim.quote))


def _origin(finding: Finding) -> list[Markdown]:
    claim = finding.claim
    sure = f", {claim.confidence} % sure" if claim.source is Source.MODEL else ""
    told = Markdown(f"{_SOURCES[claim.source]}{sure}")
    if claim.origin is not None:
        told += Markdown(": ") + code(claim.origin.model) + Markdown(", request ") + code(claim.origin.request[:12])
    rows = [told + Markdown(".")]
    if claim.rule:
        rows.append(Markdown("Rule ") + code(claim.rule) + Markdown("."))
    verification = claim.verification
    if verification is not None:
        model = Markdown(": ") + code(verification.model) if verification.model else Markdown("")
        why = Markdown(": ") + plain(verification.reason) if verification.reason else Markdown("")
        rows.append(Markdown(_STANDINGS[verification.standing]) + model + why + Markdown("."))
        rows.extend(code(show_place(one)) + Markdown(": ") + code(one.quote.strip()) for one in verification.evidence)
    return rows


def _fate(explained: Explained) -> Markdown:
    if explained.state == "dismissed":
        return Markdown("Dismissed by ") + code(explained.by) + Markdown(": ") + plain(explained.reason)
    if explained.state == "fixed":
        return Markdown("Fixed: it is gone from the change.")
    if explained.conceded is not None and explained.state == "withdrawn":
        return Markdown("Withdrawn in its thread, for ") + tell_shown(explained.conceded) + Markdown(".")
    if explained.conceded is not None and explained.state == "conceded":
        return tell_conceded(Conceded(explained.finding, explained.conceded))
    return Markdown(
        "It is open and blocks the merge." if explained.finding.blocking else "It is open; it does not block."
    )
