"""Holes in workflows become findings on added lines, and nothing in the change can silence them."""

import pytest

from app.core.findings.finding import Severity, Source
from app.core.report.report import AnalyzerState
from tests.analyzers.change import analyze_change, rules_at

SAFE = """\
name: ci
on: pull_request
permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - name: greet
        run: |
          echo hello
"""
INJECTED = SAFE + '          echo "${{ github.event.pull_request.title }}"\n'
PATH = ".github/workflows/ci.yml"


async def test_a_template_injection_is_a_finding_on_its_line() -> None:
    analysis = await analyze_change({PATH: SAFE}, {PATH: INJECTED}, only=["zizmor"])

    (claim,) = analysis.claims
    assert (claim.path, claim.line, claim.rule) == (PATH, 11, "zizmor:template-injection")
    assert (claim.severity, claim.source, claim.confidence) == (Severity.MEDIUM, Source.ANALYZER, 90)
    assert claim.quote.strip().startswith("echo")


async def test_what_the_base_had_already_is_no_finding() -> None:
    assert (await analyze_change({PATH: INJECTED}, {PATH: "# moved\n" + INJECTED}, only=["zizmor"])).claims == ()


@pytest.mark.parametrize("silencer", ["zizmor.yml", ".github/zizmor.yml", ".gitignore"])
async def test_configuration_in_the_change_changes_nothing(silencer: str) -> None:
    text = "rules:\n  template-injection:\n    disable: true\n" if silencer.endswith("yml") else "*\n"
    analysis = await analyze_change({}, {PATH: INJECTED, silencer: text}, only=["zizmor"])
    assert rules_at(analysis.claims) == [("zizmor:template-injection", None, 11)]


async def test_a_comment_cannot_silence_it() -> None:
    text = INJECTED.replace("- name: greet", "- name: greet # zizmor: ignore[template-injection]")
    text += "          # zizmor: ignore[template-injection]\n"
    analysis = await analyze_change({}, {PATH: text}, only=["zizmor"])
    assert ("zizmor:template-injection", None, 11) in rules_at(analysis.claims)


async def test_an_action_is_read_as_one() -> None:
    action = (
        "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - shell: bash\n"
        "      run: echo ${{ github.event.issue.title }}\n"
    )
    analysis = await analyze_change({}, {"tools/setup/action.yml": action}, only=["zizmor"])
    assert rules_at(analysis.claims) == [("zizmor:template-injection", None, 7)]


@pytest.mark.parametrize("path", [".github/workflows/release.yaml", ".github/workflows/action.yml"])
async def test_a_workflow_is_one_by_its_place_whatever_it_is_called(path: str) -> None:
    analysis = await analyze_change({}, {path: INJECTED}, only=["zizmor"])
    assert rules_at(analysis.claims) == [("zizmor:template-injection", None, 11)]


@pytest.mark.parametrize("path", [".github/actions/setup/action.yaml", "action.yml"])
async def test_an_action_is_read_wherever_it_stands(path: str) -> None:
    action = (
        "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - uses: someone/thing@v1\n"
        "    - shell: bash\n      run: echo ${{ github.event.issue.title }}\n"
    )
    analysis = await analyze_change({}, {path: action}, only=["zizmor"])
    assert ("zizmor:template-injection", None, 8) in rules_at(analysis.claims)


@pytest.mark.parametrize("path", [".github/dependabot.yml", ".github/dependabot.yaml"])
async def test_updates_that_run_code_of_packages_are_a_finding(path: str) -> None:
    kept = (
        "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule: {interval: weekly}\n"
        "    cooldown: {default-days: 14}\n"
    )
    opened = f"{kept}    insecure-external-code-execution: allow\n"
    analysis = await analyze_change({path: kept}, {path: opened}, only=["zizmor"])
    assert rules_at(analysis.claims) == [("zizmor:dependabot-execution", None, 7)]
    assert "zizmor warns of" not in analysis.claims[0].title


async def test_hooks_that_are_fetched_without_tls_are_a_finding() -> None:
    text = "repos:\n  - repo: http://git.example/hooks\n    rev: v1\n    hooks: [{id: look}]\n"
    analysis = await analyze_change({}, {".pre-commit-config.yaml": text}, only=["zizmor"])
    assert ("zizmor:insecure-url-scheme", None, 2) in rules_at(analysis.claims)


@pytest.mark.parametrize("broken", ["on: [push\n", "jobs: 3\n", "a: &a [*a]\n"])
async def test_a_workflow_it_cannot_read_is_a_named_failure_and_the_others_are_judged(broken: str) -> None:
    other = ".github/workflows/broken.yml"
    analysis = await analyze_change({}, {PATH: INJECTED, other: broken}, only=["zizmor"])

    (outcome,) = [outcome for outcome in analysis.outcomes if outcome.name == "zizmor"]
    assert outcome.state is AnalyzerState.FAILED
    assert outcome.note.startswith(f"{other}: zizmor ended with status")
    assert rules_at(analysis.claims) == [("zizmor:template-injection", None, 11)]
    assert other not in analysis.completed[Source.ANALYZER]


async def test_a_base_it_cannot_read_makes_all_of_the_head_new() -> None:
    analysis = await analyze_change({PATH: "on: [push\n"}, {PATH: INJECTED}, only=["zizmor"])
    assert rules_at(analysis.claims) == [("zizmor:template-injection", None, 11)]
    assert PATH in analysis.completed[Source.ANALYZER]


async def test_only_workflows_and_actions_are_its_business() -> None:
    analysis = await analyze_change({}, {"docs/ci.yml": INJECTED, "deploy/x.yaml": "a: 1\n"}, only=["zizmor"])
    (outcome,) = [outcome for outcome in analysis.outcomes if outcome.name == "zizmor"]
    assert (outcome.state, outcome.note) == (AnalyzerState.SKIPPED, "no file for it in this change")
