"""The pull request that `lintel demo` opens when it is given none: two trees of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

SUFFIX = ".txt"
DOT = "dot-"


@dataclass(frozen=True, slots=True)
class Sample:
    """Every file of both versions, by its path in the repository."""

    base: dict[str, bytes]
    head: dict[str, bytes]


def read_sample() -> Sample:
    """The bundled trees under their real names: `.txt` taken off, a leading `dot-` a dot again."""
    folder = files(__name__)
    return Sample(base=dict(_tree(folder / "base", "")), head=dict(_tree(folder / "head", "")))


def _tree(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f".{entry.name.removeprefix(DOT)}" if entry.name.startswith(DOT) else entry.name
        if entry.is_dir():
            yield from _tree(entry, f"{prefix}{name}/")
        elif name.endswith(SUFFIX):
            yield prefix + name.removesuffix(SUFFIX), entry.read_bytes()
