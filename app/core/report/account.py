"""What a finding says, with the place where it shows, if that is another than where it stands."""

from __future__ import annotations

from app.core.findings.finding import Claim, Evidence
from app.core.secrecy.redaction import redact
from app.core.text.markdown import Markdown, code, paragraphs, rich


def tell_account(claim: Claim) -> str:
    """Body and place as plain text, as untrusted as the body is."""
    far = claim.shows_at
    if far is None:
        return claim.body
    return f"{claim.body}\n\nIt shows at {show_place(far)}: {far.quote.strip()}".strip()


def write_account(claim: Claim) -> Markdown:
    """The same for a comment."""
    far = claim.shows_at
    if far is None:
        return rich(claim.body)
    shown = Markdown("It shows at ") + code(show_place(far)) + Markdown(": ") + code(far.quote.strip())
    return paragraphs(rich(claim.body), shown)


def show_place(evidence: Evidence) -> str:
    """Path and line, the path as it may be shown."""
    path = redact(evidence.path).text
    return path if evidence.line is None else f"{path}:{evidence.line}"
