"""The change in as many bytes as there are: every file on a line, and as much of the diff as has room below. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.change.annotate import annotate
from app.core.change.classes.risk import risk_of
from app.core.change.diff import FilePatch
from app.core.change.plan import Chunk, Plan, PlannedFile
from app.core.change.tokens import count_bytes
from app.core.text.plural import count
from app.core.text.unicode import reveal

LIST_SHARE = 2
"""The list of files takes at most this part of the room."""

MAX_SECTIONS = 8
MAX_SECTION = 80


def outline_change(plan: Plan, max_bytes: int) -> str:
    """The files, the riskiest first, one a line, then the annotated chunks that fit whole; at most `max_bytes` in all.

    What has no room is counted. The same plan gives the same text.
    """
    files = sorted(plan.files, key=lambda item: (-risk_of(item).score, item.file.path))
    listed, rest = _take(map(_row, files), max_bytes // LIST_SHARE)
    more = len(files) - len(listed)
    head = [f"{count(len(files), 'file')}, the riskiest first:\n", *listed]
    head += [f"... and {count(more, 'more file')}\n"] if more else []
    room = rest + max_bytes - max_bytes // LIST_SHARE - MAX_SECTION * 3
    shown: list[str] = []
    for chunk in (*plan.chunks, *(Chunk(0, (earlier.part,), 0) for earlier in plan.read_before)):
        text = annotate(chunk)
        if (size := count_bytes(text)) <= room:
            room -= size
            shown.append(text)
    unseen = len(plan.chunks) + len(plan.read_before) - len(shown)
    tail = [f"\n{count(unseen, 'part')} of the diff had no room here\n"] if unseen else []
    return "".join([*head, "\n", *shown, *tail])


def _take(rows: Iterator[str], room: int) -> tuple[list[str], int]:
    """The first rows that fit, and the bytes that are left."""
    taken: list[str] = []
    for row in rows:
        if (size := count_bytes(row)) > room:
            break
        taken.append(row)
        room -= size
    return taken, room


def _row(planned: PlannedFile) -> str:
    """Path, what happened to it, its class, its risk, and the definitions that its hunks stand in."""
    file = planned.file
    sections = dict.fromkeys(
        " ".join(hunk.section.split())[:MAX_SECTION] for hunk in file.hunks if hunk.section.strip()
    )
    named = list(sections)[:MAX_SECTIONS]
    within = f", in: {'; '.join(named)}" if named else ""
    kind = planned.file_class.value.replace("_", " ")
    facts = f"{file.status.value}, {kind}, +{file.additions} -{file.deletions}, risk {risk_of(planned).score}"
    return f"{name_file(file)}: {facts}{reveal(within)}\n"


def name_file(file: FilePatch) -> str:
    """The path of a file as it is named here, on one line."""
    return reveal(file.shown_path.replace("\n", " "))
