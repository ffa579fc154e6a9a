"""Whether two patches are the same change at other places: what `git patch-id --verbatim` compares. Pure.

Line numbers and git's guess of the enclosing function do not count; every other character of a hunk does, and so do
paths and modes. Blank space counts: in some languages it is the program.
https://git-scm.com/docs/git-patch-id
"""

from __future__ import annotations

from app.core.change.diff import FilePatch, Patch

_Change = tuple[str, str, str, str, str, tuple[str, ...]]


def change_alike(one: Patch, other: Patch) -> bool:
    """Whether both change the same in each file. False where the content of a change is not at hand to compare."""
    changes = _describe(one), _describe(other)
    return None not in changes and changes[0] == changes[1]


def _describe(patch: Patch) -> dict[str, _Change] | None:
    if any(file.binary or file.fault is not None for file in patch.files):
        return None
    return {file.path: _tell(file) for file in patch.files}


def _tell(file: FilePatch) -> _Change:
    bodies = tuple(hunk.body for hunk in file.hunks)
    return (file.path, file.old_path, file.status.value, file.old_mode, file.new_mode, bodies)
