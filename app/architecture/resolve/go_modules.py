"""What `go.mod` and `go.work` say that places imports: https://go.dev/ref/mod#go-mod-file, #workspaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.architecture.resolution import Ground
from app.architecture.resolve.places import MANIFEST_CHARACTERS, TOP, climb, directory_of, name_of, shared_depth, step

MOD: Final = "go.mod"
WORK: Final = "go.work"
_VENDORED: Final = "vendor"

MOST_COPIES: Final = 20
"""Of one module path in a tree; those of further directories are found from within alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModule:
    """A module: the directory of its `go.mod`, and its path, the prefix of its packages (empty where it has none).

    `replaced` are directories of this tree by the module path that they stand for. `required` are the modules that it
    asks for.
    """

    directory: str
    path: str = ""
    replaced: dict[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


NO_MODULE: Final = GoModule(directory=TOP)
"""Of files under no `go.mod`: nothing is theirs."""


class GoModules:
    """The modules of a tree. Those within `vendor` are others' and none of it."""

    def __init__(self, ground: Ground) -> None:
        self._by_directory: dict[str, GoModule] = {}
        self._by_path: dict[str, list[str]] = {}
        self._used: set[str] = set()
        self._replaced: dict[str, str] = {}
        self._around: dict[str, GoModule] = {}
        for path, text in sorted(ground.texts.items()):
            name = name_of(path)
            if name not in {MOD, WORK} or is_vendored(path):
                continue
            directory = directory_of(path)
            if name == WORK:
                self._read_work(directory, text)
            else:
                self._read_module(directory, text)

    def around(self, directory: str) -> GoModule:
        """The module that a directory belongs to: that of the nearest `go.mod` upwards."""
        if directory not in self._around:
            found = (self._by_directory[above] for above in climb(directory) if above in self._by_directory)
            self._around[directory] = next(found, NO_MODULE)
        return self._around[directory]

    def find(self, prefix: str, asking: GoModule) -> str | None:
        """The directory of the module of this very path, as `asking` means it; None if it is none of this tree's.

        A module of this tree is meant whatever version is asked for: that is where its code is changed. One path in
        several directories (samples, test data): one's own, what `replace` says, what `go.work` uses, the nearest.
        """
        if prefix == asking.path:
            return asking.directory
        replaced = asking.replaced.get(prefix) or self._replaced.get(prefix)
        if replaced:
            return replaced
        directories = self._by_path.get(prefix)
        if not directories:
            return None
        return min(
            directories,
            key=lambda directory: (directory not in self._used, -shared_depth(directory, asking.directory), directory),
        )

    def _read_module(self, directory: str, text: str) -> None:
        module = ""
        replaced: dict[str, str] = {}
        required: set[str] = set()
        for directive, words in _read_directives(text):
            if directive == "module" and words:
                module = words[0]
            elif directive == "require" and words:
                required.add(words[0])
            elif directive == "replace":
                replaced.update(_read_replacement(directory, words))
        self._by_directory[directory] = GoModule(
            directory=directory, path=module, replaced=replaced, required=frozenset(required)
        )
        copies = self._by_path.setdefault(module, []) if module else []
        if len(copies) < MOST_COPIES:
            copies.append(directory)

    def _read_work(self, directory: str, text: str) -> None:
        for directive, words in _read_directives(text):
            if directive == "use" and words:
                used = step(directory, words[0])
                if used:
                    self._used.add(used)
            elif directive == "replace":
                self._replaced.update(_read_replacement(directory, words))


def is_vendored(path: str) -> bool:
    """Whether a path lies within a `vendor` directory."""
    return _VENDORED in path.split("/")


def _read_directives(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each directive with its words; those of a block one by one. Of a text that is too long, none."""
    if len(text) > MANIFEST_CHARACTERS:
        return
    block = ""
    for line in text.split("\n"):
        words = [word.strip('"`') for word in line.partition("//")[0].split()]
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                yield block, words
        elif words[-1] == "(":
            block = words[0]
        else:
            yield words[0], words[1:]


def _read_replacement(directory: str, words: list[str]) -> dict[str, str]:
    """`old [version] => ./new`, for directories within the tree; nothing for a replacement by another module."""
    if "=>" not in words[1:-1] or not words[words.index("=>") + 1].startswith("."):
        return {}
    target = step(directory, words[words.index("=>") + 1])
    return {words[0]: target} if target else {}
