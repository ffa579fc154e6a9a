"""All that a review says of the architecture, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.fit.assessment import Assessment
from app.core.fit.delta import Delta
from app.core.fit.guide import ReadingGuide
from app.core.people.sensitivity import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`delta` is None where no graph was made; `missing` is then the end of a sentence that says why.

    `mermaid` is a picture of the modules that the change touches, as text of ours; empty where there is nothing to
    show. `notes` are sentences for people on what of it could not be done. `sensitive` are the changed paths where a
    mistake would be dear, those that matter most first; `owners_gap` is a sentence on what nobody knows of their
    owners.
    """

    delta: Delta | None = None
    missing: str = ""
    assessment: Assessment = field(default_factory=Assessment)
    guide: ReadingGuide = field(default_factory=ReadingGuide)
    mermaid: str = ""
    notes: tuple[str, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()
    owners_gap: str = ""
