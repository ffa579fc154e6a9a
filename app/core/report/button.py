"""The one button of a completed check, beside GitHub's own re-run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Button:
    """Label ≤ 20, description ≤ 40, identifier ≤ 20 characters (https://docs.github.com/rest/checks/runs)."""

    label: str
    description: str
    identifier: str


FULL_REVIEW: Final = Button("Full review", "Read all of it again; needs write access", "full_review")
"""The same as `/lintel review full`, and for the same people. GitHub shows the description to everybody."""
