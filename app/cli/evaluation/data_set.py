"""A data set on disk: a directory with one sub-directory for each case, however deep."""

from __future__ import annotations

from pathlib import Path

from app.cli.exits import Refusal
from app.core.evaluation.case import BadCase, read_case
from app.flows.evaluation import PATCH, Given

CASE = "case.json"
MAX_BYTES = 4 << 20


def read_data_set(directory: Path) -> list[Given]:
    """Every case under `directory`, by name. Raises Refusal, with file and field, for what is no data set."""
    if not directory.is_dir():
        raise Refusal(f"{directory} is no directory: name a data set")
    files = sorted(directory.rglob(CASE))
    if not files:
        raise Refusal(f"{directory} holds no {CASE}: a data set has one sub-directory for each case")
    for entry in sorted(directory.iterdir()):
        if entry.is_dir() and not entry.name.startswith(".") and not any(entry in file.parents for file in files):
            raise Refusal(f"{entry / CASE} is missing")
    return [_read(file, directory) for file in files]


def _read(file: Path, top: Path) -> Given:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise Refusal(f"{file} is larger than {MAX_BYTES >> 20} MiB")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} cannot be read: {error.__class__.__name__}") from error
    try:
        case = read_case(text, file.parent.relative_to(top).as_posix())
    except BadCase as error:
        raise Refusal(f"{file}: {error}") from error
    if case.repo is None and not (file.parent / PATCH).is_file():
        raise Refusal(f"{file}: repo: it is null, and there is no {PATCH} beside it")
    return Given(case, file.parent, text)
