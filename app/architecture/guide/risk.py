"""What a mistake in a hunk would cost, in points that explain themselves, and what to ask about the heaviest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.architecture.guide.file_risk import rate_file
from app.architecture.guide.point import Point
from app.architecture.guide.questions import CLASSES, Reason, ask, show_name, show_users
from app.architecture.guide.site import Site
from app.core.change.plan import FileClass, PlannedFile
from app.core.change.planning.kinship import Rank, find_kin
from app.core.fit.delta import ApiChange, ApiChangeKind, Delta
from app.core.people.sensitivity import Sensitive
from app.core.text.plural import count

MOST: Final = 100
_LEAST_UNTESTED: Final = 3
_LEAST_GROWTH: Final = 2

_API: Final[Mapping[ApiChangeKind, tuple[Reason, int, str]]] = {
    ApiChangeKind.REMOVED: (Reason.REMOVED, 25, "is no longer public"),
    ApiChangeKind.RENAMED: (Reason.RENAMED, 20, "has another name"),
    ApiChangeKind.SIGNATURE: (Reason.SIGNATURE, 20, "is called in another way"),
    ApiChangeKind.ADDED: (Reason.ADDED, 3, "is public and new"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the hunk: the delta, how many modules use each, and the files that have a test here.

    `sensitive` are the sensitive paths, by path.
    """

    delta: Delta
    users: Mapping[str, int]
    tested: frozenset[tuple[str, str]]
    sensitive: Mapping[str, Sequence[Sensitive]]


def gather(planned: Sequence[PlannedFile], delta: Delta, sensitive: Iterable[Sensitive] = ()) -> Facts:
    """The facts, once for all hunks."""
    users = {fan.module: max(fan.in_before, fan.in_after) for fan in delta.fans}
    kin = [find_kin(one) for one in planned if one.file_class is FileClass.TEST]
    by_path: dict[str, list[Sensitive]] = {}
    for item in sensitive:
        by_path.setdefault(item.path, []).append(item)
    return Facts(delta, users, frozenset((one.language, stem) for one in kin for stem in one.stems), by_path)


def rate(site: Site, facts: Facts) -> tuple[Point, ...]:
    """The points of a hunk, the heaviest first, at most 100 in all."""
    found = [
        *rate_file(site, facts.sensitive),
        *_rate_api(site, facts.delta.api),
        *_rate_graph(site, facts.delta),
        *_rate_users(site, facts),
        *_rate_growth(site),
        *_rate_tests(site, facts),
        *_rate_size(site),
    ]
    kept: list[Point] = []
    room = MOST
    for point in sorted(found, key=lambda point: (-point.weight, point.label)):
        if (weight := min(point.weight, room)) > 0:
            kept.append(point._replace(weight=weight))
            room -= weight
    return tuple(kept)


def choose_question(points: Iterable[Point], file_class: FileClass) -> str:
    """What to ask: that of the heaviest point that says more than what kind of file it is."""
    telling = [point for point in points if point.reason is not Reason.KIND]
    if any(point.reason is Reason.DANGER for point in telling):
        telling = [point for point in telling if point.reason is not Reason.SENSITIVE]
    if file_class in CLASSES and not any(point.reason not in (Reason.SIZE, Reason.DANGER) for point in telling):
        dangers = [point for point in telling if point.reason is Reason.DANGER]
        return dangers[0].question if dangers else CLASSES[file_class]
    return telling[0].question if telling else ask(Reason.KIND)


def _rate_api(site: Site, changes: Iterable[ApiChange]) -> Iterator[Point]:
    """The heaviest change of something public here; the others add what they are."""
    for change in changes:
        if change.path not in (site.path, site.planned.file.old_path):
            continue
        if not site.holds(change.line, at_base=change.kind is ApiChangeKind.REMOVED):
            continue
        reason, weight, words = _API[change.kind]
        if change.moved_to:
            weight, words = weight // 2, "is public elsewhere now"
        spread = min(2 * change.users.bit_length(), 10) if reason is not Reason.ADDED else 0
        used = f", {count(change.users, 'module')} in reach" if spread else ""
        label = f"{show_name(change.name) or 'something public'} {words}{used}"
        yield Point(label, weight + spread, ask(reason, change.name, change.users), reason)


def _rate_graph(site: Site, delta: Delta) -> Iterator[Point]:
    """What the lines added here do to the graph, each kind once."""
    broken = {(one.edge.path, one.edge.line) for one in delta.breaks}
    closing = {(edge.path, edge.line) for cycle in delta.cycles for edge in cycle.edges}
    new = {(edge.path, edge.line) for edge in delta.new_edges} - broken - closing
    for places, reason, weight, label in (
        (broken, Reason.BREAK, 30, "breaks a rule of the architecture"),
        (closing, Reason.CYCLE, 20, "closes a cycle of modules"),
        (new, Reason.EDGE, 8, "depends on another module than before"),
        ({(one.path, one.line) for one in delta.dependencies}, Reason.DEPENDENCY, 12, "asks for a new package"),
    ):
        if any(path == site.path and site.adds(line) for path, line in places):
            yield Point(label, weight, ask(reason), reason)
    for twin in delta.twins:
        if twin.path == site.path and site.holds(twin.line):
            yield Point("resembles what was there already", 5, ask(Reason.TWIN, twin.name), Reason.TWIN)
            return


def _rate_users(site: Site, facts: Facts) -> Iterator[Point]:
    users = facts.users.get(site.path, facts.users.get(site.path.rpartition("/")[0] or ".", 0))
    weight = min(3 * (users.bit_length() - 1), 15)
    if weight > 0:
        label = f"{count(users, 'module')} use{'s' if users == 1 else ''} this one"
        yield Point(label, weight, f"{show_users(users)} {ask(Reason.FAN_IN)}", Reason.FAN_IN)


def _rate_growth(site: Site) -> Iterator[Point]:
    grown = site.compared.grown
    if grown >= _LEAST_GROWTH:
        label = f"{show_name(site.compared.grown_in) or 'a function'} is harder to follow by {grown}"
        yield Point(label, min(2 * grown, 16), ask(Reason.GROWTH, site.compared.grown_in), Reason.GROWTH)


def _rate_tests(site: Site, facts: Facts) -> Iterator[Point]:
    if site.planned.file_class is not FileClass.SOURCE or site.hunk.additions < _LEAST_UNTESTED:
        return
    kin = find_kin(site.planned)
    if kin.rank is Rank.SUBJECT and not any((kin.language, stem) in facts.tested for stem in kin.stems):
        yield Point("no test of this file is in the change", 8, ask(Reason.UNTESTED), Reason.UNTESTED)


def _rate_size(site: Site) -> Iterator[Point]:
    lines = site.hunk.changed_lines
    yield Point(
        count(lines, "changed line"), min(2 * max(lines.bit_length() - 3, 0), 12), ask(Reason.SIZE), Reason.SIZE
    )
