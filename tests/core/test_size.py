"""The size of hunks is that of the annotated diff, without making it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import MAX_CONTEXT_LINE, head_hunk, show_line, show_rows
from app.core.change.diff import Hunk, Line, LineKind
from app.core.change.planning.size import measure_hunks, measure_rows
from app.core.change.planning.splitting import Part, Rows
from app.core.change.tokens import count_bytes
from tests.core.changes import AWKWARD, diff_texts, patient, texts

LONG = "x" * (MAX_CONTEXT_LINE + 100)
long_texts = st.one_of(
    texts, st.sampled_from([*AWKWARD, LONG, f"{LONG}é", "‹secret:jwt›", "‹U+0041›", "❤\ufe0f", "a\r"])
)


def number(hunk: Hunk, old: int, new: int) -> Hunk:
    """The same lines from other numbers on."""
    moved = (line._replace(old=line.old and line.old + old, new=line.new and line.new + new) for line in hunk.lines)
    return Hunk.of((hunk.old_start + old, hunk.new_start + new), hunk.section, moved)


def measure(hunks: Sequence[Hunk], *, crlf: bool) -> int:
    rows = [head_hunk(hunk) + "".join(show_line(line, crlf=crlf) for line in hunk.lines) for hunk in hunks]
    return count_bytes("".join(rows))


STARTS = [0, 3, 9_990, 99_985, 99_999, 100_000, 999_990, 1_234_567]


@patient
@given(
    st.lists(long_texts, max_size=25),
    st.lists(long_texts, max_size=25),
    st.sampled_from(STARTS),
    st.sampled_from(STARTS),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "def run():", "é‹", "a\u202e"]),
)
def test_the_size_of_hunks_is_that_of_what_is_shown(
    old: list[str], new: list[str], old_start: int, new_start: int, crlf: bool, bare: bool, section: str
) -> None:
    hunks = [number(hunk, old_start, new_start) for hunk in diff_texts(old, new, section=section)]
    if bare and hunks:
        lines = [*hunks[-1].lines[:-1], hunks[-1].lines[-1]._replace(no_newline=True)]
        hunks[-1] = Hunk.of((hunks[-1].old_start, hunks[-1].new_start), section, lines)
    assert measure_hunks(hunks, crlf=crlf) == measure(hunks, crlf=crlf)
    for hunk in hunks:
        assert "".join(show_rows(hunk, crlf=crlf)) == "".join(show_line(line, crlf=crlf) for line in hunk.lines)
        assert measure_rows(hunk, crlf=crlf) == [count_bytes(row) for row in show_rows(hunk, crlf=crlf)]


@patient
@given(st.lists(texts, max_size=30), st.lists(texts, min_size=1, max_size=30), st.data())
def test_parts_of_a_hunk_are_its_lines_with_their_numbers_and_sizes(
    old: list[str], new: list[str], data: st.DataObject
) -> None:
    for hunk in diff_texts(old, new, section="def run():", context=30):
        rest, parts = Part.whole(Rows.of(hunk, crlf=False)), []
        while rest.end - rest.first > 1 and data.draw(st.booleans()):
            first, rest = rest.cut(data.draw(st.integers(1, rest.end - rest.first - 1)))
            parts.append(first)
        parts.append(rest)
        assert tuple(line for part in parts for line in part.make_hunk().lines) == hunk.lines
        for part in parts:
            made = part.make_hunk()
            assert part.size == measure([made], crlf=False)
            assert part.changed is any(line.changed for line in made.lines)
            assert made == Hunk.of((made.old_start, made.new_start), made.section, made.lines)


@pytest.mark.parametrize("count", [10, 1000])
def test_a_mark_of_a_missing_line_feed_stays_with_its_line(count: int) -> None:
    lines = [Line(LineKind.ADDED, None, index, f"line {index}") for index in range(1, count + 1)]
    lines[-1] = lines[-1]._replace(no_newline=True)
    whole = Part.whole(Rows.of(Hunk.of((0, 1), "", lines), crlf=False))
    first, last = whole.cut(count - 1)
    assert "\\" not in first.make_hunk().body
    assert last.make_hunk().body == f"+line {count}\n\\ No newline at end of file"
