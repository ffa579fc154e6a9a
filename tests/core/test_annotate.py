from __future__ import annotations

import pytest
from hypothesis import given

from app.core.change.annotate import MAX_CONTEXT_LINE, NotAnnotated, annotate, parse_annotated
from app.core.change.diff import FilePatch, Hunk, LineKind, Patch
from app.core.change.plan import Chunk, ChunkFile, FileClass
from tests.core.changes import change_file, patches, patient


def chunk_of(*files: FilePatch) -> Chunk:
    return Chunk(1, tuple(ChunkFile(file, FileClass.SOURCE, file.hunks) for file in files), 0)


def test_every_line_carries_its_side_number_and_sign() -> None:
    old = ["def charge():", "    total = order.total", "    if total > 0:", "        pay()"]
    new = ["def charge():", "    total = order.total", "    if total >= 0:", "        log(card)", "        pay()"]
    assert annotate(chunk_of(change_file("src/pay.py", old, new, section="class Shop:"))) == (
        "=== FILE src/pay.py (modified) ===\n"
        "@@ class Shop: @@\n"
        "R 1     | def charge():\n"
        "R 2     |     total = order.total\n"
        "L 3     |-    if total > 0:\n"
        "R 3     |+    if total >= 0:\n"
        "R 4     |+        log(card)\n"
        "R 5     |         pay()\n"
    )


@patient
@given(patches())
def test_what_is_annotated_can_be_parsed_back(patch: Patch) -> None:
    expected = [
        (file.path, line.side, line.number, line.text)
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
    ]
    assert [tuple(line) for line in parse_annotated(annotate(chunk_of(*patch.files)))] == expected


def test_unseen_characters_are_shown_in_text_path_and_section() -> None:
    shown = annotate(chunk_of(change_file("a\u202e\nb.py", ["x"], ["\u2066y"], section="\U000e0041")))
    assert "=== FILE a‹U+202E›‹U+000A›b.py (modified) ===\n@@ ‹U+E0041› @@\n" in shown
    assert "|+‹U+2066›y\n" in shown


def test_windows_line_ends_are_said_once_and_a_mixture_line_by_line() -> None:
    crlf = annotate(chunk_of(change_file("a.py", ["a\r", "b\r"], ["a\r", "c\r"])))
    assert "(modified, CRLF)" in crlf
    assert "‹U+000D›" not in crlf
    mixed = annotate(chunk_of(change_file("a.py", ["a\r"], ["a"])))
    assert "|-a‹U+000D›\n" in mixed


def test_a_rename_names_both_paths() -> None:
    shown = annotate(chunk_of(change_file("new.py", ["a"], ["b"], old_path="old.py")))
    assert shown.startswith("=== FILE new.py (renamed) ===\n=== WAS old.py ===\n")


def test_only_context_is_ever_cut() -> None:
    long = "x" * (MAX_CONTEXT_LINE + 1000)
    shown = annotate(chunk_of(change_file("a.js", [long, "b"], [long, long + "y"])))
    assert "x‹… 1,500 characters cut …›x" in shown
    lines = parse_annotated(shown)
    assert lines[-1].text == long + "y"


def test_a_missing_line_feed_at_the_end_is_shown() -> None:
    file = change_file("a.py", ["a"], ["b"])
    bare = [line._replace(no_newline=line.kind is LineKind.ADDED) for line in file.hunks[0].lines]
    cut = Hunk.of((1, 1), "", bare)
    shown = annotate(Chunk(1, (ChunkFile(file, FileClass.SOURCE, (cut,)),), 0))
    assert shown.endswith("R 1     |+b\n\\ No newline at end of file\n")
    assert len(parse_annotated(shown)) == 2


def test_other_text_is_refused_by_its_line() -> None:
    with pytest.raises(NotAnnotated, match="line 2"):
        parse_annotated("=== FILE a.py (added) ===\nhello\n")
