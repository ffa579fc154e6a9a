"""What no line of a diff shows is named, and shuts the gate unless the base excuses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.core.change.chunking import plan_review
from app.core.change.classes.attributes import Attributes
from app.core.change.classes.exclusion import ExcludeRule
from app.core.change.coverage import account
from app.core.change.diff import FilePatch, FileStatus
from app.core.change.plan import Plan
from app.core.gate.policy import Policy
from app.core.gate.verdict import Conclusion, GateFacts, decide
from tests.core.changes import change, change_file

VERSION = "version https://git-lfs.github.com/spec/v1"
POINTER = [VERSION, f"oid sha256:{'a' * 64}", "size 12345"]
MOVED = [VERSION, f"oid sha256:{'b' * 64}", "size 12346"]
BODY = [f"line_{number} = {number}" for number in range(40)]
EDITED = [*BODY[:20], "line_20 = 0", *BODY[21:]]


def plan_of(*files: FilePatch, exclude: Sequence[str] = (), attributes: str = "") -> Plan:
    rules = [ExcludeRule(pattern, ".github/lintel.yml") for pattern in exclude]
    return plan_review(change(*files), exclude=rules, attributes=Attributes.parse(attributes))


def moved(old: str, new: str, *, mode: tuple[str, str] = ("100644", "100644")) -> FilePatch:
    return FilePatch(new, old, FileStatus.RENAMED, *mode)


def chmod(path: str, old: str, new: str) -> FilePatch:
    return FilePatch(path, path, FileStatus.MODIFIED, old, new)


def submodule(path: str = "lib") -> FilePatch:
    file = change_file(path, ["Subproject commit 1"], ["Subproject commit 2"])
    return replace(file, old_mode="160000", new_mode="160000")


def conclusion(plan: Plan) -> Conclusion:
    return decide(GateFacts(policy=Policy(), coverage=account(plan, {}))).conclusion


UNSHOWN = {
    "renamed out of an excluded directory": (moved("vendor/evil.py", "app/evil.py"), 0, "keep the old file"),
    "renamed out of what attributes excuse": (moved("gen/evil.py", "app/evil.py"), 0, "keep the old file"),
    "renamed to a workflow": (moved("docs/x.yml", ".github/workflows/x.yml"), 0, "makes it a workflow"),
    "a workflow switched on": (moved(".github/workflows/x.txt", ".github/workflows/x.yml"), 0, "makes it a workflow"),
    "renamed to an action": (moved("docs/x.yml", "tools/action.yml"), 0, "makes it an action"),
    "renamed to a Dockerfile": (moved("notes.txt", "Dockerfile"), 0, "makes it a Dockerfile"),
    "renamed to the owners": (moved("notes.txt", ".github/CODEOWNERS"), 0, "makes it a list of code owners"),
    "renamed to the policy": (moved("notes.yml", ".github/lintel.yml"), 0, "makes it Lintel's policy"),
    "renamed to attributes": (moved("notes.txt", ".gitattributes"), 0, "makes it a configuration of git"),
    "renamed to another CI's": (moved("notes.yml", ".gitlab-ci.yml"), 0, "makes it a CI configuration"),
    "renamed to instructions": (moved("docs/x.md", "app/CLAUDE.md"), 0, "makes it instructions to coding agents"),
    "renamed to rules": (moved("docs/x.md", ".cursor/rules/x.mdc"), 0, "makes it instructions to coding agents"),
    "renamed to a manifest": (moved("docs/x.txt", "package.json"), 0, "makes it a list of what is installed"),
    "renamed to a makefile": (moved("src/x.txt", "Makefile"), 0, "makes it a program of the build"),
    "renamed to a hook": (moved("src/x", ".husky/pre-push"), 0, "makes it a program that is run unasked"),
    "renamed to what Python runs": (moved("src/x.py", "src/conftest.py"), 0, "a program that is run unasked"),
    "renamed to a script": (moved("src/x.txt", "src/x.sh"), 0, "makes it a script"),
    "renamed to a migration": (moved("src/x.sql", "db/migrations/0002_x.sql"), 0, "makes it a migration"),
    "renamed out of the documentation": (moved("docs/x.txt", "src/x.py"), 0, "it was documentation and is no longer"),
    "made executable": (chmod("run.sh", "100644", "100755"), 0, "from a file into an executable file"),
    "made a plain file": (chmod("run.sh", "100755", "100644"), 0, "from an executable file into a file"),
    "renamed and made executable": (moved("a.sh", "b.sh", mode=("100644", "100755")), 0, "an executable file"),
    "a submodule": (submodule(), 2, "another repository"),
    "a pointer": (change_file("a.psd", [], POINTER), 3, "Git LFS pointer"),
    "a pointer that moves": (change_file("a.psd", POINTER, MOVED), 4, "Git LFS pointer"),
    "a text that becomes a pointer": (change_file("a.py", BODY, POINTER), 43, "Git LFS pointer"),
    "a pointer that begins with blanks": (change_file("a.psd", [], ["", f"{VERSION} ", *POINTER[1:]]), 4, "pointer"),
    "a pointer of old": (change_file("a.psd", [], ["version https://hawser.github.com/spec/v1"]), 1, "pointer"),
    "a pointer whose version is not shown": (change_file("a.psd", POINTER[1:], MOVED[1:]), 4, "Git LFS pointer"),
}
EXCUSED = ("vendor/**",)
GENERATED = "gen/* linguist-generated"


@pytest.mark.parametrize("name", UNSHOWN)
def test_what_no_line_shows_shuts_the_gate_and_names_its_mend(name: str) -> None:
    file, lines, words = UNSHOWN[name]
    plan = plan_of(file, exclude=EXCUSED, attributes=GENERATED)

    (missing,) = plan.left_out
    assert (missing.path, missing.lines, missing.excused) == (file.path, lines, False)
    assert words in missing.reason
    assert "keep the old file in this change" in missing.reason or "exclude its path" in missing.reason
    assert plan.chunks == ()
    assert conclusion(plan) is Conclusion.ACTION_REQUIRED


@pytest.mark.parametrize("name", UNSHOWN)
def test_the_base_excuses_what_no_line_shows_as_everything_else(name: str) -> None:
    file, lines, _ = UNSHOWN[name]
    plan = plan_of(file, exclude=[*EXCUSED, file.path], attributes=GENERATED)

    (missing,) = plan.left_out
    assert (missing.path, missing.lines, missing.excused) == (file.path, lines, True)
    assert missing.reason == f"excluded by {file.path} in .github/lintel.yml"
    assert conclusion(plan) is Conclusion.SUCCESS


@pytest.mark.parametrize(
    "file",
    [
        moved("src/a.py", "src/b.py"),
        moved("src/a.py", "vendor/a.py"),
        moved("vendor/a.py", "vendor/b.py"),
        moved(".github/workflows/a.yml", ".github/workflows/b.yml"),
        moved("Dockerfile", "docker/Dockerfile"),
        moved("a/x.sh", "b/x.sh"),
        moved("docs/a.md", "guide/a.md"),
        moved("LICENSE.txt", "LICENSE"),
        moved("docs/a.py", "src/a.py"),
        moved("tests/test_a.py", "src/test_a.py"),
        moved("a/CLAUDE.md", "b/CLAUDE.md"),
    ],
    ids=lambda file: f"{file.old_path} to {file.path}",
)
def test_other_pure_renames_are_fine(file: FilePatch) -> None:
    plan = plan_of(file, exclude=EXCUSED)

    assert all(item.excused for item in plan.left_out)
    assert conclusion(plan) is Conclusion.SUCCESS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("vendor/evil.py", "app/evil.py", "renamed out of"),
        ("docs/x.yml", ".github/workflows/x.yml", "makes it a workflow"),
    ],
)
def test_an_edited_rename_is_read_and_its_unread_rest_is_named(old: str, new: str, words: str) -> None:
    plan = plan_of(change_file(new, BODY, EDITED, old_path=old), exclude=EXCUSED)

    assert [chunk.paths for chunk in plan.chunks] == [(new,)]
    assert [(item.path, item.lines, item.excused) for item in plan.left_out] == [(new, 0, False)]
    assert words in plan.left_out[0].reason
    assert account(plan, {}).reviewed_lines == 2
    assert conclusion(plan) is Conclusion.ACTION_REQUIRED


def test_a_file_that_becomes_a_link_is_read_and_its_change_of_kind_is_named() -> None:
    file = replace(change_file("a", ["text"], ["/etc/passwd"], status=FileStatus.TYPE_CHANGED), new_mode="120000")
    plan = plan_of(file)

    assert plan.chunks[0].paths == ("a",)
    assert [item.reason.split(",")[0] for item in plan.left_out] == ["it turns from a file into a symbolic link"]


def test_every_reason_of_one_file_is_named() -> None:
    plan = plan_of(moved("vendor/run.sh", "run.sh", mode=("100644", "100755")), exclude=EXCUSED)

    assert [item.path for item in plan.left_out] == ["run.sh", "run.sh"]


@pytest.mark.parametrize(
    "file",
    [
        replace(change_file("run.sh", [], BODY), old_mode="000000", new_mode="100755"),
        replace(change_file("run.sh", BODY, [], status=FileStatus.REMOVED), old_mode="100755", new_mode="000000"),
        replace(change_file("link", ["a"], ["/etc/passwd"]), old_mode="120000", new_mode="120000"),
        change_file("docs/lfs.md", [], ["A pointer begins with", VERSION]),
        change_file("sizes.txt", ["size 1"], ["size 2"]),
        change_file("a.psd", POINTER, BODY),
        change_file("a.psd", POINTER, [], status=FileStatus.REMOVED),
    ],
    ids=["new script", "gone script", "link", "about pointers", "sizes", "pointer to text", "gone pointer"],
)
def test_what_the_lines_show_whole_is_read(file: FilePatch) -> None:
    plan = plan_of(file)

    assert plan.left_out == ()
    assert account(plan, {}).reviewed_lines == file.changed_lines
