from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.classify import classify, read_last
from app.core.change.classes.risk import rate_risk
from app.core.change.plan import FileClass, PlannedFile
from app.core.change.planning.neighbourhood import MAX_SNAPSHOT, group_files
from tests.core.changes import change_file

PATHS = [
    *("app/auth/login.py", "app/auth/session.py", "app/shapes.py", "app/shapes_extra.py", "tests/test_login.py"),
    *("tests/test_shapes.py", "tests/test_other.py", "docs/a.md", "vendor/x/auth.go", "yarn.lock", "web/Button.tsx"),
    *("web/Button.module.css", "web/Button.stories.tsx", "web/__tests__/Button.test.tsx", "web/index.ts", ".env"),
    *("web/__tests__/__snapshots__/Button.test.tsx.snap", "api/pay.pb.go", "src/a.h", "src/a.c", ".github/CODEOWNERS"),
]


def plan(path: str, lines: int = 3) -> PlannedFile:
    file = change_file(path, [], [f"line {number}" for number in range(lines)])
    return PlannedFile(file, classify(file, Attributes()))


def group(*paths: str) -> list[list[str]]:
    return [[planned.file.path for planned in found] for found in group_files([plan(path) for path in paths])]


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        ("app/pay.py", "tests/test_pay.py"),
        ("src/shop/pay.py", "tests/unit/shop/test_pay.py"),
        ("shop/pay.py", "shop/tests/test_pay.py"),
        ("pkg/pay.go", "pkg/pay_test.go"),
        ("src/main/java/com/shop/Pay.java", "src/test/java/com/shop/PayTest.java"),
        ("src/main/java/com/shop/Pay.java", "src/test/java/com/shop/PayIT.java"),
        ("src/main/kotlin/com/shop/Pay.kt", "src/androidTest/kotlin/com/shop/PayTest.kt"),
        ("app/models/user.rb", "spec/models/user_spec.rb"),
        ("lib/shop/pay.ex", "test/shop/pay_test.exs"),
        ("lib/pay.rb", "test/unit/pay_test.rb"),
        ("web/pay.ts", "web/__tests__/pay.test.ts"),
        ("web/pay.ts", "web/pay.spec.tsx"),
        ("web/user-profile.ts", "web/__tests__/userProfile.test.ts"),
        ("web/cart/index.ts", "web/cart/__tests__/cart.test.ts"),
        ("web/cart/index.ts", "web/cart/index.test.ts"),
        ("packages/a/src/pay.ts", "packages/a/test/pay.test.ts"),
        ("Shop/Pay.cs", "Shop.Tests/PayTests.cs"),
        ("Sources/Shop/Pay.swift", "Sources/Shop/PayTests.swift"),
        ("base/pay.cc", "base/pay_unittest.cc"),
        ("src/pay.c", "include/pay.h"),
        ("src/pay.cpp", "src/pay.hpp"),
        ("web/Button.tsx", "web/Button.module.css"),
        ("web/Button.tsx", "web/Button.stories.tsx"),
        ("web/app.component.ts", "web/app.component.html"),
        ("web/Button.tsx", "web/__snapshots__/Button.test.tsx.snap"),
        ("app/pay.py", "tests/__snapshots__/test_pay.ambr"),
        ("shop/pay.pyx", "shop/pay.pyi"),
        ("bin/pay.sh", "test/pay.bats"),
    ],
)
def test_what_belongs_to_a_file_is_read_right_behind_it(subject: str, other: str) -> None:
    groups = group(other, "app/auth/token.py", "docs/x.md", subject)
    assert [subject, other] in groups


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("packages/a/src/pay.ts", "packages/b/src/pay.test.ts"),
        ("src/pay.go", "tests/test_pay.py"),
        ("app/contest.py", "tests/test_con.py"),
        ("pay.py", "shop/tests/test_pay.py"),
        ("src/a/pay.c", "src/b/pay.h"),
        ("api/pay.pb.go", "api/pay_test.go"),
    ],
)
def test_what_only_has_a_like_name_stands_alone(one: str, other: str) -> None:
    assert sorted(group(one, other)) == sorted([[one], [other]])


def test_the_nearest_of_several_subjects_is_followed() -> None:
    groups = group("a/models/user.rb", "models/user.rb", "spec/models/user_spec.rb", "a/spec/models/user_spec.rb")
    assert ["models/user.rb", "spec/models/user_spec.rb"] in groups
    assert ["a/models/user.rb", "a/spec/models/user_spec.rb"] in groups


def test_all_that_belongs_together_is_read_in_the_order_source_style_test_snapshot() -> None:
    assert group(
        "web/__tests__/__snapshots__/Button.test.tsx.snap",
        "web/__tests__/Button.test.tsx",
        "web/Button.module.css",
        "web/Button.tsx",
    ) == [
        [
            "web/Button.tsx",
            "web/Button.module.css",
            "web/__tests__/Button.test.tsx",
            "web/__tests__/__snapshots__/Button.test.tsx.snap",
        ]
    ]


def test_a_snapshot_follows_its_test_when_the_subject_is_unchanged() -> None:
    test, snapshot = "web/Button.test.tsx", "web/__snapshots__/Button.test.tsx.snap"
    assert group(snapshot, test) == [[test, snapshot]]


def test_a_long_snapshot_is_read_last() -> None:
    files = [plan("web/Button.snap", MAX_SNAPSHOT + 1), plan("web/Button.tsx"), plan("web/Button.test.tsx")]
    groups = [[planned.file.path for planned in found] for found in group_files([*files, plan("docs/a.md")])]
    assert groups == [["web/Button.tsx", "web/Button.test.tsx"], ["docs/a.md"], ["web/Button.snap"]]


def test_the_riskiest_module_is_read_first_and_in_it_the_riskiest_file() -> None:
    assert group("lib/shapes.py", "lib/auth.py", "app/b.py", "app/a.py", ".github/workflows/ci.yml", "lib/b.py") == [
        [".github/workflows/ci.yml"],
        ["lib/auth.py"],
        ["lib/b.py"],
        ["lib/shapes.py"],
        ["app/a.py"],
        ["app/b.py"],
    ]


def test_what_machines_write_is_read_last_however_risky_its_name() -> None:
    groups = group("vendor/auth/crypto.go", "docs/shapes.md", "yarn.lock", "auth/token.pb.go")
    assert groups[0] == ["docs/shapes.md"]
    assert len(groups) == 4


@given(st.lists(st.sampled_from(PATHS), unique=True), st.randoms(use_true_random=False))
def test_the_order_given_does_not_matter_and_each_file_is_read_once(paths: list[str], random: Random) -> None:
    shuffled = list(paths)
    random.shuffle(shuffled)
    groups = group(*paths)
    assert groups == group(*shuffled)
    assert sorted(path for found in groups for path in found) == sorted(paths)


def score(found: Sequence[PlannedFile]) -> int:
    return max(rate_risk(planned).score for planned in found)


@given(st.lists(st.sampled_from(PATHS), unique=True, min_size=1))
def test_the_first_group_holds_the_riskiest_of_what_people_wrote(paths: list[str]) -> None:
    groups = group_files([plan(path) for path in paths])
    late = [read_last(found[0].file_class) for found in groups]
    assert late == sorted(late)
    assert score(groups[0]) == max(score(found) for found in groups[: late.count(False) or None])


def test_thousands_of_files_of_one_name_are_told_apart() -> None:
    modules = [f"packages/{number}" for number in range(1500)]
    paths = [f"{module}/{name}" for module in modules for name in ("src/index.ts", "test/index.test.ts")]
    assert sorted(group(*paths)) == [
        [f"{module}/src/index.ts", f"{module}/test/index.test.ts"] for module in sorted(modules)
    ]


def test_directories_of_any_depth_are_compared_within_bounds() -> None:
    deep = "/".join("d" for _ in range(2000))
    assert group(f"{deep}/test_a.py", f"{deep}/a.py") == [[f"{deep}/a.py", f"{deep}/test_a.py"]]
    assert plan(f"{deep}/a.py").file_class is FileClass.SOURCE
