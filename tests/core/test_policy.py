from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.policy import BlockOn, Mode, Policy, PolicyFault, read_policy

FULL = """\
version: 1
mode: advisory
block_on: medium
model: optional
check: shared
review:
  branches: ["main", "release/**"]
  drafts: true
  bots: false
  exclude: ["vendor/**", "**/*.snap"]
  guidance: ["docs/adr/*.md"]
  rules:
    - paths: ["app/api/**"]
      text: "Every handler checks the caller's tenant."
  lenses: {correctness: true, contracts: false, security: true, rules: true}
  max_comments: 4
architecture:
  layers:
    - {name: web, paths: ["app/web/**"]}
    - {name: core, paths: ["app/core/**"]}
  forbid:
    - {from: "app/core/**", to: "app/web/**", because: "docs/adr/003.md"}
  cycles: allow
  severity: medium
analyzers: {ruff: true, zizmor: false, secrets: true}
people:
  ai_authored: {human_approvals: 2}
  sensitive:
    - {paths: ["app/auth/**"], owners: codeowners}
  override: admin
budget: {review_usd: 1.5, pull_request_usd: 7}
floor: {}
"""


def test_every_key_of_the_interface_is_read() -> None:
    policy = read_policy(FULL)

    assert isinstance(policy, Policy)
    assert policy.mode is Mode.ADVISORY
    assert policy.block_on is BlockOn.MEDIUM
    assert policy.review.exclude == ("vendor/**", "**/*.snap")
    assert policy.architecture.forbid[0].target == "app/web/**"
    assert policy.people.override == "admin"
    assert policy.budget.pull_request_usd == 7


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_no_policy_means_the_defaults(text: str | None) -> None:
    assert read_policy(text) == Policy()


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param("mode: gate\nmod: gate\n", 2, 1, "unknown key `mod`", id="unknown key"),
        pytest.param("review:\n  drafts: 'yes'\n", 2, 3, "`review.drafts`: input should be a valid boolean", id="type"),
        pytest.param(
            "review:\n  exclude: vendor\n", 2, 3, "`review.exclude`: input should be a valid array", id="list"
        ),
        pytest.param(
            "budget: {review_usd: -1}\n", 1, 10, "`budget.review_usd`: input should be greater than", id="money"
        ),
        pytest.param("budget:\n  review_usd: .inf\n", 2, 15, "a value must be text, a number", id="no limit"),
        pytest.param(
            f"budget: {{review_usd: {'9' * 400}}}\n",
            1,
            10,
            "`budget.review_usd`: input should be a finite",
            id="riches",
        ),
        pytest.param("block_on: severe\n", 1, 1, "`block_on`: input should be ", id="word"),
        pytest.param("mode: gate\nmode: advisory\n", 2, 1, "the key `mode` stands here twice", id="twice"),
        pytest.param("review: {exclude: [&a x, *a]}\n", 1, 26, "aliases (`*name`) are not supported", id="alias"),
        pytest.param("mode: !env x\n", 1, 7, "the tag `!env` is not supported", id="tag"),
        pytest.param("mode: !!python/object:os.system x\n", 1, 7, "a value must be text", id="python tag"),
        pytest.param("mode: [gate\n", 2, 1, "expected ',' or ']', but got '<stream end>'", id="syntax"),
        pytest.param("- mode\n", 1, 1, "the file must be a mapping", id="no mapping"),
        pytest.param("version: 2\n", 1, 1, "`version`: input should be 1", id="version"),
        pytest.param("version: 2020-01-01\n", 1, 10, "a value must be text, a number", id="date"),
        pytest.param("1: x\n", 1, 1, "a key must be text", id="key"),
        pytest.param(
            "review:\n  rules:\n    - paths: ['a']\n", 3, 7, "`review.rules.0.text`: field required", id="gap"
        ),
        pytest.param("[" * 40 + "]" * 40, 1, 13, "nested deeper than 12 levels", id="deep"),
        pytest.param("x: " + "y" * 70_000, 1, 1, "the file is larger than 64 KiB", id="large"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_column(text: str, line: int, column: int, message: str) -> None:
    fault = read_policy(text)

    assert isinstance(fault, PolicyFault)
    assert (fault.line, fault.column) == (line, column)
    assert fault.message.startswith(message)


def test_a_thousand_nested_brackets_end_in_a_fault() -> None:
    assert isinstance(read_policy("[" * 20_000), PolicyFault)


@given(st.text(max_size=300))
def test_any_text_is_a_policy_or_a_fault_and_never_an_exception(text: str) -> None:
    assert isinstance(read_policy(text), Policy | PolicyFault)


def test_the_digest_follows_the_values_and_not_the_spelling() -> None:
    spelled, implied = read_policy("mode: gate\nblock_on: 'high'\n"), read_policy(None)
    other = read_policy("block_on: low\n")

    assert isinstance(spelled, Policy)
    assert isinstance(implied, Policy)
    assert isinstance(other, Policy)
    assert spelled.digest == implied.digest != other.digest


def test_the_readme_shows_only_keys_that_exist() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL):
        assert isinstance(read_policy(block), Policy), block
