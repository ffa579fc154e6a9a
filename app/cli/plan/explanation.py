"""Everything a plan knows about one path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cli.exits import Refusal
from app.cli.plan.outline import FileOutline, show_edit
from app.core.change.classes.classify import explain_class
from app.core.change.plan import ChunkFile
from app.flows.plan import Forecast

_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Hunks of the file in one chunk. `edit` names the sweep that lists them; None: they are shown in full."""

    chunk: int
    part: ChunkFile
    edit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One file. `beside` are the other paths of each chunk that holds it, as they may be shown."""

    file: FileOutline
    class_why: str
    places: tuple[Place, ...]
    beside: Mapping[int, tuple[str, ...]]


def explain(forecast: Forecast, files: Sequence[FileOutline], path: str) -> Explanation:
    """What the plan does with `path`, an old or a new name, as it is or as it is shown. Raises Refusal for others."""
    file = _find(files, path)
    own = file.planned.file.path
    places: list[Place] = []
    beside: dict[int, tuple[str, ...]] = {}
    for chunk in (forecast.plan.chunks[number - 1] for number in file.chunks):
        places += [Place(chunk.number, part, None) for part in chunk.files if part.file.path == own]
        for sweep in chunk.sweeps:
            sites = (site for site in sweep.sites if site.file.path == own)
            places += [Place(chunk.number, site, show_edit(sweep)) for site in sites]
        others = (part.file.shown_path for part in chunk.parts if part.file.path != own)
        beside[chunk.number] = tuple(dict.fromkeys(others))
    return Explanation(
        file=file,
        class_why=explain_class(file.planned.file, forecast.attributes),
        places=tuple(places),
        beside=beside,
    )


def _find(files: Sequence[FileOutline], path: str) -> FileOutline:
    wanted = path.removeprefix("./")
    for names in (_new_names, _old_names):
        for file in files:
            if wanted in names(file):
                return file
    from difflib import get_close_matches  # noqa: PLC0415 - every plan would pay for loading it

    known = {name: None for file in files for name in (file.path, file.planned.file.shown_old_path)}
    close = [name for name in known if name.endswith(f"/{wanted}")] or get_close_matches(wanted, known, 1, _LIKENESS)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise Refusal(f"{path} is not part of this change{hint}")


def _new_names(file: FileOutline) -> tuple[str, str]:
    return file.planned.file.path, file.path


def _old_names(file: FileOutline) -> tuple[str, str]:
    return file.planned.file.old_path, file.planned.file.shown_old_path
