"""Weighs replacements in a process of its own, bounded in time and memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from app.analyzers.analyzer import Limits
from app.analyzers.sandbox import ToolFailed, run_tool
from app.core.findings.fixes import Replacement

LIMITS: Final = Limits(seconds=20.0, memory_bytes=4 << 30, output_bytes=1 << 20)
"""A file of the largest size takes a second of this, 600 MB and as much address space again."""

PATIENCE: Final = 0.75
"""The share of the time in which the weigher itself gives up, and still says so."""


async def weigh_apart(replacements: Sequence[Replacement], limits: Limits = LIMITS) -> list[str | None]:
    """What is wrong with each replacement, in their order; None where it may be offered. Raises ToolFailed."""
    files = {f"{number}.json": json.dumps(asdict(item)).encode() for number, item in enumerate(replacements)}
    arguments = ("-I", "-m", "app.analyzers.weigher", str(limits.seconds * PATIENCE))
    output = await run_tool(Path(sys.executable), arguments, files, limits)
    if output.status != 0:
        raise ToolFailed(f"the parsers ended with status {output.status}")
    return _read(output.stdout, len(replacements))


def _read(stdout: bytes, replacements: int) -> list[str | None]:
    try:
        flaws: Any = json.loads(stdout)
    except ValueError as error:
        raise ToolFailed("the parsers answered what nobody understands") from error
    if not isinstance(flaws, list) or len(flaws) != replacements:
        raise ToolFailed("the parsers did not answer about each replacement")
    return flaws
