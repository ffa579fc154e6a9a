"""Broken rules from outside: what the commands say of them, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Shell
from tests.cli.nursery import Nursery
from tests.fit.planted.planting import CORE_WEB, LAYERS
from tests.fit.planted.python_tree import TREE
from tests.repo.world import Repository, make_repository

FINE, GATE = 0, 1
TAX = "shop/core/tax.py"
BREAK = "import os\n\nfrom shop.web import views\n"


@pytest.fixture
def shell(tmp_path: Path, planted_nursery: Nursery) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home, planted_nursery)


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """The shop in Python on its default branch, with another one checked out."""
    repository = make_repository(tmp_path / "shop")
    repository.commit({".github/lintel.yml": LAYERS, **TREE})
    repository.git("switch", "--quiet", "--create", "change")
    return repository


def review(shell: Shell, shop: Repository, *, code: int) -> dict[str, Any]:
    ended = shell.lintel("review", "--repo", shop.path, "--no-model", "--format", "json")
    assert (ended.code, ended.err) == (code, "")
    report: dict[str, Any] = json.loads(ended.out)
    return report


def test_a_broken_layer_stands_on_its_line_and_shuts_the_gate(shell: Shell, shop: Repository) -> None:
    shop.commit({TAX: BREAK})
    report = review(shell, shop, code=GATE)
    (finding,) = [item for item in report["findings"] if item["source"] == "architecture"]
    assert (finding["path"], finding["side"], finding["line"], finding["placed"]) == (TAX, "RIGHT", 3, "line")
    assert (finding["severity"], finding["blocking"], finding["rule"]) == ("high", True, CORE_WEB)
    assert finding["quote"] == "from shop.web import views"
    assert report["conclusion"] == "failure"
    assert report["architecture"]["verdict"] == "conflicts"
    assert report["architecture"]["rules_checked"] == 3
    (edge,) = report["architecture"]["new_edges"]
    assert (edge["path"], edge["line"], edge["rule"]) == (TAX, 3, CORE_WEB)


def test_the_severity_is_that_of_the_base_and_one_below_the_threshold_does_not_block(
    shell: Shell, shop: Repository
) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({".github/lintel.yml": f"{LAYERS}  severity: low\n"})
    shop.git("switch", "--quiet", "--create", "other")
    shop.commit({TAX: BREAK, ".github/lintel.yml": f"{LAYERS}  severity: critical\n"})
    report = review(shell, shop, code=FINE)
    (finding,) = [item for item in report["findings"] if item["source"] == "architecture"]
    assert (finding["severity"], finding["blocking"]) == ("low", False)


def test_a_file_that_only_moves_into_a_layer_has_its_finding_at_the_file(shell: Shell, shop: Repository) -> None:
    shop.git("mv", "shop/kit.py", "shop/core/kit.py")
    shop.commit()
    report = review(shell, shop, code=GATE)
    (finding,) = [item for item in report["findings"] if item["source"] == "architecture"]
    assert (finding["path"], finding["placed"], finding["blocking"]) == ("shop/core/kit.py", "file", True)


def test_a_break_in_a_file_that_the_change_leaves_alone_stands_in_the_summary(shell: Shell, tmp_path: Path) -> None:
    alias = '{"compilerOptions": {"paths": {"@rates": ["./shop/%s/rates.ts"]}}}\n'
    shop = make_repository(tmp_path / "shop")
    shop.commit(
        {
            ".github/lintel.yml": LAYERS,
            "tsconfig.json": alias % "core",
            "shop/core/tax.ts": "import { rate } from '@rates';\n\nrate();\n",
            "shop/core/rates.ts": "export const rate = () => 1;\n",
            "shop/web/rates.ts": "export const rate = () => 2;\n",
        }
    )
    shop.git("switch", "--quiet", "--create", "change")
    shop.commit({"tsconfig.json": alias % "web"})
    report = review(shell, shop, code=GATE)
    (finding,) = [item for item in report["findings"] if item["source"] == "architecture"]
    assert (finding["path"], finding["rule"], finding["blocking"]) == ("shop/core/tax.ts", CORE_WEB, True)
    assert finding["placed"] == "summary"


def test_a_policy_that_goes_with_the_break_does_not_excuse_it(shell: Shell, shop: Repository) -> None:
    (shop.path / ".github/lintel.yml").unlink()
    shop.commit({TAX: BREAK})
    report = review(shell, shop, code=GATE)
    assert CORE_WEB in [finding["rule"] for finding in report["findings"]]


def test_a_break_behind_an_excluded_path_shuts_the_gate_all_the_same(shell: Shell, shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({".github/lintel.yml": f'{LAYERS}review: {{exclude: ["shop/core/**"]}}\n'})
    shop.git("switch", "--quiet", "--create", "other")
    shop.commit({TAX: BREAK})
    report = review(shell, shop, code=GATE)
    (finding,) = [item for item in report["findings"] if item["source"] == "architecture"]
    assert (finding["path"], finding["blocking"]) == (TAX, True)


def test_what_was_broken_before_does_not_count_against_a_change(shell: Shell, shop: Repository) -> None:
    shop.git("switch", "--quiet", "main")
    shop.commit({TAX: BREAK})
    shop.git("switch", "--quiet", "--create", "other")
    shop.commit({TAX: f"# Taxes.\n\n{BREAK}"})
    report = review(shell, shop, code=FINE)
    assert [finding for finding in report["findings"] if finding["source"] == "architecture"] == []


@pytest.mark.parametrize(
    "text", [f"A = [\n{'    1,' * 100_000}\n]\n{BREAK}", f"# coding: utf-7\n# +AAo-{BREAK}"], ids=["large", "coded"]
)
def test_a_file_of_a_layer_that_cannot_be_read_keeps_the_gate_shut(shell: Shell, shop: Repository, text: str) -> None:
    shop.commit({TAX: text})
    report = review(shell, shop, code=GATE)
    assert report["conclusion"] == "action_required"
    assert any(reason.startswith(f"Architecture rules not checked in 1 file: {TAX}") for reason in report["reasons"])


def test_the_command_for_the_architecture_says_the_same(shell: Shell, shop: Repository) -> None:
    shop.commit({TAX: BREAK})
    ended = shell.lintel("architecture", "--repo", shop.path, "--base", "main", "--format", "json")
    found = json.loads(ended.out)["architecture"]
    assert (ended.code, ended.err) == (GATE, "")
    assert [(edge["path"], edge["line"], edge["rule"]) for edge in found["new_edges"]] == [(TAX, 3, CORE_WEB)]


def test_the_command_for_the_architecture_ends_well_where_nothing_is_broken(shell: Shell, shop: Repository) -> None:
    shop.commit({TAX: "from shop.store import rows\n"})
    assert shell.lintel("architecture", "--repo", shop.path, "--base", "main").code == FINE
