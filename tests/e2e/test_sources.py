"""Where the change comes from: the mirror, whatever became of it, and where git is refused GitHub's API."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from app.hub import git
from app.hub.state import PullRequest
from tests.e2e.conftest import BASE
from tests.e2e.town import Town, told
from tests.e2e.wire import refused

PAY = BASE["app/pay.py"]
BAD = {"app/pay.py": PAY.replace("item.price", "item.price * 0")}
GOOD = {"app/pay.py": PAY.replace("price", "net")}
LONG = "".join(f"LINE_{number} = {number}\n" for number in range(1, 200))
BLOB = r"/git/blobs/"


# Above the size of blobs that the mirror takes along.
BIG = "".join(f"entry {number:09d} and more of the same words again\n" for number in range(30_000))


def said(town: Town, pull: PullRequest) -> list[str]:
    """All that stands on GitHub, but for the head's id and the line that says what it cost."""
    texts = [told(check) for check in town.checks(pull)]
    texts += [town.summary(pull), *(f"{item.path}:{item.line} {item.body}" for item in town.comments(pull))]
    return [re.sub(r"<sub>head .*", "", text.replace(pull.head_sha, "HEAD")) for text in texts]


SHAPES: Mapping[str, str | bytes | tuple[str, bytes] | None] = {
    **BAD,
    "assets/pic.png": b"\x89PNG\0\1\2" * 40,
    "app/moved/long.py": LONG.replace("LINE_7 ", "LINE_SEVEN "),
    "app/long.py": None,
    "data/big.txt": BIG.replace("000000007 ", "seven "),
    "link": ("120000", b"app/pay.py"),
    "a b/c\td é.py": "VALUE = 3\n",
    "gone.py": None,
}


async def test_the_whole_review_stands_as_with_git(town: Town) -> None:
    start = {"app/long.py": LONG, "data/big.txt": BIG, "gone.py": "x = 1\n", ".gitattributes": "*.x text\n"}
    await town.commit("main", start, by="mona")
    await town.commit("with-git", SHAPES, message="The same change")
    with_git = await town.open_pull("with-git", title="The same")
    await town.judged(with_git)
    assert town.wire.lines(BLOB) == []

    town.wire.git_status = 403
    await town.commit("without-git", SHAPES, message="Once more")
    without = await town.open_pull("without-git", title="The same")
    check = await town.judged(without)

    assert town.wire.git_refused > 0
    assert check.conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(without)] == [("app/pay.py", 2)]
    again = "Known from #\u200b1 (F1).\n\n"
    assert [words.replace(again, "") for words in said(town, without)] == said(town, with_git)
    # No question to the model differs in a byte, so each reply is the one that was stored.
    assert "0 calls" in town.summary(without)
    # Each blob once: two sides of the three that were edited, one of those that came or went, and the attributes.
    assert len(town.wire.lines(BLOB)) == len(set(town.wire.lines(BLOB))) == 6 + 4 + 1


async def test_a_change_that_neither_way_brings_says_both_reasons(town: Town) -> None:
    town.wire.git_status = 403
    town.trouble(r"^GET .*/git/trees/", "", refused(403, "Resource not accessible by integration"), times=1000)
    check = await town.judged(await town.propose(GOOD))

    assert check.conclusion == "action_required"
    assert "The change could not be fetched: the server refused the token" in told(check)
    assert "over GitHub's API: it may not be read" in told(check)


@pytest.mark.parametrize("status", [403, 502])
async def test_when_git_is_let_through_again_it_is_used(town: Town, status: int) -> None:
    town.wire.git_status = status
    pull = await town.propose(GOOD)
    assert (await town.judged(pull)).conclusion == "success"
    asked = len(town.wire.lines(BLOB))
    assert asked > 0

    town.wire.git_status = None
    await town.commit("change", {"more.py": "more = 1\n"})
    assert (await town.judged(pull)).conclusion == "success"
    assert len(town.wire.lines(BLOB)) == asked


async def test_of_a_repository_too_large_to_list_only_what_differs_is_asked_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.commit("main", {f"lib/{number}.py": f"x = {number}\n" for number in range(5)}, by="mona")
    monkeypatch.setattr("app.hub.rest.repositories.MAX_TREE_ENTRIES", 4)
    town.wire.git_status = 403
    pull = await town.propose(BAD)

    assert (await town.judged(pull)).conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(pull)] == [("app/pay.py", 2)]


async def test_a_directory_too_large_to_list_is_said_and_shuts_the_gate(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.hub.rest.repositories.MAX_TREE_ENTRIES", 1)
    town.wire.git_status = 403
    check = await town.judged(await town.propose(GOOD))

    assert check.conclusion == "action_required"
    assert "over GitHub's API: a directory has more files than it lists" in told(check)


async def test_a_limit_reached_in_the_middle_is_waited_for(town: Town) -> None:
    town.wire.git_status = 403
    limit = refused(403, "You have exceeded a secondary rate limit.", retry_after="300")
    await town.commit("change", {**BAD, "more.py": "more = 1\n"})
    trouble = town.trouble(f"^GET .*{BLOB}", "", limit)
    pull = await town.open_pull()
    await town.at_rest()
    assert [run.status for run in town.checks(pull)] == ["queued"]
    town.haste.skipped_s += 300
    await town.ten_minutes_later()

    assert (await town.judged(pull)).conclusion == "failure"
    assert trouble.met == 1


async def test_a_fork_is_reviewed_as_well(town: Town) -> None:
    fork = await town.do(town.people.fork, town.repository, "rita")
    await town.do(town.people.commit, fork, "theirs", {"app/pay.py": BAD["app/pay.py"].encode()}, by="rita")
    town.wire.git_status = 403
    pull = await town.open_pull("theirs", by="rita", fork=fork)

    assert (await town.judged(pull)).conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(pull)] == [("app/pay.py", 2)]


async def test_the_base_is_compared_as_a_branch_and_by_its_commit(town: Town) -> None:
    await town.judged(await town.propose(BAD))
    compared = town.wire.lines("/compare/")

    assert town.wire.lines(r"/commits/heads/main$")
    assert compared
    assert all(re.search(r"/compare/[0-9a-f]{40}\.\.\.[0-9a-f]{40}$", line) for line in compared)


async def test_a_tag_named_like_the_base_branch_lends_no_policy(town: Town) -> None:
    lax = {".github/lintel.yml": "version: 1\nreview:\n  exclude: ['**']\n"}
    await town.commit("lax", lax, by="mona")
    tip = git.tip(town.repository.path, "lax")
    git.point(town.repository.path, "refs/tags/main", tip)
    await town.commit("change", BAD)
    pull = await town.open_pull()

    assert (await town.judged(pull)).conclusion == "failure"


async def test_a_mirror_damaged_between_two_pushes_is_begun_anew(town: Town) -> None:
    pull = await town.propose(GOOD)
    assert (await town.judged(pull)).conclusion == "success"
    for pack in town.bot.services.mirrors.shelf.directory.glob("*/objects/pack/*.pack"):
        pack.chmod(0o644)
        content = pack.read_bytes()
        pack.write_bytes(content[:12] + bytes(len(content) - 32) + content[-20:])
    await town.commit("change", BAD)

    assert (await town.judged(pull)).conclusion == "failure"
    assert [(item.path, item.line) for item in town.comments(pull)] == [("app/pay.py", 2)]
    assert town.wire.lines(BLOB) == []
