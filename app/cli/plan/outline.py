"""A forecast seen from its files: which chunks hold each, what of it is left out, and how risky it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.change.classes.risk import risk_of
from app.core.change.plan import LeftOut, PlannedFile, Risk, Sweep
from app.core.secrecy.redaction import redact
from app.flows.plan import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutline:
    """One file of the change.

    `turn` counts the files in the order of reading; None: nothing of it is read. `chunks` are the numbers of those that
    hold any of its hunks, in order.
    """

    planned: PlannedFile
    turn: int | None
    chunks: tuple[int, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def path(self) -> str:
        """The path as it may be shown."""
        return self.planned.file.shown_path

    @property
    def risk(self) -> Risk:
        """How much a mistake in it would cost."""
        return risk_of(self.planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutGroup:
    """All that is left out for one reason. `paths` are as they may be shown, those with most lines first."""

    reason: str
    rule: str | None
    excused: bool
    lines: int
    paths: tuple[str, ...]


def outline(forecast: Forecast) -> tuple[FileOutline, ...]:
    """The files in git's order."""
    chunks: dict[str, dict[int, None]] = {}
    for chunk in forecast.plan.chunks:
        for part in chunk.parts:
            chunks.setdefault(part.file.path, {})[chunk.number] = None
    left_out: dict[str, list[LeftOut]] = {}
    for item in forecast.plan.left_out:
        left_out.setdefault(item.path, []).append(item)
    turns = {path: turn for turn, path in enumerate(chunks)}
    return tuple(
        FileOutline(
            planned=planned,
            turn=turns.get(planned.file.path),
            chunks=tuple(chunks.get(planned.file.path, ())),
            left_out=tuple(left_out.get(planned.file.path, ())),
        )
        for planned in forecast.plan.files
    )


def in_reading_order(files: Iterable[FileOutline]) -> list[FileOutline]:
    """What is read in its order, then what is not, by path."""
    return sorted(files, key=lambda item: (item.turn is None, item.turn, item.planned.file.path))


def group_left_out(files: Sequence[FileOutline]) -> list[LeftOutGroup]:
    """What is left out, by reason: first what keeps the gate shut, then by size."""
    kinds: dict[tuple[str, str | None, bool], list[tuple[int, str]]] = {}
    for file in files:
        for item in file.left_out:
            kinds.setdefault((item.reason, item.rule, item.excused), []).append((item.lines, file.path))
    groups = [
        LeftOutGroup(
            reason=reason,
            rule=rule,
            excused=excused,
            lines=sum(lines for lines, _ in items),
            paths=tuple(path for _, path in sorted(items, key=lambda item: (-item[0], item[1]))),
        )
        for (reason, rule, excused), items in kinds.items()
    ]
    return sorted(groups, key=lambda group: (group.excused, -group.lines, group.reason))


def show_edit(sweep: Sweep) -> str:
    """What a sweep does, without a secret that stands in it."""
    return redact(sweep.edit).text
