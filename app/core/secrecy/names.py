"""Takes secrets out of how paths are shown. The paths themselves stay: Git and GitHub know files by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.change.diff import FilePatch, FileStatus
from app.core.secrecy.cuts import apply_cuts, cut_by_rule, cut_echoes, secrets_of
from app.core.secrecy.echo import Echoes


@dataclass(frozen=True, slots=True)
class NameSecret:
    """A secret in a path that the change gives a file. `path` is the path itself: it is not to be shown."""

    path: str
    rule: str


class Names:
    """The paths of a change, and how each is shown. No two are shown alike, so what is shown still means one file."""

    def __init__(self, files: Sequence[FilePatch]) -> None:
        self._before = {file.old_path: file.shown_old_path for file in files}
        self._before |= {file.path: file.shown_path for file in files}
        self._shown = dict(self._before)
        self._secrets: dict[str, dict[str, str]] = {}
        self._scanned = False

    def take_out(self, known: dict[str, str]) -> None:
        """Cover what the rules find, and what is known already; what was found is added to `known`."""
        if not self._scanned:
            self._scanned = True
            for path in self._shown:
                self._take_out(path, known, Echoes({}))
        size = -1
        while size != len(known):
            size = len(known)
            echoes = Echoes(known)
            for path, text in self._shown.items():
                if cut_echoes(text, echoes):
                    self._take_out(path, known, echoes)

    def show(self, files: Sequence[FilePatch]) -> tuple[FilePatch, ...]:
        """The files, each with its paths as they may be shown."""
        if not self._secrets:
            return tuple(files)
        shown = self._told_apart()
        return tuple(
            replace(file, shown_as=shown[file.path], old_shown_as=shown[file.old_path])
            if {file.path, file.old_path} & self._secrets.keys()
            else file
            for file in files
        )

    def brought_in(self, files: Sequence[FilePatch]) -> tuple[NameSecret, ...]:
        """Of new files and new names, those that hold what the old name did not."""
        found: set[tuple[str, str]] = set()
        for file in files:
            new = file.status is FileStatus.ADDED or file.old_path != file.path
            before = self._secrets.get(file.old_path, {}) if file.old_path != file.path else {}
            for secret, rule in self._secrets.get(file.path, {}).items() if new else ():
                if secret not in before:
                    found.add((file.path, rule))
        return tuple(NameSecret(path, rule) for path, rule in sorted(found))

    def _take_out(self, path: str, known: dict[str, str], echoes: Echoes) -> None:
        text = self._shown[path]
        while cuts := cut_by_rule(text) or cut_echoes(text, echoes):
            secrets = secrets_of(text, cuts)
            known |= secrets
            self._secrets.setdefault(path, {}).update(secrets)
            text = apply_cuts(text, cuts)
        self._shown[path] = text

    def _told_apart(self) -> dict[str, str]:
        taken = {*self._before, *self._before.values()}
        shown = dict(self._before)
        for path in sorted(self._secrets):
            text, number = self._shown[path], 1
            while text in taken:
                number += 1
                text = f"{self._shown[path]} #{number}"
            taken.add(text)
            shown[path] = text
        return shown
