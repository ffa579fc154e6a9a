"""The change in so many bytes: each file named, the riskiest first, and as much of the diff as has room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.chunking import plan_review
from app.core.change.diff import Patch
from app.core.change.overview import name_file, outline_change
from app.core.change.plan import Plan
from tests.core.changes import change, change_file, patches, patient


def plan_of(files: int, lines: int = 30) -> Plan:
    body = [f"    value_{number} = compute({number})" for number in range(lines)]
    return plan_review(
        change(*(change_file(f"app/a{number:03}.py", [], body) for number in range(files))), target_tokens=300
    )


def test_every_file_is_named_and_the_whole_diff_shown_where_there_is_room() -> None:
    told = outline_change(plan_of(3), 100_000)
    assert told.startswith("3 files, the riskiest first:\napp/a000.py: added, source, +30 -0, risk ")
    assert all(f"=== FILE app/a{number:03}.py (added) ===" in told for number in range(3))
    assert "no room" not in told


def test_what_has_no_room_is_counted() -> None:
    told = outline_change(plan_of(200), 6_000)
    assert "... and " in told
    assert "parts of the diff had no room here" in told
    assert len(told.encode()) <= 6_000


def test_what_is_riskier_is_named_first() -> None:
    patch = change(
        change_file("docs/guide.md", [], ["Text."]), change_file("app/auth/login.py", [], ["token = sign(password)"])
    )
    told = outline_change(plan_review(patch), 10_000)
    assert told.index("app/auth/login.py: ") < told.index("docs/guide.md: ")


@patient
@given(patches(), st.integers(2_000, 20_000))
def test_it_keeps_to_its_room_and_is_the_same_each_time(patch: Patch, room: int) -> None:
    plan = plan_review(patch, target_tokens=200)
    told = outline_change(plan, room)
    assert told == outline_change(plan, room)
    assert len(told.encode("utf-8", "surrogatepass")) <= room
    first = told.partition("\n\n")[0].split("\n")
    assert len(first) <= len(plan.files) + 2
    names = {name_file(planned.file) for planned in plan.files}
    assert all(
        any(row.startswith(f"{name}: ") for name in names) for row in first[1:] if not row.startswith("... and ")
    )
