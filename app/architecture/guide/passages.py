"""The reading guide of a change: all its hunks, each in one group, in the order in which they are best read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.architecture.guide.group import Grouped, group_sites
from app.architecture.guide.questions import FORMATTING, MADE, MOVED, TESTS, UNREAD, show_sweep
from app.architecture.guide.risk import Facts, choose_question, gather, rate
from app.architecture.guide.site import Site, find_sites
from app.core.change.classes.risk import risk_of
from app.core.change.plan import PlannedFile
from app.core.fit.compared import Compared
from app.core.fit.delta import Delta
from app.core.fit.guide import Group, Passage, ReadingGuide
from app.core.people.sensitivity import Sensitive

_ORDER: Final = (
    Group.SUBSTANTIVE,
    Group.TEST,
    Group.MECHANICAL,
    Group.MOVED,
    Group.FORMATTING,
    Group.GENERATED,
)


def make_guide(
    planned: Sequence[PlannedFile],
    compared: Mapping[str, Compared | str],
    delta: Delta | None = None,
    sensitive: Sequence[Sensitive] = (),
) -> ReadingGuide:
    """The guide of a change. `planned` are all its files, redacted; `compared` is by path, as `sensitive` is.

    Of a file that was not compared nothing is called formatting, moved or mechanical. The passages have all the changed
    lines; a file that could not be read at all is one of them.
    """
    facts = gather(planned, delta or Delta(), sensitive)
    told = [_tell(grouped, facts) for grouped in group_sites(list(find_sites(planned, compared)), compared)]
    told += [_tell_unread(one) for one in planned if not one.file.hunks and one.file.changed_lines]
    return ReadingGuide(
        tuple(sorted(told, key=lambda one: (_ORDER.index(one.group), -one.risk, one.path, one.start_line)))
    )


def _tell(grouped: Grouped, facts: Facts) -> Passage:
    site = grouped.site
    if grouped.group is not Group.SUBSTANTIVE:
        return _place(site, grouped.group, _explain(grouped))
    points = rate(site, facts)
    why = _explain_sweep(grouped, shown=True) if grouped.places else choose_question(points, site.planned.file_class)
    return _place(site, grouped.group, why, tuple((point.label, point.weight) for point in points))


def _place(site: Site, group: Group, why: str, points: tuple[tuple[str, int], ...] = ()) -> Passage:
    risk = sum(weight for _, weight in points)
    return Passage(group, site.path, site.start_line, site.hunk.changed_lines, risk, why, points)


def _explain(grouped: Grouped) -> str:
    """Why it is in its group."""
    match grouped.group:
        case Group.FORMATTING:
            return FORMATTING
        case Group.MOVED:
            return MOVED
        case Group.GENERATED:
            return MADE[grouped.site.planned.file_class]
        case Group.MECHANICAL:
            return _explain_sweep(grouped, shown=False)
        case _:
            return _explain_sweep(grouped, shown=True) if grouped.places else TESTS


def _explain_sweep(grouped: Grouped, *, shown: bool) -> str:
    compared = grouped.site.compared
    return show_sweep(grouped.places, compared.old_name, compared.new_name, shown=shown)


def _tell_unread(planned: PlannedFile) -> Passage:
    """A file whose change nobody could read."""
    rated = risk_of(planned)
    return Passage(
        Group.SUBSTANTIVE,
        planned.file.path,
        1,
        planned.file.changed_lines,
        rated.score,
        UNREAD,
        ((rated.why, rated.score),),
    )
