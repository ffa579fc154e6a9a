"""What a model says of lines it was shown around the diff; and findings that stand there from earlier versions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.diff import Patch, Side
from app.core.findings.anchor import OUTSIDE, Fabricated, find_file, place
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Anchor, Claim, Evidence, Placed, Placement, Pointer, Source
from app.core.findings.identity import identify
from app.core.findings.known import FindingState, KnownFinding
from tests.core.changes import SILENT, change, change_file, claim, patches, patient

OLD = [f"    call_{number}()" for number in range(60)]
NEW = [*OLD[:30], "    sold(first)", *OLD[31:]]
PATCH = change(change_file("a.py", OLD, NEW))
SHOWN = {"a.py": [(number, NEW[number - 1]) for number in range(21, 42)]}


ENABLING = Pointer("a.py", Side.RIGHT, 31, "sold(first)")


def put(
    made: Claim, patch: Patch = PATCH, shown: dict[str, list[tuple[int, str]]] | None = None
) -> tuple[Claim, Placement]:
    (found,) = anchor_claims([made], patch, SHOWN if shown is None else shown).placed
    return found


def known_as(made: Claim, state: FindingState = FindingState.OPEN) -> KnownFinding:
    return KnownFinding(number=1, fingerprint="f" * 32, state=state, claim=made, placed=Placed.FILE)


OFF_DIFF = claim("a.py", 24, NEW[23])


def test_a_quote_from_around_the_diff_needs_a_changed_line_that_enables_it() -> None:
    around = claim("a.py", 26, "call_23()", start_line=24)
    anchored = anchor_claims([around], PATCH, SHOWN)
    assert (anchored.placed, anchored.fabricated, anchored.off_diff) == ((), (), (around,))
    made, placement = put(replace(around, enabled_by=ENABLING))
    assert placement.anchor == Anchor(Side.RIGHT, None, 31)
    assert made.shows_at == Evidence("a.py", 24, NEW[23])


def test_its_number_is_put_right() -> None:
    made, _ = put(claim("a.py", 3, NEW[23], side=Side.LEFT, enabled_by=ENABLING))
    assert made.shows_at == Evidence("a.py", 24, NEW[23])


def test_the_diff_comes_first_but_for_the_very_line_that_is_meant() -> None:
    new = [*NEW[:24], "    sold(first)", *NEW[25:]]
    shown = {"a.py": [(number, new[number - 1]) for number in range(21, 42)]}
    assert put(claim("a.py", 27, "sold(first)"), shown=shown)[1].anchor == Anchor(Side.RIGHT, None, 31)
    very_line = claim("a.py", 25, "sold(first)")
    assert anchor_claims([very_line], PATCH, shown).off_diff == (very_line,)


@pytest.mark.parametrize("quote", [NEW[9], "nothing of the kind", ""])
def test_what_was_not_shown_is_fabricated_all_the_same(quote: str) -> None:
    anchored = anchor_claims([claim("a.py", 10, quote), claim("b.py", 24, NEW[23])], PATCH, {"a.py": SHOWN["a.py"][3:]})
    assert [made.path for made, _ in anchored.fabricated if quote != NEW[9] or made.path == "b.py"]
    assert isinstance(place(claim("a.py", 24, NEW[23].upper()), PATCH), Fabricated)


@patient
@given(patches(max_files=2), st.text(max_size=20), st.integers(1, 60), st.sampled_from(Side), st.data())
def test_a_line_outside_the_diff_never_has_an_anchor(
    patch: Patch, quote: str, line: int, side: Side, data: st.DataObject
) -> None:
    paths = [file.path for file in patch.files] or ["x"]
    path = data.draw(st.sampled_from(paths))
    lines = data.draw(st.lists(st.tuples(st.integers(1, 80), st.sampled_from([quote, "return None", "}"])), max_size=9))
    for made, placement in anchor_claims([claim(path, line, quote, side=side)], patch, {path: lines}).placed:
        places = patch.by_path[made.path].commentable
        assert (placement.placed is Placed.LINE) is (placement.anchor is not None)
        if placement.anchor is None and quote.strip():
            assert (Side.RIGHT, made.start_line or made.line) not in places
        if placement.anchor is not None:
            assert (placement.anchor.side, placement.anchor.line) in places


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.FIXED])
def test_a_finding_off_the_diff_is_open_as_long_as_its_line_stands(state: FindingState) -> None:
    known = known_as(OFF_DIFF, state)
    standing = identify([], PATCH, [known], next_number=2, now=replace(SILENT, outside={1}))
    assert [(one.number, one.placement) for one in standing.findings] == [(1, Placement(Placed.FILE, None, OUTSIDE))]
    gone = identify([], PATCH, [known], next_number=2, now=SILENT)
    assert gone.findings == ()


def test_said_again_in_other_words_it_is_the_same_finding() -> None:
    again = replace(OFF_DIFF, category="data-loss", title="it loses data"), Placement(Placed.FILE, None, OUTSIDE)
    found = identify([again], PATCH, [known_as(OFF_DIFF)], next_number=2, now=replace(SILENT, outside={1}))
    assert [one.number for one in found.findings] == [1]


def test_a_dismissed_one_stays_dismissed() -> None:
    known = known_as(OFF_DIFF, FindingState.DISMISSED)
    again = OFF_DIFF, Placement(Placed.FILE, None, OUTSIDE)
    found = identify([again], PATCH, [known], next_number=2, now=SILENT)
    assert found.findings == () or [one.number for one in found.findings] == [2]


def test_a_program_that_names_a_line_around_the_diff_is_not_moved() -> None:
    assert put(claim("a.py", 24, NEW[23], source=Source.ANALYZER))[1] == Placement(Placed.FILE, None, OUTSIDE)


def test_files_are_found_by_whatever_names_them() -> None:
    files = [change_file(f"src/f{number}.py", ["a"], ["b"], old_path=f"old/f{number}.py") for number in range(3)]
    patch = change(*files, change_file("old/f1.py", [], ["x"]))
    assert find_file("b/src/f2.py", patch) is files[2]
    assert find_file("./old/f2.py", patch) is files[2]
    assert find_file("old/f1.py", patch) is patch.files[3]
    assert find_file("nowhere.py", patch) is None


def test_equal_lines_off_the_diff_are_two_findings_and_stay_two() -> None:
    shown = {"a.py": [(22, "    return None"), (38, "    return None")]}
    made = [claim("a.py", line, "return None", title=f"wrong at {line}", enabled_by=ENABLING) for line in (22, 38, 38)]
    first = identify(anchor_claims(made, PATCH, shown).placed, PATCH, [], next_number=1, now=SILENT)
    assert sorted(one.claim.shows_at.line or 0 for one in first.findings if one.claim.shows_at) == [22, 38]
    known = [
        KnownFinding(one.number, one.fingerprint, FindingState.OPEN, one.claim, one.placement.placed)
        for one in first.findings
    ]
    again = identify(anchor_claims(made, PATCH, shown).placed, PATCH, known, next_number=3, now=SILENT)
    assert [one.number for one in again.findings] == [1, 2]
