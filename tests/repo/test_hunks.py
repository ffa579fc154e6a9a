"""Hunks are read from git's text as unidiff reads them, and no damage to the text goes through unseen."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unidiff.patch import Hunk as TheirHunk
from unidiff.patch import PatchSet

from app.core.change.diff import Hunk, Line, LineKind
from app.repo.hunks import HunksUnreadableError, read_hunks
from tests.repo.changes import changes
from tests.repo.damage import Damage, damages
from tests.repo.rendering import hunk_texts, render
from tests.repo.world import Repository, Tree, make_repository

_HEADER = re.compile(r"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@(.*)")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("hunks") / "repository", "--bare")


def written(repository: Repository, change: tuple[Tree, Tree], context: int = 3) -> list[bytes]:
    """The hunks of each file as git writes them."""
    before, after = change
    old = repository.commit_tree(before)
    new = repository.commit_tree(after, parent=old)
    return hunk_texts(repository.git("diff", "--find-renames", f"-U{context}", old, new))


def theirs(body: bytes) -> list[TheirHunk]:
    text = body.decode("utf-8", "replace")
    (file,) = PatchSet(f"--- a/f\n+++ b/f\n{text}\n")
    return list(file)


def facts_of(hunk: TheirHunk) -> tuple[object, ...]:
    """What unidiff says of a hunk, in our words; a mark of a missing line feed belongs to the line above it."""
    lines: list[Line] = []
    for line in hunk:
        if line.line_type == "\\":
            lines[-1] = lines[-1]._replace(no_newline=True)
        else:
            text = line.value.removesuffix("\n")
            lines.append(Line(LineKind(line.line_type), line.source_line_no, line.target_line_no, text))
    numbers = (hunk.source_start, hunk.source_length, hunk.target_start, hunk.target_length)
    return *numbers, hunk.section_header.strip(), tuple(lines), hunk.added, hunk.removed


def facts(hunk: Hunk) -> tuple[object, ...]:
    numbers = (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count)
    return *numbers, hunk.section.strip(), hunk.lines, hunk.additions, hunk.deletions


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(), context=st.sampled_from([3, 0, 8]))
def test_hunks_are_those_that_unidiff_reads(repository: Repository, change: tuple[Tree, Tree], context: int) -> None:
    for body in written(repository, change, context):
        hunks = read_hunks(body)
        assert list(map(facts, hunks)) == list(map(facts_of, theirs(body)))
        assert "\n".join(map(render, hunks)) == body.decode("utf-8", "replace")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes(), damage=st.lists(damages, min_size=1, max_size=3))
def test_a_damaged_text_is_refused_or_read_for_what_it_says(
    repository: Repository, change: tuple[Tree, Tree], damage: list[Damage]
) -> None:
    for body in written(repository, change):
        text = body
        for harm in damage:
            text = harm(text)
        try:
            hunks = read_hunks(text)
        except HunksUnreadableError:
            continue
        assert sum(hunk.additions for hunk in hunks) == len(re.findall(rb"^\+", text, re.MULTILINE))
        assert sum(hunk.deletions for hunk in hunks) == len(re.findall(rb"^-", text, re.MULTILINE))
        for hunk in hunks:
            assert sum(line.old is not None for line in hunk.lines) == hunk.old_count
            assert sum(line.new is not None for line in hunk.lines) == hunk.new_count
        said = text.removesuffix(b"\n").decode("utf-8", "replace")
        assert plain("\n".join(map(render, hunks))) == plain(said)


def plain(text: str) -> list[str]:
    """The rows, each header by its numbers: `-1,1` says what `-1` says, and so does `-01`."""
    rows = []
    for row in text.split("\n"):
        header = _HEADER.fullmatch(row)
        numbers = [int(part or 1) for part in header.groups()[:4]] if header else None
        rows.append(f"{numbers} {header[5].strip()}" if header else row)
    return rows


NO_NEWLINE = b"\\ No newline at end of file\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"@@ -0,0 +0,0 @@\n",
        b"@@ -1 +1 @@\n" + NO_NEWLINE + b"-a\n+b\n",
        b"@@ -1 +1 @@\n-a\n" + NO_NEWLINE + b"+b\n" + NO_NEWLINE + NO_NEWLINE,
        b"@@ -1,2 +1 @@\n-a\n" + NO_NEWLINE + b" b\n",
        b"@@ -1 +1,2 @@\n+a\n" + NO_NEWLINE + b" b\n",
        b"@@ -1,2 +1,2 @@\n a\n" + NO_NEWLINE + b" b\n",
        b"@@ -1,2 +1 @@\n a\n" + NO_NEWLINE + b"-b\n",
        b"@@ -1 +1 @@\n-a\n\n+b\n",
        b"@@ -1 +1 @@\n-a\n+b\ndiff --cc f\n",
        b"@@ -1 +1 @@\n-a\n+b\n@@@ -1 -1 +1 @@@\n++a\n",
        b"@@ -1 +1 @@\n-a\n+b\n@@ -" + b"9" * 5000 + b" +1 @@\n-a\n+b\n",
        b"@@ -1 +1 @@\n-a\n+b\n@@ -1 +1\n-a\n+b\n",
        b"@@ -1,-1 +1 @@\n+b\n",
        b"@@ -1 +1 @@-a\n+b\n",
        b"\n@@ -1 +1 @@\n-a\n+b\n",
        b" @@ -1 +1 @@\n-a\n+b\n",
    ],
)
def test_no_part_of_a_text_is_passed_over(body: bytes) -> None:
    with pytest.raises(HunksUnreadableError):
        read_hunks(body)


def test_a_mark_of_a_missing_line_feed_stands_below_the_last_line_of_each_side() -> None:
    (hunk,) = read_hunks(b"@@ -1,2 +1,2 @@\n a\n-b\n" + NO_NEWLINE + b"+c\n" + NO_NEWLINE)
    assert [line.no_newline for line in hunk.lines] == [False, True, True]


def test_a_heading_keeps_what_is_no_blank_to_git() -> None:
    (hunk,) = read_hunks("@@ -1 +1 @@ def f():\u2028\x85\n-a\n+b\n".encode())
    assert hunk.section == "def f():\u2028\x85"
