"""What the bot reads of a repository and of a pull request."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from unidiff.patch import PatchSet

from app.hub import git
from app.hub.state import PullRequest
from tests.hub.place import AFTER, BEFORE, Place

DIFF = {"accept": "application/vnd.github.diff"}


def open_with(place: Place, files: dict[str, Any], name: str = "many") -> PullRequest:
    place.world.commit(place.repository, name, files, by="ann")
    return place.world.open_pull(place.repository, name, by="ann")


def get(place: Place, path: str, **query: Any) -> httpx.Response:
    return place.bot.get(f"{place.path}{path}", params=query)


def test_a_pull_request_is_measured_and_first_of_unknown_mergeability(place: Place) -> None:
    first, second = get(place, "/pulls/1").json(), get(place, "/pulls/1").json()
    assert (first["mergeable"], second["mergeable"]) == (None, True)
    assert (first["additions"], first["deletions"]) == (3, 3)
    assert (first["changed_files"], first["commits"]) == (3, 1)
    assert first["head"]["sha"] == place.pull.head_sha
    place.world.commit(place.repository, "main", {"a.txt": b"other\n"}, by="mia")
    assert [get(place, "/pulls/1").json()["mergeable"] for _ in range(2)] == [None, False]


def test_pull_requests_are_listed_by_state_head_and_base(place: Place) -> None:
    other = open_with(place, {"b.txt": b"b"})
    place.world.close_pull(place.pull, by="ann")
    assert [p["number"] for p in get(place, "/pulls").json()] == [other.number]
    assert [p["number"] for p in get(place, "/pulls", state="all").json()] == [2, 1]
    assert [p["number"] for p in get(place, "/pulls", state="all", head="acme:feature").json()] == [1]
    assert get(place, "/pulls", base="release").json() == []


def test_files_carry_patches_that_parse_and_end_without_a_newline(place: Place) -> None:
    files = {file["filename"]: file for file in get(place, "/pulls/1/files").json()}
    assert {name: file["status"] for name, file in files.items()} == {
        "a.txt": "modified",
        "gone.txt": "removed",
        "src/new.py": "added",
    }
    for file in files.values():
        assert file["patch"].startswith("@@ -")
        assert not file["patch"].endswith("\n")
        parsed = PatchSet(f"--- a/f\n+++ b/f\n{file['patch']}\n")[0]
        assert (parsed.added, parsed.removed) == (file["additions"], file["deletions"])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"a.txt": None, "b b/é\n.txt": BEFORE},
            {"filename": "b b/é\n.txt", "previous_filename": "a.txt", "status": "renamed"},
        ),
        ({"a.txt": ("100755", BEFORE)}, {"filename": "a.txt", "status": "modified", "changes": 0}),
        ({"new.bin": b"\x00\x01" * 9}, {"filename": "new.bin", "status": "added", "changes": 0}),
        ({"huge.txt": b"x\n" * 20_001}, {"filename": "huge.txt", "additions": 20_001}),
        ({"long.txt": b"x" * 500_001}, {"filename": "long.txt", "additions": 1}),
    ],
)
def test_some_changes_have_no_patch(place: Place, files: dict[str, Any], expected: dict[str, Any]) -> None:
    pull = open_with(place, files)
    [file] = get(place, f"/pulls/{pull.number}/files").json()
    assert file | expected == file
    assert "patch" not in file


def test_a_file_that_becomes_a_link_has_one_entry_and_both_hunks(place: Place) -> None:
    pull = open_with(place, {"gone.txt": ("120000", b"a.txt"), "z.txt": b"z\n"})
    link, other = get(place, f"/pulls/{pull.number}/files").json()
    assert (link["filename"], link["status"], link["additions"], link["deletions"]) == ("gone.txt", "changed", 1, 2)
    assert link["patch"].count("@@ -") == 2
    assert "diff --git" not in link["patch"]
    assert other["filename"] == "z.txt"


def test_a_line_that_looks_like_a_header_or_breaks_lines_stays_content(place: Place) -> None:
    content = b"diff --git a/x b/x\n@@ -1 +1 @@\nform\x0cfeed \xe2\x80\xa8 and \r alone\n"
    pull = open_with(place, {"odd.txt": content})
    [file] = get(place, f"/pulls/{pull.number}/files").json()
    assert (file["additions"], file["patch"].count("\n")) == (3, 3)


def test_files_come_in_pages_and_end_at_3000(place: Place) -> None:
    pull = open_with(place, {f"f/{number:04}.txt": b"%d\n" % number for number in range(3_010)})
    bot, url, pages = place.bot, f"{place.path}/pulls/{pull.number}/files?per_page=100", []
    while url:
        answer = bot.get(url)
        pages.append(len(answer.json()))
        url = answer.links.get("next", {}).get("url", "")
    assert pages == [100] * 30
    assert get(place, f"/pulls/{pull.number}/files", page=31, per_page=100).json() == []
    assert len(get(place, f"/pulls/{pull.number}/files").json()) == 30
    assert len(get(place, f"/pulls/{pull.number}/files", per_page=1_000).json()) == 100
    refused = bot.get(f"{place.path}/pulls/{pull.number}", headers=DIFF)
    assert refused.status_code == 406
    assert refused.json()["errors"][0]["code"] == "too_large"
    compared = get(place, "/compare/main...many").json()
    assert len(compared["files"]) == 300
    assert get(place, "/compare/main...many", page=2).json()["files"] == []


def test_a_pull_request_is_also_a_diff_up_to_20000_lines(place: Place) -> None:
    answer = place.bot.get(place.pull_path, headers=DIFF)
    assert answer.headers["content-type"].startswith("application/vnd.github.diff")
    assert [file.path for file in PatchSet(answer.text)] == ["a.txt", "gone.txt", "src/new.py"]
    pull = open_with(place, {"long.txt": b"x\n" * 20_000})
    refused = place.bot.get(f"{place.path}/pulls/{pull.number}", headers=DIFF)
    assert "maximum number of lines (20000)" in refused.json()["message"]


def test_the_change_is_what_the_head_brings_since_it_left_the_base(place: Place) -> None:
    place.world.commit(place.repository, "main", {"later.txt": b"later\n"}, by="mia")
    assert len(get(place, "/pulls/1/files").json()) == 3
    compared = get(place, "/compare/main...feature").json()
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("diverged", 1, 1)
    assert compared["merge_base_commit"]["sha"] == place.pull.base_sha
    assert [file["filename"] for file in compared["files"]] == ["a.txt", "gone.txt", "src/new.py"]
    assert get(place, "/compare/main...main").json()["status"] == "identical"
    assert get(place, "/compare/main...nowhere").status_code == 404


def test_commits_are_listed_oldest_first_with_their_authors(place: Place) -> None:
    place.world.commit(place.repository, "feature", {"b": b"b"}, by="mia", message="Third\n\nWith a body.")
    first, second = get(place, "/pulls/1/commits").json()
    assert (first["commit"]["message"], first["author"]["login"]) == ("Second", "ann")
    assert (second["commit"]["message"], second["author"]["login"]) == ("Third\n\nWith a body.", "mia")
    assert second["parents"][0]["sha"] == first["sha"]
    assert get(place, f"/git/commits/{second['sha']}").json()["tree"] == second["commit"]["tree"]
    whole = get(place, f"/commits/{second['sha']}").json()
    assert (whole["stats"]["total"], whole["files"][0]["filename"]) == (1, "b")
    assert get(place, f"/commits/{place.pull.base_sha}").json()["stats"]["additions"] == 42


def test_a_commit_knows_the_open_pull_requests_it_is_in(place: Place) -> None:
    path = f"/commits/{place.pull.head_sha}/pulls"
    assert [p["number"] for p in get(place, path).json()] == [1]
    assert get(place, f"/commits/{place.pull.base_sha}/pulls").json() == []
    place.world.close_pull(place.pull, by="ann")
    assert get(place, path).json() == []


def test_contents_are_read_at_any_ref(place: Place) -> None:
    shown = get(place, "/contents/a.txt", ref=place.pull.head_sha).json()
    assert base64.b64decode(shown["content"]) == AFTER
    assert base64.b64decode(get(place, "/contents/a.txt").json()["content"]) == BEFORE
    raw = place.bot.get(f"{place.path}/contents/a.txt", headers={"accept": "application/vnd.github.raw+json"})
    assert raw.content == BEFORE
    assert [e["name"] for e in get(place, "/contents", ref="feature").json()] == ["a.txt", "src"]
    assert [e["path"] for e in get(place, "/contents/src", ref="feature").json()] == ["src/new.py"]


@pytest.mark.parametrize("path", ["nowhere", "a.txt/x", "src/%2e%2e/a.txt", ":(top)a.txt"])
def test_contents_that_are_not_there_are_a_404(place: Place, path: str) -> None:
    assert get(place, f"/contents/{path}").status_code == 404


def test_contents_of_an_unknown_ref_are_a_404(place: Place) -> None:
    assert get(place, "/contents/a.txt", ref="--upload-pack=x").status_code == 404


def test_a_link_is_followed_inside_the_repository_and_no_further(place: Place) -> None:
    links = {"in": ("120000", b"../a.txt"), "out": ("120000", b"../../etc/passwd"), "far": ("120000", b"/etc/passwd")}
    place.world.commit(place.repository, "links", {f"d/{k}": v for k, v in links.items()}, by="ann")
    assert base64.b64decode(get(place, "/contents/d/in", ref="links").json()["content"]) == BEFORE
    for name in ("out", "far"):
        assert get(place, f"/contents/d/{name}", ref="links").json()["type"] == "symlink"


def test_a_large_file_is_only_read_raw(place: Place) -> None:
    large = b"x" * (1024 * 1024 + 1)
    place.world.commit(place.repository, "large", {"large": large}, by="ann")
    shown = get(place, "/contents/large", ref="large").json()
    assert (shown["content"], shown["encoding"], shown["size"]) == ("", "none", len(large))
    raw = place.bot.get(f"{place.path}/contents/large?ref=large", headers={"accept": "application/vnd.github.raw"})
    assert raw.content == large


def test_trees_are_read_whole_or_level_by_level(place: Place) -> None:
    whole = get(place, "/git/trees/feature", recursive="1").json()
    assert [e["path"] for e in whole["tree"]] == ["a.txt", "src", "src/new.py"]
    assert whole["truncated"] is False
    level = get(place, f"/git/trees/{whole['sha']}").json()
    assert [(e["path"], e["type"]) for e in level["tree"]] == [("a.txt", "blob"), ("src", "tree")]
    assert get(place, "/git/trees/nowhere").status_code == 404


def test_a_blob_is_read_by_its_id(place: Place) -> None:
    tree = get(place, "/git/trees/feature", recursive="1").json()
    (listed,) = [entry for entry in tree["tree"] if entry["path"] == "a.txt"]
    shown = get(place, f"/git/blobs/{listed['sha']}").json()
    assert base64.b64decode(shown["content"]) == AFTER
    assert (shown["sha"], shown["size"], shown["encoding"]) == (listed["sha"], len(AFTER), "base64")
    for name in (tree["sha"], "1" * 40, "nowhere"):
        assert get(place, f"/git/blobs/{name}").status_code == 404


def test_a_branch_and_a_tag_of_the_same_name_are_told_apart_by_their_full_names(place: Place) -> None:
    git.point(place.repository.path, "refs/tags/main", place.pull.head_sha)
    for name, sha in (("heads/main", place.pull.base_sha), ("tags/main", place.pull.head_sha)):
        assert get(place, f"/commits/{name}").json()["sha"] == sha
        assert get(place, f"/commits/{quote(name, safe='')}").json()["sha"] == sha
    assert get(place, "/commits/heads/nowhere").status_code == 422


def test_a_copy_of_a_repository_has_the_branches_asked_for(place: Place, tmp_path: Path) -> None:
    source = place.repository.path
    before = git.run(source, "for-each-ref")
    branches = {"main": place.pull.base_sha, "change": place.pull.head_sha}
    copy = place.world.create_repository("acme", "copy", source=source, branches=branches)
    assert git.branches(copy.path) == branches
    assert git.run(source, "for-each-ref") == before
    pull = place.world.open_pull(copy, "change", by="ann")
    assert len(place.bot.get(f"/repos/acme/copy/pulls/{pull.number}/files").json()) == 3
    with pytest.raises(git.GitFailedError, match="no such revision"):
        place.world.create_repository("acme", "bad", source=source, branches={"main": "nowhere"})
    with pytest.raises(git.GitFailedError):
        place.world.create_repository("acme", "worse", source=tmp_path / "nothing")
