"""What was read before stands beside what is new of its file: marked, not counted, as far as there is room."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import annotate, head_hunk, parse_annotated
from app.core.change.chunking import TARGET_TOKENS, plan_review
from app.core.change.diff import FilePatch, Hunk, Patch
from app.core.change.memory.beside import MOST_TOKENS, show_beside
from app.core.change.memory.recollection import Recollection
from app.core.change.plan import Chunk, Plan
from app.core.change.tokens import DEFAULT_RATE, estimate
from tests.core.changes import change, change_file, patches, patient

HEAD = "3f2a" * 10
OLD = [f"line {number}" for number in range(400)]


def edited(*places: int) -> list[str]:
    return [f"changed {number}" if number in places else text for number, text in enumerate(OLD)]


def plan_but(patch: Patch, read: dict[str, list[int]]) -> Plan:
    return plan_review(patch, before=Recollection({path: dict.fromkeys(some, HEAD) for path, some in read.items()}))


def new_text(file: FilePatch) -> str:
    """A text that holds every line of the new version that the hunks show, at its number."""
    lines = {line.new: line.text for hunk in file.hunks for line in hunk.lines if line.new is not None}
    return "\n".join([lines.get(number, "") for number in range(1, max(lines, default=0) + 1)] + [""])


def show(plan: Plan, patch: Patch, limit: int = TARGET_TOKENS) -> Chunk:
    texts = {file.path: new_text(file) for file in patch.files}
    return show_beside(plan.chunks[0], plan.read_before, texts, limit, DEFAULT_RATE)


def test_the_heading_of_a_hunk_that_was_read_before_says_so_and_the_order_is_that_of_the_file() -> None:
    patch = change(change_file("a.py", OLD, edited(5, 100, 200), section="def pay():"))
    text = annotate(show(plan_but(patch, {"a.py": [0, 2]}), patch))

    assert [row for row in text.split("\n") if "@@" in row] == [
        "(read before) @@ def pay(): @@",
        "@@ def pay(): @@",
        "(read before) @@ def pay(): @@",
    ]
    assert [line.number for line in parse_annotated(text)] == sorted(line.number for line in parse_annotated(text))


def test_no_section_looks_like_a_hunk_that_was_read_before() -> None:
    for section in ("(read before) @@", "x @@\n(read before) @@ y", "@@ (read before)", "\r(read before) @@"):
        assert head_hunk(Hunk(1, 1, 1, 1, section, "+x")).startswith("@@ ")
        assert head_hunk(Hunk(1, 1, 1, 1, section, "+x")).count("\n") == 1


def test_what_was_read_before_is_no_part_of_what_is_read_now() -> None:
    patch = change(change_file("a.py", OLD, edited(5, 100)), change_file("b.py", OLD, edited(5)))
    plan = plan_but(patch, {"a.py": [0], "b.py": [0]})
    chunk = show(plan, patch)

    assert (chunk.changed_lines, chunk.paths) == (plan.chunks[0].changed_lines, ("a.py",)) == (2, ("a.py",))
    assert "b.py" not in annotate(chunk)


def test_of_many_the_nearest_are_shown_and_no_more_than_there_is_room_for() -> None:
    places = range(0, 400, 9)
    wordy = [f"{text} {'and so on ' * 60}" for text in OLD]
    new = [f"changed {text}" if number in places else text for number, text in enumerate(wordy)]
    patch = change(change_file("a.py", wordy, new))
    count = len(patch.files[0].hunks)
    plan = plan_but(patch, {"a.py": [index for index in range(count) if index != 20]})
    shown = [hunk.new_start for hunk in show(plan, patch).files[0].before]
    middle = patch.files[0].hunks[20].new_start
    others = {hunk.new_start for hunk in patch.files[0].hunks} - {middle, *shown}

    assert 1 < len(shown) < count - 1
    assert max(abs(start - middle) for start in shown) <= min(abs(start - middle) for start in others)
    extra = annotate(show(plan, patch)).removeprefix(annotate(plan.chunks[0]))
    assert estimate(annotate(show(plan, patch))) - plan.chunks[0].tokens <= MOST_TOKENS < estimate(extra)
    assert show(plan, patch, plan.chunks[0].tokens).files[0].before == ()


def test_a_file_whose_text_is_another_shows_nothing_of_it() -> None:
    patch = change(change_file("a.py", OLD, edited(5, 100)))
    plan = plan_but(patch, {"a.py": [0]})

    assert (
        show_beside(plan.chunks[0], plan.read_before, {"a.py": "x\n"}, TARGET_TOKENS, DEFAULT_RATE).files[0].before
        == ()
    )
    assert show_beside(plan.chunks[0], plan.read_before, {}, TARGET_TOKENS, DEFAULT_RATE) == plan.chunks[0]


@patient
@given(patches(), st.data())
def test_the_estimate_holds_with_what_is_shown_beside_and_all_can_be_parsed_back(
    patch: Patch, data: st.DataObject
) -> None:
    read = {file.path: [index for index in range(len(file.hunks)) if data.draw(st.booleans())] for file in patch.files}
    plan = plan_but(patch, {path: some for path, some in read.items() if some})
    for chunk in plan.chunks:
        one = replace(plan, chunks=(chunk,))
        shown = show(one, patch)
        assert estimate(annotate(shown)) <= shown.tokens <= TARGET_TOKENS * 5 // 4
        assert len(parse_annotated(annotate(shown))) == sum(
            len(hunk.lines) for part in shown.files for hunk in (*part.hunks, *part.before)
        )
