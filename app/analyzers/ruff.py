"""Bugs and security holes in Python that ruff finds, in our words. The change cannot configure or silence it."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from app.analyzers.analyzer import Analyzer
from app.analyzers.difference import Diagnostic, Spot
from app.analyzers.ruff_rules import RULES, SELECTED, SYNTAX
from app.analyzers.sandbox import ToolFailed
from app.analyzers.tool import Tool
from app.core.change.diff import FilePatch, FileStatus
from app.core.findings.finding import Claim, Source

SUFFIXES = (".py", ".pyi")
# The newest grammar: what an older Python cannot read is the repository's business, what none can read is a finding.
TARGET = "py314"
ARGUMENTS = (
    "check",
    "--isolated",
    "--no-cache",
    "--ignore-noqa",
    "--no-respect-gitignore",
    "--no-fix",
    "--exit-zero",
    "--quiet",
    "--output-format=json",
    f"--target-version={TARGET}",
    f"--select={','.join(SELECTED)}",
)
_NAME = re.compile(r"[a-z0-9-]{1,80}")


def _wants(file: FilePatch) -> bool:
    readable = not (file.binary or file.symlink or file.submodule)
    return readable and file.status is not FileStatus.REMOVED and file.path.endswith(SUFFIXES)


def _place(number: int, path: str) -> str:
    return f"{number:05d}{PurePosixPath(path).suffix}"


def _parse(stdout: bytes) -> list[tuple[str, Diagnostic]]:
    try:
        return [(row["filename"], _diagnostic(row)) for row in json.loads(stdout)]
    except (ValueError, KeyError, TypeError) as error:
        raise ToolFailed("ruff answered in a form that Lintel does not know") from error


def _diagnostic(row: dict[str, Any]) -> Diagnostic:
    first, last = int(row["location"]["row"]), int(row["end_location"]["row"])
    if last > first and row["end_location"]["column"] == 1:
        last -= 1  # the range ends before the first character of that line
    code = row["code"] or SYNTAX
    if code not in RULES:
        raise ToolFailed("ruff could not read a file")
    name = row["name"] if _NAME.fullmatch(row["name"] or "") else ""
    return Diagnostic(rule=code, first=first, last=max(first, last), detail=name)


def _claim(path: str, item: Diagnostic, spot: Spot) -> Claim:
    rule = RULES[item.rule]
    named = f"{item.rule}, {item.detail}" if item.detail and item.rule != SYNTAX else item.rule
    return Claim(
        path=path,
        start_line=spot.start_line,
        line=spot.line,
        quote=spot.quote,
        severity=rule.severity,
        category=rule.category,
        confidence=rule.confidence,
        title=rule.title,
        body=f"{rule.body} (ruff: {named})",
        source=Source.ANALYZER,
        rule=f"ruff:{item.rule}",
    )


ANALYZER = Analyzer(
    name="ruff", wants=_wants, run=Tool("ruff", ARGUMENTS, place=_place, parse=_parse, claim=_claim).run
)
