"""How much a mistake in a changed file would cost, from its path, class and size: what is read first."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.change.plan import FileClass, PlannedFile


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` from 0 to 100; `why` names what raised it most, for people."""

    score: int
    why: str


_BY_CLASS = {FileClass.SOURCE: 50, FileClass.MIGRATION: 70, FileClass.CI: 70, FileClass.CONFIG: 40, FileClass.TEST: 20}


def rate_risk(planned: PlannedFile) -> Risk:
    """The risk of one file of the change."""
    return Risk(_BY_CLASS.get(planned.file_class, 10), planned.file_class.value)
