"""`lintel plan` from outside: what it tells, in words and as JSON, how it ends, and that a review does what it says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Ended, Shell, everything_in
from tests.repo.world import Repository

FINE, USAGE = 0, 2
TOKEN = "ghp_" + "A1b2C3d4E5" * 3 + "f6G7h8"
HOSTILE = "shop/[red]\x1b[31m\u202e\u009b2Kx.py"
NO_MODEL = "no model is configured"
FILE_KEYS = {*("path", "old_path", "status", "class", "risk", "additions", "deletions", "chunks", "left_out")}


def plan(shell: Shell, shop: Repository, *arguments: str | Path, **variables: str) -> Ended:
    return shell.lintel("plan", "--repo", shop.path, *arguments, out=None, **variables)


def told(ended: Ended) -> dict[str, Any]:
    assert (ended.code, ended.err) == (FINE, "")
    assert ended.out.isascii()
    assert ended.out.endswith("}\n")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def plan_json(shell: Shell, shop: Repository, *arguments: str | Path, **variables: str) -> dict[str, Any]:
    return told(plan(shell, shop, *arguments, "--format", "json", **variables))


def by_path(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {file["path"]: file for file in told["files"]}


def on_main(shop: Repository, files: dict[str, str | bytes]) -> None:
    """Commit to the base, below the change."""
    shop.git("switch", "--quiet", "main")
    shop.commit(files)
    shop.git("switch", "--quiet", "discount")
    shop.git("rebase", "--quiet", "main")


def write_lines(number: int, word: str = "item") -> str:
    return "".join(f"{word}_{index} = fetch({index}, '{word}')\n" for index in range(number))


@pytest.fixture
def wide(shop: Repository) -> Repository:
    """A change of every kind: renamed, removed, binary, excluded by policy and by attribute, and odd of name."""
    on_main(
        shop,
        {
            ".github/lintel.yml": "review:\n  exclude: ['vendor/**']\n",
            ".gitattributes": "gen/** linguist-generated\n",
            "shop/old.py": write_lines(60),
            "shop/gone.py": "GONE = 1\n",
            "logo.png": b"\0one",
        },
    )
    shop.git("mv", "shop/old.py", "shop/new name.py")
    (shop.path / "shop/gone.py").unlink()
    shop.commit(
        {
            "shop/new name.py": write_lines(60) + "MORE = 1\n",
            "vendor/lib.js": "let a;\nlet b;\n",
            "gen/out.py": "A = 1\n",
            "logo.png": b"\0two",
            "tests/test_total.py": "def test_total():\n    assert total([1]) == 1\n",
            'odd/tab\t"quote" b/ü.py': "ODD = 1\n",
        }
    )
    return shop


def test_a_plan_is_told_in_words(shell: Shell, shop: Repository) -> None:
    ended = plan(shell, shop)
    assert (ended.code, ended.err) == (FINE, "")
    for words in ("main (", "1 file, 4 changed lines", "shop/total.py", "claude-sonnet", "4 of 4 changed lines", "$"):
        assert words in ended.out
    assert "can open" in ended.out
    assert "\x1b" not in ended.out


def test_a_plan_as_json_holds_each_changed_line_once(shell: Shell, wide: Repository) -> None:
    found = plan_json(shell, wide)
    assert found["schema_version"] == 1
    assert found["head"] == wide.git("rev-parse", "HEAD").decode().strip()
    assert found["base"] == wide.git("rev-parse", "main").decode().strip()
    counted = {
        path.decode(): (int(added), int(removed))
        for added, removed, path in (
            row.split(b"\t", 2)
            for row in wide.git("diff", "--numstat", "-z", "--no-renames", "main", "HEAD").split(b"\0")[:-1]
            if not row.startswith(b"-")
        )
    }
    files = by_path(found)
    assert all(file.keys() == FILE_KEYS for file in found["files"])
    assert (files["shop/total.py"]["additions"], files["shop/total.py"]["deletions"]) == counted["shop/total.py"]
    renamed = files["shop/new name.py"]
    assert (renamed["status"], renamed["old_path"], renamed["additions"]) == ("renamed", "shop/old.py", 1)
    assert files['odd/tab\t"quote" b/ü.py']["additions"] == 1
    totals = found["totals"]
    assert totals["changed_lines"] == sum(file["additions"] + file["deletions"] for file in found["files"])
    assert totals["planned_lines"] + totals["left_out_lines"] == totals["changed_lines"]
    assert totals["planned_lines"] == sum(chunk["changed_lines"] for chunk in found["chunks"])
    assert totals["tokens"] == sum(chunk["tokens"] for chunk in found["chunks"])
    assert [chunk["number"] for chunk in found["chunks"]] == list(range(1, totals["chunks"] + 1))


def test_what_is_left_out_is_named_with_the_rule_that_says_so(shell: Shell, wide: Repository) -> None:
    files = by_path(plan_json(shell, wide))
    (vendored,) = files["vendor/lib.js"]["left_out"]
    assert (vendored["lines"], vendored["excused"], vendored["rule"]) == (2, True, "vendor/**")
    (generated,) = files["gen/out.py"]["left_out"]
    assert (generated["lines"], generated["excused"], generated["rule"]) == (1, True, "linguist-generated")
    (binary,) = files["logo.png"]["left_out"]
    assert (binary["lines"], binary["excused"], binary["rule"]) == (0, False, None)
    assert files["vendor/lib.js"]["chunks"] == []
    words = plan(shell, wide).out
    assert "left out: vendor/**" in words
    assert "would stay shut" in words
    assert "binary: nobody reads it" in " ".join(words.split())


def test_the_rules_of_the_change_itself_excuse_nothing(shell: Shell, shop: Repository) -> None:
    shop.commit({".gitattributes": "* linguist-generated\n", ".github/lintel.yml": "review: {exclude: ['**']}\n"})
    assert plan_json(shell, shop)["totals"]["left_out_lines"] == 0


def test_a_policy_file_takes_the_place_of_the_bases_own(shell: Shell, shop: Repository) -> None:
    (shell.directory / "own.yml").write_text("mode: advisory\nreview: {exclude: ['shop/**']}\n", encoding="utf-8")
    found = plan_json(shell, shop, "--policy", "own.yml")
    assert (found["mode"], found["chunks"]) == ("advisory", [])
    assert by_path(found)["shop/total.py"]["left_out"][0]["excused"]


def test_a_review_covers_what_the_plan_says(shell: Shell, wide: Repository) -> None:
    found = plan_json(shell, wide, "--no-model")
    ended = shell.lintel("review", "--repo", wide.path, "--no-model", "--format", "json")
    report = json.loads(ended.out)
    assert (found["conclusion"], found["model"]) == (report["conclusion"], None)
    assert found["totals"]["changed_lines"] == report["coverage"]["changed_lines"]
    planned = Counter[tuple[str, int, str]]()
    for file in found["files"]:
        planned.update((file["path"], item["lines"], item["reason"]) for item in file["left_out"])
    reported = Counter((item["path"], item["lines"], item["reason"]) for item in report["coverage"]["left_out"])
    unread = {item: times for item, times in reported.items() if item[2] == NO_MODEL}
    assert reported - Counter(unread) == planned
    assert sum(lines * times for (_, lines, _), times in unread.items()) == found["totals"]["planned_lines"]
    in_chunks = {part["path"] for chunk in found["chunks"] for part in chunk["files"]}
    assert {path for path, _, _ in unread} == in_chunks


def test_a_large_change_is_cut_into_chunks_with_a_price(shell: Shell, shop: Repository) -> None:
    shop.commit({f"shop/part_{number}.py": write_lines(3000, f"part{number}") for number in range(3)})
    found = plan_json(shell, shop)
    assert len(found["chunks"]) > 1
    assert all(chunk["usd"] > 0 for chunk in found["chunks"])
    reading = sum(chunk["usd"] for chunk in found["chunks"])
    weighing = found["totals"]["architecture_usd"]
    assert 0 < weighing < 0.5
    assert found["totals"]["usd"] == pytest.approx(reading + weighing, abs=1e-5)
    part = by_path(found)["shop/part_2.py"]
    for number in part["chunks"]:
        assert "shop/part_2.py" in {item["path"] for item in found["chunks"][number - 1]["files"]}
    covered = sum(
        hunk["new_lines"]
        for chunk in found["chunks"]
        for item in chunk["files"]
        if item["path"] == "shop/part_2.py"
        for hunk in item["hunks"]
    )
    assert covered == part["additions"]


def test_what_the_budget_would_leave_unread_is_named(shell: Shell, shop: Repository) -> None:
    shop.commit({f"shop/part_{number}.py": write_lines(3000, f"part{number}") for number in range(3)})
    whole = plan_json(shell, shop)
    first = whole["chunks"][0]["usd"]
    found = plan_json(shell, shop, LINTEL_REVIEW_BUDGET_USD=f"{first + 0.65:.2f}")
    assert 1 <= len(found["chunks"]) < len(whole["chunks"])
    assert found["conclusion"] == "action_required"
    assert found["totals"]["unexcused_lines"] > 0
    assert found["totals"]["planned_lines"] + found["totals"]["left_out_lines"] == whole["totals"]["changed_lines"]
    assert any("budget" in item["reason"] for file in found["files"] for item in file["left_out"])
    words = plan(shell, shop, LINTEL_REVIEW_BUDGET_USD="0.01").out
    assert "budget of $0.01" in " ".join(words.split())


def test_the_architect_has_a_price_where_the_change_may_touch_what_modules_need(shell: Shell, shop: Repository) -> None:
    shop.commit({"shop/tax.py": "import shop.total\n"})
    assert plan_json(shell, shop)["totals"]["architecture_usd"] > 0
    assert "if its architecture is weighed" in " ".join(plan(shell, shop).out.split())
    short = plan_json(shell, shop, LINTEL_REVIEW_BUDGET_USD="0.95")
    assert (len(short["chunks"]), short["totals"]["architecture_usd"]) == (1, 0)
    shop.git("switch", "--quiet", "main")
    shop.git("switch", "--quiet", "--create", "words")
    shop.commit({"README.md": "A shop of books.\n", "tests/test_total.py": "import shop.total\n"})
    assert plan_json(shell, shop)["totals"]["architecture_usd"] == 0


def test_a_model_without_a_price_has_none(shell: Shell, shop: Repository) -> None:
    found = plan_json(shell, shop, LINTEL_MODEL="home-grown")
    assert (found["model"], found["totals"]["usd"], found["chunks"][0]["usd"]) == ("home-grown", None, None)
    assert "price unknown" in plan(shell, shop, LINTEL_MODEL="home-grown").out
    refused = plan(shell, shop, LINTEL_MODEL="home-grown", LINTEL_REVIEW_BUDGET_USD="1")
    assert refused.code == USAGE
    assert "home-grown" in refused.complaint


def test_without_a_model_nothing_has_a_price_and_the_gate_says_so(shell: Shell, shop: Repository) -> None:
    found = plan_json(shell, shop, "--no-model")
    assert (found["model"], found["limit_usd"], found["totals"]["usd"]) == (None, None, None)
    assert found["conclusion"] == "success"
    assert "No model read this change." in plan(shell, shop, "--no-model").out


def test_what_is_not_committed_can_be_planned_and_nothing_is_written(shell: Shell, shop: Repository) -> None:
    shop.write({"shop/staged.py": "STAGED = 1\n"})
    shop.git("add", "--all")
    shop.write({"shop/loose.py": "LOOSE = 1\nLOOSER = 2\n"})
    before = everything_in(shop.path)
    staged = plan_json(shell, shop, "--staged")
    loose = plan_json(shell, shop, "--working-tree")
    assert set(by_path(staged)) == {"shop/staged.py"}
    assert set(by_path(loose)) == {"shop/staged.py", "shop/loose.py"}
    assert everything_in(shop.path) == before


def test_the_plan_can_go_to_a_file(shell: Shell, shop: Repository) -> None:
    ended = plan(shell, shop, "--output", "plan.txt")
    assert (ended.code, ended.out) == (FINE, "")
    assert "shop/total.py" in (shell.directory / "plan.txt").read_text(encoding="utf-8")
    plan(shell, shop, "--output", "plan.json", "--format", "json")
    assert json.loads((shell.directory / "plan.json").read_text(encoding="utf-8"))["schema_version"] == 1


def test_a_table_of_many_files_is_cut_and_says_so(shell: Shell, shop: Repository) -> None:
    shop.commit({f"shop/part_{number}.py": f"PART = {number}\n" for number in range(200)})
    words = plan(shell, shop, COLUMNS="80").out
    assert len(words.splitlines()) < 120
    assert "more: see --format json" in words
    assert len(plan_json(shell, shop)["files"]) == 201


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nowhere"], "'nowhere' names no commit here"),
        (["--staged", "--working-tree"], "--staged and --working-tree exclude each other"),
        (["--staged", "--base", "main"], "leave out --base and --head"),
        (["--policy", "missing.yml"], "--policy missing.yml cannot be read"),
        (["--output", "missing/report"], "--output missing/report cannot be written"),
        (["--explain", "shop/totals.py"], "shop/totals.py is not part of this change; did you mean shop/total.py?"),
        (["--explain", "total.py"], "did you mean shop/total.py?"),
        (["--explain", "\x1b[31mREADME.md"], "is not part of this change"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_mend(
    arguments: list[str], said: str, shell: Shell, shop: Repository
) -> None:
    ended = plan(shell, shop, "--format", "json", *arguments)
    assert (ended.code, ended.out) == (USAGE, "")
    assert said in ended.complaint
    assert "\x1b" not in ended.err


def test_a_policy_that_cannot_be_used_is_wrong_configuration(shell: Shell, shop: Repository) -> None:
    on_main(shop, {".github/lintel.yml": "version: 1\nmoed: gate\n"})
    ended = plan(shell, shop)
    assert (ended.code, ended.out) == (USAGE, "")
    assert ".github/lintel.yml:2:1" in ended.complaint


def test_the_arguments_of_a_review_are_taken(shell: Shell, shop: Repository) -> None:
    assert plan(shell, shop, "--fail-on", "low", "--base", "main", "--head", "HEAD").code == FINE


def test_a_path_can_be_explained(shell: Shell, wide: Repository) -> None:
    words = " ".join(plan(shell, wide, "--explain", "shop/new name.py").out.split())
    assert "from shop/old.py" in words
    assert "source" in words
    assert "chunk 1" in words
    assert "beside" in words
    old = plan(shell, wide, "--explain", "shop/old.py").out
    assert " ".join(old.split()) == words
    excluded = " ".join(plan(shell, wide, "--explain", "./vendor/lib.js").out.split())
    assert "left out 2 lines" in excluded
    assert "vendor/** in .github/lintel.yml" in excluded
    generated = " ".join(plan(shell, wide, "--explain", "gen/out.py").out.split())
    assert "linguist-generated" in generated


def test_an_explanation_as_json_has_each_hunk_with_its_chunk(shell: Shell, wide: Repository) -> None:
    found = plan_json(shell, wide, "--explain", "shop/total.py")
    assert FILE_KEYS | {"class_why", "places", "beside"} <= found.keys()
    (place,) = found["places"]
    assert (place["chunk"], place["edit"]) == (1, None)
    assert place["hunks"] == [{"old_start": 1, "old_lines": 2, "new_start": 1, "new_lines": 2}]
    assert "shop/new name.py" in found["beside"]["1"]


def test_one_edit_in_many_files_is_told_once(shell: Shell, shop: Repository) -> None:
    def module(number: int, name: str) -> str:
        return f"from shop import {name}\n\n\ndef pay_{number}(basket):\n    return {name}(basket)\n"

    on_main(shop, {f"shop/d{number % 7}/m{number}.py": module(number, "old_total") for number in range(60)})
    shop.commit({f"shop/d{number % 7}/m{number}.py": module(number, "grand_total") for number in range(60)})
    found = plan_json(shell, shop)
    sweeps = [sweep for chunk in found["chunks"] for sweep in chunk["sweeps"]]
    assert sweeps
    assert all("old_total" in sweep["edit"] for sweep in sweeps)
    listed = {site["path"] for sweep in sweeps for site in sweep["sites"]}
    assert len(listed) > 40
    assert found["totals"]["planned_lines"] == found["totals"]["changed_lines"]
    assert "the same edit in" in " ".join(plan(shell, shop).out.split())
    explained = plan_json(shell, shop, "--explain", min(listed))
    assert "grand_total" in explained["places"][0]["edit"]


def test_a_secret_in_a_path_is_not_shown(shell: Shell, shop: Repository) -> None:
    shop.commit({f"keys/{TOKEN}.py": "A = 1\n", "vendor/x.py": "B = 1\n"})
    words = plan(shell, shop)
    found = plan(shell, shop, "--format", "json")
    assert TOKEN not in words.out + words.err + found.out + found.err
    assert "keys/‹secret:" in words.out
    explained = plan(shell, shop, "--explain", f"keys/{TOKEN}.py")
    assert explained.code == FINE
    assert TOKEN not in explained.out


def test_hostile_names_are_shown_and_do_nothing(shell: Shell, shop: Repository) -> None:
    shop.commit({HOSTILE: "A = 1\n", "shop/[bold]\x1b[2J.png": b"\0"})
    words = plan(shell, shop)
    explained = plan(shell, shop, "--explain", HOSTILE)
    for text in (words.out, explained.out):
        assert not {"\x1b", "\x07", "\u202e", "\u009b"} & set(text)
        assert "shop/[red]‹U+001B›[31m‹U+202E›‹U+009B›2Kx.py" in "".join(text.split())
    assert HOSTILE in by_path(plan_json(shell, shop))
