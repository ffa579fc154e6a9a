"""Takes secrets out of text before it leaves: to a model, a log, a comment.

A secret becomes `‹secret:RULE›` and nothing else changes: the same lines, the same bytes around it. Redacting twice
is redacting once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate, chain

from app.core.change.diff import FilePatch, Hunk, Line, LineKind, Patch, Side
from app.core.secrecy.cuts import (
    Cut,
    Span,
    apply_cuts,
    by_line,
    cover_spans,
    cut_by_rule,
    cut_echoes,
    secrets_of,
)
from app.core.secrecy.echo import Echoes
from app.core.secrecy.names import Names, NameSecret


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
    """A change without secrets: same files, hunks, lines and numbers. Nothing else of a change may go any further.

    Paths are as git has them, for whoever opens or addresses a file; people and models are shown each file's
    `shown_path`. `names` are the secrets in paths that the change brings in. `known` are the secrets themselves, each
    with its rule, to take them out of further text too: they never leave this machine.
    """

    patch: Patch
    secrets: tuple[PatchSecret, ...]
    names: tuple[NameSecret, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def of(self, path: str) -> tuple[PatchSecret, ...]:
        """The secrets found in one file."""
        return tuple(secret for secret in self.secrets if secret.path == path)

    def in_name_of(self, path: str) -> tuple[NameSecret, ...]:
        """The secrets in one path that is new."""
        return tuple(secret for secret in self.names if secret.path == path)


def redact(text: str) -> Redacted:
    """`text` with each secret, and each verbatim repetition of a long one, replaced. Lines are kept."""
    taken: list[TakenOut] = []
    known: dict[str, str] = {}
    # What stood beside a secret may match on its own once the secret is gone. Each round covers characters that no
    # later round can meet again, so this ends.
    while cuts := cut_by_rule(text) or cut_echoes(text, Echoes(known)):
        taken.extend(TakenOut(cut.rule, cut.line, cut.end_line, cut.hint) for cut in cuts)
        known |= secrets_of(text, cuts)
        text = apply_cuts(text, cuts)
    return Redacted(text, tuple(sorted(taken, key=lambda item: (item.line, item.end_line, item.rule))))


def redact_patch(patch: Patch) -> RedactedPatch:
    """The change without secrets, each side of each file read as one text so that a key over many lines is whole.

    A secret found anywhere is taken out wherever it stands again: in another file, in what git prints after `@@`, in
    how a path is shown.
    """
    files = list(patch.files)
    names = Names(files)
    known: dict[str, str] = {}
    secrets: dict[tuple[str, Side, int, str], PatchSecret] = {}
    cover = cache(lambda section: redact(section).text)
    stale = set(range(len(files)))
    while stale:
        for index in sorted(stale):
            work = _Work(files[index])
            work.take_out_by_rule(known, cover)
            files[index] = work.finish(secrets)
        names.take_out(known)
        echoes = Echoes(known)
        stale = set()
        for index, file in enumerate(files):
            work = _Work(file)
            if work.take_out_echoes(echoes):
                stale.add(index)
                files[index] = work.finish(secrets)
    found = sorted(secrets.values(), key=lambda item: (item.path, item.start_line, item.side, item.rule))
    return RedactedPatch(replace(patch, files=names.show(files)), tuple(found), names.brought_in(files), known)


_Place = tuple[int, int]  # index of the hunk, index of the line in it
_UNSEEN = {Side.RIGHT: LineKind.REMOVED, Side.LEFT: LineKind.ADDED}


class _Work:
    """One file being redacted. Most hold no secret: lines are made only of hunks in which one is found."""

    def __init__(self, file: FilePatch) -> None:
        self._file = file
        self._hunks = list(file.hunks)
        self._found: list[PatchSecret] = []

    def take_out_by_rule(self, known: dict[str, str], cover: Callable[[str], str]) -> None:
        """Cover what the rules find, until they find nothing; what was found is added to `known`.

        `cover` does so for what git prints after `@@`: hunks often share it.
        """
        for h, hunk in enumerate(self._hunks):
            if (section := cover(hunk.section)) != hunk.section:
                self._hunks[h] = replace(hunk, section=section)
        # Both sides are read before either is covered: a context line belongs to a key on each of them.
        while found := self._find_by_rule(known):
            lines: dict[_Place, Line] = {}
            for place, spans in found.items():
                line = self._line(place)
                lines[place] = line._replace(text=cover_spans(line.text, spans))
            self._put(lines)

    def take_out_echoes(self, echoes: Echoes) -> bool:
        """Cover repetitions of known secrets; whether there were any."""
        shown = "\n".join(chain.from_iterable((hunk.section, hunk.body) for hunk in self._hunks))
        if not echoes.may_stand_in(shown):
            return False
        lines: dict[_Place, Line] = {}
        before = self._hunks.copy()
        for h, hunk in enumerate(before):
            if cuts := cut_echoes(hunk.section, echoes):
                self._hunks[h] = replace(hunk, section=apply_cuts(hunk.section, cuts))
            for i, line in enumerate(hunk.lines if echoes.may_stand_in(hunk.body) else ()):
                if cuts := cut_echoes(line.text, echoes):
                    lines[h, i] = line._replace(text=apply_cuts(line.text, cuts))
                    self._found += [_repeated(self._file.path, line, cut.rule) for cut in cuts]
        self._put(lines)
        return any(now is not then for now, then in zip(self._hunks, before, strict=True))

    def finish(self, secrets: dict[tuple[str, Side, int, str], PatchSecret]) -> FilePatch:
        """The file as it is now; what was found in it is added to `secrets`."""
        for secret in self._found:
            secrets.setdefault((secret.path, secret.side, secret.start_line, secret.rule), secret)
        same = all(now is then for now, then in zip(self._hunks, self._file.hunks, strict=True))
        return self._file if same else replace(self._file, hunks=tuple(self._hunks))

    def _find_by_rule(self, known: dict[str, str]) -> dict[_Place, list[Span]]:
        spans: dict[_Place, list[Span]] = {}
        for side in (Side.RIGHT, Side.LEFT):
            text = "\n".join(chain.from_iterable(hunk.texts(side) for hunk in self._hunks))
            cuts = cut_by_rule(text)
            if not cuts:
                continue
            known |= secrets_of(text, cuts)
            view = _View(self._hunks, side)
            for cut in cuts:
                places = [view.place(row) for row in range(cut.line - 1, cut.end_line)]
                if side is Side.RIGHT or not spans.keys() >= set(places):
                    self._found.append(self._placed(side, cut, places))
            for row, span in by_line(text, cuts):
                spans.setdefault(view.place(row), []).append(span)
        return spans

    def _placed(self, side: Side, cut: Cut, places: Sequence[_Place]) -> PatchSecret:
        added = [place for place in places if self._line(place).kind is LineKind.ADDED]
        meant = [place for place in added or places if place[0] == (added or places)[0][0]]
        first, last = self._line(meant[0]), self._line(meant[-1])
        return PatchSecret(
            path=self._file.path,
            side=side,
            start_line=_number(first, side),
            line=_number(last, side),
            kind=first.kind,
            rule=cut.rule,
            hint=cut.hint,
        )

    def _line(self, place: _Place) -> Line:
        return self._hunks[place[0]].lines[place[1]]

    def _put(self, lines: Mapping[_Place, Line]) -> None:
        for h in sorted({place[0] for place in lines}):
            hunk = self._hunks[h]
            held = (lines.get((h, i), line) for i, line in enumerate(hunk.lines))
            self._hunks[h] = Hunk.of((hunk.old_start, hunk.new_start), hunk.section, held)


class _View:
    """The lines that stand on one side of some hunks, as one text. Only the hunks asked about are gone through."""

    def __init__(self, hunks: Sequence[Hunk], side: Side) -> None:
        self._hunks = hunks
        self._unseen = _UNSEEN[side]
        counts = [hunk.new_count if side is Side.RIGHT else hunk.old_count for hunk in hunks]
        self._starts = [0, *accumulate(counts)][:-1]
        self._lines: dict[int, list[int]] = {}

    def place(self, row: int) -> _Place:
        """Where the row of the text stands."""
        h = bisect_right(self._starts, row) - 1
        if h not in self._lines:
            self._lines[h] = [i for i, line in enumerate(self._hunks[h].lines) if line.kind is not self._unseen]
        return h, self._lines[h][row - self._starts[h]]


def _number(line: Line, side: Side) -> int:
    number = line.new if side is Side.RIGHT else line.old
    assert number is not None, "a line is in the view of a side only if it has a number there"  # noqa: S101 - invariant
    return number


def _repeated(path: str, line: Line, rule: str) -> PatchSecret:
    number = line.number
    return PatchSecret(path=path, side=line.side, start_line=number, line=number, kind=line.kind, rule=rule, hint="")
