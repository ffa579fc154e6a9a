"""What holds of every reading guide, whatever the change and whatever was said of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.architecture.guide.passages import make_guide
from app.core.change.diff import FilePatch
from app.core.change.plan import FileClass, PlannedFile
from app.core.fit.compared import Compared, HunkCompared, MovedEnd
from app.core.fit.guide import Group
from tests.core.changes import file_patches, patient

compared_hunks = st.builds(
    HunkCompared,
    formatting=st.booleans(),
    edit=st.sampled_from(["", "e1", "e2"]),
    old_name=st.sampled_from(["", "old", "`x`\n@all"]),
    new_name=st.sampled_from(["", "new", "<b>"]),
    grown=st.integers(0, 40),
    grown_in=st.sampled_from(["", "f", "a b", "x" * 300]),
)
ends = st.lists(st.builds(MovedEnd, st.just("f"), st.integers(1, 5), st.integers(5, 20), st.sampled_from(["d", "e"])))


@st.composite
def changes(draw: st.DrawFn) -> tuple[list[PlannedFile], dict[str, Compared | str]]:
    files: dict[str, FilePatch] = {}
    for file in draw(st.lists(file_patches(max_lines=25), max_size=6)):
        files.setdefault(file.path, file)
    planned = [PlannedFile(file, draw(st.sampled_from(FileClass))) for file in files.values()]
    compared: dict[str, Compared | str] = {}
    for path, file in files.items():
        many = len(file.hunks) + draw(st.sampled_from([0, 0, 0, 1]))
        told = st.builds(
            Compared,
            st.lists(compared_hunks, min_size=many, max_size=many).map(tuple),
            ends.map(tuple),
            ends.map(tuple),
        )
        compared[path] = draw(st.one_of(told, st.just("it is too large")))
    return planned, compared


@patient
@given(changes())
def test_each_changed_line_is_in_one_passage(change: tuple[list[PlannedFile], dict[str, Compared | str]]) -> None:
    planned, compared = change
    guide = make_guide(planned, compared)
    assert guide.lines == sum(one.file.changed_lines for one in planned)
    assert len(guide.passages) == sum(len(one.file.hunks) for one in planned)
    for one in planned:
        own = sorted(passage.lines for passage in guide.passages if passage.path == one.file.path)
        assert own == sorted(hunk.changed_lines for hunk in one.file.hunks)


@patient
@given(changes())
def test_a_risk_is_the_sum_of_its_points(change: tuple[list[PlannedFile], dict[str, Compared | str]]) -> None:
    for passage in make_guide(*change).passages:
        assert 0 <= passage.risk <= 100
        assert passage.risk == sum(points for _, points in passage.points)
        assert all(points > 0 for _, points in passage.points)
        assert passage.start_line >= 1


@patient
@given(changes())
def test_words_of_the_change_never_stand_in_the_guide(
    change: tuple[list[PlannedFile], dict[str, Compared | str]],
) -> None:
    for passage in make_guide(*change).passages:
        for words in (passage.why, *(label for label, _ in passage.points)):
            assert "@all" not in words
            assert "<b>" not in words
            assert "\n" not in words
            assert len(words) < 200


@patient
@given(changes())
def test_nothing_is_proved_of_a_file_that_was_not_compared(
    change: tuple[list[PlannedFile], dict[str, Compared | str]],
) -> None:
    planned, compared = change
    unknown: dict[str, Compared | str] = dict.fromkeys(compared, "it is too large")
    proved = {Group.MECHANICAL, Group.MOVED, Group.FORMATTING}
    assert all(passage.group not in proved for passage in make_guide(planned, unknown).passages)
    assert make_guide(planned, unknown) == make_guide(planned, {})


@patient
@given(changes())
def test_of_each_edit_that_is_read_once_one_place_stays_to_be_read(
    change: tuple[list[PlannedFile], dict[str, Compared | str]],
) -> None:
    guide = make_guide(*change)
    if any(passage.group is Group.MECHANICAL for passage in guide.passages):
        assert any("read this one" in passage.why for passage in guide.passages)
        assert guide.lines_to_read > 0
