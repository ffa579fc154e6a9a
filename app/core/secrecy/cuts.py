"""Where the secrets of a text stand, and the text with each replaced by `‹secret:RULE›`. Lines are kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.secrecy.echo import Echoes
from app.core.secrecy.scan import scan

TOKEN = re.compile(r"‹secret:[a-z0-9-]+›")

Part = tuple[int, int]
Span = tuple[int, int, str]
"""First column, the one after the last, rule."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Parts of a text to cover, in order, for one secret."""

    parts: tuple[Part, ...]
    rule: str
    line: int
    end_line: int
    hint: str


def cut_by_rule(text: str) -> list[Cut]:
    """What the rules find and no earlier redaction covers."""
    hits = scan(text)
    tokens = [match.span() for match in TOKEN.finditer(text)] if hits else []
    cuts = [
        Cut(_outside(text, (hit.start, hit.end), tokens), hit.rule, hit.line, hit.end_line, hit.hint) for hit in hits
    ]
    return [cut for cut in cuts if cut.parts]


def cut_echoes(text: str, echoes: Echoes) -> list[Cut]:
    """Repetitions of known secrets."""
    cuts: list[Cut] = []
    found = list(echoes.find(text))
    tokens = [match.span() for match in TOKEN.finditer(text)] if found else []
    line, counted = 1, 0
    for start, end, rule in found:
        line += text.count("\n", counted, start)
        counted = start
        if parts := _outside(text, (start, end), tokens):
            cuts.append(Cut(parts, rule, line, line, ""))
    return cuts


def _outside(text: str, span: Part, tokens: Sequence[Part]) -> tuple[Part, ...]:
    """The parts of `span` that no earlier redaction covers and that hold something."""
    parts: list[Part] = []
    begin, end = span
    for start, stop in tokens[bisect_right(tokens, begin, key=lambda token: token[1]) :]:
        if start >= end:
            break
        parts.append((begin, start))
        begin = stop
    parts.append((begin, end))
    return tuple(part for part in parts if part[0] < part[1] and text[slice(*part)].strip())


def secrets_of(text: str, cuts: Iterable[Cut]) -> dict[str, str]:
    """The secrets themselves, each with its rule."""
    return {text[start:end]: cut.rule for cut in cuts for start, end in cut.parts}


def apply_cuts(text: str, cuts: Iterable[Cut]) -> str:
    """The text with each part covered."""
    pieces: list[str] = []
    done = 0
    for cut in cuts:
        for start, end in cut.parts:
            pieces += [text[done:start], _cover(text[start:end], f"‹secret:{cut.rule}›")]
            done = end
    return "".join([*pieces, text[done:]])


def _cover(secret: str, token: str) -> str:
    # Each line of a long key is covered on its own: the count stays, and no line of it is left to quote.
    return "\n".join(_cover_line(line, token) for line in secret.split("\n"))


def _cover_line(line: str, token: str) -> str:
    body = line.removesuffix("\r")
    return (token if body.strip() else body) + line[len(body) :]


def by_line(text: str, cuts: Iterable[Cut]) -> Iterator[tuple[int, Span]]:
    """The parts of the cuts line by line: index of the line, and columns in it."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for cut in cuts:
        for start, end in cut.parts:
            row = bisect_right(starts, start) - 1
            while row < len(starts) and starts[row] < end:
                stop = starts[row + 1] - 1 if row + 1 < len(starts) else len(text)
                yield row, (max(start, starts[row]) - starts[row], min(end, stop) - starts[row], cut.rule)
                row += 1


def cover_spans(text: str, spans: Iterable[Span]) -> str:
    """One line with columns of it covered."""
    pieces: list[str] = []
    done = 0
    for start, end, rule in sorted(spans):
        if end > done:
            # A span that begins inside the one before it is covered by one token more: nothing stays between.
            pieces += [text[done:start], _cover_line(text[max(start, done) : end], f"‹secret:{rule}›")]
            done = end
    return "".join([*pieces, text[done:]])
