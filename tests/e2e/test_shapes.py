"""Changes of every shape, and a model that attacks: comments stand where they should, and what nobody read is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.hub import git
from app.hub.pulls import address
from app.hub.state import PullRequest
from tests.claude_answers import (
    EVIL_WORDS,
    FAKE_SECRETS,
    Answer,
    claiming_success,
    evil,
    finding,
    findings,
    huge,
)
from tests.claude_server import ScriptedClaude
from tests.e2e.conftest import BASE
from tests.e2e.town import Town, told
from tests.inert import assert_posted_inert

PAY = BASE["app/pay.py"]
BAD = {"app/pay.py": PAY.replace("item.price", "item.price * 0")}
GOOD = {"app/pay.py": PAY.replace("price", "net")}
LINES = "".join(f"line {number}\n" for number in range(1, 21))


def places(town: Town, pull: PullRequest) -> list[tuple[str, int | None, str]]:
    return [(item.path, item.line, item.side) for item in town.comments(pull)]


SHAPES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], tuple[str, int]]] = {
    "no newline at its end": ({}, {"a.py": "RATE = 1\nRATE = 5 * 0"}, ("a.py", 2)),
    "a newline at its end is new": ({"a.py": "RATE = 5 * 0"}, {"a.py": "RATE = 5 * 0\n"}, ("a.py", 1)),
    "CRLF": ({"a.py": "A = 1\r\nB = 2\r\n"}, {"a.py": "A = 1\r\nB = 2 * 0\r\n"}, ("a.py", 2)),
    "form feeds and separators": ({}, {"a.py": "A = '\x0c\u2028\x85'\nB = 2 * 0\n"}, ("a.py", 2)),
    "a path with blanks and letters": ({}, {"häus/ma p +1/ß ñ.py": "B = 2 * 0\n"}, ("häus/ma p +1/ß ñ.py", 1)),
    "a path of Markdown": ({}, {"a`b|c[d](e)*.py": "B = 2 * 0\n"}, ("a`b|c[d](e)*.py", 1)),
    "a path like an option": ({}, {"--output=x.py": "B = 2 * 0\n"}, ("--output=x.py", 1)),
    "an executable": ({}, {"run.sh": ("100755", b"echo $((2 * 0))\n")}, ("run.sh", 1)),
    "renamed and edited": (
        {"old.txt": LINES},
        {"old.txt": None, "new.txt": LINES.replace("line 9", "line 9 * 0")},
        ("new.txt", 9),
    ),
    "a lone carriage return": ({}, {"a.py": "A = 1\rA = 2\nB = 2 * 0\n"}, ("a.py", 2)),
    "bytes that are not UTF-8": ({}, {"a.py": b"A = '\xe9\xff'\nB = 2 * 0\n"}, ("a.py", 2)),
    "an empty file is filled": ({"a.py": ""}, {"a.py": "A = 1\nB = 2 * 0\n"}, ("a.py", 2)),
    "a link became a file": ({"a.py": ("120000", b"app/pay.py")}, {"a.py": "A = 1\nB = 2 * 0\n"}, ("a.py", 2)),
    "lines like diff headers": ({}, {"a.py": "--- a/x\n+++ b/x\n@@ -1 +1 @@\nB = 2 * 0\n"}, ("a.py", 4)),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_comment_stands_on_its_line_whatever_the_shape(town: Town, shape: str) -> None:
    before, change, (path, line) = SHAPES[shape]
    await town.commit("main", before, by="mona")
    pull = await town.propose(change)

    assert (await town.judged(pull)).conclusion == "failure"
    assert (path, line, "RIGHT") in places(town, pull)
    assert len(town.reviews(pull)) == len(town.said(pull)) == 1


async def test_a_removed_line_is_commented_on_the_left(town: Town) -> None:
    await town.commit("main", {"a.py": "A = 1\nB = 2 * 0\nC = 3\n"}, by="mona")
    pull = await town.propose({"a.py": "A = 1\nC = 3\n"})
    await town.judged(pull)

    assert places(town, pull) == [("a.py", 2, "LEFT")]


async def test_a_comment_may_span_lines(town: Town, claude: ScriptedClaude) -> None:
    claude.script = lambda _: findings(finding(path="a.py", start_line=2, end_line=4, quote="B = 2"))
    pull = await town.propose({"a.py": "A = 1\nB = 2\nC = 3\nD = 4\n"})
    await town.judged(pull)

    assert [(item.start_line, item.line) for item in town.comments(pull)] == [(2, 4)]


@pytest.mark.parametrize(
    ("path", "content"),
    [("logo.png", b"\x89PNG\r\n\x1a\n\x00\x00"), ("a.js", b"x" * 600_000)],
    ids=["binary", "a line too long"],
)
async def test_what_no_model_can_read_is_named_and_shuts_the_gate(town: Town, path: str, content: Any) -> None:
    pull = await town.propose({path: content, **GOOD})
    check = await town.judged(pull)

    assert check.conclusion == "action_required"
    assert f"`{path}`" in told(check)
    assert "**(keeps the gate shut)**" in told(check)
    assert "2 of " in told(check)


async def test_a_symlink_is_read_as_the_line_it_is_and_never_followed(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose({"link": ("120000", b"/etc/passwd"), **GOOD})
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert "3 of 3 changed lines read by a model" in told(check)
    assert "root:" not in "".join(str(seen.body) for seen in claude.requests)


async def test_a_submodule_is_named_and_shuts_the_gate(town: Town) -> None:
    await town.do(_add_submodule, town)
    pull = await town.open_pull("change")
    check = await town.judged(pull)

    assert check.conclusion == "action_required"
    assert "`vendored`" in told(check)


async def test_a_pull_request_without_changes_passes_and_says_nothing_on_lines(town: Town) -> None:
    await town.commit("change", GOOD)
    await town.commit("change", {"app/pay.py": PAY})
    pull = await town.open_pull()

    assert (await town.assert_said_once(pull)).conclusion == "success"


async def test_a_fork_is_reviewed_like_any_other(town: Town) -> None:
    fork = await town.do(town.people.fork, town.repository, "hubert")
    await town.do(town.people.commit, fork, "theirs", {path: text.encode() for path, text in BAD.items()}, by="hubert")
    pull = await town.open_pull("theirs", fork=fork)

    assert (await town.assert_said_once(pull, ("app/pay.py", 2))).conclusion == "failure"


async def test_a_force_push_is_another_head_with_the_same_finding(town: Town) -> None:
    pull = await town.propose(BAD)
    await town.judged(pull)
    main = git.tip(town.repository.path, "main")
    await town.commit("change", {"b.py": "B = 1\n", **BAD}, onto=main, message="Rewritten")

    assert (await town.judged(pull)).conclusion == "failure"
    assert len(town.comments(pull)) == len(town.said(pull)) == 1


async def test_a_draft_has_no_check_until_it_is_ready(town: Town, claude: ScriptedClaude) -> None:
    pull = await town.propose(BAD, draft=True)
    await town.at_rest()
    as_draft = [*town.checks(pull), *town.said(pull), *claude.requests]
    await town.do(town.people.ready_for_review, pull, by="hubert")

    assert not as_draft
    assert (await town.judged(pull)).conclusion == "failure"


@pytest.mark.parametrize(("policy", "checks"), [("", 1), ("review: {bots: false}\n", 0)])
async def test_a_bot_s_change_is_reviewed_unless_the_base_says_no(town: Town, policy: str, checks: int) -> None:
    bot = town.people.register_app("bumper", "octo", "", {}, []).bot
    await town.commit("main", {".github/lintel.yml": policy}, by="mona")
    pull = await town.propose(BAD, by=bot.login)
    await town.at_rest()

    assert len(town.checks(pull)) == checks


async def test_one_head_offered_to_two_bases_has_two_gates(town: Town) -> None:
    await town.commit("release", {"c.py": "C = 1\n"}, by="mona")
    first = await town.propose(BAD)
    second = await town.open_pull("change", base="release")
    await town.at_rest()

    assert sorted(run.name for run in town.checks(first)) == ["lintel: main", "lintel: release"]
    assert len(town.said(first)) == len(town.said(second)) == 1
    assert len(town.comments(first)) == len(town.comments(second)) == 1


async def test_thirty_blocking_findings_all_stand_on_their_lines(town: Town) -> None:
    pull = await town.propose({"a.py": "".join(f"RATE_{n} = {n} * 0\n\n\n\n\n\n" for n in range(30))})
    check = await town.judged(pull)

    assert check.title == "30 blocking findings"
    assert len(places(town, pull)) == 30
    assert len({item.body.split("**")[1].split()[0] for item in town.comments(pull)}) == 30


async def test_seventy_small_findings_are_capped_and_the_rest_annotated(town: Town) -> None:
    pull = await town.propose({"a.py": "".join(f"print({n})\n\n\n\n\n\n" for n in range(70))})
    check = await town.judged(pull)

    assert check.conclusion == "success"
    assert (len(places(town, pull)), len(check.annotations)) == (10, 60)
    assert len(town.reviews(pull)) == 1


HOSTILE = {"app/pay.py": "".join(f"WORD_{n} = {n}\n\n\n\n\n\n\n" for n in range(len(EVIL_WORDS)))}


def _hostile(_: dict[str, Any]) -> Answer:
    """True places, hostile words: the worst that keeps to the form."""
    return findings(
        *(
            finding(
                path="app/pay.py",
                start_line=7 * n + 1,
                end_line=7 * n + 1,
                quote=f"WORD_{n} = {n}",
                title=words,
                trigger=words,
                consequence=words,
                severity="critical",
            )
            for n, words in enumerate(EVIL_WORDS)
        )
    )


@pytest.mark.parametrize(
    "script",
    [_hostile, lambda _: evil(), lambda _: huge(), lambda _: claiming_success()],
    ids=["hostile", "evil", "huge", "claiming success"],
)
async def test_promises_1_4_and_7_hold_against_an_evil_model(town: Town, claude: ScriptedClaude, script: Any) -> None:
    claude.script = script
    pull = await town.propose(HOSTILE)
    check = await town.judged(pull)
    posted = [told(check), town.summary(pull), *(item.body for item in town.comments(pull))]
    posted += [item.body for item in town.reviews(pull)]

    # It can invent nothing but what it quotes: claims on what is not there are dropped, and counted.
    assert check.conclusion in {"failure", "action_required"} or "the quoted code or rule does not exist" in posted[0]
    for body in posted:
        assert_posted_inert(body, links_below=f"{town.ground.server.url}/octo/shop/blob/{pull.head_sha}/")
        assert FAKE_SECRETS[0] not in body
    assert len(town.people.state.pulls) == 1


async def test_hostile_words_on_true_lines_are_shown_there_and_do_nothing(town: Town, claude: ScriptedClaude) -> None:
    claude.script = _hostile
    pull = await town.propose(HOSTILE)
    await town.judged(pull)

    assert sorted(places(town, pull)) == [("app/pay.py", 7 * n + 1, "RIGHT") for n in range(len(EVIL_WORDS))]


def _add_submodule(town: Town) -> None:
    path = town.repository.path
    main = git.tip(path, "main")
    assert main is not None
    tree = git.run(path, "ls-tree", main) + b"160000 commit %s\tvendored\n" % main.encode()
    made = git.run(path, "mktree", "--missing", stdin=tree).decode().strip()
    mail = address(town.people.user("hubert"))
    name = ("-c", "user.name=hubert", "-c", f"user.email={mail}")
    commit = git.run(path, *name, "commit-tree", made, "-p", main, "-m", "A submodule").decode().strip()
    town.people.push(town.repository, "change", commit, by="hubert")
