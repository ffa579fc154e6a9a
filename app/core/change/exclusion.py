"""What nobody has to read, by the word of the base branch alone, and what nobody can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.change.attributes import Attributes
from app.core.change.diff import FilePatch
from app.core.change.plan import LeftOut
from app.core.text.globs import Glob

_SAYING = "of the base branch's .gitattributes"


@dataclass(frozen=True, slots=True)
class ExcludeRule:
    """One glob of the policy in force. `origin` says in words where it stands."""

    pattern: str
    origin: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """All that may excuse a file."""

    rules: tuple[tuple[Glob, ExcludeRule], ...]
    attributes: Attributes

    def leave_out(self, file: FilePatch) -> LeftOut | None:
        """Why a file is not read as a whole, if so. A rename is excused only where both names are."""
        reasons = [self._excuse(path) for path in dict.fromkeys((file.path, file.old_path))]
        if reasons[0] is not None and all(reasons):
            return LeftOut(file.path, file.changed_lines, reasons[0], excused=True)
        obstacle = _obstacle(file)
        return None if obstacle is None else LeftOut(file.path, file.changed_lines, obstacle, excused=False)

    def _excuse(self, path: str) -> str | None:
        for glob, rule in self.rules:
            if glob.matches(path):
                return f"excluded by {rule.pattern} in {rule.origin}"
        for name in ("linguist-generated", "linguist-vendored"):
            if self.attributes.says(path, name):
                return f"excluded by {name} {_SAYING}"
        return f"excluded by -diff {_SAYING}" if self.attributes.value(path, "diff") is False else None


def read_exclusion(rules: Sequence[ExcludeRule], attributes: Attributes) -> Exclusion:
    """The rules, ready to be asked. Raises BadGlob."""
    return Exclusion(tuple((Glob.parse(rule.pattern), rule) for rule in rules), attributes)


def _obstacle(file: FilePatch) -> str | None:
    if file.fault is not None:
        return file.fault
    if file.binary:
        return "binary: nobody reads it"
    if file.changed_lines and not file.hunks:
        return "the text of its change is missing"
    return None
