"""What a check run carries in `external_id`: which review it shows, and the ledger entry that anchors its state.

`lintel1:<review id>:<seq>:<hash16>`; before a verdict `seq` is 0 and the hash is empty. Anybody who may write checks
can write such a text: look for it only among the check runs of our own App.
"""

from __future__ import annotations

import re
from uuid import UUID

_FORM = re.compile(r"lintel1:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,18}):([0-9a-f]{16})?", re.ASCII)


def external_id(review_id: UUID, seq: int = 0, digest: str = "") -> str:
    """The text; `digest` is the ledger entry's hash in hex, of which 16 digits are kept."""
    return f"lintel1:{review_id}:{seq}:{digest[:16]}"


def reviewed_by(text: str | None) -> UUID | None:
    """The review that a check run shows, or None if the text is none of ours."""
    found = _FORM.fullmatch(text or "")
    return UUID(found[1]) if found else None
