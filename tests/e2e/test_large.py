"""Pull requests beyond what GitHub shows: read whole, the ledger equal to git's counts, every word within limits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from app.core.change.coverage import Coverage
from app.hub import git
from app.hub.pulls import base_tip
from app.hub.state import CheckRun, PullRequest
from tests.claude_answers import Answer, finding, findings, prompt_texts, refusal
from tests.claude_server import ScriptedClaude
from tests.e2e.town import Town, told

GITHUB_BYTES = 65_535
_COVERAGE = "SELECT coverage FROM lintel.review WHERE head_sha = %s AND state = 'finished'"
_FILE = re.compile(r"=== FILE (?P<path>.*) \([^()]*\) ===")
_CHANGED = re.compile(r"(?P<side>[RL]) (?P<number>\d+) *\|[-+](?P<text>.*)")

FOUR_HUNDRED = {f"app/part_{number}/prices.py": f"PRICE_{number} = {number} + 1\n" for number in range(400)}


def a_module(number: int) -> str:
    """Five hundred lines that no other module has."""
    functions = (
        f"def step_{number}_{step}(order, rate_{step}):\n"
        f"    net = order.lines[{step}].net * rate_{step} + {number * step}\n"
        f"    if net > {number + step}:\n        return order.discount(net, {step})\n    return net\n"
        for step in range(100)
    )
    return "".join(functions)


def shown_lines(body: Mapping[str, Any]) -> list[tuple[str, str, int, str]]:
    """Path, side, number and text of each changed line that a prompt shows."""
    found, path = [], ""
    for line in "\n".join(prompt_texts(body)).split("\n"):
        if file := _FILE.fullmatch(line):
            path = file["path"]
        elif path and (changed := _CHANGED.fullmatch(line)):
            found.append((path, changed["side"], int(changed["number"]), changed["text"]))
    return found


def on_the_middle_line(body: dict[str, Any]) -> Answer:
    """One grave finding, on a line of what was asked about."""
    shown = shown_lines(body)
    if not shown:
        return Answer(text="{}")
    path, side, number, text = shown[len(shown) // 2]
    return findings(finding(path=path, side=side, start_line=number, end_line=number, quote=text))


def numstat(town: Town, pull: PullRequest) -> dict[str, int]:
    """Changed lines of each file, as git counts them."""
    path = town.repository.path
    start = git.merge_base(path, base_tip(pull), pull.head_sha)
    told = git.run(path, "diff", "--numstat", "-z", "--no-renames", start, pull.head_sha, "--").decode()
    rows = (row.split("\t") for row in told.split("\0") if row)
    return {name: int(added) + int(removed) for added, removed, name in rows}


async def coverage_of(town: Town, pull: PullRequest) -> Coverage:
    """The ledger as the database has it."""
    async with town.database.connection() as connection:
        row = await (await connection.execute(_COVERAGE, [pull.head_sha])).fetchone()
    assert row is not None
    return TypeAdapter(Coverage).validate_python(row[0])


async def assert_ledger_complete(town: Town, pull: PullRequest) -> Coverage:
    """For every file changed = read + left out, and changed is what git says."""
    coverage = await coverage_of(town, pull)
    missing: Counter[str] = Counter()
    for item in coverage.left_out:
        missing[item.path] += item.lines
    assert {file.path: file.changed_lines for file in coverage.files} == numstat(town, pull)
    assert {file.path: file.reviewed_lines + missing[file.path] for file in coverage.files} == numstat(town, pull)
    return coverage


def assert_within_limits(town: Town, pull: PullRequest, check: CheckRun) -> None:
    totals = "changed lines read by a model"
    texts = (told(check), check.text or "", town.summary(pull))
    assert all(totals in text and len(text.encode()) <= GITHUB_BYTES for text in texts)
    assert len(town.said(pull)) == 1
    assert len(town.reviews(pull)) <= 1


def assert_comments_stand_on_their_lines(town: Town, pull: PullRequest, quotes: Mapping[tuple[str, int], str]) -> None:
    stand = {(item.path, item.line): item for item in town.comments(pull)}
    assert stand.keys() == quotes.keys()
    for (path, line), text in quotes.items():
        content = git.run(town.repository.path, "show", f"{pull.head_sha}:{path}").decode()
        assert content.split("\n")[(line or 0) - 1] == text


async def ask_github(town: Town, pull: PullRequest) -> tuple[httpx.Response, int]:
    """GitHub's own answer to the diff of the pull request, and how many files it lists."""
    headers = {"authorization": f"Bearer {town.people.issue_token('hubert')}"}
    path = f"/repos/octo/shop/pulls/{pull.number}"
    url: str | None = f"{town.ground.server.api_url}{path}/files?per_page=100"
    listed = 0
    async with httpx.AsyncClient(trust_env=False, headers=headers, timeout=30) as client:
        media = {"accept": "application/vnd.github.diff"}
        diff = await client.get(f"{town.ground.server.api_url}{path}", headers=media)
        while url:
            page = await client.get(url)
            listed += len(page.json())
            url = page.links.get("next", {}).get("url")
    return diff, listed


async def test_four_hundred_files_are_read_where_github_refuses_their_diff(town: Town) -> None:
    bad = {"app/part_7/prices.py": "PRICE_7 = 7 * 0\n", "app/part_399/prices.py": "PRICE_399 = 399 * 0\n"}
    pull = await town.propose(FOUR_HUNDRED | bad)
    check = await town.judged(pull)
    coverage = await assert_ledger_complete(town, pull)
    diff, listed = await ask_github(town, pull)

    assert (coverage.changed_lines, coverage.reviewed_lines) == (400, 400)
    assert (check.conclusion, check.title) == ("failure", "2 blocking findings")
    assert_comments_stand_on_their_lines(town, pull, {(path, 1): text.rstrip("\n") for path, text in bad.items()})
    assert_within_limits(town, pull, check)
    assert (diff.status_code, listed) == (406, 400)
    assert diff.json()["errors"][0]["code"] == "too_large"


async def test_thirty_thousand_lines_are_read_chunk_by_chunk(town: Town, claude: ScriptedClaude) -> None:
    claude.script = on_the_middle_line
    pull = await town.propose({f"app/m{number}.py": a_module(number) for number in range(60)})
    check = await town.judged(pull)
    coverage = await assert_ledger_complete(town, pull)
    asked = [shown for shown in map(shown_lines, (seen.body for seen in claude.readings)) if shown]
    quotes = {(path, number): text for path, _, number, text in (shown[len(shown) // 2] for shown in asked)}
    diff, _ = await ask_github(town, pull)

    assert len(asked) > 5
    assert sum(map(len, asked)) == coverage.reviewed_lines == coverage.changed_lines == 30_000
    assert (check.conclusion, check.title) == ("failure", f"{len(asked)} blocking findings")
    assert_comments_stand_on_their_lines(town, pull, quotes)
    assert_within_limits(town, pull, check)
    assert "maximum number of lines (20000)" in diff.json()["message"]


async def test_a_chunk_that_was_not_read_is_named_line_by_line_and_shuts_the_gate(
    town: Town, claude: ScriptedClaude
) -> None:
    def refusing_one(body: dict[str, Any]) -> Answer:
        return refusal() if ("app/m11.py", "R", 1) in {shown[:3] for shown in shown_lines(body)} else findings()

    claude.script = refusing_one
    pull = await town.propose({f"app/m{number}.py": a_module(number) for number in range(24)})
    check = await town.judged(pull)
    coverage = await assert_ledger_complete(town, pull)
    [refused] = {
        tuple(shown)
        for shown in map(shown_lines, (seen.body for seen in claude.readings))
        if ("app/m11.py", "R", 1) in {line[:3] for line in shown}
    }

    assert check.conclusion == "action_required"
    assert {item.path: item.lines for item in coverage.unexcused} == Counter(path for path, *_ in refused)
    assert f"{len(refused):,} changed lines in " in told(check)
    assert f"{12_000 - len(refused):,} of 12,000 changed lines read by a model" in told(check)
    for path in {path for path, *_ in refused}:
        assert f"`{path}`" in told(check)
        assert f"| `{path}` | 500 |" in (check.text or "")
    assert_within_limits(town, pull, check)


async def test_of_a_file_that_was_read_in_part_the_unread_lines_are_named(town: Town, claude: ScriptedClaude) -> None:
    lines = "".join(a_module(number) for number in range(8))

    def refusing_one(body: dict[str, Any]) -> Answer:
        return refusal() if ("big.py", "R", 2_000) in {shown[:3] for shown in shown_lines(body)} else findings()

    claude.script = refusing_one
    pull = await town.propose({"big.py": lines})
    check = await town.judged(pull)
    [file] = (await assert_ledger_complete(town, pull)).files
    prompts = {frozenset(number for _, _, number, _ in shown_lines(seen.body)) for seen in claude.readings}
    [refused] = [shown for shown in prompts if 2_000 in shown]

    assert {number for span in file.unread for number in range(span.first, span.last + 1)} == refused
    assert 0 < file.reviewed_lines == 4_000 - len(refused)
    assert f"lines {min(refused)}–{max(refused)} |" in (check.text or "")
    assert check.conclusion == "action_required"


@pytest.fixture
async def swept(town: Town) -> PullRequest:
    """A module was renamed, and with it the import in 3,050 files; in one of them something else was done, too."""
    paths = [f"app/area_{number % 50}/part_{number}.ts" for number in range(3_050)]
    body = 'import {{ total }} from "shop/{0}";\n\nexport const price{1} = (order: Order) =>\n  total(order) + {1};\n'
    await town.commit("main", {path: body.format("old", number) for number, path in enumerate(paths)}, by="mona")
    after = {path: body.format("new", number) for number, path in enumerate(paths)}
    return await town.propose(after | {paths[1234]: after[paths[1234]].replace("+ 1234", "+ 1234 * 0")})


async def test_three_thousand_files_of_one_sweep_are_read_and_the_odd_one_is_found(
    town: Town, swept: PullRequest, claude: ScriptedClaude
) -> None:
    check = await town.judged(swept)
    coverage = await assert_ledger_complete(town, swept)
    diff, listed = await ask_github(town, swept)

    assert coverage.reviewed_lines == coverage.changed_lines == 6_102
    assert coverage.swept_lines > 6_000
    assert len(claude.readings) < 5
    assert f"{coverage.swept_lines:,} of them as the same edit in many places" in town.summary(swept)
    assert "shop/new" in town.summary(swept)
    assert (check.conclusion, check.title) == ("failure", "1 blocking finding")
    odd = {("app/area_34/part_1234.ts", 4): "  total(order) + 1234 * 0;"}
    assert_comments_stand_on_their_lines(town, swept, odd)
    assert_within_limits(town, swept, check)
    assert (diff.status_code, listed) == (406, 3_000)
