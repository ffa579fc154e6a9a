"""What GitHub does not show of large changes, as the contract and its documentation have it.

https://docs.github.com/rest/pulls/pulls, …/rest/commits/commits and
…/repositories/creating-and-managing-repositories/repository-limits.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.hub import git
from app.hub.pulls import address
from app.hub.state import PullRequest
from tests.hub.place import Place

DIFF = {"accept": "application/vnd.github.diff"}


def get(place: Place, path: str, **query: Any) -> httpx.Response:
    return place.bot.get(f"{place.path}{path}", params=query)


def open_with(place: Place, files: dict[str, bytes], branch: str = "large") -> PullRequest:
    place.world.commit(place.repository, branch, files, by="ann")
    return place.world.open_pull(place.repository, branch, by="ann")


def diff_of(place: Place, pull: PullRequest) -> httpx.Response:
    return place.bot.get(f"{place.path}/pulls/{pull.number}", headers=DIFF)


def files_of(place: Place, pull: PullRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(place, f"/pulls/{pull.number}/files", per_page=100).json()
    return found


def walk(place: Place, path: str, **query: Any) -> list[Any]:
    """Every page from the first on, as `Link` headers lead."""
    pages = [get(place, path, **query)]
    while following := pages[-1].links.get("next"):
        pages.append(place.bot.get(following["url"]))
    return [page.json() for page in pages]


def test_a_diff_of_three_hundred_files_is_shown_and_of_one_more_refused(place: Place) -> None:
    files = {f"f/{number:03}.txt": b"one\n" for number in range(301)}
    whole = open_with(place, dict(list(files.items())[:300]), "whole")
    refused = diff_of(place, open_with(place, files, "over"))

    assert diff_of(place, whole).text.count("diff --git ") == 300
    assert refused.status_code == 406
    told = refused.json()
    assert told["message"] == (
        "Sorry, the diff exceeded the maximum number of files (300). Consider using 'List pull requests files' API or"
        " locally cloning the repository instead."
    )
    assert told["errors"] == [{"resource": "PullRequest", "field": "diff", "code": "too_large"}]


@pytest.mark.parametrize(("lines", "status"), [(19_994, 200), (19_995, 406)])
def test_every_line_of_a_diff_counts_towards_its_limit(place: Place, lines: int, status: int) -> None:
    # Six lines stand above the first one: diff, mode, index, two names, hunk.
    assert diff_of(place, open_with(place, {"long.txt": b"x\n" * lines})).status_code == status


@pytest.mark.parametrize(
    "files",
    [
        {f"{number}.txt": b"a\n" * 7_000 for number in range(4)},
        {f"{number}.txt": b"a" * 400_000 for number in range(4)},
    ],
    ids=["lines", "bytes"],
)
def test_files_beyond_what_a_pull_request_may_show_come_without_their_patches(
    place: Place, files: dict[str, bytes]
) -> None:
    shown = files_of(place, open_with(place, files))

    assert [file["additions"] for file in shown] == [content.count(b"\n") or 1 for content in files.values()]
    assert ["patch" in file for file in shown] == [True, True, False, False]


def push_many(place: Place, commits: int) -> None:
    """A branch `many` of so many commits, one after the other."""
    path, mail = place.repository.path, address(place.world.user("ann")).encode()
    stream = [b"reset refs/hub/many\nfrom %s\n\n" % place.pull.base_sha.encode()]
    for number in range(commits):
        words = b"No. %d" % number
        stream.append(b"commit refs/hub/many\ncommitter ann <%s> %d +0000\n" % (mail, 1_800_000_000 + number))
        stream.append(b"data %d\n%s\nM 100644 inline n.txt\ndata %d\n%s\n" % (len(words), words, len(words), words))
    git.run(path, "fast-import", "--quiet", stdin=b"".join(stream))
    place.world.push(place.repository, "many", git.resolve(path, "refs/hub/many") or "", by="ann")


def test_a_comparison_has_at_most_250_commits_and_is_paged_from_the_oldest(place: Place) -> None:
    push_many(place, 260)
    whole = get(place, "/compare/main...many").json()
    first, second, third = walk(place, "/compare/main...many", per_page=100)
    one = get(place, "/compare/main...many", per_page=1)
    pull = place.world.open_pull(place.repository, "many", by="ann")
    listed = [commit for page in walk(place, f"/pulls/{pull.number}/commits", per_page=100) for commit in page]

    assert (whole["total_commits"], len(whole["commits"])) == (260, 250)
    assert whole["commits"][-1]["commit"]["message"] == "No. 259"
    assert [len(page["commits"]) for page in (first, second, third)] == [100, 100, 60]
    assert [page["commits"][0]["commit"]["message"] for page in (first, second)] == ["No. 0", "No. 100"]
    assert [len(page["files"]) for page in (first, second, third)] == [1, 0, 0]
    assert [commit["commit"]["message"] for commit in one.json()["commits"]] == ["No. 0"]
    assert one.json()["merge_base_commit"]["sha"] == place.pull.base_sha
    assert len(listed) == 250


def test_a_commit_shows_its_files_three_hundred_a_page_and_stops_at_3000(place: Place) -> None:
    files = {f"f/{number:04}.txt": b"%d\n" % number for number in range(3_010)}
    sha = place.world.commit(place.repository, "wide", files, by="ann")
    pages = walk(place, f"/commits/{sha}")

    assert [len(page["files"]) for page in pages] == [300] * 10
    assert {page["stats"]["total"] for page in pages} == {3_010}
    assert len({file["filename"] for page in pages for file in page["files"]}) == 3_000
