"""All analyzers over one change: who they are, how each came out, and where their silence counts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.analyzers import analyzers
from app.analyzers.analyzer import Contents
from app.analyzers.run import analyze
from app.core.change.diff import FilePatch, FileStatus, Patch
from app.core.findings.finding import Severity, Source
from app.core.gate.policy import AnalyzerPolicy
from app.core.report.report import AnalyzerState
from app.core.secrecy.redaction import redact_patch
from tests.analyzers.change import analyze_change, patch_of

TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zC0fG1iL3"


def test_each_file_with_an_analyzer_is_one_and_the_policy_knows_the_switchable_ones() -> None:
    assert [one.name for one in analyzers()] == ["invisible", "ruff", "secrets", "zizmor"]
    assert set(AnalyzerPolicy.model_fields) <= {one.name for one in analyzers()}


async def test_one_switched_off_is_named_and_hinders_no_other() -> None:
    analysis = await analyze_change({}, {"a.py": "import os\nprint(missing)\n"}, only=["secrets", "invisible"])

    states = {outcome.name: (outcome.state, outcome.note) for outcome in analysis.outcomes}
    assert states["ruff"] == (AnalyzerState.SKIPPED, "switched off by the policy")
    assert states["secrets"] == (AnalyzerState.OK, "")
    assert analysis.completed == {Source.ANALYZER: {"a.py"}, Source.SECRETS: {"a.py"}}


async def test_a_secret_is_a_finding_that_does_not_show_it() -> None:
    analysis = await analyze_change({"conf.ini": "[a]\n"}, {"conf.ini": f"[a]\ntoken = {TOKEN}\n"})

    (claim,) = analysis.claims
    assert (claim.source, claim.severity, claim.line, claim.start_line) == (Source.SECRETS, Severity.HIGH, 2, None)
    assert claim.quote == "token = ‹secret:github-token›"
    assert claim.title == "A secret is committed: github token, beginning with ghp_"
    said = f"{claim}"
    assert [part for at in range(len(TOKEN) - 5) if (part := TOKEN[at : at + 5]) in said] == []


async def test_a_secret_that_goes_or_stays_is_no_finding() -> None:
    gone = await analyze_change({"a": f"x\ntoken = {TOKEN}\n"}, {"a": "x\n"})
    stays = await analyze_change({"a": f"token = {TOKEN}\n"}, {"a": f"token = {TOKEN}\nmore\n"})
    assert (gone.claims, stays.claims) == ((), ())


@pytest.mark.parametrize(
    ("path", "line", "severity", "what"),
    [
        (
            "a.py",
            'if role != "user\u202e \u2066# admin\u2069 \u2066":',
            Severity.HIGH,
            "U+202E RIGHT-TO-LEFT OVERRIDE in column 17",
        ),
        ("a.md", "plain \u202e text", Severity.MEDIUM, "U+202E RIGHT-TO-LEFT OVERRIDE in column 7"),
        ("a.ts", "const to\u200bken = 1", Severity.MEDIUM, "U+200B ZERO WIDTH SPACE in column 9"),
        ("a.txt", "hi\U000e0041\U000e0042", Severity.MEDIUM, "TAG LATIN CAPITAL LETTER A in column 3"),
    ],
)
async def test_an_unseen_character_is_a_finding_with_its_column(
    path: str, line: str, severity: Severity, what: str
) -> None:
    analysis = await analyze_change({path: "x\n"}, {path: f"x\n{line}\n"}, only=["invisible"])

    (claim,) = analysis.claims
    assert (claim.line, claim.severity, claim.quote) == (2, severity, line)
    assert what in claim.body


async def test_honest_writing_has_no_unseen_characters() -> None:
    text = "👩‍👩‍👧 ❤️ naïve — “ok” עברית العربية हिन्दी\r\n"
    assert (await analyze_change({}, {"a.md": text, "b.py": f"# {text}"}, only=["invisible"])).claims == ()


async def test_a_file_whose_change_could_not_be_read_is_a_failure_for_whoever_wanted_it() -> None:
    file = FilePatch("a.txt", "a.txt", FileStatus.MODIFIED, additions=3, fault="line counts do not add up")
    redacted = redact_patch(Patch(merge_base="a" * 40, head="b" * 40, files=(file,)))

    async def read(files: Sequence[FilePatch]) -> dict[str, Contents]:
        raise AssertionError(f"nobody needs {files}")

    analysis = await analyze(redacted, read, {})

    failed = {outcome.name: outcome.note for outcome in analysis.outcomes if outcome.state is AnalyzerState.FAILED}
    assert failed == dict.fromkeys(("invisible", "secrets"), "a.txt: its change could not be read")
    assert analysis.completed[Source.SECRETS] == frozenset()


async def test_contents_that_are_missing_from_the_answer_are_a_failure() -> None:
    async def read(files: Sequence[FilePatch]) -> dict[str, Contents]:
        return dict.fromkeys([file.path for file in files][:0], Contents(None, None))

    analysis = await analyze(redact_patch(patch_of({}, {"a.py": "x = 1\n"})), read, {})

    (ruff,) = [outcome for outcome in analysis.outcomes if outcome.name == "ruff"]
    assert (ruff.state, ruff.note) == (AnalyzerState.FAILED, "a.py: its content at head could not be read")


@pytest.mark.parametrize("content", ["x = 1\n", "\0\0"])
async def test_a_secret_in_the_name_of_a_new_file_is_a_finding_of_the_file(content: str) -> None:
    path = "keys/AKIAQ3EGRXK7PLM5VZTN.py"
    patch = patch_of({}, {path: content})
    patch = replace(patch, files=tuple(replace(file, binary="\0" in content) for file in patch.files))

    async def read(files: Sequence[FilePatch]) -> dict[str, Contents]:
        return {file.path: Contents(None, content.encode()) for file in files}

    analysis = await analyze(redact_patch(patch), read, {"ruff": False, "zizmor": False})

    (claim,) = analysis.claims
    assert (claim.path, claim.line, claim.source, claim.severity) == (path, None, Source.SECRETS, Severity.HIGH)
    assert claim.title == "The name of a file holds a secret: aws access token"
    assert "AKIA" not in f"{claim.title}{claim.body}{claim.quote}"


async def test_a_failure_is_told_without_the_secret_of_its_path() -> None:
    broken = FilePatch("keys/AKIAQ3EGRXK7PLM5VZTN.py", "x.py", FileStatus.RENAMED, fault="it cannot be read")

    async def read(files: Sequence[FilePatch]) -> dict[str, Contents]:
        return {}

    analysis = await analyze(redact_patch(Patch("a" * 40, "b" * 40, (broken,))), read, {})

    notes = " ".join(outcome.note for outcome in analysis.outcomes)
    assert "keys/‹secret:aws-access-token›.py" in notes
    assert "AKIA" not in notes
