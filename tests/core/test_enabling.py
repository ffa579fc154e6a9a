"""A fault that shows off the diff stands at the changed line that enables it; without one it is no finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.change.diff import Line, Patch, Side
from app.core.findings.anchor import normalise
from app.core.findings.enabling import Anchored, anchor_claims, name_far_files
from app.core.findings.finding import Anchor, Claim, Evidence, Placed, Placement, Pointer, Source
from app.core.findings.identity import Identified, identify
from app.core.findings.known import FindingState, KnownFinding
from app.core.findings.merging import PlacedClaim, merge
from app.core.findings.seeking import MOVED, ON_ITS_LINE
from app.core.findings.tree import TreeTexts
from app.core.findings.verification.refuting import is_unchanged
from app.core.text.unicode import reveal
from tests.core.changes import SILENT, change, change_file, claim, patches, patient

OLD = ["import os", "", "def charge(order):", "    total = order.total", "    return total", "", "", "", "LIMIT = 3"]
NEW = [*OLD[:2], "def charge(order, tax):", *OLD[3:]]
TAIL = [f"    step_{number}()" for number in range(40)]
PATCH = change(change_file("app/pay.py", [*OLD, *TAIL], [*NEW, *TAIL]))
CALLER = ["from app.pay import charge", "", "def sell(order):", "    return charge(order)", "", "charge(None)"]
TREE = TreeTexts(
    {"app/sell.py": CALLER, "app/pay.py": [*NEW, *TAIL], "app/gift.py": CALLER}, unread=frozenset({"big.py"})
)
HERE = Pointer("app/pay.py", Side.RIGHT, 3, "def charge(order, tax):")
AT_HERE = Placement(Placed.LINE, Anchor(Side.RIGHT, None, 3), ON_ITS_LINE)
BROKEN = claim("app/sell.py", 4, "return charge(order)", title="charge is called without tax", enabled_by=HERE)


def put(made: Claim, patch: Patch = PATCH, tree: TreeTexts = TREE) -> PlacedClaim:
    anchored = anchor_claims([made], patch, tree=tree)
    assert anchored.placed, anchored
    return anchored.placed[0]


def fate(made: Claim, patch: Patch = PATCH, tree: TreeTexts = TREE) -> str:
    anchored = anchor_claims([made], patch, tree=tree)
    return "placed" if anchored.placed else "fabricated" if anchored.fabricated else "off the diff"


def changed_lines(patch: Patch) -> list[tuple[str, Line]]:
    rows = ((file.path, line) for file in patch.files for hunk in file.hunks for line in hunk.lines)
    return [(path, line) for path, line in rows if line.changed and normalise(line.text)]


def test_a_broken_caller_in_another_file_stands_at_the_line_that_broke_it() -> None:
    made, placement = put(BROKEN)
    assert placement == AT_HERE
    assert (made.path, made.line, made.quote) == ("app/pay.py", 3, "def charge(order, tax):")
    assert made.shows_at == Evidence("app/sell.py", 4, "    return charge(order)")
    assert made.enabled_by is None


def test_the_number_of_the_far_line_is_put_right() -> None:
    assert put(replace(BROKEN, line=6))[0].shows_at == Evidence("app/sell.py", 4, "    return charge(order)")
    assert put(replace(BROKEN, path="./app/sell.py", line=None))[0].shows_at == put(BROKEN)[0].shows_at


def test_a_line_off_the_diff_of_a_changed_file_is_as_far() -> None:
    made, placement = put(claim("app/pay.py", 20, "step_10()", enabled_by=HERE))
    assert placement == AT_HERE
    assert made.shows_at == Evidence("app/pay.py", 20, "    step_10()")


@pytest.mark.parametrize(
    ("pointer", "becomes"),
    [
        (None, "off the diff"),
        (replace(HERE, quote="def refund(order):"), "off the diff"),
        (replace(HERE, quote=""), "off the diff"),
        (replace(HERE, path="app/sell.py", quote=CALLER[3]), "off the diff"),
        (replace(HERE, line=4, quote="    total = order.total"), "off the diff"),
        (replace(HERE, line=30), "placed"),
        (replace(HERE, side=Side.LEFT, quote="def charge(order):"), "placed"),
        (replace(HERE, quote="R 3     |+def charge(order, tax):"), "placed"),
    ],
    ids=["none", "made up", "no quote", "not in the change", "unchanged", "wrong number", "removed", "with its tag"],
)
def test_without_a_changed_line_that_enables_it_a_far_claim_is_off_the_diff(
    pointer: Pointer | None, becomes: str
) -> None:
    assert fate(replace(BROKEN, enabled_by=pointer)) == becomes


@pytest.mark.parametrize(
    "made",
    [
        replace(BROKEN, quote="return charge(order, None)"),
        replace(BROKEN, path="app/nowhere.py"),
        replace(BROKEN, path="../etc/passwd"),
        replace(BROKEN, path="app/pay.py", quote="return refund(order)"),
    ],
    ids=["no such line", "no such file", "outside", "in the changed file"],
)
def test_a_far_quote_that_does_not_exist_is_fabricated_whatever_enables_it(made: Claim) -> None:
    assert fate(made) == "fabricated"


def test_what_nobody_can_look_up_stands_at_the_enabling_line_and_names_no_other() -> None:
    made, placement = put(replace(BROKEN, path="big.py"))
    assert (placement, made.shows_at) == (AT_HERE, None)
    assert fate(replace(BROKEN, path="big.py", enabled_by=None)) == "off the diff"


def test_a_claim_on_a_changed_line_stands_there_whatever_it_says_enables_it() -> None:
    pointer = Pointer("app/pay.py", Side.LEFT, 3, "def charge(order):")
    made, placement = put(claim("app/pay.py", 3, "def charge(order, tax):", enabled_by=pointer))
    assert placement == AT_HERE
    assert (made.shows_at, made.enabled_by) == (None, None)


def test_an_unchanged_line_of_a_hunk_stands_unless_a_changed_one_is_named() -> None:
    made = claim("app/pay.py", 4, "total = order.total")
    assert put(made)[1].anchor == Anchor(Side.RIGHT, None, 4)
    enabled, placement = put(replace(made, enabled_by=HERE))
    assert placement == AT_HERE
    assert enabled.shows_at == Evidence("app/pay.py", 4, "    total = order.total")
    assert put(replace(made, enabled_by=replace(HERE, quote="nothing")))[1].anchor == Anchor(Side.RIGHT, None, 4)


def test_of_equal_lines_the_nearest_is_meant_if_the_changed_one_is_named_apart() -> None:
    new = [*NEW[:2], "def charge(order, tax):", "    step_10()", *NEW[4:], *TAIL]
    patch = change(change_file("app/pay.py", [*OLD, *TAIL], new))
    tree = TreeTexts({"app/pay.py": new})
    made = claim("app/pay.py", 22, "step_10()")
    assert put(made, patch, tree)[1].anchor == Anchor(Side.RIGHT, None, 4)
    assert put(replace(made, enabled_by=HERE), patch, tree)[0].shows_at == Evidence("app/pay.py", 20, "    step_10()")


def test_a_slip_of_the_pen_on_the_diff_is_not_taken_for_a_line_off_it() -> None:
    new = [*NEW[:3], "    total = order.total  # net", *NEW[4:], *TAIL, "    total = order.total"]
    patch = change(change_file("app/pay.py", [*OLD, *TAIL, "    total = order.total"], new))
    tree = TreeTexts({"app/pay.py": new})
    assert put(claim("app/pay.py", 4, "total = order.total  #"), patch, tree)[1].anchor == Anchor(Side.RIGHT, None, 4)
    assert put(claim("app/pay.py", 5, "total = order.total"), patch, tree)[1].anchor == Anchor(Side.LEFT, None, 4)


def test_a_line_off_the_diff_is_not_taken_for_one_of_the_diff_that_is_much_like_it() -> None:
    new = [*NEW[:3], "    total = order.total - rebate_2", *NEW[4:], *TAIL, "    total = order.total - rebate_1"]
    patch = change(change_file("app/pay.py", [*OLD, *TAIL, new[-1]], new))
    made = claim("app/pay.py", 4, "total = order.total - rebate_1")
    assert fate(made, patch, TreeTexts({"app/pay.py": new})) == "off the diff"
    assert put(made, patch, TreeTexts())[1].anchor == Anchor(Side.RIGHT, None, 4)


def test_only_files_that_a_quote_may_stand_in_are_read() -> None:
    on_the_diff = claim("app/pay.py", 3, "def charge(order, tax):")
    assert name_far_files([on_the_diff, replace(BROKEN, source=Source.ANALYZER)], PATCH) == frozenset()
    assert "app/sell.py" in name_far_files([BROKEN], PATCH)
    assert name_far_files([claim("b/app/pay.py", 20, "step_10()")], PATCH) == {"app/pay.py"}


def test_a_far_fault_can_have_been_there_before() -> None:
    assert is_unchanged(*put(BROKEN), PATCH)
    assert not is_unchanged(*put(claim("app/pay.py", 3, "def charge(order, tax):")), PATCH)


@patient
@given(patches(), st.data())
def test_whatever_its_number_an_enabling_line_is_found_by_its_quote(patch: Patch, data: st.DataObject) -> None:
    lines = changed_lines(patch)
    assume(lines)
    path, line = data.draw(st.sampled_from(lines))
    off = data.draw(st.integers(-5, 5))
    pointer = Pointer(reveal(path), line.side, max(line.number + off, 1), reveal(line.text))
    made, placement = put(
        claim("far/away.py", 2, "far_away()", enabled_by=pointer), patch, TreeTexts({"far/away.py": ["", "far_away()"]})
    )
    assert placement.anchor is not None
    found = patch.by_path[made.path].commentable[placement.anchor.side, placement.anchor.line][1]
    assert found.changed
    assert normalise(line.text) in normalise(found.text)
    assert off or found.text == line.text
    assert made.shows_at == Evidence("far/away.py", 2, "far_away()")


@patient
@given(
    patch=patches(max_files=2),
    rows=st.lists(st.text(max_size=20), max_size=5),
    quote=st.text(max_size=20),
    line=st.integers(-2, 60),
    side=st.sampled_from(Side),
    named=st.booleans(),
    data=st.data(),
)
def test_what_is_told_of_another_place_stands_there_to_the_letter(
    patch: Patch, rows: Sequence[str], quote: str, line: int, side: Side, *, named: bool, data: st.DataObject
) -> None:
    changed = changed_lines(patch)
    pointer = None
    if changed and named:
        path, enabling = data.draw(st.sampled_from(changed))
        pointer = Pointer(path, enabling.side, enabling.number, enabling.text)
    far = data.draw(st.sampled_from(["far.py", *(file.path for file in patch.files)]))
    made = claim(far, line, data.draw(st.sampled_from([quote, *rows])), side=side, enabled_by=pointer)
    tree = TreeTexts({far: rows})
    for found, placement in anchor_claims([made], patch, tree=tree).placed:
        assert found.enabled_by is None
        if found.shows_at is not None:
            assert pointer is not None
            assert placement.placed is Placed.LINE
            own = patch.by_path.get(found.shows_at.path)
            inside = {one.text for hunk in own.hunks for one in hunk.lines} if own else set()
            assert found.shows_at.quote in {*rows, *inside}


def known_from(anchored: Anchored, patch: Patch = PATCH, *, state: FindingState = FindingState.OPEN) -> KnownFinding:
    (finding,) = identify(anchored.placed, patch, [], next_number=1, now=SILENT).findings
    return KnownFinding(finding.number, finding.fingerprint, state, finding.claim, finding.placement.placed)


def look_again(
    claims: Sequence[Claim],
    known: KnownFinding,
    *,
    patch: Patch = PATCH,
    tree: TreeTexts = TREE,
    mended: frozenset[int] = frozenset(),
) -> Identified:
    placed = anchor_claims(claims, patch, tree=tree).placed
    return identify(placed, patch, [known], next_number=2, now=replace(SILENT, mended=mended))


KNOWN = known_from(anchor_claims([BROKEN], PATCH, tree=TREE))


def test_it_is_the_same_finding_when_both_lines_have_moved() -> None:
    moved = change(change_file("app/pay.py", ["", "", *OLD, *TAIL], ["", "", *NEW, *TAIL]))
    tree = TreeTexts({"app/sell.py": ["# one more", *CALLER]})
    again = replace(BROKEN, line=5, title="the tax is missing", category="state", enabled_by=replace(HERE, line=5))
    found = look_again([replace(again, category=BROKEN.category)], KNOWN, patch=moved, tree=tree)
    assert [one.number for one in found.findings] == [1]
    assert found.findings[0].fingerprint == KNOWN.fingerprint
    assert found.findings[0].claim.shows_at == Evidence("app/sell.py", 5, "    return charge(order)")


def test_it_stands_though_nobody_repeats_it() -> None:
    assert [one.number for one in look_again([], KNOWN).findings] == [1]


def test_it_is_fixed_when_the_line_where_it_showed_is_gone_and_open_again_with_it() -> None:
    found = look_again([], KNOWN, mended=frozenset({1}))
    assert (found.findings, [one.number for one in found.fixed]) == ((), [1])
    fixed = replace(KNOWN, state=FindingState.FIXED)
    assert look_again([], fixed, mended=frozenset({1})).findings == ()
    assert [one.number for one in look_again([], fixed).findings] == [1]


def test_it_is_fixed_when_the_line_that_enabled_it_is_gone() -> None:
    other = change(change_file("app/pay.py", [*OLD, *TAIL], [*OLD[:4], "    total = 0", *OLD[5:], *TAIL]))
    assert look_again([], KNOWN, patch=other).findings == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(BROKEN, path="app/gift.py"),
        replace(BROKEN, line=6, quote="charge(None)"),
        claim("app/pay.py", 3, "def charge(order, tax):", title="charge has no default for tax"),
    ],
    ids=["in another file", "on another line", "on the changed line itself"],
)
def test_faults_of_one_changed_line_that_show_in_different_places_are_different_findings(other: Claim) -> None:
    first = identify(anchor_claims([BROKEN, other], PATCH, tree=TREE).placed, PATCH, [], next_number=1, now=SILENT)
    assert len({one.fingerprint for one in first.findings}) == 2
    dismissed = replace(KNOWN, state=FindingState.DISMISSED)
    assert [one.number for one in look_again([other], dismissed).findings] == [2], "it was not dismissed"


def test_said_twice_it_is_one_finding_and_keeps_where_it_shows() -> None:
    again = replace(BROKEN, title="sell forgets the tax", lenses=("contracts",))
    both = anchor_claims([BROKEN, again], PATCH, tree=TREE).placed
    assert len(merge(both).kept) == 1
    near = claim("app/pay.py", 3, "def charge(order, tax):", title="charge needs tax", lenses=("correctness",))
    placed = anchor_claims([again, replace(near, confidence=99)], PATCH, tree=TREE).placed
    ((kept, _),) = merge(placed).kept
    assert kept.shows_at == Evidence("app/sell.py", 4, "    return charge(order)")


def test_the_metric_of_moved_anchors_counts_the_enabling_line() -> None:
    assert put(replace(BROKEN, enabled_by=replace(HERE, line=4)))[1].reason == MOVED
