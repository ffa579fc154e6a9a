"""Changes from two versions of some files, as git would show them, and analyzers run over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import count

from app.analyzers.analyzer import Contents, Limits
from app.analyzers.run import Analysis, analyze
from app.core.change.diff import FilePatch, FileStatus, Hunk, Line, LineKind, Patch
from app.core.findings.finding import Claim
from app.core.secrecy.redaction import redact_patch

Versions = Mapping[str, str | bytes | None]


async def analyze_change(
    base: Versions, head: Versions, *, only: Sequence[str] | None = None, limits: Limits | None = None
) -> Analysis:
    """What the analyzers (or `only` some) say about the change from `base` to `head`; equal files are no part of it."""
    patch = patch_of(base, head)

    async def read(files: Sequence[FilePatch]) -> dict[str, Contents]:
        return {file.path: Contents(_bytes(base.get(file.path)), _bytes(head.get(file.path))) for file in files}

    enabled = {name: only is None or name in only for name in ("ruff", "zizmor", "secrets", "invisible")}
    return await analyze(redact_patch(patch), read, enabled, limits or Limits())


def rules_at(claims: Sequence[Claim]) -> list[tuple[str | None, int | None, int | None]]:
    """Rule, first and last line of each claim."""
    return sorted((claim.rule, claim.start_line, claim.line) for claim in claims)


def patch_of(base: Versions, head: Versions) -> Patch:
    files = [
        file_of(path, _text(base.get(path)), _text(head.get(path)))
        for path in sorted({*base, *head})
        if base.get(path) != head.get(path)
    ]
    return Patch(merge_base="a" * 40, head="b" * 40, files=tuple(files))


def file_of(path: str, before: str | None, after: str | None) -> FilePatch:
    old, new = _lines(before), _lines(after)
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(3)
    hunks = tuple(_hunk(group, old, new) for group in groups)
    status = FileStatus.ADDED if before is None else FileStatus.REMOVED if after is None else FileStatus.MODIFIED
    kinds = [line.kind for hunk in hunks for line in hunk.lines]
    return FilePatch(
        path=path,
        old_path=path,
        status=status,
        hunks=hunks,
        additions=kinds.count(LineKind.ADDED),
        deletions=kinds.count(LineKind.REMOVED),
    )


def _hunk(group: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Hunk:
    lines: list[Line] = []
    for tag, old_from, old_to, new_from, new_to in group:
        if tag == "equal":
            numbers = zip(count(old_from + 1), count(new_from + 1), old[old_from:old_to], strict=False)
            lines += [Line(LineKind.CONTEXT, was, now, text) for was, now, text in numbers]
            continue
        lines += [
            Line(LineKind.REMOVED, number, None, text) for number, text in enumerate(old[old_from:old_to], old_from + 1)
        ]
        lines += [
            Line(LineKind.ADDED, None, number, text) for number, text in enumerate(new[new_from:new_to], new_from + 1)
        ]
    first = group[0]
    return Hunk.of((first[1] + 1, first[3] + 1), "", lines)


def _lines(text: str | None) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _text(content: str | bytes | None) -> str | None:
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else content


def _bytes(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content
