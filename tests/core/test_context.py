"""What a model sees around a change is the file as it is, no more than fits, and no changed line as unchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.annotate import annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.context.widening import MAX_CONTEXT, widen
from app.core.change.diff import Hunk, Side
from app.core.change.plan import Chunk, ChunkFile, FileClass
from app.core.change.tokens import estimate
from tests.core.changes import AWKWARD, change, change_file, patient

AMPLE = 1_000_000
SHOP = """\
import os

RATE = 19


class Shop:
    \"\"\"Sells things.\"\"\"

    name = "shop"

    def price(self, item):
        # the price with tax
        net = item.net
        if item.reduced:
            rate = 7
        else:
            rate = RATE
        gross = net * (100 + rate) // 100
        gross = round(gross)
        self.log(item)
        self.count(item)
        self.tell(item)
        self.weigh(item)
        self.store(item)
        self.check(item)
        self.mark(item)
        self.sign(item)
        return gross

    def close(self):
        self.open = False
"""


@dataclass(frozen=True)
class Changed:
    """One file's two versions, and the chunks in which its change is read."""

    path: str
    old: Sequence[str]
    new: Sequence[str]
    chunks: tuple[Chunk, ...]

    @property
    def texts(self) -> dict[str, str]:
        return {self.path: "".join(f"{line}\n" for line in self.new)}


def read_in_chunks(path: str, old: Sequence[str], new: Sequence[str], target: int = 45_000) -> Changed:
    plan = plan_review(change(change_file(path, old, new, section="def run")), target_tokens=target)
    return Changed(path, old, new, plan.chunks)


def edit(text: str, old: str, new: str, path: str = "shop.py") -> Changed:
    assert text.count(old) == 1
    return read_in_chunks(path, text.splitlines(), text.replace(old, new).splitlines())


def shown(chunk: Chunk) -> list[str]:
    return annotate(chunk).splitlines()


def numbers(chunk: Chunk, *, changed: bool | None = None) -> list[int]:
    lines = [line for part in chunk.files for hunk in part.hunks for line in hunk.lines]
    return [line.new for line in lines if line.new is not None and changed in (None, line.changed)]


def the(changed: Changed) -> Chunk:
    (chunk,) = changed.chunks
    return chunk


def is_extra(hunk: Hunk) -> bool:
    return not hunk.changed_lines


names = st.sampled_from(["", "", "}", "x = 1", "class A:", "def f():", "if x:", "y" * 600, *AWKWARD]).filter(
    lambda text: "\udce9" not in text
)
code = st.builds(lambda depth, text: "    " * depth + text, st.integers(0, 3), names)


@st.composite
def changed_files(draw: st.DrawFn) -> Changed:
    old = draw(st.lists(code, max_size=90))
    new = list(old)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(code, max_size=6))
    if draw(st.booleans()):
        old, new = [f"{line}\r" for line in old], [f"{line}\r" for line in new]
    return read_in_chunks("src/a.py", old, new, draw(st.sampled_from([60, 200, 45_000])))


def test_a_change_is_shown_with_ten_lines_around_it_and_what_it_stands_in() -> None:
    changed = edit(SHOP, "self.mark(item)", "self.mark(item, gross)")
    chunk = widen(the(changed), changed.texts, AMPLE)
    assert shown(chunk) == [
        "=== FILE shop.py (modified) ===",
        "@@ @@",
        "R 6     | class Shop:",
        "@@ @@",
        "R 11    |     def price(self, item):",
        "@@ def run @@",
        *(f"R {number:<5} | {SHOP.splitlines()[number - 1]}" for number in range(16, 26)),
        "L 26    |-        self.mark(item)",
        "R 26    |+        self.mark(item, gross)",
        *(f"R {number:<5} | {SHOP.splitlines()[number - 1]}" for number in range(27, 32)),
    ]


LANGUAGES = {
    "a.go": """
func Pay(
	a int,
) error {
	...
	pay(a)
}
""",
    "a.c": """
static int
pay(int a,
    int b)
{
    ...
    pay(a)
}
""",
    "A.cs": """
class A
{
    void Pay()
    {
        ...
        pay(a)
    }
}
""",
    "ci.yml": """
jobs:
  build:
    steps:
      ...
      - run: pay(a)
""",
    "a.ts": """
describe('pay', () => {
  it('pays', () => {
    ...
    pay(a)
  });
});
""",
    "a.py": """
def before():
    x = 1


if ready:  # now
    ...
    pay(a)
""",
    "a.rb": """
items.each do |item|
  ...
  pay(a)
end
""",
}


@pytest.mark.parametrize(
    ("path", "outer"),
    [
        ("a.go", ["func Pay("]),
        ("a.c", ["pay(int a,"]),
        ("A.cs", ["class A", "    void Pay()"]),
        ("ci.yml", ["jobs:", "  build:", "    steps:"]),
        ("a.ts", ["describe('pay', () => {", "  it('pays', () => {"]),
        ("a.py", ["if ready:  # now"]),
        ("a.rb", ["items.each do |item|"]),
    ],
)
def test_what_encloses_a_line_is_told_by_indentation_in_any_language(path: str, outer: list[str]) -> None:
    before, margin, after = re.split(r"([ \t]+)\.\.\.\n", LANGUAGES[path])
    text = before + "".join(f"{margin}step_{number};\n" for number in range(30)) + after
    changed = edit(text, "pay(a)", "pay(b)", path)
    (part,) = widen(the(changed), changed.texts, AMPLE).files
    assert [line.text for hunk in part.hunks if is_extra(hunk) for line in hunk.lines] == outer


def test_a_line_is_not_said_to_enclose_what_stands_beside_it() -> None:
    text = "def first():\n    pass\n\n\n" + "".join(f"x{number} = 1\n" for number in range(40))
    part = widen(the(edit(text, "x30 = 1", "x30 = 2")), {"shop.py": text.replace("x30 = 1", "x30 = 2")}, AMPLE).files[0]
    assert len(part.hunks) == 1


@patient
@given(changed_files(), st.integers(0, 400))
def test_what_is_added_is_the_file_itself_and_taking_it_away_leaves_the_hunks(changed: Changed, more: int) -> None:
    for chunk in changed.chunks:
        wide = widen(chunk, changed.texts, chunk.tokens + more)
        for part, wider in zip(chunk.files, wide.files, strict=True):
            extended = [hunk for hunk in wider.hunks if not is_extra(hunk)]
            assert len(extended) == len(part.hunks)
            for hunk, longer in zip(part.hunks, extended, strict=True):
                assert f"\n{hunk.body}\n" in f"\n{longer.body}\n"
                assert (longer.section, longer.changed_lines) == (hunk.section, hunk.changed_lines)
            for hunk in wider.hunks:
                check_against_texts(hunk, changed.old, changed.new)
            assert wider.changed_lines == part.changed_lines


def check_against_texts(hunk: Hunk, old: Sequence[str], new: Sequence[str]) -> None:
    olds = [line for line in hunk.lines if line.old is not None]
    news = [line for line in hunk.lines if line.new is not None]
    assert (len(olds), len(news)) == (hunk.old_count, hunk.new_count)
    assert [line.text for line in olds] == list(old[hunk.old_start - 1 :][: len(olds)]) or not olds
    assert [line.text for line in news] == list(new[hunk.new_start - 1 :][: len(news)]) or not news
    for lines, start, side in ((olds, hunk.old_start, "old"), (news, hunk.new_start, "new")):
        assert [getattr(line, side) for line in lines] == list(range(start, start + len(lines)))


@patient
@given(changed_files(), st.integers(0, 400))
def test_no_line_is_shown_twice_nor_a_line_of_another_hunk_as_context(changed: Changed, more: int) -> None:
    for chunk in changed.chunks:
        wide = widen(chunk, changed.texts, chunk.tokens + more)
        assert set(Counter(numbers(wide)).values()) <= {1}
        for part, wider in zip(chunk.files, wide.files, strict=True):
            in_hunks = {line.new for hunk in part.file.hunks for line in hunk.lines}
            own = {line.new for hunk in part.hunks for line in hunk.lines}
            added = {line.new for hunk in wider.hunks for line in hunk.lines} - own
            assert not added & in_hunks


@patient
@given(changed_files(), st.integers(0, 400))
def test_the_room_is_kept_and_the_whole_can_be_read_back(changed: Changed, more: int) -> None:
    for chunk in changed.chunks:
        limit = chunk.tokens + more
        wide = widen(chunk, changed.texts, limit)
        text = annotate(wide)
        assert estimate(text) <= wide.tokens <= limit
        lines = [line for part in wide.files for hunk in part.hunks for line in hunk.lines]
        assert [(one.side, one.number) for one in parse_annotated(text)] == [(one.side, one.number) for one in lines]
        assert widen(chunk, changed.texts, limit) == wide


@patient
@given(changed_files())
def test_context_ends_at_ten_lines_at_the_next_hunk_or_at_the_files_end(changed: Changed) -> None:
    for chunk in changed.chunks:
        for part in widen(chunk, changed.texts, AMPLE).files:
            for hunk in part.hunks:
                rows = [line.changed for line in hunk.lines]
                if any(rows):
                    assert max(rows.index(True), rows[::-1].index(True)) <= MAX_CONTEXT


def test_two_hunks_share_the_lines_between_them() -> None:
    old = [f"line {number}" for number in range(40)]
    new = [*old[:5], "five", *old[6:15], "fifteen", *old[16:]]
    chunk = widen(the(read_in_chunks("a.txt", old, new)), {"a.txt": "\n".join(new) + "\n"}, AMPLE)
    assert numbers(chunk) == list(range(1, 27))
    assert len(chunk.files[0].hunks) == 2


def test_the_first_hunks_are_served_first_and_all_in_turn() -> None:
    old = [f"line {number}" for number in range(120)]
    new = [line.upper() if number in (20, 60, 100) else line for number, line in enumerate(old)]
    chunk = the(read_in_chunks("a.txt", old, new))
    line = estimate("R 100   | line 100\n" * 5)
    wide = widen(chunk, {"a.txt": "\n".join(new) + "\n"}, chunk.tokens + line)
    grown = [hunk.new_count - 7 for hunk in wide.files[0].hunks]
    assert grown in ([2, 2, 1], [2, 2, 0])


def test_hunks_that_are_not_of_the_text_stay_as_they_are() -> None:
    chunk = the(edit(SHOP, "self.mark(item)", "self.mark(item, gross)"))
    after = SHOP.replace("self.mark(item)", "self.mark(item, gross)")
    for other in (
        "",
        "x\n",
        SHOP,
        after.replace("        self.check(item)\n", ""),
        after.replace("return gross", "pass"),
    ):
        assert widen(chunk, {"shop.py": other}, AMPLE).files == chunk.files
    assert widen(chunk, {}, AMPLE) == chunk
    assert widen(chunk, {"shop.py": after}, chunk.tokens) == chunk


def test_a_missing_line_end_is_shown_with_the_last_line() -> None:
    lines = [f"line {number}" for number in range(30)]
    changed = read_in_chunks("a.txt", lines, [*lines[:20], "twenty", *lines[21:]])
    text = "\n".join(changed.new)
    assert shown(widen(the(changed), {"a.txt": text}, AMPLE))[-2:] == [
        "R 30    | line 29",
        "\\ No newline at end of file",
    ]


def test_context_that_only_the_whole_file_betrays_is_covered_and_a_changed_line_cannot_be_hidden() -> None:
    lines = [f"line {number}" for number in range(30)]
    changed = read_in_chunks("a.txt", lines, [*lines[:20], "open the door", *lines[21:]])
    covered = "\n".join("‹secret:private-key-block›" if 5 < at < 25 else line for at, line in enumerate(changed.new))
    told = shown(widen(the(changed), {"a.txt": f"{covered}\n"}, AMPLE))
    assert "R 20    | ‹secret:private-key-block›" in told
    assert "line 19" not in "\n".join(told)
    assert "R 21    |+open the door" in told


def test_a_part_of_a_hunk_does_not_grow_into_the_other_parts() -> None:
    old = ["def f():", *(f"    old_{number}()" for number in range(200)), "end = 1"]
    new = ["def f():", *(f"    new_{number}()" for number in range(200)), "end = 1"]
    changed = read_in_chunks("a.py", old, new, target=400)
    assert len(changed.chunks) > 3
    for chunk in changed.chunks:
        assert widen(chunk, changed.texts, AMPLE).files == chunk.files


def test_a_large_file_with_many_hunks_is_widened() -> None:
    old = [f"{'    ' * (number % 4)}call_{number}()" for number in range(30_000)]
    new = [f"{line}  # {number}" if number % 40 == 0 else line for number, line in enumerate(old)]
    part = change_file("a.py", [], [])
    hunks = tuple(Hunk(at, 1, at, 1, "", f"-{old[at - 1]}\n+{new[at - 1]}") for at in range(1, len(old) + 1, 40))
    file = ChunkFile(type(part)(path="a.py", old_path="a.py", status=part.status, hunks=hunks), FileClass.SOURCE, hunks)
    wide = widen(Chunk(1, (file,), 0), {"a.py": "\n".join(new) + "\n"}, AMPLE)
    assert len(wide.files[0].hunks) >= len(hunks)
    assert all(line.side is Side.RIGHT for hunk in wide.files[0].hunks for line in hunk.lines if not line.changed)
