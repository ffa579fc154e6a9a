"""Which file of a tree a place without its ending means in JavaScript and TypeScript.

The order of endings is that of TypeScript (https://www.typescriptlang.org/docs/handbook/modules/reference.html), but
for one thing: a declaration file gives way to the JavaScript beside it that it describes, since that is the module.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from app.architecture.resolve.places import join

_ENDINGS: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts", ".d.mts", ".d.cts")
_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")
_RANKS: Final[Mapping[str, int]] = {ending: rank for rank, ending in enumerate(_ENDINGS)}

_TYPED: Final[Mapping[str, tuple[str, ...]]] = {
    ".js": (".ts", ".tsx"),
    ".jsx": (".tsx", ".ts"),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}
"""What a file is written as that is named as it will be once it is compiled."""

_FURTHER: Final = (".json", ".node", ".vue", ".svelte")
"""Endings that may be left out, of what is no source here."""


def split_ending(path: str) -> tuple[str, str]:
    """A path without the ending of a source, and that ending; the path and nothing where it is no source."""
    dot = path.rfind(".")
    if dot > 1 and path.startswith(".d", dot - 2) and path[dot - 2 :] in _RANKS:
        dot -= 2
    ending = path[dot:] if dot > 0 else ""
    return (path[:dot], ending) if ending in _RANKS else (path, "")


class Files:
    """The files of a tree, by place and by place without ending."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = paths if isinstance(paths, (set, frozenset)) else frozenset(paths)
        ranked: dict[str, tuple[int, str]] = {}
        for path in paths:
            stem, ending = split_ending(path)
            if ending and (stem not in ranked or _RANKS[ending] < ranked[stem][0]):
                ranked[stem] = (_RANKS[ending], path)
        self._stems = {stem: path for stem, (_, path) in ranked.items()}

    def find(self, place: str, *, typed: bool = True) -> str | None:
        """The file that a place means, source or not. `typed`: the one who asks is written in TypeScript."""
        found = self._stems.get(place)
        if found is not None and place not in self._paths:
            return found
        stem, ending = split_ending(place)
        swapped = self._find_typed(stem, ending)
        if typed and swapped is not None:
            return swapped
        if place in self._paths:
            return place
        found = swapped
        if found is None and ending in _TYPED:
            found = self._stems.get(stem)
        return found or next((path for more in _FURTHER if (path := f"{place}{more}") in self._paths), None)

    def find_index(self, directory: str) -> str | None:
        """The index of a directory."""
        return self.find(join(directory, "index"))

    def module_of(self, path: str) -> str:
        """The path itself; of a declaration file that of the module which it describes, if that is beside it."""
        return self._stems.get(split_ending(path)[0], path) if path.endswith(_DECLARATIONS) else path

    def _find_typed(self, stem: str, ending: str) -> str | None:
        return next((path for other in _TYPED.get(ending, ()) if (path := stem + other) in self._paths), None)


def is_source(path: str) -> bool:
    """Whether a file is JavaScript or TypeScript, by its ending."""
    return bool(split_ending(path)[1])
