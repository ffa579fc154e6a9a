"""Outcomes in a file, a line of JSON each, added as they come: a run that was killed goes on where it was."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from app.cli.exits import Refusal
from app.core.evaluation.outcome import BadOutcome, Outcome, read_line, write_line

NAME = "results.jsonl"

_log = logging.getLogger(__name__)


class ResultsFile:
    """The outcomes of a directory. Without `reuse` those that stand there are left alone and not looked at."""

    def __init__(self, directory: Path, *, reuse: bool) -> None:
        """Raises Refusal if the directory cannot be made or read."""
        self.path = directory / NAME
        self._known: dict[str, Outcome] = {}
        self._torn = False
        try:
            directory.mkdir(parents=True, exist_ok=True)
            text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        except OSError as error:
            raise Refusal(f"{directory} cannot be used for results: {error.strerror}") from error
        self._torn = bool(text) and not text.endswith("\n")
        if reuse:
            self._read(text)

    def get(self, key: str) -> Outcome | None:
        """As `evaluation.Results` says."""
        return self._known.get(key)

    def put(self, key: str, outcome: Outcome) -> None:
        """As `evaluation.Results` says. Raises OSError."""
        # What a killed run left of its last line must not run into this one.
        line = ("\n" if self._torn else "") + write_line(key, outcome)
        with self.path.open("a", encoding="ascii") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._torn = False
        self._known[key] = outcome

    def _read(self, text: str) -> None:
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                kept = read_line(line)
            except BadOutcome as error:
                _log.warning("%s:%d is no outcome, that case is tried again: %s", self.path, number, error)
                continue
            self._known[kept.key] = kept.outcome
