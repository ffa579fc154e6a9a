"""All that a review says of the architecture, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.fit.assessment import Assessment
from app.core.fit.delta import Delta
from app.core.fit.guide import ReadingGuide


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`delta` is None where no graph was made; `missing` is then the end of a sentence that says why.

    `mermaid` is a picture of the modules that the change touches, as text of ours; empty where there is nothing to
    show. `notes` are sentences for people on what of it could not be done.
    """

    delta: Delta | None = None
    missing: str = ""
    assessment: Assessment = field(default_factory=Assessment)
    guide: ReadingGuide = field(default_factory=ReadingGuide)
    mermaid: str = ""
    notes: tuple[str, ...] = ()
