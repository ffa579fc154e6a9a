"""More of the file around what a chunk shows, as far as there is room.

That is ten lines of context in place of git's three, and the lines that begin the functions, classes and blocks in
which a hunk stands.
The diff that comments are anchored to keeps git's three lines; only what a model reads is wider. This is a courtesy: a
file that is too large, not at hand, or not the one that the hunks are of is shown as the diff shows it. No line is
shown as unchanged unless it is, wherever the other hunks of its file are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.core.change.context.surroundings import Room, Surroundings
from app.core.change.plan import Chunk
from app.core.change.tokens import DEFAULT_RATE, TokenRate

MAX_CONTEXT = 10
"""Lines of context on each side of a hunk."""


def widen(chunk: Chunk, texts: Mapping[str, str], limit_tokens: int, rate: TokenRate = DEFAULT_RATE) -> Chunk:
    """The chunk with more context; its annotated diff passes `limit_tokens` only if it did before.

    `texts` holds the new versions, without secrets, by path; `rate` is the plan's. First all hunks, in order, are
    given what encloses them; then each in turn one line more above and below, until all have `MAX_CONTEXT` or the room
    is used up. Context that the whole file betrays as a secret is covered in the hunk too. Equal arguments give equal
    chunks.
    """
    size = rate.bytes_down(chunk.tokens)
    room = Room(rate.bytes_down(limit_tokens) - size)
    before = room.left
    around = {
        index: Surroundings(part, texts[part.file.path], room)
        for index, part in enumerate(chunk.files)
        if part.file.path in texts
    }
    frames = [(one, frame) for one in around.values() for frame in one.frames]
    for one, frame in frames:
        one.enclose(frame)
    for _ in range(MAX_CONTEXT):
        for one, frame in frames:
            one.grow(frame, MAX_CONTEXT)
    files = tuple(around[index].widened() if index in around else part for index, part in enumerate(chunk.files))
    return replace(chunk, files=files, tokens=rate.tokens(size + before - room.left))
