"""GitHub takes every place where we put a comment, and we know every place that it takes: read from one real diff."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.change.diff import FilePatch, Patch, Side
from app.core.findings.enabling import anchor_claims
from app.core.findings.finding import Source
from app.hub.diff import Diff, read_diff
from app.hub.placing import Draft, find_fault
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from tests.core.changes import claim
from tests.repo.world import Repository, file, make_repository

LINES = st.sampled_from([b"", b"}", b"return None", b"a = 1", b"b = 2", b"-- c", b"++ d", b"\x0c", b"lone\rreturn"])


@st.composite
def versions(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A file before and after: with either line end, mixed ones, and an end that may be missing on either side."""
    old = draw(st.lists(LINES, max_size=40))
    new = list(old)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(LINES, max_size=3))
    ends = draw(st.sampled_from([(b"\n", b"\n"), (b"\r\n", b"\r\n"), (b"\n", b"\r\n")]))
    return _join(old, ends[0], whole=draw(st.booleans())), _join(new, ends[1], whole=draw(st.booleans()))


def _join(lines: Sequence[bytes], end: bytes, *, whole: bool) -> bytes:
    return end.join(lines) + (end if whole and lines else b"")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("anchors") / "repository", "--bare")


def changed(repository: Repository, before: bytes, after: bytes) -> tuple[Patch, Diff]:
    """The same change as we read it and as the local GitHub does; it may be a rename too."""
    old = repository.commit_tree({b"a.txt": file(before), b"same": file(b"same\n")})
    new = repository.commit_tree({b"b.txt": file(after), b"same": file(b"same\n")}, old)
    patch = asyncio.run(read_patch(GitStore(repository.git_dir), old, new))
    return patch, read_diff(repository.git_dir, old, new)


def takes(diff: Diff, path: str, side: Side, line: int, start: int | None = None) -> bool:
    return find_fault(diff, Draft(path, "words", line, side.value, start)) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=versions(), data=st.data())
def test_github_takes_exactly_the_lines_that_we_think_it_takes(
    repository: Repository, change: tuple[bytes, bytes], data: st.DataObject
) -> None:
    patch, diff = changed(repository, *change)
    assert {item.path for item in patch.files} == {item.path for item in diff.files}
    for one in patch.files:
        longest = 3 + max((number for _, number in one.commentable), default=0)
        taken = {(side, line) for side in Side for line in range(1, longest) if takes(diff, one.path, side, line)}
        assert taken == one.commentable.keys()
    if patch.files:
        check_anchors(patch, diff, data)


def check_anchors(patch: Patch, diff: Diff, data: st.DataObject) -> None:
    one: FilePatch = data.draw(st.sampled_from(patch.files))
    quotes = ["", "nowhere", *(line.text for hunk in one.hunks for line in hunk.lines)]
    for _ in range(data.draw(st.integers(1, 8))):
        first, more = data.draw(st.integers(-2, 45)), data.draw(st.integers(-3, 20))
        made = claim(
            one.path,
            first + more,
            data.draw(st.sampled_from(quotes)),
            start_line=first if more else None,
            side=data.draw(st.sampled_from(Side)),
            source=data.draw(st.sampled_from(Source)),
        )
        shown = {one.path: [(number, "return None") for number in range(1, 50)]}
        for meant, placement in anchor_claims([made], patch, shown).placed:
            if placement.anchor is not None:
                anchor = placement.anchor
                assert takes(diff, meant.path, anchor.side, anchor.line, anchor.start_line)
