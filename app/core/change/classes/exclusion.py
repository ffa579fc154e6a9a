"""What nobody has to read, by the word of the base branch alone, and what nobody can read or is ever shown.

Whatever is not read is named here, with lines or without: a pure rename or a mode change has none, and a submodule or
a Git LFS pointer has lines that tell nothing. The base excuses each of them as it does any other change of a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.unshown import find_unshown, why_unreadable
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
class _Excuse:
    """The base's rule that excuses a path, as it stands there, and the sentence that says so."""

    rule: str
    reason: str

    def leave_out(self, file: FilePatch, lines: int) -> LeftOut:
        return LeftOut(file.path, lines, self.reason, excused=True, rule=self.rule)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """All that may excuse a file."""

    rules: tuple[tuple[Glob, ExcludeRule], ...]
    attributes: Attributes

    def leave_out(self, file: FilePatch) -> LeftOut | None:
        """Why a file's lines are not read at all, if so. A rename is excused only where both names are."""
        excuses = [self._excuse(path) for path in dict.fromkeys((file.path, file.old_path))]
        if excuses[0] is not None and all(excuses):
            return excuses[0].leave_out(file, file.changed_lines)
        obstacle = why_unreadable(file)
        return None if obstacle is None else LeftOut(file.path, file.changed_lines, obstacle, excused=False)

    def leave_out_unshown(self, file: FilePatch) -> list[LeftOut]:
        """What happens to a file whose lines are read, and to a pure rename, that no line shows.

        Where the base excuses the new name, it excuses that too: the same file added under it would not be read.
        """
        excuse = self._excuse(file.path)
        moved_out = file.old_path != file.path and excuse is None and self._excuse(file.old_path) is not None
        reasons = find_unshown(file, from_excused=moved_out)
        if reasons and excuse is not None:
            return [excuse.leave_out(file, 0)]
        return [LeftOut(file.path, 0, reason, excused=False) for reason in reasons]

    def _excuse(self, path: str) -> _Excuse | None:
        for glob, rule in self.rules:
            if glob.matches(path):
                return _Excuse(rule.pattern, f"excluded by {rule.pattern} in {rule.origin}")
        for name in ("linguist-generated", "linguist-vendored"):
            if self.attributes.says(path, name):
                return _Excuse(name, f"excluded by {name} {_SAYING}")
        return (
            _Excuse("-diff", f"excluded by -diff {_SAYING}") if self.attributes.value(path, "diff") is False else None
        )


def read_exclusion(rules: Sequence[ExcludeRule], attributes: Attributes) -> Exclusion:
    """The rules, ready to be asked. Raises BadGlob."""
    return Exclusion(tuple((Glob.parse(rule.pattern), rule) for rule in rules), attributes)
