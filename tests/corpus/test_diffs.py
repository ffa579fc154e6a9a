"""Bugs that were really made and really fixed, brought back: the main job on changes that nobody made up."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli.exits import Exit
from app.cli.review import run_review
from app.cli.wishes import Format, Range, Wishes
from app.core.change.annotate import AnnotatedLine, annotate, parse_annotated
from app.core.change.chunking import plan_review
from app.core.change.diff import FilePatch, FileStatus, Hunk, Patch, Side
from app.core.findings.anchor import Fabricated, place
from app.core.findings.finding import Anchor, Placed
from app.repo.hunks import read_hunks
from app.repo.objects import GitStore
from app.repo.patch import read_patch
from app.settings import Settings
from tests.build import a_claim
from tests.claude_answers import Plant, planted
from tests.claude_server import ScriptedClaude
from tests.corpus.regressions import (
    CONTEXT,
    Change,
    Defect,
    Regression,
    Row,
    commit_all,
    read_regressions,
    read_sections,
)
from tests.repo.world import Repository, make_repository

REGRESSIONS = read_regressions()
SLIP = 5
NO_PROGRAMS = "analyzers: {ruff: false, zizmor: false}\n"
"""What analyzers say of the same lines is another story."""

each_regression = pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda item: item.name)


@dataclass(frozen=True)
class Corpus:
    """All regressions in one repository, each patch read once."""

    repository: Repository
    ends: dict[str, tuple[str, str]]
    patches: dict[tuple[str, int], Patch] = field(default_factory=dict)

    def patch(self, regression: Regression, context: int = 3) -> Patch:
        key = regression.name, context
        if key not in self.patches:
            reading = read_patch(GitStore(self.repository.git_dir), *self.ends[regression.name], context=context)
            self.patches[key] = asyncio.run(reading)
        return self.patches[key]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    repository = make_repository(tmp_path_factory.mktemp("corpus") / "bugs", "--bare")
    return Corpus(repository, commit_all(repository, REGRESSIONS))


@pytest.fixture(scope="module")
def claude() -> Iterator[ScriptedClaude]:
    with ScriptedClaude(planted({})) as claude:
        yield claude


@pytest.mark.parametrize("regression", read_regressions(whole=True), ids=lambda item: item.name)
def test_every_line_at_fault_of_a_diff_as_it_is_given_can_be_commented(regression: Regression) -> None:
    files = {
        path: FilePatch(path, path, FileStatus.MODIFIED, hunks=read_hunks(body))
        for path, body in read_sections(regression.name)
    }

    assert regression.defects
    for defect in regression.defects:
        _, line = files[defect.path].commentable[defect.side, defect.line]
        assert line.text == defect.text


def rows_of(hunk: Hunk) -> tuple[Row, ...]:
    return tuple((line.kind.value, line.old, line.new, line.text) for line in hunk.lines)


def shown(change: Change) -> Iterator[AnnotatedLine]:
    """The lines of a change as a model can point at them."""
    for sign, old, new, text in (row for hunk in change.hunks for row in hunk):
        side, number = (Side.LEFT, old) if sign == "-" else (Side.RIGHT, new)
        assert number is not None
        yield AnnotatedLine(change.path, side, number, text)


@each_regression
def test_every_hunk_is_read_and_shown_at_its_own_line_numbers(regression: Regression, corpus: Corpus) -> None:
    patch = corpus.patch(regression, CONTEXT)
    assert [file.fault for file in patch.files] == [None] * len(regression.changes)
    assert {file.path: tuple(map(rows_of, file.hunks)) for file in patch.files} == {
        change.path: change.hunks for change in regression.changes
    }
    said = [line for chunk in plan_review(patch).chunks for line in parse_annotated(annotate(chunk))]
    assert sorted(said) == sorted(line for change in regression.changes for line in shown(change))


@each_regression
def test_every_changed_line_is_planned_to_be_read(regression: Regression, corpus: Corpus) -> None:
    plan = plan_review(corpus.patch(regression))
    assert plan.left_out == ()
    assert sum(chunk.changed_lines for chunk in plan.chunks) == regression.changed_lines


@each_regression
def test_every_faulty_line_takes_a_comment(regression: Regression, corpus: Corpus) -> None:
    patch = corpus.patch(regression)
    for defect in regression.defects:
        _, line = patch.by_path[defect.path].commentable[defect.side, defect.line]
        assert (line.text, line.changed) == (defect.text, True)
        assert where(defect, patch, said=defect.line) == (defect.line if defect.text.strip() else None)


@each_regression
@pytest.mark.parametrize("slip", [-SLIP, SLIP])
def test_a_miscounted_line_is_found_by_its_quote(regression: Regression, slip: int, corpus: Corpus) -> None:
    patch = corpus.patch(regression)
    for defect in regression.defects:
        said = max(defect.line + slip, 1)
        texts = Counter(normal(line.text) for _, line in set(patch.by_path[defect.path].commentable.values()))
        if defect.text.strip() and texts[normal(defect.text)] == 1:
            assert where(defect, patch, said=said) == defect.line


def normal(text: str) -> str:
    return " ".join(text.split())


def where(defect: Defect, patch: Patch, *, said: int) -> int | None:
    """The line at which a claim about the defect is placed, None if it counts as made up."""
    placement = place(a_claim(path=defect.path, side=defect.side, line=said, quote=defect.text), patch)
    if isinstance(placement, Fabricated):
        return None
    assert placement.placed is Placed.LINE
    assert placement.anchor is not None
    assert placement.anchor == Anchor(defect.side, None, placement.anchor.line)
    return placement.anchor.line


@each_regression
def test_what_a_model_says_of_the_faulty_line_comes_out_on_that_line(
    regression: Regression, corpus: Corpus, claude: ScriptedClaude, tmp_path: Path
) -> None:
    faults = regression.telling()
    claude.script = planted({f"^{re.escape(fault.text)}$": Plant() for fault in faults})
    settings = Settings(_env_file=None).model_copy(update={"anthropic_base_url": claude.base_url})
    base, head = corpus.ends[regression.name]
    report, policy = tmp_path / "report.json", tmp_path / "lintel.yml"
    policy.write_text(NO_PROGRAMS, encoding="utf-8")
    code = run_review(
        settings,
        Range(directory=corpus.repository.path, base=base, head=head, staged=False, working_tree=False),
        Wishes(form=Format.JSON, output=report, policy=policy, no_model=False, fail_on=None),
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    said = {(item["path"], item["side"], item["line"]) for item in found["findings"] if item["source"] == "model"}
    assert said == {(fault.path, fault.side.value, fault.line) for fault in faults}
    assert code is (Exit.GATE if faults else Exit.FINE)
    files = found["coverage"].pop("files")
    assert found["coverage"] == {
        "changed_lines": regression.changed_lines,
        "reviewed_lines": regression.changed_lines,
        "left_out": [],
    }
    assert all(file["reviewed_lines"] == file["changed_lines"] for file in files)


@pytest.mark.parametrize("regression", REGRESSIONS[::40], ids=lambda item: item.name)
def test_the_command_reviews_it_without_a_model(regression: Regression, corpus: Corpus) -> None:
    base, head = corpus.ends[regression.name]
    command = [sys.executable, "-m", "app", "review", "--repo", str(corpus.repository.path), "--base", base]
    done = subprocess.run(
        [*command, "--head", head, "--format", "json", "--no-model"], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    report = json.loads(done.stdout)
    assert (report["base"], report["head"], report["conclusion"]) == (base, head, "success")
    assert report["coverage"]["changed_lines"] == regression.changed_lines
