"""Replies in a directory, one file for each under the digest of its request: to record a run, and to replay it.

Unlike a memory, a replayed reply comes with the tokens that it once took, so that the cost of a run can be told again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.claude.seam import Send
from app.core.model import Paid, Reply, Request, Usage


class ReplyNotRecorded(Exception):
    """A question is asked that nobody asked when the replies were recorded."""


class RecordUnreadable(Exception):
    """A recorded reply is damaged; the message names its file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """`send` over recorded replies. Without a `model` to ask (None) only what is recorded is answered."""

    directory: Path
    model: Send | None

    async def __call__(self, request: Request, *, on_start: Callable[[], None] | None = None) -> Reply:
        """The recorded reply, else a new one, recorded before it is returned. Fits `seam.Send`.

        Raises ReplyNotRecorded, RecordUnreadable, `ModelFailed`, and OSError where the directory cannot be written.
        """
        path = self.directory / f"{request.digest}.json"
        kept = await asyncio.to_thread(_read, path, request.digest)
        if kept is not None:
            return kept
        if self.model is None:
            question = f"{request.stage} ({request.lens}) {request.digest}"
            raise ReplyNotRecorded(f"no reply is recorded for {question}")
        reply = await self.model(request, on_start=on_start)
        await asyncio.to_thread(_write, path, reply)
        return reply


def _read(path: Path, digest: str) -> Reply | None:
    try:
        fields = json.loads(path.read_bytes())
        others = tuple(Paid(paid["model"], Usage(**paid["usage"])) for paid in fields["also_paid"])
        reply = Reply(**{**fields, "usage": Usage(**fields["usage"]), "also_paid": others})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, LookupError) as error:
        raise RecordUnreadable(f"the recorded reply {path.name} cannot be read") from error
    if reply.digest != digest:
        raise RecordUnreadable(f"the recorded reply {path.name} answers another request")
    return reply


def _write(path: Path, reply: Reply) -> None:
    """Whole or not at all."""
    # In ASCII a lone surrogate of a model's text survives.
    text = json.dumps(dataclasses.asdict(reply), ensure_ascii=True, indent=1)
    with tempfile.NamedTemporaryFile(
        "w", encoding="ascii", dir=path.parent, prefix=".", suffix=".part", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
