"""A forecast as JSON: `schema_version` 1, plain ASCII, one line for each file and each chunk.

```
{"schema_version": 1, "base": SHA, "head": SHA, "base_ref": text, "mode": "gate|advisory", "model": text|null,
 "limit_usd": float|null,
 "conclusion": what the gate would say if all that is planned were read and nothing found, "reasons": [text, …],
 "totals": {"files": int, "changed_lines": int, "planned_lines": int, "left_out_lines": int, "unexcused_lines": int,
   "chunks": int, "tokens": int, "usd": float|null, "architecture_usd": float|null},
 "files": [{"path": text, "old_path": text, "status": "added|removed|modified|renamed|copied|type_changed",
   "class": text, "risk": {"score": 0..100, "why": text}, "additions": int, "deletions": int, "chunks": [int, …],
   "left_out": [{"lines": int, "reason": text, "excused": bool, "rule": text|null}]}],
 "chunks": [{"number": int, "tokens": int, "usd": float|null, "changed_lines": int, "questions": int,
   "files": [{"path": text, "hunks": [{"old_start": int, "old_lines": int, "new_start": int, "new_lines": int}]}],
   "sweeps": [{"edit": text, "examples": [{"path": text, "hunks": […]}], "sites": [{"path": text, "hunks": […]}]}]}]}
```
Chunks are in the order of reading. So many `questions` are asked about each: one by each lens, unless the budget joins
them. `architecture_usd`, which is part of `usd`, is not spent where the change leaves its modules as they are. The
`files` of a chunk are shown in full, examples of its sweeps among them; the sites of the sweeps are listed
below. Where no model is asked, nothing has a price. Paths are as they may be shown. It
is ASCII because a terminal would obey escape sequences and bidirectional controls of a path as they are.

With `--explain` it is one object: `schema_version`, `base`, `head`, all that stands of a file above, and
`"class_why": text, "places": [{"chunk": int, "edit": text|null, "hunks": […]}], "beside": {"CHUNK": [path, …]}`, where
`edit` names the sweep that lists these hunks, or is null for hunks that are shown in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.cli.plan.explanation import Explanation
from app.cli.plan.outline import FileOutline, show_edit
from app.core.change.diff import Hunk
from app.core.change.plan import Chunk, ChunkFile, LeftOut, Sweep
from app.flows.plan import Forecast

SCHEMA_VERSION = 1

_dump = json.JSONEncoder(ensure_ascii=True).encode


def write_plan(forecast: Forecast, files: Sequence[FileOutline]) -> Iterator[str]:
    """The object, piece by piece: for a large change it is too long to be made whole."""
    facts = {**_range(forecast), **_facts(forecast)}
    yield "{" + ",\n ".join(f"{_dump(name)}: {_dump(value)}" for name, value in facts.items())
    yield from _list("files", map(_file, files))
    priced = zip(forecast.plan.chunks, forecast.price.chunks, strict=True)
    yield from _list("chunks", (_chunk(chunk, usd, forecast.count_questions(chunk)) for chunk, usd in priced))
    yield "}\n"


def write_explanation(forecast: Forecast, explanation: Explanation) -> Iterator[str]:
    """The object of one file."""
    places = [
        {"chunk": place.chunk, "edit": place.edit, "hunks": [_hunk(hunk) for hunk in place.part.hunks]}
        for place in explanation.places
    ]
    facts = {
        **_range(forecast),
        **_file(explanation.file),
        "class_why": explanation.class_why,
        "places": places,
        "beside": {str(number): list(paths) for number, paths in explanation.beside.items()},
    }
    yield _dump(facts) + "\n"


def _range(forecast: Forecast) -> dict[str, Any]:
    snapshot = forecast.snapshot
    return {"schema_version": SCHEMA_VERSION, "base": snapshot.merge_base, "head": snapshot.head_sha}


def _facts(forecast: Forecast) -> dict[str, Any]:
    plan, coverage = forecast.plan, forecast.coverage
    return {
        "base_ref": forecast.snapshot.base_ref,
        "mode": forecast.policy.mode.value,
        "model": forecast.model,
        "limit_usd": _usd(forecast.limit.usd if forecast.limit else None),
        "conclusion": forecast.verdict.conclusion.value,
        "reasons": list(forecast.verdict.reasons),
        "totals": {
            "files": len(plan.files),
            "changed_lines": coverage.changed_lines,
            "planned_lines": sum(chunk.changed_lines for chunk in plan.chunks),
            "left_out_lines": sum(item.lines for item in plan.left_out),
            "unexcused_lines": sum(item.lines for item in plan.left_out if not item.excused),
            "chunks": len(plan.chunks),
            "tokens": plan.tokens,
            "usd": _usd(forecast.price.total),
            "architecture_usd": _usd(forecast.price.weighing),
        },
    }


def _list(name: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f',\n "{name}": ['
    before = "\n  "
    for row in rows:
        yield before + _dump(row)
        before = ",\n  "
    yield "]"


def _file(file: FileOutline) -> dict[str, Any]:
    patch, risk = file.planned.file, file.risk
    return {
        "path": patch.shown_path,
        "old_path": patch.shown_old_path,
        "status": patch.status.value,
        "class": file.planned.file_class.value,
        "risk": {"score": risk.score, "why": risk.why},
        "additions": patch.additions,
        "deletions": patch.deletions,
        "chunks": file.chunks,
        "left_out": [_left_out(item) for item in file.left_out],
    }


def _left_out(item: LeftOut) -> dict[str, Any]:
    return {"lines": item.lines, "reason": item.reason, "excused": item.excused, "rule": item.rule}


def _chunk(chunk: Chunk, usd: Decimal | None, questions: int) -> dict[str, Any]:
    return {
        "number": chunk.number,
        "tokens": chunk.tokens,
        "usd": _usd(usd),
        "changed_lines": chunk.changed_lines,
        "questions": questions,
        "files": [_part(part) for part in chunk.files],
        "sweeps": [_sweep(sweep) for sweep in chunk.sweeps],
    }


def _sweep(sweep: Sweep) -> dict[str, Any]:
    return {
        "edit": show_edit(sweep),
        "examples": [_part(example) for example in sweep.examples],
        "sites": [_part(site) for site in sweep.sites],
    }


def _part(part: ChunkFile) -> dict[str, Any]:
    return {"path": part.file.shown_path, "hunks": [_hunk(hunk) for hunk in part.hunks]}


def _hunk(hunk: Hunk) -> dict[str, int]:
    return {
        "old_start": hunk.old_start,
        "old_lines": hunk.old_count,
        "new_start": hunk.new_start,
        "new_lines": hunk.new_count,
    }


def _usd(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 6)
