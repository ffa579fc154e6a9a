"""In the reading guide every point says where it comes from, and both names of a file count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.architecture.guide.passages import make_guide
from app.architecture.guide.questions import CLASSES, DANGERS, QUESTIONS, Reason
from app.core.change.classes.risk import explain_risk, rate_risk
from app.core.change.diff import FileStatus
from app.core.change.plan import FileClass, PlannedFile
from app.core.fit.guide import Passage
from app.core.gate.policy import SensitivePaths
from app.core.people.owners import Owners
from app.core.people.sensitivity import Sensitive, SensitiveKind, find_sensitive
from tests.core.changes import change_file

BEFORE = [f"x{number} = 0" for number in range(9)]


def edit(path: str, kind: FileClass = FileClass.SOURCE, text: str = "changed", old_path: str = "") -> PlannedFile:
    file = change_file(path, BEFORE, [*BEFORE[:4], text, *BEFORE[5:]])
    if old_path:
        file = replace(file, old_path=old_path, status=FileStatus.RENAMED)
    return PlannedFile(file, kind)


def read(planned: PlannedFile, *declared: SensitivePaths) -> Passage:
    found = find_sensitive([planned.file.path, planned.file.old_path], declared, Owners())
    (passage,) = make_guide([planned], {}, None, found).passages
    return passage


def test_each_reason_is_a_point_of_its_own_with_its_kind() -> None:
    points = dict(read(edit("shop/auth/billing.py", text="subprocess.run(word)")).points)
    auth, money, runs = (
        points["sensitive (auth): about who somebody is"],
        points["sensitive (payments): about money"],
        points["runs code or commands"],
    )
    assert min(auth, money, runs) > 1
    assert (auth + money) >= 2 * runs - 3


def test_the_points_of_a_passage_make_its_risk() -> None:
    passage = read(
        edit("shop/auth/session_user.py", text="verify=False"), SensitivePaths(paths=("**",), owners=("@x",))
    )
    assert sum(points for _, points in passage.points) == passage.risk
    assert len({label for label, _ in passage.points}) == len(passage.points)


def test_a_file_that_left_a_sensitive_place_has_its_point_by_the_old_name() -> None:
    points = dict(read(edit("lib/plain.py", old_path="app/auth/plain.py")).points)
    assert points["sensitive (auth), by its old name: about who somebody is"] > 1


def test_what_the_policy_names_weighs_and_asks_for_its_owners() -> None:
    declared = SensitivePaths(paths=("core/`ring`/**",), owners="codeowners")
    plain, named = read(edit("core/`ring`/a.py")), read(edit("core/`ring`/a.py"), declared)
    assert dict(named.points)["sensitive (named in the policy)"] == 12
    assert named.risk == plain.risk + 12
    assert named.why == QUESTIONS[Reason.SENSITIVE]


def test_a_danger_asks_its_own_question_before_that_of_owners() -> None:
    passage = read(edit("core/auth.py"), SensitivePaths(paths=("core/**",), owners="codeowners"))
    assert passage.why == DANGERS["about who somebody is"]


@pytest.mark.parametrize(
    ("path", "kind", "label"),
    [
        (".gitlab-ci.yml", FileClass.CI, "sensitive (CI): CI"),
        ("db/migrate/2026_add.sql", FileClass.MIGRATION, "sensitive (migrations): a migration of a database"),
    ],
)
def test_a_kind_that_the_class_has_counted_already_is_said_and_asks_as_the_class(
    path: str, kind: FileClass, label: str
) -> None:
    passage = read(edit(path, kind))
    assert label in dict(passage.points)
    assert passage.why == CLASSES[kind] or passage.why in DANGERS.values()


def test_without_sensitive_paths_the_points_are_those_of_the_file() -> None:
    (passage,) = make_guide([edit("shop/auth.py")], {}).passages
    assert "about who somebody is" in dict(passage.points)
    assert not any("sensitive" in label for label, _ in passage.points)


def test_a_path_of_another_file_says_nothing() -> None:
    elsewhere = Sensitive("b.py", SensitiveKind.AUTH, "by words of its path: about who somebody is")
    (passage,) = make_guide([edit("a.py")], {}, None, [elsewhere]).passages
    assert passage == read(edit("a.py"))


def test_the_reasons_of_a_risk_are_those_that_it_names() -> None:
    planned = edit("shop/auth/sql_user.py", text="subprocess.run(word, shell=True)")
    score, told = explain_risk(planned)
    rated = rate_risk(planned)
    assert rated.score == score
    assert rated.why.split("; ")[1:] == list(told)[:3]
    assert list(told.values()) == sorted(told.values(), reverse=True)
