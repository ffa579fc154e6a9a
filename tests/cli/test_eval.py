"""`lintel eval` from outside: figures counted by hand, what fails by name, what is not paid for twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.claude_answers import Answer, Plant, finding, planted, prompt_texts, slow, unauthorized
from tests.claude_server import ScriptedClaude, Seen
from tests.claude_verdicts import Told, asks_for_verdicts, confirm, seconded
from tests.cli.command import Ended, Shell
from tests.repo.world import Repository

FINE, USAGE, BROKEN = 0, 2, 3
PATIENCE_S = 60.0
REVIEWER = planted(
    {
        "TAX": Plant("high", "the tax is left out"),
        "ROUND": Plant("low", "it rounds down", "edge-case"),
        "NOISE": Plant("medium", "nothing at all", "state"),
    }
)
SEVERITIES = {"the tax is left out": "high", "it rounds down": "low", "nothing at all": "medium"}


def adding(path: str, lines: Sequence[str]) -> str:
    rows = "".join(f"+{line}\n" for line in lines)
    head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1,{len(lines)} @@\n{rows}"


def numbered(marks: Mapping[int, str], last: int = 40) -> list[str]:
    """Lines of a file, all different, with words in some of them."""
    return [f"x{number} = {number}  # {marks.get(number, '')}".rstrip(" #") for number in range(1, last + 1)]


def a_fault(line: int, text: str, **changes: Any) -> dict[str, Any]:
    fault = {"path": "pay.py", "line": line, "end_line": line, "side": "RIGHT", "severity": "high", "text": text}
    return fault | changes


def write_case(data_set: Path, name: str, patch: str | None, *faults: Mapping[str, Any], **changes: Any) -> Path:
    folder = data_set / name
    folder.mkdir(parents=True)
    case = {"repo": None, "base": None, "head": None, "expect": list(faults)} | changes
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    if patch is not None:
        (folder / "diff.patch").write_text(patch, encoding="utf-8")
    return folder


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Three faults in one case, of which a model finds two, and three clean ones, of which it is loud in one.

    In `faulty` line 2 is fault 0 (said again on line 4) and line 11 is near fault 1; fault 2 on line 30 has no finding
    near it. Line 20 is noise. In words, the finding of line 11 is fault 2's.
    """
    data_set = tmp_path / "cases"
    marks = {2: "TAX", 4: "TAX", 11: "ROUND", 20: "NOISE"}
    write_case(
        data_set,
        "faulty",
        adding("pay.py", numbered(marks)),
        a_fault(2, "the tax is left out of the total"),
        a_fault(10, "the currency is ignored", severity="medium"),
        a_fault(30, "it rounds down where it should round up", severity=None, category="sums"),
    )
    write_case(data_set, "quiet", adding("a.py", ["a = 1"]), area="style")
    write_case(data_set, "more/quiet", adding("b.py", ["b = 1"]), area="style")
    write_case(data_set, "loud", adding("c.py", ["c = 1", "d = 2  # NOISE"]))
    return data_set


def review(body: dict[str, Any]) -> Answer:
    """Reviews by what is planted, one line off where it rounds, with one quote of its own making; judges by words."""
    if "same_fault" in json.dumps(body["output_config"]):
        return judge(body)
    found = json.loads(REVIEWER(body).text)["findings"]
    for item in found:
        if "ROUND" in item["quote"]:
            item["start_line"] = item["end_line"] = 12
    if any("TAX" in item["quote"] for item in found):
        found.append(finding(path="pay.py", quote="this line is nowhere = True", start_line=3, end_line=3))
    return Answer(text=json.dumps({"findings": found}))


def agree(told: Told) -> dict[str, Any]:
    """A second reader for whom all is as the first said."""
    return confirm(told, severity=SEVERITIES[told.title])


claude = seconded(review, agree)


def judge(body: Mapping[str, Any]) -> Answer:
    fault, reported, _ = prompt_texts(body)
    same = any(words in fault and words in reported for words in ("the tax is left out", "it rounds down"))
    return Answer(text=json.dumps({"why": "By its words.", "same_fault": same}))


def evaluate(shell: Shell, data_set: Path, *arguments: str | Path, **variables: str) -> Ended:
    return shell.lintel("eval", data_set, *arguments, out=None, **variables)


def scores_of(ended: Ended) -> dict[str, Any]:
    scores: dict[str, Any] = json.loads(ended.out)
    return scores


def measure(shell: Shell, data_set: Path, *arguments: str | Path) -> dict[str, Any]:
    with ScriptedClaude(claude) as server:
        ended = evaluate(shell, data_set, "--format", "json", *arguments, ANTHROPIC_BASE_URL=server.base_url)
    assert (ended.code, ended.err) == (FINE, "")
    return scores_of(ended)


def mentioned(requests: Sequence[Seen], path: str) -> bool:
    """Whether something was asked, and all of it about this file."""
    return bool(requests) and all(path in "".join(prompt_texts(request.body)) for request in requests)


def counted(share: Mapping[str, Any]) -> tuple[int, int]:
    return share["hits"], share["of"]


def test_by_place_the_figures_are_those_counted_by_hand(shell: Shell, data_set: Path) -> None:
    scores = measure(shell, data_set, "--no-judge")
    assert scores["cases"] == {"all": 4, "scored": 4, "failed": 0, "kept": 0}
    assert scores["matching"] == {"rule": "location", "lines": 3}
    assert (scores["hits"], scores["false_alarms"], scores["missed"], scores["duplicates"]) == (2, 2, 1, 1)
    assert counted(scores["precision"]) == (2, 4)
    assert counted(scores["recall"]) == (2, 3)
    assert scores["f1"] == {"value": pytest.approx(4 / 7), "low": None, "high": None}
    assert (scores["recall"]["low"], scores["recall"]["high"]) == pytest.approx((0.2077, 0.9385), abs=5e-5)
    assert counted(scores["clean_cases_silent"]) == (2, 3)
    assert counted(scores["gate"]["faulty_cases_stopped"]) == (1, 1)
    assert counted(scores["gate"]["clean_cases_stopped"]) == (0, 3)
    made_up, claims = counted(scores["fabricated_quotes"])
    assert (made_up > 0, claims - made_up) == (True, 5), "each pass makes up one quote"
    assert counted(scores["reanchored"]) == (1, 5)
    assert (scores["findings"], scores["comments_per_case"]) == (5, 1.25)
    assert {word: counted(group["recall"]) for word, group in scores["by_severity"].items()} == {
        "high": (1, 1),
        "medium": (1, 1),
        "low": (0, 0),
        "(not said)": (0, 1),
    }
    assert {word: counted(group["precision"]) for word, group in scores["by_category"].items()} == {
        "logic": (1, 1),
        "edge-case": (1, 1),
        "state": (0, 2),
        "sums": (0, 0),
        "(not said)": (0, 0),
    }
    assert scores["usd"] == pytest.approx(sum(case["usd"] for case in scores["results"]))
    assert scores["usd"] > 0
    assert (scores["judge"], scores["judge_usd"]) == (None, 0.0)


def test_a_judge_goes_by_what_is_said_and_costs_are_told_apart(shell: Shell, data_set: Path) -> None:
    scores = measure(shell, data_set)
    assert scores["matching"] == {"rule": "judge", "lines": None}
    [faulty] = [case for case in scores["results"] if case["case"] == "faulty"]
    assert {item["line"]: (item["is"], item["fault"], item["why"]) for item in faulty["findings"]} == {
        2: ("hit", 0, "By its words."),
        4: ("duplicate", 0, "By its words."),
        11: ("hit", 2, "By its words."),
        20: ("false_alarm", None, None),
    }
    assert faulty["missed"] == [1]
    assert faulty["judge_usd"] > 0


def test_people_are_told_the_same(shell: Shell, data_set: Path) -> None:
    with ScriptedClaude(claude) as server:
        ended = evaluate(shell, data_set, "--no-judge", ANTHROPIC_BASE_URL=server.base_url)
    assert ended.code == FINE
    lines = [" ".join(line.split()) for line in ended.out.split("\n")]
    assert "precision 50.0 % [15–85 %] 2 of 4 findings are known faults" in lines
    assert "F1 57.1 %" in lines
    assert "silent when clean 66.7 % [21–94 %] 2 of 3 clean cases have no finding" in lines
    assert "4 cases scored, 0 failed, 0 kept from an earlier run" in lines
    assert "4 of 4" in ended.err
    assert "\x1b" not in ended.out + ended.err


def test_hostile_names_are_shown_and_do_nothing(shell: Shell, tmp_path: Path) -> None:
    data_set = tmp_path / "cases"
    write_case(data_set, "[red]\x1b[31m\u202ecase", adding("a.py", ["a = 1"]), area="[bold]\x1b[2Jarea")
    write_case(data_set, "broken\x1b[31m", "no patch \x1b[31m\n")
    write_case(data_set, "lost", None, repo="\x1b[31m[red]\u202e", base="main", head="HEAD")
    told = evaluate(shell, data_set, "--no-model")
    printed = evaluate(shell, data_set, "--no-model", "--format", "json")
    assert not {"\x1b", "\u202e"} & set(told.out + told.err + printed.out + printed.err)
    assert "[red]‹U+001B›[31m‹U+202E›case" in told.out
    assert "2 of 3 cases failed" in told.err


def test_what_was_tried_is_not_tried_again_by_the_same_model(shell: Shell, data_set: Path) -> None:
    with ScriptedClaude(claude) as server:
        first = evaluate(shell, data_set, "--format", "json", ANTHROPIC_BASE_URL=server.base_url)
        asked = len(server.requests)
        again = evaluate(shell, data_set, "--format", "json", ANTHROPIC_BASE_URL=server.base_url)
        assert len(server.requests) == asked
        other = {"ANTHROPIC_BASE_URL": server.base_url, "LINTEL_MODEL": "claude-opus-5-5"}
        elsewhere = shell.lintel("eval", data_set, "--format", "json", out=None, **other)
    assert [scores_of(ended)["cases"]["kept"] for ended in (first, again, elsewhere)] == [0, 4, 0]
    assert scores_of(first) | {"cases": None} == scores_of(again) | {"cases": None}


def test_a_killed_run_goes_on_where_it_was(shell: Shell, data_set: Path) -> None:
    gate = threading.Event()
    kept = shell.directory / "kept"

    def held(body: dict[str, Any]) -> Answer:
        return slow(gate) if "pay.py" in "".join(prompt_texts(body)) else claude(body)

    with ScriptedClaude(held) as server:
        command = [sys.executable, "-m", "app", "eval", str(data_set), "--no-judge", "--output", str(kept)]
        environment = {"PATH": os.defpath, "HOME": str(shell.directory), "ANTHROPIC_BASE_URL": server.base_url}
        # What it says is not asked for: it goes nowhere, so that nothing waits for a reader.
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere) as running:
            wait_for_lines(kept / "results.jsonl", 3)
            os.kill(running.pid, signal.SIGKILL)
        gate.set()
    with (kept / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"schema_version": 1, "key": "torn')
    with ScriptedClaude(claude) as server:
        arguments = ("--no-judge", "--output", kept, "--format", "json")
        ended = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
        last = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
    assert mentioned(server.requests, "pay.py")
    assert scores_of(ended)["cases"] == {"all": 4, "scored": 4, "failed": 0, "kept": 3}
    assert scores_of(last)["cases"]["kept"] == 4
    assert "is no outcome, that case is tried again" in ended.err


def wait_for_lines(file: Path, lines: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not file.exists() or file.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < deadline, "the outcomes did not come"
        time.sleep(0.01)


def test_a_case_that_failed_is_in_no_figure_and_alone_is_tried_again(shell: Shell, data_set: Path) -> None:
    def refusing(body: dict[str, Any]) -> Answer:
        return unauthorized() if "c.py" in "".join(prompt_texts(body)) else claude(body)

    write_case(data_set, "unreadable", "this is no patch\n")
    write_case(data_set, "elsewhere", None, repo="octo/shop", base="main", head="HEAD")
    with ScriptedClaude(refusing) as server:
        arguments = ("--no-judge", "--format", "json")
        ended = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
    scores = scores_of(ended)
    failed = {item["case"]: item["reason"] for item in scores["failed"]}
    assert ended.code == BROKEN
    assert "3 of 6 cases failed" in ended.err
    assert list(failed) == ["elsewhere", "loud", "unreadable"]
    assert failed["elsewhere"] == "there is no repository octo/shop: name with --repos where it lies"
    assert failed["loud"] == "not all of it was reviewed: 2 changed lines: the model's server refused the key"
    assert failed["unreadable"].startswith("the patch does not apply to an empty tree")
    assert counted(scores["precision"]) == (2, 3)
    assert counted(scores["clean_cases_silent"]) == (2, 2)
    with ScriptedClaude(claude) as server:
        again = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
    assert mentioned(server.requests, "c.py")
    assert scores_of(again)["cases"] == {"all": 6, "scored": 4, "failed": 2, "kept": 3}


def test_a_judge_that_gives_no_verdict_fails_the_case(shell: Shell, data_set: Path) -> None:
    def silent(body: dict[str, Any]) -> Answer:
        return Answer(text="{}") if "same_fault" in json.dumps(body["output_config"]) else claude(body)

    with ScriptedClaude(silent) as server:
        ended = evaluate(shell, data_set, "--format", "json", ANTHROPIC_BASE_URL=server.base_url)
    assert ended.code == BROKEN
    assert [item["case"] for item in scores_of(ended)["failed"]] == ["faulty"]
    assert "the judge gave no usable answer: malformed" in scores_of(ended)["failed"][0]["reason"]


def test_findings_that_nobody_verified_are_not_measured(shell: Shell, data_set: Path) -> None:
    def unsure(body: dict[str, Any]) -> Answer:
        return unauthorized() if asks_for_verdicts(body) else review(body)

    with ScriptedClaude(unsure) as server:
        arguments = ("--no-judge", "--format", "json")
        ended = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
    assert ended.code == BROKEN
    failed = {item["case"]: item["reason"] for item in scores_of(ended)["failed"]}
    assert list(failed) == ["faulty", "loud"]
    assert failed["loud"].startswith("not all of it was done: 1 claim not verified: ")


@pytest.mark.parametrize("layout", ["octo/shop", "octo/shop.git"])
def test_a_case_can_name_a_repository_bare_or_not(layout: str, shell: Shell, shop: Repository, tmp_path: Path) -> None:
    bare = layout.endswith(".git")
    repos = tmp_path / "repos"
    (repos / "octo").mkdir(parents=True)
    shop.git("clone", "--quiet", *(["--bare"] if bare else []), str(shop.path), str(repos / layout))
    if not bare:
        shop.git("-C", str(repos / layout), "branch", "main", "origin/main")
    data_set = tmp_path / "cases"
    fault = a_fault(2, "it subtracts", path="shop/total.py")
    write_case(data_set, "discount", None, fault, repo="octo/shop", base="main", head="discount")
    write_case(data_set, "by path", None, repo=str(shop.path), base="main", head="discount")
    write_case(data_set, "lost", None, repo="octo/shop", base="main", head="f" * 40)
    with ScriptedClaude(seconded(planted({"- off": Plant("high", "it subtracts")}))) as server:
        arguments = ("--repos", repos, "--no-judge", "--format", "json")
        ended = evaluate(shell, data_set, *arguments, ANTHROPIC_BASE_URL=server.base_url)
    scores = scores_of(ended)
    assert ended.code == BROKEN
    assert (counted(scores["precision"]), counted(scores["recall"])) == ((1, 2), (1, 1))
    [lost] = scores["failed"]
    assert "names no commit here" in lost["reason"]


def test_recorded_replies_give_the_same_figures_and_cost_without_a_model(shell: Shell, data_set: Path) -> None:
    replies = shell.directory / "replies"
    place = ("--output", shell.directory / "kept")
    recorded = measure(shell, data_set, "--record", replies, *place)
    ended = evaluate(shell, data_set, "--replay", replies, "--format", "json", "--fresh", *place)
    replayed = scores_of(ended)
    assert ended.code == FINE
    assert (replayed["usd"] > 0, replayed["cases"]["kept"]) == (True, 0)
    without_time = [
        [{key: value for key, value in case.items() if key != "seconds"} for case in scores["results"]]
        for scores in (recorded, replayed)
    ]
    assert without_time[0] == without_time[1]
    (data_set / "loud" / "diff.patch").write_text(adding("c.py", ["c = 3"]), encoding="utf-8")
    missing = evaluate(shell, data_set, "--replay", replies, "--format", "json", *place)
    assert missing.code == BROKEN
    [lost] = scores_of(missing)["failed"]
    assert (lost["case"], lost["reason"].startswith("no reply is recorded for ")) == ("loud", True)


def test_without_a_model_the_analyzers_are_measured(shell: Shell, tmp_path: Path) -> None:
    data_set = tmp_path / "cases"
    lines = ["def add(item, basket=[]):", "    basket.append(item)", "    return basket"]
    write_case(data_set, "default", adding("basket.py", lines), a_fault(1, "shared default", path="basket.py"))
    ended = evaluate(shell, data_set, "--no-model", "--format", "json")
    scores = scores_of(ended)
    assert (ended.code, scores["model"], scores["usd"]) == (FINE, None, 0.0)
    assert (counted(scores["recall"]), scores["by_source"]["analyzer"]["hits"]) == ((1, 1), 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no model is configured: set ANTHROPIC_API_KEY, or measure the analyzers alone with --no-model"),
        (["--no-model", "--replay", "."], "leave out --record and --replay"),
        (["--record", "a", "--replay", "."], "--record and --replay exclude each other"),
        (["--replay", "nowhere"], "--replay nowhere is no directory"),
        (["--replay", ".", "--repos", "nowhere"], "--repos nowhere is no directory"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_mend(
    arguments: list[str], said: str, shell: Shell, data_set: Path
) -> None:
    ended = evaluate(shell, data_set, *arguments)
    assert (ended.code, ended.out) == (USAGE, "")
    assert said in ended.complaint


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"expect": [{"path": "a.py"}]}, "bad/case.json: expect.0.line: Field required"),
        ({"expect": "none"}, "bad/case.json: expect: "),
        ({"repo": "x", "base": None}, "bad/case.json: base and head are revisions where repo is given"),
        ({}, "bad/case.json: repo: it is null, and there is no diff.patch beside it"),
    ],
)
def test_a_bad_data_set_is_refused_with_file_and_field(
    case: Mapping[str, Any], said: str, shell: Shell, data_set: Path
) -> None:
    write_case(data_set, "bad", None, **case)
    ended = evaluate(shell, data_set, "--no-model")
    assert (ended.code, ended.out) == (USAGE, "")
    assert said in ended.complaint


def test_a_folder_without_a_case_is_not_passed_over(shell: Shell, data_set: Path) -> None:
    (data_set / "forgotten").mkdir()
    assert "forgotten/case.json is missing" in evaluate(shell, data_set, "--no-model").complaint
    assert "is no directory" in evaluate(shell, data_set / "nowhere", "--no-model").complaint
    assert "holds no case.json" in evaluate(shell, data_set / "forgotten", "--no-model").complaint
