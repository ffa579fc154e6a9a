"""What a report says of sensitive paths and their owners: one short line, whoever they are and however many.

Paths and names come from files that anybody may have written: they are cut, and stand in code, where nobody is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from app.core.fit.shape import Shape
from app.core.people.sensitivity import Sensitive, name_kind
from app.core.report.fitting import Graded, clip, clip_path
from app.core.text.markdown import Markdown, code, join, plain
from app.core.text.plural import count

MOST_PATHS: Final = 5
MOST_OWNERS: Final = 3
MOST_NAME: Final = 80
MOST_EXPORTED: Final = 100
"""Owners of one path in the JSON. An e-mail address has 254 characters at most, and a name is cut there."""
_LONGEST: Final = 254

Show = Callable[[str], str]
"""A path as it may be shown."""


def tell_sensitive(shape: Shape | None, show: Show) -> Graded:
    """The line for the summary; nothing where no path is sensitive."""
    if shape is None or not shape.sensitive:
        return Graded((Markdown(""),))
    paths = _by_path(shape.sensitive)
    told = [_tell_path(path, items, show) for path, items in islice(paths.items(), MOST_PATHS)]
    more = _more(len(paths))
    line = Markdown("**Sensitive:** ") + join(told, ", ") + Markdown(f"{more}.")
    gap = Markdown(" ") + plain(shape.owners_gap) if shape.owners_gap else Markdown("")
    return Graded((line + gap, Markdown(f"**Sensitive:** {count(len(paths), 'path')}.")))


def say_sensitive(shape: Shape, show: Show) -> str:
    """The same for a terminal, a path a line; empty where none is."""
    if not shape.sensitive:
        return ""
    paths = _by_path(shape.sensitive)
    lines = [
        f"{clip_path(show(path))} ({', '.join([*_name_kinds(items), *_say_owners(items)])})"
        for path, items in islice(paths.items(), MOST_PATHS)
    ]
    more = _more(len(paths)).strip()
    return "\n".join([*lines, *([more] if more else []), *([shape.owners_gap] if shape.owners_gap else [])])


def export_sensitive(shape: Shape | None, show: Show) -> list[dict[str, Any]]:
    """Each path and reason for the JSON, those that matter most first."""
    return [
        {
            "path": show(item.path),
            "kind": item.kind.value,
            "why": item.why,
            "owners": [clip(owner, _LONGEST) for owner in item.owners[:MOST_EXPORTED]],
        }
        for item in (shape.sensitive if shape else ())
    ]


def _by_path(items: Sequence[Sensitive]) -> dict[str, list[Sensitive]]:
    paths: dict[str, list[Sensitive]] = {}
    for item in items:
        paths.setdefault(item.path, []).append(item)
    return paths


def _tell_path(path: str, items: Sequence[Sensitive], show: Show) -> Markdown:
    owners = _name_owners(items)
    shown = [code(clip(owner, MOST_NAME)) for owner in owners[:MOST_OWNERS]]
    owned = Markdown(", owned by ") + join(shown, ", ") + Markdown(_rest(owners)) if owners else Markdown("")
    kinds = plain(", ".join(_name_kinds(items)))
    return code(clip_path(show(path))) + Markdown(" (") + kinds + owned + Markdown(")")


def _say_owners(items: Sequence[Sensitive]) -> Iterator[str]:
    owners = _name_owners(items)
    if owners:
        yield f"owned by {', '.join(clip(owner, MOST_NAME) for owner in owners[:MOST_OWNERS])}{_rest(owners)}"


def _name_kinds(items: Sequence[Sensitive]) -> list[str]:
    return [name_kind(item.kind) for item in items]


def _name_owners(items: Sequence[Sensitive]) -> list[str]:
    return list(dict.fromkeys(owner for item in items for owner in item.owners))


def _rest(owners: Sequence[str]) -> str:
    more = len(owners) - MOST_OWNERS
    return f" and {more:,} more" if more > 0 else ""


def _more(paths: int) -> str:
    more = paths - MOST_PATHS
    return f" and {count(more, 'more path')}" if more > 0 else ""
