"""Imports of Java and Kotlin, followed through trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground
from app.architecture.resolve.java import JavaResolver
from app.core.fit.source_facts import Import
from tests.fit.following import STANDARD, check_soundness, lead, lead_files, tell

APP = "src/main/java/com/acme/app"


def java(package: str, *imports: str, name: str = "X") -> str:
    return (
        f"package {package};\n\n" + "".join(f"import {path};\n" for path in imports) + f"\npublic class {name} {{}}\n"
    )


def kotlin(package: str, *imports: str) -> str:
    return f"package {package}\n\n" + "".join(f"import {path}\n" for path in imports) + "\nfun main() {}\n"


def test_a_class_is_in_the_file_of_its_name_in_its_package() -> None:
    files = {
        f"{APP}/Main.java": java("com.acme.app", "com.acme.db.Store", "com.acme.app.web.Page"),
        "src/main/java/com/acme/db/Store.java": java("com.acme.db"),
        f"{APP}/web/Page.java": java("com.acme.app.web"),
    }

    assert lead(files, f"{APP}/Main.java") == ["src/main/java/com/acme/db", f"{APP}/web"]
    assert lead_files(files, f"{APP}/Main.java")[0] == ["src/main/java/com/acme/db/Store.java"]


@pytest.mark.parametrize(
    "written",
    [
        "com.acme.db.Store.Row",
        "com.acme.db.Store.Row.Cell",
        "com.acme.db.Store.*",
        "static com.acme.db.Store.open",
        "static com.acme.db.Store.*",
        "static com.acme.db.Store.Row.make",
    ],
)
def test_what_is_in_a_class_is_in_the_file_of_the_outermost_one(written: str) -> None:
    files = {
        f"{APP}/Main.java": java("com.acme.app", written),
        "src/main/java/com/acme/db/Store.java": java("com.acme.db"),
    }

    assert lead_files(files, f"{APP}/Main.java") == [["src/main/java/com/acme/db/Store.java"]]


def test_a_star_takes_in_the_whole_package_with_its_tests_only_for_a_test() -> None:
    files = {
        "src/main/java/com/acme/db/Store.java": java("com.acme.db"),
        "src/main/java/com/acme/db/Row.java": java("com.acme.db"),
        "src/test/java/com/acme/db/StoreTests.java": java("com.acme.db"),
        f"{APP}/Main.java": java("com.acme.app", "com.acme.db.*"),
        "src/test/java/com/acme/app/MainTests.java": java("com.acme.app", "com.acme.db.*"),
        "src/jmh/java/com/acme/db/StoreBenchmark.java": java("com.acme.db"),
    }

    assert lead_files(files, f"{APP}/Main.java") == [
        ["src/main/java/com/acme/db/Row.java", "src/main/java/com/acme/db/Store.java"]
    ]
    assert lead(files, "src/test/java/com/acme/app/MainTests.java") == [
        "src/main/java/com/acme/db, src/test/java/com/acme/db"
    ]


def test_the_platform_is_the_standard_library_but_not_all_of_javax_is_the_platform() -> None:
    imports = ("java.util.List", "javax.sql.DataSource", "jdk.jfr.Event", "org.w3c.dom.Node", "javax.inject.Inject")
    files = {"Main.java": java("app", *imports)}

    assert lead(files, "Main.java") == [STANDARD, STANDARD, STANDARD, STANDARD, "package javax.inject"]


def test_a_third_party_goes_by_three_segments_of_its_package() -> None:
    imports = ("org.junit.Test", "com.google.common.collect.ImmutableList.Builder", "lombok.*", "static a.b.C.d")
    files = {"Main.java": java("app", *imports)}

    assert lead(files, "Main.java") == [
        "package org.junit",
        "package com.google.common",
        "package lombok",
        "package a.b",
    ]


def test_a_class_that_no_file_of_a_package_of_ours_has_is_missing() -> None:
    files = {
        "src/main/java/com/acme/db/Store.java": java("com.acme.db"),
        f"{APP}/Main.java": java("com.acme.app", "com.acme.db.Gone", "com.acme.db.sub.Gone", "com.acme.gone.Gone"),
    }

    assert lead(files, f"{APP}/Main.java") == [
        "missing com.acme.db.Gone",
        "missing com.acme.db.sub.Gone",
        "missing com.acme.gone.Gone",
    ]


def test_a_package_of_one_segment_is_ours_where_a_file_declares_it() -> None:
    files = {"app/Main.java": java("app", "app.Gone", "other.Thing")}

    assert lead(files, "app/Main.java") == ["missing app.Gone", "package other"]


def test_a_sibling_of_our_packages_is_not_ours_where_most_of_the_sources_are_elsewhere() -> None:
    files = {f"{APP}/C{number}.java": java("com.acme.app") for number in range(9)}
    files[f"{APP}/Main.java"] = java("com.acme.app", "com.acme.library.Thing")

    assert lead(files, f"{APP}/Main.java") == ["package com.acme.library"]


def test_of_several_classes_of_one_name_that_of_the_own_source_root_is_meant() -> None:
    files = {
        f"{module}/src/{kind}/java/demo/{name}.java": java("demo", "demo.Config")
        for module in ("one", "two")
        for kind in ("main", "test")
        for name in ("Config", "User")
    }

    for root in ("one/src/main/java", "one/src/test/java", "two/src/main/java"):
        assert lead(files, f"{root}/demo/User.java") == [f"{root}/demo"]


def test_tests_see_the_main_sources_of_their_module_before_those_of_another() -> None:
    files = {
        "one/src/test/java/demo/UserTests.java": java("demo", "demo.Config"),
        "one/src/main/java/demo/Config.java": java("demo"),
        "two/src/main/java/demo/Config.java": java("demo"),
        "two/src/test/java/demo/Config.java": java("demo"),
    }

    assert lead(files, "one/src/test/java/demo/UserTests.java") == ["one/src/main/java/demo"]


def test_tests_of_another_module_are_meant_only_where_nothing_else_is() -> None:
    files = {
        "one/src/test/java/user/UserTests.java": java("user", "demo.Config", "demo.Fixture"),
        "two/src/main/java/demo/Config.java": java("demo"),
        "two/src/test/java/demo/Config.java": java("demo"),
        "two/src/testFixtures/java/demo/Fixture.java": java("demo"),
        "two/src/test/java/demo/Fixture.java": java("demo"),
    }

    assert lead(files, "one/src/test/java/user/UserTests.java") == [
        "two/src/main/java/demo",
        "two/src/testFixtures/java/demo",
    ]


def test_fixtures_of_another_module_are_seen_by_tests_and_come_after_main_sources() -> None:
    files = {
        "one/src/test/java/user/UserTests.java": java("user", "demo.*", "own.Twice", "far.Twice"),
        "two/src/main/java/demo/Config.java": java("demo"),
        "two/src/testFixtures/java/demo/Fixture.java": java("demo"),
        "two/src/test/java/demo/ConfigTests.java": java("demo"),
        "one/src/testFixtures/java/own/Twice.java": java("own"),
        "one/src/main/java/own/Twice.java": java("own"),
        "one/src/testFixtures/java/far/Twice.java": java("far"),
        "two/src/main/java/far/Twice.java": java("far"),
    }

    assert lead(files, "one/src/test/java/user/UserTests.java") == [
        "two/src/main/java/demo, two/src/testFixtures/java/demo",
        "one/src/main/java/own",
        "one/src/testFixtures/java/far",
    ]


def test_where_nothing_tells_two_classes_apart_both_are_taken_in() -> None:
    files = {
        "app/src/main/java/app/Main.java": java("app", "demo.Config"),
        "one/src/main/java/demo/Config.java": java("demo"),
        "two/src/main/java/demo/Config.java": java("demo"),
    }

    assert lead(files, "app/src/main/java/app/Main.java") == ["one/src/main/java/demo, two/src/main/java/demo"]


def test_java_and_kotlin_see_one_another() -> None:
    files = {
        "src/main/java/com/acme/Store.java": java("com.acme", "com.acme.ui.Page", "static com.acme.ui.FormatKt.pad"),
        "src/main/kotlin/com/acme/ui/Page.kt": kotlin("com.acme.ui", "com.acme.Store"),
        "src/main/kotlin/com/acme/ui/Format.kt": kotlin("com.acme.ui"),
    }

    assert lead_files(files, "src/main/java/com/acme/Store.java") == [
        ["src/main/kotlin/com/acme/ui/Page.kt"],
        ["src/main/kotlin/com/acme/ui/Format.kt"],
    ]
    assert lead(files, "src/main/kotlin/com/acme/ui/Page.kt") == ["src/main/java/com/acme"]


def test_what_kotlin_defines_under_another_name_leads_to_the_package_of_its_files() -> None:
    files = {
        "app/Main.kt": kotlin(
            "app", "app.text.pad", "app.text.Sealed.Case", "kotlin.math.max", "kotlinx.coroutines.launch"
        ),
        "app/text/Format.kt": kotlin("app.text"),
        "app/text/Types.kt": kotlin("app.text"),
        "app/text/Only.java": java("app.text"),
    }

    both = ["app/text/Format.kt", "app/text/Types.kt"]
    assert lead_files(files, "app/Main.kt")[:2] == [both, both]
    assert lead(files, "app/Main.kt")[2:] == [STANDARD, "package kotlinx.coroutines"]


def test_a_class_of_kotlin_for_several_platforms_is_in_the_files_that_name_them() -> None:
    files = {
        "app/src/test/kotlin/app/MainTest.kt": kotlin("app", "app.Tool.run"),
        "app/src/main/kotlin/app/Main.kt": kotlin("app"),
        "tools/src/main/kotlin/app/ToolJvm.kt": kotlin("app"),
        "tools/src/main/kotlin/app/ToolCommon.kt": kotlin("app"),
        "tools/src/main/kotlin/app/Other.kt": kotlin("app"),
    }

    assert lead_files(files, "app/src/test/kotlin/app/MainTest.kt") == [
        ["tools/src/main/kotlin/app/ToolJvm.kt", "tools/src/main/kotlin/app/ToolCommon.kt"]
    ]
    assert lead(files, "app/src/test/kotlin/app/MainTest.kt") == ["tools/src/main/kotlin/app"]


def test_a_file_of_which_nothing_is_known_is_in_the_package_of_its_directory() -> None:
    ground = Ground(
        paths=["db/Store.java", "db/Broken.java", "app/Main.java"],
        texts={},
        packages={"db/Store.java": ("db",), "app/Main.java": ("app",)},
    )

    assert tell(JavaResolver(ground).resolve("app/Main.java", Import("db.Broken", 1))) == "db"


@pytest.mark.timeout(20)
def test_thousands_of_classes_of_one_name_cost_little() -> None:
    packages = {f"m{number}/src/main/java/demo/Same.java": ("demo",) for number in range(3_000)}
    resolver = JavaResolver(Ground(paths=[*packages, "app/Main.java"], texts={}, packages=packages))

    for path in packages:
        assert resolver.resolve(path, Import("demo.Same", 1)).targets[0].files == (path,)
        assert resolver.resolve(path, Import("demo", 1, ("*",))).missing == ("demo",)
    assert resolver.resolve("app/Main.java", Import("demo.Same", 1)).missing == ("demo.Same",)


DOTTED = st.lists(st.sampled_from(["a", "b", "C", "D", "java", "", "é", "*", "FooKt"]), min_size=1, max_size=6).map(
    ".".join
)


@given(
    DOTTED, st.lists(st.tuples(st.sampled_from(["a", "a/b", "src/main/java/a", "src/test/java/a"]), DOTTED), max_size=5)
)
def test_whatever_is_imported_only_files_of_the_tree_are_targets(target: str, places: list[tuple[str, str]]) -> None:
    packages = {f"{directory}/{name}": (package,) for directory, package in places for name in ("C.java", "D.kt")}
    ground = Ground(paths=[*packages, "x/Unknown.java"], texts={}, packages=packages)
    resolver = JavaResolver(ground)

    for path in ground.paths:
        check_soundness(ground, resolver, path, Import(target, 1))
        check_soundness(ground, resolver, path, Import(target, 1, ("*",)))


@given(st.permutations(["a/C.java", "b/C.java", "a/D.kt", "b/D.kt"]))
def test_the_order_of_paths_changes_nothing(paths: list[str]) -> None:
    resolver = JavaResolver(Ground(paths=paths, texts={}, packages=dict.fromkeys(paths, ("p",))))

    found = resolver.resolve("x/Main.kt", Import("p", 1, ("*",)))

    assert tell(found) == "a, b"
    assert [target.files for target in found.targets] == [("a/C.java", "a/D.kt"), ("b/C.java", "b/D.kt")]
