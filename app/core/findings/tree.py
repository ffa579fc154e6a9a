"""What is known of files of the tree at the head that a claim speaks of, part of the change or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TreeTexts:
    """Lines of files by their path at head, without secrets.

    `unread` are paths of which nobody can say here what they hold: too large, not at hand, or git failed. A path that
    is in neither is no file of the tree, or was not asked for.
    """

    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
