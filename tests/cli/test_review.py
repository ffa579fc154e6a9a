"""`lintel review` from outside: what it prints, how it ends, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.cli.command import Ended, Shell, everything_in
from tests.repo.world import Repository, make_repository

FINE, GATE, USAGE, BROKEN = 0, 1, 2, 3
TOKEN = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
LEAK = {"shop/keys.py": f'GITHUB = "{TOKEN}"\n'}
BROKEN_POLICY = "version: 1\nblock_on: never\nmoed: gate\n"
HOSTILE = "shop/[red]\x1b[31m\u202e\u009b2Kx.py"
"""Markup of the terminal's painter, escape sequences with one byte and with two, and letters that run backwards."""


def review(shell: Shell, shop: Repository, *arguments: str | Path, out: Path | None = None, **variables: str) -> Ended:
    return shell.lintel("review", "--repo", shop.path, *arguments, out=out, **variables)


def report_of(ended: Ended) -> dict[str, Any]:
    assert ended.err == ""
    report: dict[str, Any] = json.loads(ended.out)
    return report


def test_a_clean_change_without_a_model_is_told_in_the_terminal_and_is_green(shell: Shell, shop: Repository) -> None:
    ended = review(shell, shop, "--no-model")
    assert ended.code == FINE
    assert "success  No model read this" in ended.out
    assert "0 of 4 changed lines" in ended.out
    assert "finished" in ended.err
    assert "\x1b" not in ended.out + ended.err


def test_the_report_as_json_stands_alone_on_standard_output(shell: Shell, shop: Repository) -> None:
    ended = review(shell, shop, "--no-model", "--format", "json")
    report = report_of(ended)
    assert ended.code == FINE
    assert report.keys() == {
        *("schema_version", "base", "head", "conclusion", "reasons", "findings"),
        *("architecture", "coverage", "reading_guide", "refuted", "usage"),
    }
    assert report["schema_version"] == 1
    assert report["head"] == shop.git("rev-parse", "HEAD").decode().strip()
    assert report["base"] == shop.git("rev-parse", "main").decode().strip()
    assert report["coverage"]["changed_lines"] == 4


def test_a_secret_shuts_the_gate_and_is_not_repeated(shell: Shell, shop: Repository) -> None:
    shop.commit(dict(LEAK))
    ended = review(shell, shop, "--no-model", "--format", "json")
    (finding,) = report_of(ended)["findings"]
    assert ended.code == GATE
    assert (finding["source"], finding["path"], finding["line"]) == ("secrets", "shop/keys.py", 1)
    assert (finding["blocking"], finding["placed"], finding["side"]) == (True, "line", "RIGHT")
    assert TOKEN not in ended.out


def test_a_change_that_no_model_could_read_is_not_green_unless_one_says_so(shell: Shell, shop: Repository) -> None:
    ended = review(shell, shop, "--format", "json")
    report = report_of(ended)
    assert (ended.code, report["conclusion"]) == (GATE, "action_required")
    assert "no model is configured" in report["reasons"][0]


def test_a_models_finding_stands_on_its_line(shell: Shell, shop: Repository) -> None:
    with ScriptedClaude(planted({"- off": Plant("high", "A negative total")})) as claude:
        ended = review(shell, shop, "--format", "json", ANTHROPIC_BASE_URL=claude.base_url)
    report = report_of(ended)
    (finding,) = report["findings"]
    assert (ended.code, report["conclusion"]) == (GATE, "failure")
    assert (finding["title"], finding["path"], finding["line"]) == ("A negative total", "shop/total.py", 2)
    assert report["coverage"] == {
        "changed_lines": 4,
        "reviewed_lines": 4,
        "left_out": [],
        "files": [{"path": "shop/total.py", "changed_lines": 4, "reviewed_lines": 4}],
    }
    assert report["usage"]["calls"] == len(claude.requests) > 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nowhere"], "'nowhere' names no commit here"),
        (["--head", "--output=pwned"], "'--output=pwned' names no commit here"),
        (["--base", "HEAD"], "nothing differs from HEAD"),
        (["--staged"], "nothing differs from HEAD"),
        (["--staged", "--working-tree"], "--staged and --working-tree exclude each other"),
        (["--staged", "--base", "main"], "leave out --base and --head"),
        (["--policy", "missing.yml"], "--policy missing.yml cannot be read"),
        (["--no-model", "--output", "missing/report"], "--output missing/report cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_mend(
    arguments: list[str], said: str, shell: Shell, shop: Repository
) -> None:
    ended = review(shell, shop, "--format", "json", *arguments)
    assert (ended.code, ended.out) == (USAGE, "")
    assert said in ended.complaint


def test_a_directory_that_is_no_repository_is_refused(shell: Shell) -> None:
    ended = shell.lintel("review", "--no-model")
    assert ended.code == USAGE
    assert "is in no git repository: name one with --repo" in ended.complaint


def test_a_policy_that_cannot_be_used_is_named_with_line_and_column(shell: Shell, shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({".github/lintel.yml": BROKEN_POLICY})
    shop.git("switch", "--quiet", "discount")
    ended = review(shell, shop, "--no-model", "--format", "json")
    assert (ended.code, report_of(ended)["conclusion"]) == (USAGE, "failure")
    assert ".github/lintel.yml:3:1" in report_of(ended)["reasons"][0]


def test_a_policy_that_is_a_link_is_not_taken_for_none(shell: Shell, shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.write({"elsewhere.yml": "mode: gate\n", ".github/CODEOWNERS": "* @mona\n"})
    (shop.path / ".github/lintel.yml").symlink_to("../elsewhere.yml")
    shop.commit()
    shop.git("switch", "--quiet", "discount")
    ended = review(shell, shop, "--no-model", "--format", "json")
    assert ended.code == USAGE
    assert ".github/lintel.yml:1:1: it is no regular file" in report_of(ended)["reasons"][0]


def test_a_report_that_cannot_be_told_is_a_crash_of_one_line(shell: Shell, shop: Repository) -> None:
    ended = review(shell, shop, "--no-model", "--format", "json", out=Path("/dev/full"), COLUMNS="40")
    assert ended.code == BROKEN
    assert "No space left on device" in ended.complaint


def test_a_policy_file_takes_the_place_of_the_bases_own(shell: Shell, shop: Repository) -> None:
    shop.commit(dict(LEAK))
    (shell.directory / "mild.yml").write_text("mode: advisory\n", encoding="utf-8")
    (shell.directory / "broken.yml").write_text(BROKEN_POLICY, encoding="utf-8")
    mild = review(shell, shop, "--no-model", "--format", "json", "--policy", "mild.yml")
    broken = review(shell, shop, "--no-model", "--policy", "broken.yml")
    assert (mild.code, report_of(mild)["conclusion"]) == (FINE, "neutral")
    assert broken.code == USAGE
    assert "broken.yml:3:1" in broken.out


def test_fail_on_makes_lesser_findings_count(shell: Shell, shop: Repository) -> None:
    shop.commit({"shop/items.py": "def add(item, basket=[]):\n    basket.append(item)\n    return basket\n"})
    lenient = review(shell, shop, "--no-model", "--format", "json")
    strict = review(shell, shop, "--no-model", "--format", "json", "--fail-on", "medium")
    assert [finding["severity"] for finding in report_of(lenient)["findings"]] == ["medium"]
    assert (lenient.code, strict.code) == (FINE, GATE)
    assert report_of(strict)["conclusion"] == "success"


def test_what_is_not_committed_can_be_reviewed_and_nothing_is_written(shell: Shell, shop: Repository) -> None:
    shop.write({"shop/staged.py": "STAGED = 1\n"})
    shop.git("add", "--all")
    shop.write({"shop/loose.py": "LOOSE = 1\nLOOSER = 2\n"})
    before = everything_in(shop.path)
    staged = review(shell, shop, "--staged", "--no-model", "--format", "json")
    loose = review(shell, shop, "--working-tree", "--no-model", "--format", "json")
    committed = review(shell, shop, "--no-model")
    assert (staged.code, loose.code, committed.code) == (FINE, FINE, FINE)
    assert report_of(staged)["coverage"]["changed_lines"] == 1
    assert report_of(loose)["coverage"]["changed_lines"] == 3
    assert everything_in(shop.path) == before


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_report_can_go_to_a_file(form: str, shell: Shell, shop: Repository) -> None:
    ended = review(shell, shop, "--no-model", "--format", form, "--output", "report")
    written = (shell.directory / "report").read_text(encoding="utf-8")
    assert (ended.code, ended.out) == (FINE, "")
    assert "No model read this" in written
    assert form == "text" or json.loads(written)["conclusion"] == "success"


def test_hostile_text_of_a_change_is_shown_and_does_nothing(shell: Shell, tmp_path: Path) -> None:
    shop = make_repository(tmp_path / "shop")
    shop.commit({"README.md": "A shop.\n"})
    shop.git("switch", "--quiet", "--create", "topic")
    shop.commit({HOSTILE: f'[bold]GITHUB = "{TOKEN}" # \x1b]0;owned\x07\u202e\n', "shop/\x1b[2J.png": b"\0"})
    told = review(shell, shop, "--no-model")
    printed = review(shell, shop, "--no-model", "--format", "json")
    refused = review(shell, shop, "--base", "\x1b[31m[red]\u202e")
    unfound = shell.lintel("review", "--repo", "\x1b[31m\n\u202e")
    for text in (told.out, told.err, printed.out, refused.complaint, unfound.complaint):
        assert not {"\x1b", "\x07", "\u202e", "\u009b"} & set(text)
    assert "shop/[red]‹U+001B›[31m‹U+202E›‹U+009B›2Kx.py:1" in told.out
    assert "[bold]GITHUB" in told.out
    assert "x.py:1  blocks" in told.out
    assert TOKEN not in told.out + told.err
    assert HOSTILE in {finding["path"] for finding in json.loads(printed.out)["findings"]}
    assert "[red]" in refused.complaint


def test_a_file_of_settings_in_the_reviewed_repository_is_not_read(shop: Repository) -> None:
    """It may be part of the change: it could send the reader's key to a server of the author's."""
    (shop.path / ".env").write_text("LINTEL_LOG_LEVEL=nonsense\n", encoding="utf-8")

    assert Shell(shop.path).lintel("review", "--no-model").code == FINE
