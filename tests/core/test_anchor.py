from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, FileStatus, Line, Patch, Side
from app.core.findings.anchor import Fabricated, normalise, place
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Anchor, Placed, Placement, Source
from app.core.findings.seeking import MOVED, NEARLY, ON_ITS_LINE
from app.core.text.unicode import reveal
from tests.core.changes import change, change_file, claim, patches, patient

OLD = [
    "import os",
    "",
    "def charge(order):",
    "    total = order.total",
    "    if total > 0:",
    "        pay(total)",
    "    return total",
]
NEW = [*OLD[:4], "    if total >= 0:", "        log(order.card)", *OLD[5:]]
PATCH = change(change_file("src/pay.py", OLD, NEW, section="class Shop:"))


def at(placement: Placement | Fabricated) -> tuple[str, int | None, int] | str:
    if isinstance(placement, Fabricated):
        return "fabricated"
    anchor = placement.anchor
    return placement.placed.value if anchor is None else (anchor.side.value, anchor.start_line, anchor.line)


def all_lines(patch: Patch) -> list[tuple[FilePatch, int, Line]]:
    return [(file, index, line) for file in patch.files for index, hunk in enumerate(file.hunks) for line in hunk.lines]


def test_a_quote_on_its_line_stands_there() -> None:
    placement = place(claim("src/pay.py", 6, "log(order.card)"), PATCH)
    assert placement == Placement(Placed.LINE, Anchor(Side.RIGHT, None, 6), ON_ITS_LINE)


def test_a_wrong_number_or_side_is_put_right_by_the_quote() -> None:
    assert place(claim("src/pay.py", 3, "        log(order.card)"), PATCH) == Placement(
        Placed.LINE, Anchor(Side.RIGHT, None, 6), MOVED
    )
    assert at(place(claim("src/pay.py", 5, "    if total > 0:"), PATCH)) == ("LEFT", None, 5)
    assert at(place(claim("src/pay.py", 900, "return total"), PATCH)) == ("RIGHT", None, 8)


@pytest.mark.parametrize(
    "quote",
    [
        "R 6     |+        log(order.card)",
        "+        log(order.card)",
        "log(order.card)\n        pay(total)",
        "\n  log(order.card)  \n",
        "log(order.c",
        "log(order.cart)",
    ],
)
def test_slips_of_the_pen_are_forgiven(quote: str) -> None:
    assert at(place(claim("src/pay.py", 6, quote), PATCH)) == ("RIGHT", None, 6)


def test_a_line_much_like_the_quote_is_named_as_such() -> None:
    placement = place(claim("src/pay.py", 1, "log(orders.card)"), PATCH)
    assert isinstance(placement, Placement)
    assert placement.reason == NEARLY


@pytest.mark.parametrize(
    "quote", ["os.system(card)", "card", "x" * 5000, "if total > 0 and total < limit and not closed:"]
)
def test_a_quote_that_does_not_exist_is_fabricated(quote: str) -> None:
    placement = place(claim("src/pay.py", 6, quote), PATCH)
    assert placement == Fabricated("the quote does not stand in the change of the file")


def test_a_model_that_points_and_quotes_nothing_is_not_believed() -> None:
    assert at(place(claim("src/pay.py", 6, "  "), PATCH)) == "fabricated"
    assert at(place(claim("src/pay.py", None, ""), PATCH)) == "file"
    assert at(place(claim("src/other.py", 6, "anything"), PATCH)) == "fabricated"


def test_a_program_may_speak_of_a_file_that_is_not_in_the_change() -> None:
    assert at(place(claim("src/other.py", 6, "anything", source=Source.ARCHITECTURE), PATCH)) == "summary"


def test_a_program_keeps_its_line_and_loses_nothing() -> None:
    hit = claim("src/pay.py", 6, "", source=Source.ANALYZER)
    assert at(place(hit, PATCH)) == ("RIGHT", None, 6)
    assert at(place(replace(hit, line=600), PATCH)) == "file"
    assert at(place(replace(hit, quote="nowhere to be found"), PATCH)) == "file"


def test_a_range_stays_in_its_hunk_and_side_and_runs_forward() -> None:
    assert at(place(claim("src/pay.py", 7, "if total >= 0:", start_line=5), PATCH)) == ("RIGHT", 5, 7)
    assert at(place(claim("src/pay.py", 99, "if total >= 0:", start_line=5), PATCH)) == ("RIGHT", 5, 8)
    assert at(place(claim("src/pay.py", 2, "if total >= 0:", start_line=5), PATCH)) == ("RIGHT", None, 5)
    assert at(place(claim("src/pay.py", 5, "total = order.total", start_line=4, side=Side.LEFT), PATCH)) == (
        "LEFT",
        None,
        5,
    )
    assert at(place(claim("src/pay.py", 4, "total = order.total", side=Side.LEFT), PATCH)) == ("RIGHT", None, 4)


def test_of_several_the_hunk_comes_first_then_changed_lines_then_the_nearest() -> None:
    old = [f"line {i}" for i in range(60)]
    new = list(old)
    old[22] = new[22] = "return None"
    new[1], new[24], new[40], new[50] = "changed", "changed too", "return None", "return None"
    patch = change(change_file("a.py", old, new))
    assert at(place(claim("a.py", 25, "return None"), patch)) == ("RIGHT", None, 23)
    assert at(place(claim("a.py", 2, "return None"), patch)) == ("RIGHT", None, 41)
    assert at(place(claim("a.py", 58, "return None"), patch)) == ("RIGHT", None, 51)


@pytest.mark.parametrize("path", ["a/src/pay.py", "b/src/pay.py", "./src/pay.py", "/src/pay.py", "src/pay.py"])
def test_a_path_is_understood_as_headings_write_it(path: str) -> None:
    [(placed, _)] = anchor_claims([claim(path, 6, "log(order.card)")], PATCH).placed
    assert placed.path == "src/pay.py"


def test_the_old_name_of_a_rename_means_the_new_one() -> None:
    patch = change(change_file("new.py", ["a"], ["b = 1"], old_path="old.py"))
    [(placed, _)] = anchor_claims([claim("old.py", 1, "b = 1")], patch).placed
    assert placed.path == "new.py"
    copied = change(change_file("new.py", ["a"], ["b = 1"], old_path="old.py", status=FileStatus.COPIED))
    assert at(place(claim("old.py", 1, "b = 1"), copied)) == "fabricated"


def test_none_of_the_claims_is_lost() -> None:
    claims = [claim("src/pay.py", 6, "log(order.card)"), claim("src/pay.py", 6, "no such thing"), claim("x.py", 1, "y")]
    anchored = anchor_claims(claims, PATCH)
    assert [one for one, _ in anchored.placed] == [claims[0]]
    assert [one for one, _ in anchored.fabricated] == claims[1:]


@patient
@given(patches(), st.data())
def test_a_true_quote_with_a_wrong_number_finds_an_equal_line(patch: Patch, data: st.DataObject) -> None:
    lines = [item for item in all_lines(patch) if normalise(item[2].text)]
    assume(lines)
    file, _, line = data.draw(st.sampled_from(lines))
    off = data.draw(st.integers(-5, 5))
    made = claim(reveal(file.path), max(line.number + off, 1), reveal(line.text), side=line.side)
    placement = place(made, patch)
    assert isinstance(placement, Placement)
    assert placement.anchor is not None
    _, found = file.commentable[placement.anchor.side, placement.anchor.start_line or placement.anchor.line]
    assert normalise(line.text) in normalise(found.text)
    assert off or found.text == line.text


@patient
@given(
    patches(max_files=2),
    st.text(max_size=30),
    st.integers(-3, 60),
    st.one_of(st.none(), st.integers(-3, 60)),
    st.sampled_from(Side),
    st.sampled_from(Source),
    st.data(),
)
def test_whatever_is_claimed_github_would_take_the_anchor(
    patch: Patch, quote: str, line: int, start: int | None, side: Side, source: Source, data: st.DataObject
) -> None:
    texts = [item[2].text for item in all_lines(patch)]
    made = claim(
        data.draw(st.sampled_from([file.path for file in patch.files] or ["x"])),
        line,
        data.draw(st.sampled_from([quote, *texts])),
        start_line=start,
        side=side,
        source=source,
    )
    placement = place(made, patch)
    if isinstance(placement, Fabricated):
        assert source is Source.MODEL
        return
    assert (placement.anchor is not None) is (placement.placed is Placed.LINE)
    if placement.anchor is not None:
        anchor = placement.anchor
        places = patch.by_path[made.path].commentable
        first = anchor.start_line or anchor.line
        assert places[anchor.side, first][0] == places[anchor.side, anchor.line][0]
        assert anchor.start_line is None or anchor.start_line < anchor.line
        assert places[anchor.side, first][1].side is anchor.side


def test_many_false_claims_on_a_large_file_are_settled_quickly() -> None:
    patch = change(change_file("a.py", [], [f"value_{i} = compute({i})" for i in range(20_000)]))
    begun = time.monotonic()
    anchored = anchor_claims([claim("a.py", 5, f"nothing of this kind {i}") for i in range(20)], patch)
    assert len(anchored.fabricated) == 20
    assert time.monotonic() - begun < 10
