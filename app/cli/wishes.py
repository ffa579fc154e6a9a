"""What is asked of `lintel review`: which range, and how to tell the result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.core.findings.finding import Severity


class Format(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    JSON = "json"


class Shape(StrEnum):
    """How the module graph is printed."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What to review, as the command line says."""

    directory: Path
    base: str | None
    head: str | None
    staged: bool
    working_tree: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to review and how to tell."""

    form: Format
    output: Path | None
    policy: Path | None
    no_model: bool
    fail_on: Severity | None
