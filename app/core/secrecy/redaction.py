"""Takes secrets out of text before it leaves: to a model, a log, a comment.

A secret becomes `‹secret:RULE›` and nothing else changes: the same lines, the same bytes around it. Redacting twice
is redacting once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.change.diff import FilePatch, Line, LineKind, Patch, Side
from app.core.secrecy.echo import Echoes
from app.core.secrecy.scan import scan

TOKEN = re.compile(r"‹secret:[a-z0-9-]+›")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """One secret that is no longer in a text. Lines count from 1; `hint` is all that may be shown of it."""

    rule: str
    line: int
    end_line: int
    hint: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without secrets, and what was taken out, by line."""

    text: str
    hits: tuple[TakenOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchSecret:
    """One secret in a change: lines `start_line`..`line` on `side`, all in one hunk.

    `kind` is ADDED if the change brings in any line of it (then the range is of added lines), else what it stands on.
    """

    path: str
    side: Side
    start_line: int
    line: int
    kind: LineKind
    rule: str
    hint: str


@dataclass(frozen=True, slots=True)
class RedactedPatch:
    """A change without secrets: same files, hunks, lines and numbers. Nothing else of a change may go any further."""

    patch: Patch
    secrets: tuple[PatchSecret, ...]

    def of(self, path: str) -> tuple[PatchSecret, ...]:
        """The secrets found in one file."""
        return tuple(secret for secret in self.secrets if secret.path == path)


def redact(text: str) -> Redacted:
    """`text` with each secret, and each verbatim repetition of a long one, replaced. Lines are kept."""
    taken: list[TakenOut] = []
    known: dict[str, str] = {}
    # What stood beside a secret may match on its own once the secret is gone. Each round covers characters that no
    # later round can meet again, so this ends.
    while cuts := _rule_cuts(text) or _echo_cuts(text, Echoes(known)):
        taken.extend(TakenOut(cut.rule, cut.line, cut.end_line, cut.hint) for cut in cuts)
        known |= _secrets_of(text, cuts)
        text = _apply(text, cuts)
    return Redacted(text, tuple(sorted(taken, key=lambda item: (item.line, item.end_line, item.rule))))


def redact_patch(patch: Patch) -> RedactedPatch:
    """The change without secrets, each side of each file read as one text so that a key over many lines is whole.

    A secret found anywhere is taken out wherever it stands again: in another file, in what git prints after `@@`.
    """
    files = list(patch.files)
    known: dict[str, str] = {}
    secrets: dict[tuple[str, Side, int, str], PatchSecret] = {}
    stale = set(range(len(files)))
    while stale:
        for index in sorted(stale):
            work = _Work(files[index])
            work.take_out_by_rule(known)
            files[index] = work.finish(secrets)
        echoes = Echoes(known)
        stale = set()
        for index, file in enumerate(files):
            work = _Work(file)
            if work.take_out_echoes(echoes):
                stale.add(index)
                files[index] = work.finish(secrets)
    found = sorted(secrets.values(), key=lambda item: (item.path, item.start_line, item.side, item.rule))
    return RedactedPatch(replace(patch, files=tuple(files)), tuple(found))


_Part = tuple[int, int]
_Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Parts of a text to cover, in order, for one secret."""

    parts: tuple[_Part, ...]
    rule: str
    line: int
    end_line: int
    hint: str


def _rule_cuts(text: str) -> list[_Cut]:
    hits = scan(text)
    tokens = [match.span() for match in TOKEN.finditer(text)] if hits else []
    cuts = [
        _Cut(_outside(text, (hit.start, hit.end), tokens), hit.rule, hit.line, hit.end_line, hit.hint) for hit in hits
    ]
    return [cut for cut in cuts if cut.parts]


def _echo_cuts(text: str, echoes: Echoes) -> list[_Cut]:
    cuts: list[_Cut] = []
    found = list(echoes.find(text))
    tokens = [match.span() for match in TOKEN.finditer(text)] if found else []
    line, counted = 1, 0
    for start, end, rule in found:
        line += text.count("\n", counted, start)
        counted = start
        if parts := _outside(text, (start, end), tokens):
            cuts.append(_Cut(parts, rule, line, line, ""))
    return cuts


def _outside(text: str, span: _Part, tokens: Sequence[_Part]) -> tuple[_Part, ...]:
    """The parts of `span` that no earlier redaction covers and that hold something."""
    parts: list[_Part] = []
    begin, end = span
    for start, stop in tokens[bisect_right(tokens, begin, key=lambda token: token[1]) :]:
        if start >= end:
            break
        parts.append((begin, start))
        begin = stop
    parts.append((begin, end))
    return tuple(part for part in parts if part[0] < part[1] and text[slice(*part)].strip())


def _secrets_of(text: str, cuts: Iterable[_Cut]) -> dict[str, str]:
    return {text[start:end]: cut.rule for cut in cuts for start, end in cut.parts}


def _apply(text: str, cuts: Iterable[_Cut]) -> str:
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


def _by_line(text: str, cuts: Iterable[_Cut]) -> Iterator[tuple[int, _Span]]:
    """The parts of the cuts line by line: index of the line, and columns in it."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for cut in cuts:
        for start, end in cut.parts:
            row = bisect_right(starts, start) - 1
            while row < len(starts) and starts[row] < end:
                stop = starts[row + 1] - 1 if row + 1 < len(starts) else len(text)
                yield row, (max(start, starts[row]) - starts[row], min(end, stop) - starts[row], cut.rule)
                row += 1


def _cover_spans(text: str, spans: Iterable[_Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, rule in sorted(spans):
        if end > done:
            # A span that begins inside the one before it is covered by one token more: nothing stays between.
            pieces += [text[done:start], _cover_line(text[max(start, done) : end], f"‹secret:{rule}›")]
            done = end
    return "".join([*pieces, text[done:]])


_Place = tuple[int, int]  # index of the hunk, index of the line in it
_UNSEEN = {Side.RIGHT: LineKind.REMOVED, Side.LEFT: LineKind.ADDED}


class _Work:
    """One file being redacted."""

    def __init__(self, file: FilePatch) -> None:
        self._file = file
        self._lines = {(h, i): line for h, hunk in enumerate(file.hunks) for i, line in enumerate(hunk.lines)}
        self._sections = [hunk.section for hunk in file.hunks]
        self._found: list[PatchSecret] = []

    def take_out_by_rule(self, known: dict[str, str]) -> None:
        """Cover what the rules find, until they find nothing; what was found is added to `known`."""
        self._sections = [redact(section).text for section in self._sections]
        # Both sides are read before either is covered: a context line belongs to a key on each of them.
        while found := self._find_by_rule(known):
            for place, spans in found.items():
                line = self._lines[place]
                self._lines[place] = replace(line, text=_cover_spans(line.text, spans))

    def take_out_echoes(self, echoes: Echoes) -> bool:
        """Cover repetitions of known secrets; whether there were any."""
        texts = [(place, line, _echo_cuts(line.text, echoes)) for place, line in self._lines.items()]
        for place, line, cuts in texts:
            if cuts:
                self._lines[place] = replace(line, text=_apply(line.text, cuts))
                self._found += [_repeated(self._file.path, line, cut.rule) for cut in cuts]
        headers = [_apply(section, _echo_cuts(section, echoes)) for section in self._sections]
        changed = headers != self._sections or any(cuts for _, _, cuts in texts)
        self._sections = headers
        return changed

    def finish(self, secrets: dict[tuple[str, Side, int, str], PatchSecret]) -> FilePatch:
        """The file as it is now; what was found in it is added to `secrets`."""
        for secret in self._found:
            secrets.setdefault((secret.path, secret.side, secret.start_line, secret.rule), secret)
        hunks = tuple(
            replace(hunk, section=self._sections[h], lines=tuple(self._lines[h, i] for i in range(len(hunk.lines))))
            for h, hunk in enumerate(self._file.hunks)
        )
        return replace(self._file, hunks=hunks)

    def _find_by_rule(self, known: dict[str, str]) -> dict[_Place, list[_Span]]:
        spans: dict[_Place, list[_Span]] = {}
        for side in (Side.RIGHT, Side.LEFT):
            view = [place for place, line in self._lines.items() if line.kind is not _UNSEEN[side]]
            text = "\n".join(self._lines[place].text for place in view)
            cuts = _rule_cuts(text)
            known |= _secrets_of(text, cuts)
            for cut in cuts:
                covered = view[cut.line - 1 : cut.end_line]
                if side is Side.RIGHT or not spans.keys() >= set(covered):
                    self._found.append(self._placed(side, cut, covered))
            for row, span in _by_line(text, cuts):
                spans.setdefault(view[row], []).append(span)
        return spans

    def _placed(self, side: Side, cut: _Cut, covered: Sequence[_Place]) -> PatchSecret:
        added = [place for place in covered if self._lines[place].kind is LineKind.ADDED]
        meant = [place for place in added or covered if place[0] == (added or covered)[0][0]]
        first, last = self._lines[meant[0]], self._lines[meant[-1]]
        return PatchSecret(
            path=self._file.path,
            side=side,
            start_line=_number(first, side),
            line=_number(last, side),
            kind=first.kind,
            rule=cut.rule,
            hint=cut.hint,
        )


def _number(line: Line, side: Side) -> int:
    number = line.new if side is Side.RIGHT else line.old
    assert number is not None, "a line is in the view of a side only if it has a number there"  # noqa: S101 - invariant
    return number


def _repeated(path: str, line: Line, rule: str) -> PatchSecret:
    number = line.number
    return PatchSecret(path=path, side=line.side, start_line=number, line=number, kind=line.kind, rule=rule, hint="")
