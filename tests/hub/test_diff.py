"""Laws of diffs: where lines are, and where they went."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from unidiff.patch import PatchSet

from app.hub import bare, git
from app.hub.diff import map_line, read_diff

TEXTS = st.lists(st.sampled_from("abcdefgh"), max_size=30)
WHO = ("ann", "ann@example.com", datetime(2026, 11, 21, tzinfo=UTC))


def content(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def commits(path: Path, *texts: list[str]) -> list[str]:
    bare.create(path, None, "main")
    made: list[str] = []
    for text in texts:
        files = {"f.txt": content(text), "other.txt": b"same\n"}
        made.append(git.write_commit(path, files, made[-1] if made else None, "m", WHO))
    return made


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS)
def test_each_shown_line_is_found_at_its_place_in_the_hunk(before: list[str], after: list[str]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "r.git"
        old, new = commits(path, before, after)
        diff = read_diff(path, old, new)
        file = diff.file("f.txt")
        if file is None:
            assert before == after
            return
        for hunk in PatchSet(diff.text.decode())[0]:
            for line in hunk:
                if line.target_line_no:
                    place = file.place("RIGHT", line.target_line_no)
                    assert place is not None
                    assert place[1].split("\n")[-1][1:] == after[line.target_line_no - 1]
                if line.source_line_no:
                    place = file.place("LEFT", line.source_line_no)
                    assert place is not None
                    assert place[1].split("\n")[-1][1:] == before[line.source_line_no - 1]


@settings(max_examples=25, deadline=None)
@given(TEXTS.filter(bool), TEXTS)
def test_a_line_that_stayed_is_followed_and_a_changed_one_is_lost(before: list[str], after: list[str]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "r.git"
        old, new = commits(path, before, after)
        mapped = [map_line(path, old, new, "f.txt", line) for line in range(1, len(before) + 1)]
        kept = [line for line in mapped if line is not None]
        assert kept == sorted(set(kept))
        for line, moved in enumerate(mapped, start=1):
            assert moved is None or after[moved - 1] == before[line - 1]
        changed = read_diff(path, old, new).file("f.txt")
        assert len(before) - len(kept) == (0 if changed is None else changed.deletions)


def test_a_line_of_a_removed_file_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "r.git"
    [old] = commits(path, ["a"])
    new = git.write_commit(path, {"f.txt": None}, old, "m", WHO)
    assert map_line(path, old, new, "f.txt", 1) is None
    assert map_line(path, old, new, "other.txt", 1) == 1
