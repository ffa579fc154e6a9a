"""What we ask GitHub to show: comments, check output, buttons. Already escaped and cut by whoever makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.core.change.diff import Side

CheckStatus = Literal["queued", "in_progress", "completed"]
CheckConclusion = Literal["success", "failure", "neutral", "cancelled", "action_required"]
AnnotationLevel = Literal["notice", "warning", "failure"]
ReactionContent = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftComment:
    """A comment to be placed: `start_line`..`line` (or `line` alone) on `side`, or the whole file without `line`."""

    path: str
    body: str
    line: int | None = None
    side: Side = Side.RIGHT
    start_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A note on a line in a check run. At most 50 a request; sending one twice shows it twice."""

    path: str
    start_line: int
    end_line: int
    annotation_level: AnnotationLevel
    message: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutput:
    """What a check run shows. `summary` and `text` hold at most 65,535 bytes each."""

    title: str
    summary: str
    text: str | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAction:
    """A button on a completed check run: label ≤ 20, description ≤ 40, identifier ≤ 20 characters; three at most."""

    label: str
    description: str
    identifier: str
