"""Which lines of a change are shown to whoever weighs its shape: those that facts are about first, within a size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.excerpt import AROUND, Spot, excerpt, find_spots
from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, Hunk, Patch, Side
from app.core.fit.delta import ApiChange, ApiChangeKind, Break, Delta, Edge, NewDependency, Twin
from tests.core.changes import change, change_file, patches, patient


def files_of(patch: Patch) -> list[tuple[FilePatch, tuple[Hunk, ...]]]:
    return [(file, file.hunks) for file in patch.files]


def lines_of(text: str) -> list[tuple[str, Side, int]]:
    return [(row.path, row.side, row.number) for row in parse_annotated(text)]


def whole(patch: Patch) -> str:
    return "".join(annotate(chunk) for chunk in plan_review(patch).chunks)


BODY = [f"value_{number} = {number}" for number in range(1, 401)]
LONG = change(change_file("app/long.py", [], BODY), change_file("app/other.py", [], BODY))


def test_what_bears_on_nothing_is_not_shown() -> None:
    text = excerpt(files_of(LONG), [Spot("app/long.py", Side.RIGHT, 7)], 1_000_000)
    assert {path for path, _, _ in lines_of(text)} == {"app/long.py"}
    assert excerpt(files_of(LONG), [Spot("app/third.py", Side.RIGHT, 7)], 1_000_000) == ""
    assert excerpt(files_of(LONG), [], 1_000_000) == ""


def test_with_room_for_all_a_file_is_shown_as_any_reader_sees_it() -> None:
    one = change(change_file("app/long.py", ["a = 1", "b = 2"], ["a = 1", "b = 3", "c = 4"]))
    assert excerpt(files_of(one), [Spot("app/long.py", Side.RIGHT, 3)], 10_000) == whole(one)


def test_without_room_for_all_the_lines_that_facts_are_about_stay_with_those_around_them() -> None:
    spots = [Spot("app/long.py", Side.RIGHT, 200), Spot("app/other.py", Side.RIGHT, 390)]
    shown = lines_of(excerpt(files_of(LONG), spots, 1_200))
    for spot in spots:
        around = range(spot.line - AROUND, spot.line + AROUND + 1)
        assert [number for number in around if (spot.path, Side.RIGHT, number) not in shown] == []
    assert len(shown) < 60


def test_with_hardly_any_room_the_very_lines_are_shown() -> None:
    spots = [Spot("app/long.py", Side.RIGHT, line) for line in (100, 300)]
    assert lines_of(excerpt(files_of(LONG), spots, 120)) == [("app/long.py", Side.RIGHT, line) for line in (100, 300)]


def test_a_line_that_is_too_long_leaves_room_for_others() -> None:
    huge = change(change_file("app/a.py", [], ["import a", f"x = '{'y' * 50_000}'", "import b"]))
    spots = [Spot("app/a.py", Side.RIGHT, line) for line in (1, 2, 3)]
    assert [number for _, _, number in lines_of(excerpt(files_of(huge), spots, 2_000))] == [1, 3]


@patient
@given(patches(), st.data())
def test_it_keeps_to_its_size_and_shows_nothing_that_is_not_in_the_change(patch: Patch, data: st.DataObject) -> None:
    known = lines_of(whole(patch))
    spots = [Spot(*data.draw(st.sampled_from(known))) for _ in range(3)] if known else []
    most = data.draw(st.integers(0, 3_000))
    text = excerpt(files_of(patch), spots, most)
    assert len(text.encode("utf-8", "replace")) <= most
    assert len(set(lines_of(text))) == len(lines_of(text))
    everything = lines_of(excerpt(files_of(patch), spots, 10**9))
    assert set(lines_of(text)) <= set(everything)
    assert set(spots) <= set(everything)


def test_every_fact_has_its_line() -> None:
    edge, gone = Edge("a", "b", "a.py", 1, through="c.py", through_line=2), Edge("a", "b", "d.py", 3)
    delta = Delta(
        new_edges=(edge,),
        removed_edges=(gone,),
        breaks=(Break("rule", "", Edge("e", "b", "e.py", 4)),),
        api=(
            ApiChange(ApiChangeKind.REMOVED, "f.py", 5, "gone", moved_to="g.py"),
            ApiChange(ApiChangeKind.SIGNATURE, "f.py", 6, "kept"),
        ),
        dependencies=(NewDependency("left-pad", "npm", "package.json", 7, used_at=("h.ts", 8)),),
        twins=(Twin("i.py", 9, "x", "", "j.py", 10, "y", "", 0.9),),
        moved=(("old.py", "new.py"),),
    )
    assert find_spots(delta) == {
        Spot("a.py", Side.RIGHT, 1),
        Spot("c.py", Side.RIGHT, 2),
        Spot("d.py", Side.LEFT, 3),
        Spot("e.py", Side.RIGHT, 4),
        Spot("f.py", Side.LEFT, 5),
        Spot("g.py", Side.RIGHT, 0),
        Spot("f.py", Side.RIGHT, 6),
        Spot("package.json", Side.RIGHT, 7),
        Spot("h.ts", Side.RIGHT, 8),
        Spot("i.py", Side.RIGHT, 9),
        Spot("new.py", Side.RIGHT, 0),
    }
