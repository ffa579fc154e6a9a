"""Characters on added lines that nobody sees: they can reorder code before a reader's eyes, or hide instructions.

https://trojansource.codes describes the attack by bidirectional controls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import PurePosixPath

from app.analyzers.analyzer import Analyzer, AnalyzerReport, ChangedFile, Limits, Unanalyzed
from app.core.change.diff import FilePatch, Line, LineKind
from app.core.findings.finding import Claim, Severity, Source
from app.core.text.unicode import invisible

PROSE = frozenset({".md", ".markdown", ".rst", ".txt", ".adoc", ".po", ".pot", ".arb", ".srt", ".csv"})
MOST_NAMED = 5
_BIDI = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A)})
_REORDERS = "What is shown is not what runs: the text is displayed in another order than the compiler reads it."
_HIDES = "A reader sees nothing here, and a program or a model does. It can change a name, a string or an instruction."


def _wants(file: FilePatch) -> bool:
    return not file.binary and not file.submodule


async def _run(files: Sequence[ChangedFile], limits: Limits) -> AnalyzerReport:
    del limits  # the work is linear in the change
    readable = [file for file in files if file.patch.fault is None]
    claims = await asyncio.to_thread(lambda: tuple(claim for file in readable for claim in _claims(file.patch)))
    return AnalyzerReport(
        claims=claims,
        analyzed=frozenset(file.path for file in readable),
        failures=tuple(Unanalyzed(file.path, "its change could not be read") for file in files if file.patch.fault),
    )


def _claims(patch: FilePatch) -> list[Claim]:
    lines = (line for hunk in patch.hunks for line in hunk.lines if line.kind is LineKind.ADDED)
    return [_claim(patch.path, line, found) for line in lines if (found := invisible(line.text))]


def _claim(path: str, line: Line, found: Sequence[tuple[int, str]]) -> Claim:
    reorders = any(ord(line.text[column - 1]) in _BIDI for column, _ in found)
    in_code = PurePosixPath(path).suffix.lower() not in PROSE
    named = ", ".join(f"{name} in column {column}" for column, name in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return Claim(
        path=path,
        line=line.number,
        quote=line.text,
        severity=Severity.HIGH if reorders and in_code else Severity.MEDIUM,
        category="invisible-text",
        confidence=95 if reorders else 80,
        title="Invisible characters reorder this line" if reorders else "Invisible characters stand in this line",
        body=f"{_REORDERS if reorders else _HIDES} There is {named}{more}.",
        source=Source.ANALYZER,
        rule="invisible:bidi" if reorders else "invisible:character",
    )


ANALYZER = Analyzer(name="invisible", wants=_wants, run=_run, reads=False)
