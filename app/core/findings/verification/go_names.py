"""Which names the files of a Go package define for each other: all at their outermost level, whatever file they are in.

https://go.dev/ref/spec#Packages. A file that is built on some condition (by its name or a build line) proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PACKAGE = re.compile(r"package\s+(\w+)\s*(?://.*)?\Z")
_CONDITIONAL = re.compile(r"//\s*\+build\b|//go:build\b")
_LITERALS = re.compile(r"/\*.*?\*/|`[^`]*`", re.DOTALL)
_SUFFIXED = re.compile(r"_[a-z0-9]+\.go\Z")


def is_of_package(path: str, of: str) -> bool:
    """Whether a file stands where files of the package of `of` stand, and is built wherever that one is."""
    same = path != of and path.endswith(".go") and path.rpartition("/")[0] == of.rpartition("/")[0]
    return same and _SUFFIXED.search(path) is None


def defines_in_package(name: str, lines: Sequence[str], beside: Mapping[str, Sequence[str]]) -> bool:
    """Whether a file beside one with these lines defines the name for it, and nothing in the file itself hides that."""
    package = _read_package(lines)
    hidden = re.compile(rf"\b{re.escape(name)}\b[^\n(]*:=|\b(?:var|const|type)\s+{re.escape(name)}\b")
    if package is None or any(hidden.search(line) for line in lines):
        return False
    defines = re.compile(rf"(?:func|type|var|const)\s+{re.escape(name)}\b", re.ASCII)
    return any(
        _read_package(rows) == package
        and not any(map(_CONDITIONAL.match, rows))
        and any(map(defines.match, _bare(rows)))
        for rows in beside.values()
    )


def _read_package(lines: Sequence[str]) -> str | None:
    return next((found[1] for line in _bare(lines) if (found := _PACKAGE.match(line))), None)


def _bare(lines: Sequence[str]) -> list[str]:
    """The lines without what stands in raw strings and comments of several lines."""
    return _LITERALS.sub('""', "\n".join(lines)).split("\n")
