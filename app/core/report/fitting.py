"""Texts within GitHub's limits: what is too long is told in fewer words, and what had to go is named.

https://docs.github.com/rest/checks/runs: a check run's `summary` and its `text` hold at most 65,535 bytes each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.text.markdown import Markdown, paragraphs

MAX_BYTES = 60_000
"""Longest comment or summary in bytes. GitHub takes 65,535; the rest is room for what its own renderer counts."""

DROPPED = Markdown("*A part was left out here because GitHub limits the size of a text.*")


@dataclass(frozen=True, slots=True)
class Graded:
    """One part of a text told at several lengths, the longest first. The last is short and always stands."""

    lengths: tuple[Markdown, ...]


Part = Markdown | Graded


def fit(parts: Sequence[Part], most: int = MAX_BYTES) -> Markdown:
    """The parts as blocks, in at most `most` bytes: the longest graded part is told shorter, again and again.

    Where all stand at their shortest, the longest other part between the first and the last is left out, and a note
    says so. The first and the last part stand whole: whoever makes them keeps them short.
    """
    graded = [part if isinstance(part, Graded) else Graded((part,)) for part in parts]
    chosen = [0] * len(graded)
    told = [part.lengths[0] for part in graded]
    note = Markdown("")
    while _measure(told, note) > most:
        shrinkable = [index for index, part in enumerate(graded) if chosen[index] + 1 < len(part.lengths)]
        droppable = [index for index in range(1, len(told) - 1) if len(graded[index].lengths) == 1 and told[index]]
        if shrinkable:
            index = max(shrinkable, key=lambda at: told[at].size)
            chosen[index] += 1
            told[index] = graded[index].lengths[chosen[index]]
        elif droppable:
            told[max(droppable, key=lambda at: told[at].size)] = Markdown("")
            note = DROPPED
        else:
            break
    return paragraphs(*told[:-1], note, *told[-1:])


def clip(text: str, most: int) -> str:
    """At most that many characters; what is cut from the end shows as `…`."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def clip_path(path: str, most: int = 120) -> str:
    """A path by its end: what tells files apart stands there."""
    return path if len(path) <= most else f"…{path[1 - most :]}"


def name_some(names: Sequence[str], most: int = 30) -> str:
    """`F1, F2 and 40 more`: a list that stays short however long it is."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def take_within(rows: Iterable[Markdown], most: int) -> list[Markdown]:
    """As many rows from the first on as take at most that many bytes, a line feed after each."""
    kept: list[Markdown] = []
    for row in rows:
        most -= row.size + 1
        if most < 0:
            break
        kept.append(row)
    return kept


def _measure(told: Sequence[Markdown], note: Markdown) -> int:
    return paragraphs(*told, note).size
