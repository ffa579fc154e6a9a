"""What of a finding lasts, however its lines, its file and the words about it change from one push to the next."""

from __future__ import annotations

from app.core.change.diff import FileStatus, Patch
from app.core.findings.anchor import find_file, normalise
from app.core.findings.finding import Claim, Source, fingerprint
from app.core.findings.merging import show_alike


def tell_lasting(claim: Claim, patch: Patch) -> tuple[str, str, str]:
    """Path (the old one of a rename), kind (a program's rule is part of it) and quote; then where else it shows."""
    path = _find_lasting(claim.path, patch)
    exact = claim.source is not Source.MODEL and claim.rule
    category = f"{claim.category}/{claim.rule}" if exact else claim.category
    quote = normalise(claim.quote) or normalise(claim.title)
    far = claim.shows_at
    return path, category, quote if far is None else f"{quote}\n{_find_lasting(far.path, patch)}\n{show_alike(claim)}"


def mark(lasting: tuple[str, str, str], symbol: str, ordinal: int) -> str:
    """The fingerprint of what lasts, by the section it stands in and its place among equals there."""
    path, category, quote = lasting
    return fingerprint(path=path, category=category, quote=quote, symbol=symbol, ordinal=ordinal)


def _find_lasting(path: str, patch: Patch) -> str:
    """The path by which a file is known before and after the change."""
    file = find_file(path, patch)
    return path if file is None else file.old_path if file.status is FileStatus.RENAMED else file.path
