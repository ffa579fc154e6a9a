"""Imports of Python are resolved from the names of files alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground, Resolution
from app.architecture.resolve import BUILDERS, wants_text
from app.architecture.resolve.python import hands_on
from app.core.fit.source_facts import Import
from app.syntax.languages import Language

Seen = dict[str, tuple[str, ...]]


def resolve(
    paths: Iterable[str],
    path: str,
    target: str,
    names: tuple[str, ...] = (),
    *,
    level: int = 0,
    texts: Mapping[str, str] | None = None,
) -> Resolution:
    resolver = BUILDERS[Language.PYTHON](Ground(paths=set(paths), texts=texts or {}, packages={}))
    return resolver.resolve(path, Import(target, 1, names, level=level))


def taken(resolution: Resolution) -> Seen:
    assert not resolution.external
    assert not resolution.missing
    return {target.module: target.names for target in resolution.targets}


PACKAGE = ("app/__init__.py", "app/web/__init__.py", "app/web/views.py", "app/core.py", "setup.py")


def test_a_module_is_found_by_its_whole_name_and_packages_on_the_way_are_not_taken_in() -> None:
    assert taken(resolve(PACKAGE, "app/core.py", "app.web.views")) == {"app/web/views.py": ()}


def test_from_a_package_its_modules_are_taken_and_its_own_names_from_itself() -> None:
    found = resolve(PACKAGE, "app/core.py", "app.web", ("views", "Router", "url"))
    assert taken(found) == {"app/web/__init__.py": ("Router", "url"), "app/web/views.py": ("views",)}


def test_everything_of_a_package_is_taken_from_itself() -> None:
    assert taken(resolve(PACKAGE, "app/core.py", "app.web", ("*",))) == {"app/web/__init__.py": ("*",)}


def test_names_of_a_plain_module_are_all_taken_from_it() -> None:
    assert taken(resolve(PACKAGE, "app/web/views.py", "app.core", ("web",))) == {"app/core.py": ("web",)}


@pytest.mark.parametrize(
    ("path", "level", "target", "names", "module"),
    [
        ("app/web/views.py", 1, "", ("url",), "app/web/__init__.py"),
        ("app/web/__init__.py", 1, "", ("views",), "app/web/views.py"),
        ("app/web/__init__.py", 1, "views", ("index",), "app/web/views.py"),
        ("app/web/views.py", 2, "core", ("Thing",), "app/core.py"),
        ("app/web/views.py", 2, "", ("core",), "app/core.py"),
        ("app/web/views.py", 3, "setup", ("x",), "setup.py"),
    ],
)
def test_dots_count_from_the_directory_of_the_file(
    path: str, level: int, target: str, names: tuple[str, ...], module: str
) -> None:
    assert list(taken(resolve(PACKAGE, path, target, names, level=level))) == [module]


@pytest.mark.parametrize(
    ("level", "target", "names", "missing"),
    [
        (1, "gone", ("x",), (".gone",)),
        (2, "web.gone", ("x",), ("..web.gone",)),
        (4, "etc", ("passwd",), ("....etc",)),
        (400, "", ("x",), ("." * 400,)),
    ],
)
def test_a_relative_import_of_what_is_not_there_or_lies_above_the_tree_is_missing(
    level: int, target: str, names: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    assert resolve(PACKAGE, "app/web/views.py", target, names, level=level) == Resolution(missing=missing)


def test_what_our_own_package_lacks_is_missing() -> None:
    assert resolve(PACKAGE, "app/core.py", "app.gone", ("x",)) == Resolution(missing=("app.gone",))


def test_other_names_are_third_party_and_known_by_their_first_part() -> None:
    assert resolve(PACKAGE, "app/core.py", "google.cloud.storage", ("Client",)) == Resolution(external="google")


@pytest.mark.parametrize("name", ["os.path", "collections", "__future__", "distutils.core", "test.support", "__main__"])
def test_the_standard_library_is_neither_ours_nor_third_party(name: str) -> None:
    assert resolve(PACKAGE, "app/core.py", name) == Resolution()


def test_python_2_names_are_not_of_the_standard_library() -> None:
    assert resolve(PACKAGE, "app/core.py", "urllib2").external == "urllib2"


def test_a_file_named_like_a_standard_module_does_not_hide_it() -> None:
    paths = (*PACKAGE, "app/logging.py", "scripts/types.py", "scripts/run.py")
    assert resolve(paths, "app/core.py", "logging") == Resolution()
    assert resolve(paths, "scripts/run.py", "types") == Resolution()


def test_the_standard_library_resolves_within_itself() -> None:
    paths = ("Lib/asyncio/__init__.py", "Lib/asyncio/events.py", "Lib/asyncio/tasks.py")
    assert taken(resolve(paths, "Lib/asyncio/tasks.py", "asyncio", ("events",))) == {
        "Lib/asyncio/events.py": ("events",)
    }


def test_sources_below_src_are_found_from_tests_beside_it() -> None:
    paths = ("pyproject.toml", "src/app/__init__.py", "src/app/core.py", "tests/test_core.py")
    assert list(taken(resolve(paths, "tests/test_core.py", "app.core", ("f",)))) == ["src/app/core.py"]


def test_each_project_of_a_monorepo_finds_itself_first_and_then_the_only_other_one() -> None:
    paths = (
        *("libs/a/pyproject.toml", "libs/a/src/a/__init__.py", "libs/a/src/shared.py", "libs/a/src/a/m.py"),
        *("libs/b/pyproject.toml", "libs/b/src/b/__init__.py", "libs/b/src/shared.py", "libs/b/src/b/m.py"),
    )
    assert list(taken(resolve(paths, "libs/a/src/a/m.py", "shared"))) == ["libs/a/src/shared.py"]
    assert list(taken(resolve(paths, "libs/b/src/b/m.py", "shared"))) == ["libs/b/src/shared.py"]
    assert list(taken(resolve(paths, "libs/b/src/b/m.py", "a.m", ("x",)))) == ["libs/a/src/a/m.py"]


def test_between_two_roots_that_are_equally_far_nothing_is_guessed() -> None:
    paths = ("one/src/shared/__init__.py", "two/src/shared/__init__.py", "three/m.py")
    assert resolve(paths, "three/m.py", "shared", ("x",)) == Resolution(missing=("shared",))
    nearer = (*paths, "two/app/m.py")
    assert list(taken(resolve(nearer, "two/app/m.py", "shared", ("x",)))) == ["two/src/shared/__init__.py"]


def test_packages_of_fixtures_are_for_their_own_tests_alone() -> None:
    paths = ("app/__init__.py", "app/m.py", "tests/fixtures/requests/__init__.py", "tests/test_m.py")
    assert resolve(paths, "app/m.py", "requests").external == "requests"
    assert list(taken(resolve(paths, "tests/test_m.py", "requests"))) == ["tests/fixtures/requests/__init__.py"]


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["code"]\n'),
        ("pyproject.toml", '[tool.setuptools.package-dir]\n"" = "code"\n'),
        ("pyproject.toml", '[[tool.poetry.packages]]\ninclude = "ns"\nfrom = "code"\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["./code"]\n'),
        ("setup.cfg", "[options]\npackage_dir =\n    = code\n"),
        ("setup.cfg", "[options.packages.find]\nwhere = code\n"),
    ],
)
def test_a_manifest_says_where_namespace_packages_are_counted_from(manifest: str, text: str) -> None:
    assert wants_text(f"some/project/{manifest}")
    paths = (manifest, "code/ns/part/m.py", "checks/test_m.py")
    found = resolve(paths, "checks/test_m.py", "ns.part.m", ("x",), texts={manifest: text})
    assert list(taken(found)) == ["code/ns/part/m.py"]
    assert resolve(paths, "checks/test_m.py", "ns.part.m", ("x",)).external == "ns"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a = " + "[" * 100_000,
        "[a" + ".a" * 60_000 + "]\n" + "b = 1\n" * 1_000,
        '[tool.setuptools.packages.find]\nwhere = ["../../etc", 3, {}]\n',
        "[tool]\nsetuptools = 3\npoetry = {packages = [1, {from = 2}]}\n",
        "\x00\ufffd",
        "x" * 600_000,
    ],
)
@pytest.mark.parametrize("manifest", ["pyproject.toml", "setup.cfg"])
def test_a_crafted_manifest_names_no_directories_and_takes_no_time(manifest: str, text: str) -> None:
    begun = time.monotonic()
    assert resolve(PACKAGE, "app/core.py", "app.web", texts={manifest: text}).targets
    assert time.monotonic() - begun < 2


def test_a_line_without_an_end_in_setup_cfg_takes_no_quadratic_time() -> None:
    begun = time.monotonic()
    assert resolve(PACKAGE, "app/core.py", "app.web", texts={"setup.cfg": "[options]\na" + " " * 120_000 + "b"}).targets
    assert time.monotonic() - begun < 2


def test_packages_without_init_are_found_over_several_roots() -> None:
    paths = ("pyproject.toml", "a/src/ns/one.py", "b/src/ns/two.py", "b/src/ns/user.py")
    found = resolve(paths, "b/src/ns/user.py", "ns", ("one", "two"))
    assert taken(found) == {"a/src/ns/one.py": ("one",), "b/src/ns/two.py": ("two",)}


def test_a_name_that_a_package_without_init_lacks_is_missing_beside_those_it_has() -> None:
    found = resolve(("ns/a.py", "ns/b.py"), "ns/a.py", "ns", ("b", "gone"))
    assert [target.module for target in found.targets] == ["ns/b.py"]
    assert found.missing == ("ns.gone",)


def test_names_of_a_package_without_init_are_missing_one_by_one() -> None:
    assert resolve(("ns/a.py",), "ns/a.py", "", ("x", "y"), level=1) == Resolution(missing=(".x", ".y"))


@pytest.mark.parametrize("path", ["docker/build.py", "scripts/docker/build.py", "examples/docker/src/app/__init__.py"])
def test_a_directory_of_scripts_does_not_take_the_name_of_an_installed_package(path: str) -> None:
    paths = (path, "app/__init__.py", "app/m.py", "examples/docker/pyproject.toml")
    assert resolve(paths, "app/m.py", "docker.errors", ("NotFound",)).external == "docker"
    if not path.startswith("docker/"):
        assert resolve(paths, path, "docker.errors", ("NotFound",)).external == "docker"


def test_a_script_named_like_the_package_it_imports_means_the_installed_one() -> None:
    paths = ("proj/celery.py", "proj/tasks.py")
    assert resolve(paths, "proj/celery.py", "celery", ("Celery",)).external == "celery"
    assert resolve(paths, "proj/tasks.py", "celery.schedules", ("crontab",)).external == "celery"


def test_a_module_may_take_itself_from_its_package() -> None:
    assert taken(resolve(PACKAGE, "app/core.py", "app", ("core",))) == {"app/core.py": ("core",)}
    assert taken(resolve(PACKAGE, "app/web/__init__.py", "app.web", ("views",))) == {"app/web/views.py": ("views",)}


def test_scripts_find_what_lies_beside_them_and_above() -> None:
    paths = ("tests/conftest.py", "tests/support.py", "tests/unit/test_a.py", "tests/unit/near.py")
    assert list(taken(resolve(paths, "tests/unit/test_a.py", "near"))) == ["tests/unit/near.py"]
    assert list(taken(resolve(paths, "tests/unit/test_a.py", "support", ("x",)))) == ["tests/support.py"]


def test_a_stub_belongs_to_the_module_beside_it_and_stands_for_itself_alone() -> None:
    paths = {"a/__init__.py", "a/m.py", "a/m.pyi", "a/n.pyi", "a/b/__init__.pyi"}
    resolver = BUILDERS[Language.PYTHON](Ground(paths=paths, texts={}, packages={}))
    assert resolver.module_of("a/m.pyi") == "a/m.py"
    assert resolver.module_of("a/n.pyi") == "a/n.pyi"
    assert list(taken(resolve(paths, "a/m.py", "a.m"))) == ["a/m.py"]
    assert list(taken(resolve(paths, "a/m.py", "a", ("n", "b")))) == ["a/n.pyi", "a/b/__init__.pyi"]


def test_a_package_hides_a_module_of_the_same_name() -> None:
    paths = ("a.py", "a/__init__.py", "b.py")
    assert list(taken(resolve(paths, "b.py", "a"))) == ["a/__init__.py"]


@pytest.mark.parametrize("ending", [".pyx", ".so", ".c"])
def test_what_is_built_from_another_language_is_there_and_no_source(ending: str) -> None:
    paths = (*PACKAGE, f"app/speed{ending}")
    assert resolve(paths, "app/core.py", "app.speed", ("run",)) == Resolution()
    assert resolve(paths, "app/core.py", "speed", ("run",), level=1) == Resolution()


def test_a_namespace_package_alone_has_no_file_to_take_in() -> None:
    assert resolve(("ns/a.py", "ns/b.py"), "ns/a.py", "ns") == Resolution()


@pytest.mark.parametrize(
    ("path", "imported", "handed"),
    [
        ("a/__init__.py", Import("b", 1, ("c",), level=1, passed_on=True), True),
        ("a/__init__.pyi", Import("b", 1, ("c",), level=1, passed_on=True), True),
        ("a/__init__.py", Import("b", 1, ("c",), level=1), False),
        ("a/m.py", Import("b", 1, ("c",), level=1, passed_on=True), False),
        ("a/m.py", Import("b", 1, ("*",), level=1, passed_on=True), True),
    ],
)
def test_packages_hand_on_what_they_take_and_modules_what_they_take_whole(
    path: str, imported: Import, *, handed: bool
) -> None:
    assert hands_on(path, imported) is handed


def test_a_tree_of_any_depth_is_read_in_bounded_time() -> None:
    deep = [f"{'d/' * depth}m.py" for depth in range(0, 2_000, 5)]
    begun = time.monotonic()
    assert resolve(deep, deep[-1], "", ("gone",), level=1).missing
    assert resolve(deep, deep[-1], "m") == Resolution(external="m")
    assert time.monotonic() - begun < 2


SEGMENT = st.sampled_from(["a", "b", "src", "tests", "__init__", "os"])
PATHS = st.lists(st.lists(SEGMENT, min_size=1, max_size=4).map("/".join).map(lambda stem: f"{stem}.py"), min_size=1)
WORDS = st.text(alphabet="ab./*\\\0é", max_size=8) | SEGMENT


@given(
    paths=PATHS,
    target=st.lists(WORDS, max_size=3).map(".".join),
    names=st.lists(WORDS, max_size=3).map(tuple),
    level=st.integers(0, 6),
)
def test_whatever_is_imported_the_answer_has_one_part_and_lies_in_the_tree(
    paths: list[str], target: str, names: tuple[str, ...], level: int
) -> None:
    found = resolve(paths, paths[0], target, names, level=level)
    assert not (found.external and (found.targets or found.missing))
    assert {file for each in found.targets for file in each.files} <= set(paths)
    assert {name for each in found.targets for name in each.names} <= set(names)
    assert found == resolve(reversed(paths), paths[0], target, names, level=level)


@given(paths=PATHS, wanted=st.lists(st.tuples(st.integers(0, 50), SEGMENT, SEGMENT, st.integers(0, 2)), max_size=20))
def test_what_was_resolved_before_changes_no_answer(paths: list[str], wanted: list[tuple[int, str, str, int]]) -> None:
    resolver = BUILDERS[Language.PYTHON](Ground(paths=paths, texts={}, packages={}))
    for index, first, second, level in wanted:
        path = paths[index % len(paths)]
        imported = Import(f"{first}.{second}", 1, (first,), level=level)
        assert resolver.resolve(path, imported) == resolve(paths, path, imported.target, (first,), level=level)
