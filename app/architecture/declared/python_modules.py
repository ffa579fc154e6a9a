"""Names of Python's modules, as tools write them, as globs of paths."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from app.architecture.declared.declaration import DeclarationUnreadable
from app.core.text.globs import BadGlob, Glob

MOST_ROOTS: Final = 20
MOST_MODULES: Final = 5_000
"""That one file names; each is looked for in the tree."""

_DOTTED: Final = re.compile(r"(?:\w+|\*{1,2})(?:\.(?:\w+|\*{1,2}))*")


class Packages:
    """Where the root packages of a configuration lie in a tree: beside it, in `src`, or wherever there is one.

    Raises DeclarationUnreadable for one that names more than anybody would write.
    """

    def __init__(self, names: Collection[str], directory: str, paths: Collection[str]) -> None:
        if len(names) > MOST_ROOTS:
            raise DeclarationUnreadable(f"it names more than {MOST_ROOTS} root packages")
        self._left = MOST_MODULES
        self._paths = paths if isinstance(paths, (set, frozenset)) else frozenset(paths)
        self._roots = {name: root for name in names if (root := self._find_root(name, directory)) is not None}

    def find_glob(self, module: str) -> str | None:
        """The glob of the files of a module, those below it included; None if it lies in none of the packages."""
        self._left -= 1
        if self._left < 0:
            raise DeclarationUnreadable(f"it names more than {MOST_MODULES:,} modules")
        if not _DOTTED.fullmatch(module):
            return None
        first, *rest = module.split(".")
        if first not in self._roots:
            return None
        place = "/".join((*([self._roots[first]] if self._roots[first] else []), first, *rest))
        if "*" in place:
            glob = f"{place}/**" if place.endswith("**") else f"{{{place}.py,{place}/**}}"
        else:
            glob = f"{place}.py" if f"{place}.py" in self._paths else f"{place}/**"
        return glob if _is_glob(glob) else None

    def _find_root(self, name: str, directory: str) -> str | None:
        if not name.isidentifier():
            return None
        for near in (directory, f"{directory}/src".lstrip("/")):
            if self._holds(near, name):
                return near
        ending = f"{name}/__init__.py"
        others = [path[: -len(ending)] for path in self._paths if path.endswith(f"/{ending}") or path == ending]
        return min((other.rstrip("/") for other in others), key=lambda path: (path.count("/"), path), default=None)

    def _holds(self, directory: str, name: str) -> bool:
        place = f"{directory}/{name}".lstrip("/")
        return f"{place}/__init__.py" in self._paths or f"{place}.py" in self._paths


def _is_glob(pattern: str) -> bool:
    try:
        Glob.parse(pattern)
    except BadGlob:
        return False
    return True
