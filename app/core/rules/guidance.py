"""Which files of a repository hold written guidance, by name, and what each of them is about.

Sources: https://agents.md, https://docs.claude.com/en/docs/claude-code/memory, https://docs.cursor.com/context/rules,
https://docs.github.com/en/copilot/how-tos/configure-custom-instructions/add-repository-instructions and
https://adr.github.io.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from app.core.rules.rule import Scope
from app.core.text.globs import Glob

MAX_FILES = 200
MAX_FILE_BYTES = 128 * 1024
MAX_TOTAL_BYTES = 2 << 20


class Kind(Enum):
    """How a file of guidance says which files it is about."""

    BELOW = "all below its directory"
    CURSOR = "`globs` of its front matter"
    INSTRUCTIONS = "`applyTo` of its front matter"
    DECISION = "all, while the decision stands"
    WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Guidance:
    """A file of guidance. `directory` is the one that it is about, the root's being empty."""

    path: str
    kind: Kind
    directory: str = ""

    @property
    def scope(self) -> Scope:
        """What it is about as far as its name says."""
        return Scope(self.directory)


_AGENTS = frozenset({"CLAUDE.md", "AGENTS.md"})
_TOOL_DIRECTORIES = frozenset({".claude", ".github"})
_WHOLE = frozenset({".github/copilot-instructions.md", "CONTRIBUTING.md", ".github/CONTRIBUTING.md"})
_CURSOR = ".cursor/rules"
_INSTRUCTIONS = ".github/instructions/"
_DECISIONS = "docs/adr"
_ARCHITECTURE = re.compile(r"(?:(.*)/)?architecture\.(?:md|markdown)", re.IGNORECASE)
_OTHER_DECISIONS = re.compile(
    r"(?:(.*?)/)??(?:docs?/)?(?:architecture/)?(?:adrs?|decisions|architecture[-_]decisions)/[^/]+\.(?:md|markdown)",
    re.IGNORECASE,
)
_BESIDE_CODE = frozenset({"docs", "doc", ".github"})


def recognise(path: str, globs: Iterable[Glob]) -> Guidance | None:
    """What kind of guidance a file is, or None; `globs` are those of the policy's `review.guidance`."""
    directory, _, name = path.rpartition("/")
    if name in _AGENTS:
        above, _, last = directory.rpartition("/")
        return Guidance(path, Kind.BELOW, above if last in _TOOL_DIRECTORIES else directory)
    if name.endswith(".mdc") and (about := _above(directory)) is not None:
        return Guidance(path, Kind.CURSOR, about)
    if path.startswith(_INSTRUCTIONS) and name.endswith(".instructions.md"):
        return Guidance(path, Kind.INSTRUCTIONS)
    if directory == _DECISIONS and name.endswith(".md"):
        return Guidance(path, Kind.DECISION)
    if path in _WHOLE or any(glob.matches(path) for glob in globs):
        return Guidance(path, Kind.WHOLE)
    return None


def recognise_design(path: str) -> Guidance | None:
    """What kind of document on the architecture a file is, or None.

    Such a document is told to the architect alone. Most of its sentences describe, and a lens that has to answer for
    each of them as a rule reports what is no fault, and is paid for it. Whose document holds rules for every change
    names it in the policy's `review.guidance`; decisions in `docs/adr` are rules as it is.
    """
    directory, _, name = path.rpartition("/")
    if directory == _DECISIONS:
        return None
    if found := _ARCHITECTURE.fullmatch(path):
        above, _, last = (found[1] or "").rpartition("/")
        return Guidance(path, Kind.BELOW, above if last in _BESIDE_CODE else found[1] or "")
    if (found := _OTHER_DECISIONS.fullmatch(path)) and name.lower() != "readme.md":
        return Guidance(path, Kind.DECISION, found[1] or "")
    return None


def find_guidance(paths: Iterable[str], patterns: Iterable[str]) -> list[Guidance]:
    """The guidance among all files of a base in the order in which rules are numbered: from the root down, by path."""
    globs = [Glob.parse(pattern) for pattern in patterns]
    found = (guidance for path in paths if (guidance := recognise(path, globs)) is not None)
    return sorted(found, key=lambda guidance: (guidance.path.count("/"), guidance.path))


def _above(directory: str) -> str | None:
    """The directory that a folder of Cursor's rules, or one below it, belongs to."""
    before, found, _ = f"/{directory}/".partition(f"/{_CURSOR}/")
    return before.removeprefix("/") if found else None
