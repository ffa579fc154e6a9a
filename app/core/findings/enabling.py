"""Anchors claims: each stands on a line of the diff that it quotes or that enables it, or it is dropped and counted.

What a model says of a line off the diff is worth something only as a consequence of the change: it stands at the
changed line that causes or exposes it, or it is dropped. Code that was there before is the largest source of false
findings, and naming the line that makes it this change's business is what tells them apart. Unchanged lines inside
hunks are held to less. Models quote the neighbour of the line they mean, and the change has touched what they stand in;
dropping those for want of a pointer would lose true findings to a formality. They stand where they are unless they name
an enabling line, and a second reader, or their own finder, may still say that the fault was there before. Measured: of
the 66 comments that experts checked for the eleven real pull requests of AACR-Bench, 6 begin on an unchanged line of a
hunk and 3 of those are right, against 45 of 60 that begin on a changed line. None is off the diff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.change.diff import FilePatch, Patch, Side
from app.core.findings.anchor import (
    NO_FILE,
    Fabricated,
    Places,
    find_file,
    first_line,
    name_candidates,
    normalise,
    reach,
    read_quotes,
    read_spots,
)
from app.core.findings.finding import Anchor, Claim, Evidence, Placed, Placement, Source
from app.core.findings.seeking import NEARLY, ON_ITS_LINE, Lines, Spot, seek
from app.core.findings.tree import TreeTexts

Shown = Mapping[str, Sequence[tuple[int, str]]]
"""Lines of the new version that a model saw, by path: number and text."""

NOTHING_ELSE: TreeTexts = TreeTexts()
"""Nothing of the tree was read."""


@dataclass(frozen=True, slots=True)
class OffDiff:
    """The claim is about a line that the change leaves alone, and no changed line is named that enables it."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """Claims by whether they stand. Paths of the placed ones are paths of the patch wherever it has the file.

    `off_diff` quote code that exists, which the change neither touches nor is shown to cause or expose.
    """

    placed: tuple[tuple[Claim, Placement], ...]
    fabricated: tuple[tuple[Claim, Fabricated], ...]
    off_diff: tuple[Claim, ...] = ()


def anchor_claims(
    claims: Sequence[Claim], patch: Patch, shown: Shown | None = None, tree: TreeTexts = NOTHING_ELSE
) -> Anchored:
    """Every claim placed, named as fabricated, or as off the diff, in the order given.

    `shown` is what models saw of the files they speak of, the diff apart or not; `tree` has whole files at the head.
    """
    sought = _Sought(patch, shown or {}, tree)
    placed: list[tuple[Claim, Placement]] = []
    fabricated: list[tuple[Claim, Fabricated]] = []
    off_diff: list[Claim] = []
    for claim in claims:
        file = find_file(claim.path, patch)
        meant = claim if file is None else replace(claim, path=file.path)
        match sought.place(meant, file):
            case (found, placement):
                placed.append((found, placement))
            case Fabricated() as nothing:
                fabricated.append((claim, nothing))
            case OffDiff():
                off_diff.append(claim)
    return Anchored(tuple(placed), tuple(fabricated), tuple(off_diff))


def name_far_files(claims: Sequence[Claim], patch: Patch) -> frozenset[str]:
    """The paths of which more than the diff must be read to know what these claims of models quote."""
    places = Places(patch)
    far = (claim for claim in claims if claim.source is Source.MODEL and claim.quote.strip())
    beyond = (claim for claim in far if claim.enabled_by or isinstance(places.place(claim), Fabricated))
    return frozenset(path for claim in beyond for path in name_candidates(claim.path, patch))


class _Sought:
    """All lines that a quote may be: those of the diff, and off the diff what was shown or read of the tree."""

    def __init__(self, patch: Patch, shown: Shown, tree: TreeTexts) -> None:
        self._patch = patch
        self._shown = {path: lines for path, lines in shown.items() if path in patch.by_path}
        self._tree = tree
        self._places = Places(patch)
        self._changed: dict[str, Lines] = {}
        self._whole: dict[str, tuple[Lines, Mapping[int, str]]] = {}

    def place(self, claim: Claim, file: FilePatch | None) -> tuple[Claim, Placement] | Fabricated | OffDiff:
        """Where a claim stands, with number and text of its line as they are; `enabled_by` is settled with that."""
        if claim.source is not Source.MODEL or not read_quotes(claim.quote):
            place = self._places.place(claim)
            return place if isinstance(place, Fabricated) else (replace(claim, enabled_by=None), place)
        enabling = self._find_enabling(claim)
        path = next((one for one in name_candidates(claim.path, self._patch) if self._holds(one)), claim.path)
        found = self._find(replace(claim, path=path), file, nearest=enabling is not None)
        if found is None:
            if path not in self._tree.unread:
                return Fabricated("the quote does not stand in the change of the file" if file else NO_FILE)
            # What nobody can look up is not told as if somebody had.
            return OffDiff() if enabling is None else _stand_at(claim, enabling, None)
        spot, reason = found
        if file is not None and spot.hunk is not None and (spot.changed or enabling is None):
            return replace(claim, enabled_by=None), Placement(Placed.LINE, reach(claim, spot, file), reason)
        if enabling is None:
            return OffDiff()
        return _stand_at(claim, enabling, self._read_evidence(path, spot, file))

    def _find_enabling(self, claim: Claim) -> tuple[FilePatch, Spot, str] | None:
        """The changed line that the claim says enables it."""
        pointer = claim.enabled_by
        file = None if pointer is None else find_file(pointer.path, self._patch)
        if pointer is None or file is None:
            return None
        if file.path not in self._changed:
            self._changed[file.path] = Lines.of(spot for spot in read_spots(file) if spot.changed)
        quotes = read_quotes(pointer.quote)
        found = seek(self._changed[file.path], quotes, pointer.side, pointer.line) if quotes else None
        return None if found is None else (file, *found)

    def _find(self, claim: Claim, file: FilePatch | None, *, nearest: bool) -> tuple[Spot, str] | None:
        """The line that is quoted, and how it was found: the very one that is named, else one of the diff, else off it.

        With `nearest` the claim names the changed line apart: then what it quotes need not be one.
        """
        quotes, first = read_quotes(claim.quote), first_line(claim)
        whole, _ = self._read_whole(claim.path, file)
        found = seek(whole, quotes, claim.side, first, nearest=nearest)
        if nearest or file is None or found is None or found[0].hunk is not None or found[1] == ON_ITS_LINE:
            return found
        inside = seek(self._places.lines_of(file), quotes, claim.side, first)
        return found if inside is None or inside[1] == NEARLY else inside

    def _holds(self, path: str) -> bool:
        return path in self._patch.by_path or path in self._tree.lines or path in self._tree.unread

    def _read_whole(self, path: str, file: FilePatch | None) -> tuple[Lines, Mapping[int, str]]:
        """All lines of a file that may be quoted, and the texts of those off the diff."""
        if path not in self._whole:
            rows = dict(enumerate(self._tree.lines.get(path, ()), start=1)) | dict(self._shown.get(path, ()))
            inside = {} if file is None else file.commentable
            texts = {number: text for number, text in rows.items() if (Side.RIGHT, number) not in inside}
            off = [
                Spot(None, Side.RIGHT, number, changed=False, text=normalise(text)) for number, text in texts.items()
            ]
            self._whole[path] = Lines.of([*([] if file is None else read_spots(file)), *off]), texts
        return self._whole[path]

    def _read_evidence(self, path: str, spot: Spot, file: FilePatch | None) -> Evidence:
        """An unchanged line as the new version has it."""
        if spot.hunk is None or file is None:
            return Evidence(path, spot.number, self._whole[path][1][spot.number])
        line = file.commentable[spot.side, spot.number][1]
        return Evidence(path, line.new, line.text)


def _stand_at(claim: Claim, enabling: tuple[FilePatch, Spot, str], far: Evidence | None) -> tuple[Claim, Placement]:
    """The claim at the changed line that enables it."""
    file, spot, reason = enabling
    text = file.commentable[spot.side, spot.number][1].text
    moved = replace(
        claim,
        path=file.path,
        side=spot.side,
        start_line=None,
        line=spot.number,
        quote=text,
        suggestion=None,
        enabled_by=None,
        shows_at=far,
    )
    return moved, Placement(Placed.LINE, Anchor(spot.side, None, spot.number), reason)
