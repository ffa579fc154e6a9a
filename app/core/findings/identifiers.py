"""The names of the code that a claim speaks of: claims in other words about one thing have them in common."""

from __future__ import annotations

import re

from app.core.findings.finding import Claim

SHARED = 2
"""Identifiers that two claims must share to be about one thing."""

_WORD = re.compile(r"[^\W\d]\w{2,}")
_CODE_SHAPED = re.compile(r"\w_\w|[a-z][A-Z]|\w\d|\A_")
_KEYWORDS = frozenset(
    _WORD.findall(
        "and async await break case catch class const continue def del elif else enum except export false finally for "
        "from func function global import interface lambda let match new nil none not null package pass private public "
        "raise return self static struct switch this throw true try type var void while with yield"
    )
)


def identifiers(claim: Claim) -> frozenset[str]:
    """All names in its quote, and what is written like one in its title."""
    quoted = {word for word in _WORD.findall(claim.quote) if word.lower() not in _KEYWORDS}
    return frozenset(quoted | {word for word in _WORD.findall(claim.title) if _CODE_SHAPED.search(word)})


def share_identifiers(claim: Claim, rival: Claim) -> bool:
    """Whether two claims have at least `SHARED` names in common."""
    return len(identifiers(claim) & identifiers(rival)) >= SHARED
