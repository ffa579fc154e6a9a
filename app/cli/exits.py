"""Exit codes, and the refusal that ends a command with one clear line."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """INTERFACE's exit codes."""

    FINE = 0
    GATE = 1
    USAGE = 2
    BROKEN = 3


class Broke(Exception):
    """It could not finish, through no fault of the usage: one line, and exit code 3."""


class Refusal(Exception):
    """Wrong usage or configuration: one line that names the mend, and exit code 2."""
