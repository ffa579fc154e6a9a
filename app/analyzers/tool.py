"""What ruff and zizmor share: both versions of each file under names of ours, one run, new diagnostics as claims."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.analyzers.analyzer import AnalyzerReport, ChangedFile, Contents, Limits, Unanalyzed
from app.analyzers.difference import Diagnostic, Spot, new_diagnostics
from app.analyzers.sandbox import Output, ToolFailed, find_tool, run_tool
from app.core.findings.finding import Claim

_LONE_RETURN = re.compile(rb"\r(?!\n)")

Parse = Callable[[bytes], Sequence[tuple[str, Diagnostic]]]
"""The tool's output as (path as the tool was given it, diagnostic). Raises ToolFailed for what it cannot read."""


class ToolRefused(ToolFailed):
    """A tool ended with an error of its own: something in what it was given."""


class Tool:
    """A program that judges whole files. `place` names a copy: it gets a number and the path, and keeps the number."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        place: Callable[[int, str], str],
        parse: Parse,
        claim: Callable[[str, Diagnostic, Spot], Claim],
    ) -> None:
        self._name = name
        self._arguments = tuple(arguments)
        self._place = place
        self._parse = parse
        self._claim = claim

    async def run(self, files: Sequence[ChangedFile], limits: Limits) -> AnalyzerReport:
        """Judge `files`. What a tool cannot do for all of them at once it is asked file by file; the rest is named."""
        failures = [Unanalyzed(file.path, reason) for file in files if (reason := _obstacle(file, limits.file_bytes))]
        unfit = {failure.path for failure in failures}
        fit = [file for file in files if file.path not in unfit]
        try:
            async with asyncio.timeout(limits.seconds):
                reports = await self._judge(fit, limits) if fit else []
        except TimeoutError:
            reports = [_failed(None, f"{self._name} took longer than {limits.seconds:g} seconds")]
        except ToolFailed as error:
            reports = [_failed(None, str(error))]
        return AnalyzerReport(
            claims=tuple(claim for report in reports for claim in report.claims),
            analyzed=frozenset(path for report in reports for path in report.analyzed),
            failures=(*failures, *(failure for report in reports for failure in report.failures)),
        )

    async def _judge(self, files: Sequence[ChangedFile], limits: Limits) -> list[AnalyzerReport]:
        program = find_tool(self._name)
        try:
            return [await self._judge_together(program, files, limits)]
        except ToolRefused:
            # One file it cannot read makes it refuse all of them.
            return [await self._judge_alone(program, file, limits) for file in files]

    async def _judge_alone(self, program: Path, file: ChangedFile, limits: Limits) -> AnalyzerReport:
        try:
            return await self._judge_together(program, [file], limits)
        except ToolRefused:
            pass  # the base may be what it cannot read: then everything on added lines is new
        try:
            return await self._judge_together(program, [_without_base(file)], limits)
        except ToolRefused as error:
            return _failed(file.path, str(error))

    async def _judge_together(self, program: Path, files: Sequence[ChangedFile], limits: Limits) -> AnalyzerReport:
        written: dict[str, bytes] = {}
        for number, file in enumerate(files):
            for version, content in _versions(file, limits.file_bytes):
                written[f"{version}/{self._place(number, file.path)}"] = content
        output = await run_tool(program, self._arguments, written, limits)
        if output.status != 0:
            raise ToolRefused(f"{self._name} ended with status {output.status}")
        return await asyncio.to_thread(self._report, files, output)

    def _report(self, files: Sequence[ChangedFile], output: Output) -> AnalyzerReport:
        said: dict[str, list[Diagnostic]] = defaultdict(list)
        for path, diagnostic in self._parse(output.stdout):
            said[Path(path).relative_to(output.root).as_posix()].append(diagnostic)
        return AnalyzerReport(self._claims(files, said), frozenset(file.path for file in files))

    def _claims(self, files: Sequence[ChangedFile], said: Mapping[str, Sequence[Diagnostic]]) -> tuple[Claim, ...]:
        claims: list[Claim] = []
        for number, file in enumerate(files):
            name = self._place(number, file.path)
            base, head = said.get(f"base/{name}", ()), said.get(f"head/{name}", ())
            claims += [self._claim(file.path, item, spot) for item, spot in new_diagnostics(file, base, head)]
        return tuple(claims)


def _failed(path: str | None, reason: str) -> AnalyzerReport:
    return AnalyzerReport(failures=(Unanalyzed(path, reason),))


def _without_base(file: ChangedFile) -> ChangedFile:
    return replace(file, contents=Contents(None, file.contents.head if file.contents else None))


def _obstacle(file: ChangedFile, most: int) -> str | None:
    if file.contents is None or file.contents.head is None:
        return "its content at head could not be read"
    if len(file.contents.head) > most:
        return f"it is larger than {most} bytes"
    if _LONE_RETURN.search(file.contents.head):
        # Tools end a line there and git does not, so that no line number of theirs could be trusted.
        return "it holds carriage returns that end no line"
    return None if _is_text(file.contents.head) else "it is not UTF-8 text"


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _versions(file: ChangedFile, most: int) -> list[tuple[str, bytes]]:
    contents = file.contents
    pairs = [("base", contents.base), ("head", contents.head)] if contents else []
    return [(version, content) for version, content in pairs if content is not None and len(content) <= most]
