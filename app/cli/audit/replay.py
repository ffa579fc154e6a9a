"""`lintel audit replay`: a recorded review made again, and held against the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC

from psycopg.errors import UndefinedTable
from pydantic import JsonValue
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app import __version__
from app.cli.exits import Broke, Exit, Refusal
from app.cli.shown import shown
from app.cli.wishes import Format
from app.core.text.plural import count
from app.flows.replay.archive import NoSuchReview, NotReplayable, find_review, take_out
from app.flows.replay.forge import ObjectsGone
from app.flows.replay.replay import Replay
from app.github.auth import UnusableKey
from app.postgres import PostgresFault
from app.settings import Settings
from app.store.faults import StoreUnavailable
from app.wiring.replay import open_records

SCHEMA_VERSION = 1
_ONE_MISSING = "1 reply is not stored any more"
MOST_SHOWN = 20
"""Differences and missing replies that a terminal gets to see; JSON has all."""


def run_replay(settings: Settings, review: str, form: Format) -> Exit:
    """Replay a review and say how it came out. Raises Refusal and Broke."""
    if form not in (Format.TEXT, Format.JSON):
        raise Refusal("--format text or json")
    try:
        replay = asyncio.run(_replay(settings, review))
    except NoSuchReview as error:
        raise Refusal(str(error)) from error
    except (NotReplayable, ObjectsGone) as error:
        raise Broke(str(error)) from error
    except UndefinedTable as error:
        raise Broke("the database is that of an older version: start the server of this one once") from error
    except StoreUnavailable as error:
        raise Broke(f"the database cannot be reached: {error}") from error
    except UnusableKey as error:
        raise Refusal(f"{error}: check LINTEL_PRIVATE_KEY or LINTEL_PRIVATE_KEY_FILE") from error
    except PostgresFault as error:
        raise Refusal(str(error)) from error
    if form is Format.JSON:
        # In ASCII whatever a path holds can be printed anywhere.
        Console(highlight=False, soft_wrap=True).out(json.dumps(export_replay(replay), indent=2, ensure_ascii=True))
    else:
        Console(highlight=False).print(_lay_out(replay))
    return _end(replay)


async def _replay(settings: Settings, review: str) -> Replay:
    async with open_records(settings) as records:
        async with records.database.transaction() as connection:
            archived = await take_out(connection, await find_review(connection, review), records.inputs)
        return await records.player.play(archived)


def _end(replay: Replay) -> Exit:
    if replay.missing:
        return Exit.BROKEN
    return Exit.FINE if replay.same else Exit.GATE


def _name_result(replay: Replay) -> str:
    if replay.missing:
        return "not replayed"
    return "same" if replay.same else "different"


def export_replay(replay: Replay) -> dict[str, JsonValue]:
    """The outcome as one object, `schema_version` 1."""
    archived, changed, entry = replay.archived, replay.changed, replay.archived.entry
    return {
        "schema_version": SCHEMA_VERSION,
        "review": str(archived.review_id),
        "ledger": {"chain": entry.chain, "seq": entry.seq, "at": entry.at.astimezone(UTC).isoformat()},
        "result": _name_result(replay),
        "differences": [
            {"name": one.name, "recorded": one.recorded, "replayed": one.replayed} for one in replay.differences
        ],
        "missing": [{"stage": one.stage, "lens": one.lens, "request": one.digest} for one in replay.missing],
        "changed": {
            "program": changed.program and {"recorded": changed.program, "now": __version__},
            "prompts": list(changed.prompts),
            "analyzers": list(changed.analyzers),
        },
    }


def _lay_out(replay: Replay) -> RenderableType:
    entry, snapshot = replay.archived.entry, replay.archived.inputs.snapshot
    style = "bold green" if replay.same else "bold yellow" if replay.missing else "bold red"
    head = Text.assemble(
        (_name_result(replay), style),
        "  ",
        shown(f"{snapshot.repository}#{snapshot.number}"),
        f" at {snapshot.head_sha[:12]}",
    )
    at = entry.at.astimezone(UTC)
    recorded = f"review {replay.archived.review_id}, ledger entry {entry.seq}, {at:%Y-%m-%d %H:%M:%S} UTC"
    rows: list[RenderableType] = [head, Text(f"  {recorded}", style="dim")]
    rows += [Padding(part, (1, 0, 0, 2), expand=False) for part in _lay_out_parts(replay)]
    return Group(*rows)


def _lay_out_parts(replay: Replay) -> Iterator[RenderableType]:
    if replay.missing:
        yield _table(
            f"{len(replay.missing)} replies are not stored any more" if len(replay.missing) > 1 else _ONE_MISSING,
            [(one.stage, one.lens, one.digest[:12]) for one in replay.missing],
        )
    elif replay.differences:
        yield _table(
            count(len(replay.differences), "difference"),
            [("", "recorded", "replayed")]
            + [(one.name, _show(one.recorded), _show(one.replayed)) for one in replay.differences],
        )
    else:
        yield _table("as recorded", _tell_verdict(replay))
    changed = replay.changed
    told = [("program", f"{changed.program} then, {__version__} now")] if changed.program else []
    told += [("prompts", ", ".join(changed.prompts))] if changed.prompts else []
    told += [("analyzers", ", ".join(changed.analyzers))] if changed.analyzers else []
    if told:
        yield _table("changed since", told)


def _tell_verdict(replay: Replay) -> list[tuple[str, ...]]:
    body = replay.archived.entry.body
    findings, models = body.get("findings"), body.get("models")
    return [
        ("conclusion", str(body.get("conclusion"))),
        ("findings", str(len(findings)) if isinstance(findings, list) else "0"),
        ("read by a model", f"{body.get('reviewed_lines')} of {body.get('changed_lines')} changed lines"),
        ("models", ", ".join(map(str, models)) if isinstance(models, list) and models else "none"),
    ]


def _table(name: str, rows: Sequence[tuple[str, ...]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(shown(cell, "dim" if index == 0 else "") for index, cell in enumerate(row)))
    if len(rows) > MOST_SHOWN:
        table.add_row(Text(f"…and {len(rows) - MOST_SHOWN} more", style="dim"))
    return Group(Text(name, style="bold"), table)


def _show(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
