"""What the kind of a file, its old and new names and the words of these lines add to the risk of a hunk, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.architecture.guide.point import Point
from app.architecture.guide.questions import CLASSES, DANGERS, Reason, ask
from app.architecture.guide.site import Site
from app.core.change.classes.risk import explain_risk, name_class
from app.core.people.sensitivity import Sensitive, SensitiveKind, name_kind

_ORDINARY: Final = 35
"""The risk of a file of source in which nothing stands out (`app.core.change.classes.risk`)."""

_LEAST: Final = 5
_SCALE: Final = 3
_DECLARED: Final = 12
_TOLD: Final = 1
"""What a sensitive path adds whose reason weighs nothing more: the class or a bound has it already."""


def rate_file(site: Site, sensitive: Mapping[str, Sequence[Sensitive]]) -> Iterator[Point]:
    """The points; `sensitive` is what is known of paths, by path."""
    file = site.planned.file
    one_hunk = replace(site.planned, file=replace(file, hunks=(site.hunk,), additions=0, deletions=0))
    score, told = explain_risk(one_hunk)
    kind = (min(score, _ORDINARY) - _LEAST) // _SCALE
    yield Point(name_class(site.planned.file_class), kind, ask(Reason.KIND), Reason.KIND)
    weights = _share((score - _LEAST) // _SCALE - kind, told)
    kinds = _find_kinds(site, sensitive)
    otherwise = CLASSES.get(site.planned.file_class, ask(Reason.DANGER))
    for why, weight in weights.items():
        labels = kinds.pop(why, [])
        label = f"{'; '.join(labels)}: {why}" if labels else why
        yield Point(label, max(weight, _TOLD if labels else 0), DANGERS.get(why, otherwise), Reason.DANGER)
    for why, labels in kinds.items():
        declared = why == SensitiveKind.DECLARED
        reason = Reason.SENSITIVE if declared else Reason.KIND
        label = "; ".join(labels) if declared else f"{'; '.join(labels)}: {why}"
        yield Point(label, _DECLARED if declared else _TOLD, ask(reason), reason)


def _find_kinds(site: Site, sensitive: Mapping[str, Sequence[Sensitive]]) -> dict[str, list[str]]:
    """By reason what is said of the kind. The policy's own patterns are not repeated."""
    file = site.planned.file
    found: dict[str, list[str]] = {}
    for path in dict.fromkeys((file.path, file.old_path)):
        old = "" if path == file.path else ", by its old name"
        for item in sensitive.get(path, ()):
            declared = item.kind is SensitiveKind.DECLARED
            labels = found.setdefault(item.kind.value if declared else item.why.partition(": ")[2], [])
            label = f"sensitive ({name_kind(item.kind)})"
            if label not in labels:
                labels.append(label + old)
    return found


def _share(points: int, told: Mapping[str, int]) -> dict[str, int]:
    """So many points among the reasons, by what each weighs; what is left over goes to the heaviest, the first."""
    whole = sum(told.values())
    shares = {why: max(points, 0) * weight // whole for why, weight in told.items()}
    for why in list(shares)[:1]:
        shares[why] += max(points, 0) - sum(shares.values())
    return shares
