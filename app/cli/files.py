"""The files a person names on the command line: a policy to use instead, a place for the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from app.cli.exits import Refusal

WIDTH = 100
"""Columns of a report that is written to a file."""


def read_policy_file(path: Path | None) -> str | None:
    """The text of `--policy`, or None without one. Raises Refusal if it cannot be read."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"--policy {path} cannot be read: {error.__class__.__name__}") from error


@contextmanager
def open_report(output: Path | None) -> Iterator[Console]:
    """Where the report goes: the file of `--output`, or the terminal. Raises Refusal if it cannot be written."""
    if output is None:
        yield Console(highlight=False)
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            yield Console(file=file, width=WIDTH, highlight=False)
    except OSError as error:
        raise Refusal(f"--output {output} cannot be written: {error.strerror}") from error
