"""What ruff finds becomes findings on added lines, and nothing in the change can silence it."""

import asyncio

import pytest

from app.analyzers.analyzer import Limits
from app.analyzers.ruff_rules import RULES, SELECTED
from app.core.findings.finding import Severity, Source
from app.core.report.report import AnalyzerState
from tests.analyzers.change import analyze_change, rules_at

CLEAN = "import subprocess\n\n\ndef run(name):\n    return subprocess.run(['ls', name], check=True)\n"
SHELL = "import subprocess\n\n\ndef run(name):\n    return subprocess.run('ls ' + name, shell=True)\n"


async def test_a_new_hole_is_a_finding_on_its_line() -> None:
    analysis = await analyze_change({"a.py": CLEAN}, {"a.py": SHELL}, only=["ruff"])

    (claim,) = analysis.claims
    assert (claim.path, claim.start_line, claim.line, claim.rule) == ("a.py", None, 5, "ruff:S602")
    assert claim.quote == "    return subprocess.run('ls ' + name, shell=True)"
    assert (claim.severity, claim.category, claim.source) == (Severity.MEDIUM, "security", Source.ANALYZER)
    assert "S602, subprocess-popen-with-shell-equals-true" in claim.body
    assert "a.py" in analysis.completed[Source.ANALYZER]


async def test_what_the_base_had_already_is_no_finding_even_when_its_line_moves() -> None:
    moved = "import logging\n" + SHELL + "\n\ndef other():\n    return logging\n"
    assert (await analyze_change({"a.py": SHELL}, {"a.py": moved}, only=["ruff"])).claims == ()

    first, second = "def one(x):\n    return x\n", "def two(name):\n    return eval(name)\n"
    swapped = await analyze_change({"a.py": first * 3 + second}, {"a.py": second + first * 3}, only=["ruff"])
    assert swapped.claims == ()

    twice = SHELL + "\n\ndef again(name):\n    return subprocess.run('ls ' + name, shell=True)\n"
    analysis = await analyze_change({"a.py": SHELL}, {"a.py": twice}, only=["ruff"])
    assert rules_at(analysis.claims) == [("ruff:S602", None, 9)]


async def test_a_hole_on_an_untouched_line_is_no_finding() -> None:
    base = "def f():\n    return missing\n\n\nx = 1\ny = 2\n"
    assert (await analyze_change({"a.py": base}, {"a.py": base + "z = 3\n"}, only=["ruff"])).claims == ()


async def test_a_range_over_several_lines_is_kept() -> None:
    head = (
        "def find(cursor, name):\n"
        "    try:\n"
        "        cursor.execute(\n"
        '            "SELECT id FROM users WHERE tenant = 1 "\n'
        '            "AND name = \'" + name + "\'"\n'
        "        )\n"
        "    except Exception:\n"
        "        pass\n"
    )
    analysis = await analyze_change({}, {"a.py": head}, only=["ruff"])
    assert rules_at(analysis.claims) == [("ruff:S110", 7, 8), ("ruff:S608", 4, 5)]


async def test_a_range_that_is_only_partly_new_stands_on_both_kinds_of_lines() -> None:
    base = "def f(g):\n    try:\n        g()\n    except Exception:\n        raise\n"
    head = "def f(g):\n    try:\n        g()\n    except Exception:\n        pass\n"
    analysis = await analyze_change({"a.py": base}, {"a.py": head}, only=["ruff"])
    assert rules_at(analysis.claims) == [("ruff:S110", 4, 5)]


@pytest.mark.parametrize(
    "silencer",
    [
        {"ruff.toml": "lint.select = []\nexclude = ['*']\n"},
        {".ruff.toml": "lint.ignore = ['ALL']\n"},
        {"pyproject.toml": "[tool.ruff]\nexclude = ['*']\n[tool.ruff.lint]\nignore = ['S602']\n"},
        {".gitignore": "*\n"},
    ],
    ids=lambda files: next(iter(files)),
)
async def test_configuration_in_the_change_changes_nothing(silencer: dict[str, str]) -> None:
    analysis = await analyze_change({}, {"a.py": SHELL, **silencer}, only=["ruff"])
    assert rules_at(analysis.claims) == [("ruff:S602", None, 5)]


@pytest.mark.parametrize(
    "text",
    [
        "# ruff: noqa\n" + SHELL,
        "# flake8: noqa\n" + SHELL,
        "# ruff: noqa: S602\n" + SHELL,
        "#\n" + SHELL.replace("shell=True)", "shell=True)  # noqa: S602"),
        "#\n" + SHELL.replace("shell=True)", "shell=True)  # nosec"),
        "# ruff: disable[S602]\n" + SHELL,
        "# ruff: file-ignore[S602]\n" + SHELL,
        "#\n" + SHELL.replace("shell=True)", "shell=True)  # ruff: ignore[S602]"),
    ],
)
async def test_a_comment_cannot_silence_it(text: str) -> None:
    analysis = await analyze_change({}, {"a.py": text}, only=["ruff"])
    assert rules_at(analysis.claims) == [("ruff:S602", None, 6)]


@pytest.mark.parametrize(
    "path", ["venv/lib/a.py", "-rf.py", "build/x.py", "../../up.py", "/etc/a.py", "a b/\u202e.py", "x" * 300 + ".py"]
)
async def test_no_path_keeps_a_file_from_being_read_or_reaches_out_of_the_sandbox(path: str) -> None:
    analysis = await analyze_change({}, {path: SHELL}, only=["ruff"])
    assert [(claim.path, claim.rule) for claim in analysis.claims] == [(path, "ruff:S602")]


async def test_a_file_that_no_longer_parses_is_a_finding() -> None:
    analysis = await analyze_change({"a.py": CLEAN}, {"a.py": CLEAN + "def broken(:\n    pass\n"}, only=["ruff"])
    assert "ruff:invalid-syntax" in {claim.rule for claim in analysis.claims}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = '\xff\xfe'\n", "it is not UTF-8 text"),
        (b"x = 1  # harmless\reval(input())\n", "it holds carriage returns that end no line"),
        (b"# " + b"x" * (1 << 20) + b"\n", "it is larger than 1048576 bytes"),
    ],
)
async def test_a_file_it_cannot_judge_is_a_named_failure_and_the_others_are_judged(content: bytes, reason: str) -> None:
    analysis = await analyze_change({}, {"a.py": SHELL, "odd.py": content}, only=["ruff"])

    (outcome,) = [outcome for outcome in analysis.outcomes if outcome.name == "ruff"]
    assert outcome.state is AnalyzerState.FAILED
    assert outcome.note == f"odd.py: {reason}"
    assert rules_at(analysis.claims) == [("ruff:S602", None, 5)]
    assert "a.py" in analysis.completed[Source.ANALYZER]
    assert "odd.py" not in analysis.completed[Source.ANALYZER]


async def test_too_little_time_is_a_failure_and_not_silence() -> None:
    analysis = await analyze_change({}, {"a.py": SHELL}, only=["ruff"], limits=Limits(seconds=0.0001))

    (outcome,) = [outcome for outcome in analysis.outcomes if outcome.name == "ruff"]
    assert (outcome.state, outcome.note) == (AnalyzerState.FAILED, "ruff took longer than 0.0001 seconds")
    assert "a.py" not in analysis.completed[Source.ANALYZER]


async def test_every_rule_is_one_that_ruff_knows_and_none_is_above_medium() -> None:
    analysis = await analyze_change({}, {"a.py": "x = 1\n"}, only=["ruff"])

    assert analysis.claims == ()
    assert "ruff" not in {outcome.name for outcome in analysis.outcomes if outcome.state is AnalyzerState.FAILED}
    assert set(SELECTED) < set(RULES)
    assert [rule for rule in RULES.values() if rule.severity.rank < Severity.MEDIUM.rank] == []


async def test_many_files_are_one_run() -> None:
    files = {f"pkg{number}/m.py": SHELL for number in range(300)}
    async with asyncio.timeout(20):
        analysis = await analyze_change({}, files, only=["ruff"])
    assert len(analysis.claims) == 300
