"""Names mean the packages of the tree where workspaces or dependencies bind them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.architecture.resolution import Resolution
from tests.fit.script_trees import Texts, resolve, taken

WORKSPACE: Texts = {
    "package.json": {"name": "root", "workspaces": ["packages/*", "!packages/old"]},
    "packages/ui/package.json": {"name": "@org/ui", "main": "./dist/index.js"},
    "packages/core/package.json": {
        "name": "@org/core",
        "exports": {
            ".": {"types": "./dist/types/index.d.ts", "import": "./dist/index.mjs"},
            "./jsx/*": {"import": "./dist/jsx/*.js"},
            "./jsx/runtime": "./src/special.ts",
            "./internal": None,
        },
        "imports": {"#deps": {"node": "./src/deps.ts"}, "#lib/*": "./src/lib/*.js", "#os": "node:os", "#p": "pino/x"},
    },
    "packages/old/package.json": {"name": "@org/old"},
    "fixtures/app/package.json": {"name": "@org/fixture", "dependencies": {"@org/linked": "file:../linked"}},
    "fixtures/linked/package.json": {"name": "@org/linked"},
}
SOURCES = (
    *("packages/ui/src/index.tsx", "packages/ui/src/button.tsx", "packages/old/index.ts"),
    *("packages/core/src/index.ts", "packages/core/src/jsx/dom.ts", "packages/core/src/special.ts"),
    *("packages/core/src/deps.ts", "packages/core/src/lib/a.ts", "fixtures/app/index.ts", "fixtures/linked/index.js"),
)


@pytest.mark.parametrize(
    ("path", "target", "meant"),
    [
        ("packages/ui/src/button.tsx", "@org/core", "packages/core/src/index.ts"),
        ("packages/ui/src/button.tsx", "@org/core/jsx/dom", "packages/core/src/jsx/dom.ts"),
        ("packages/ui/src/button.tsx", "@org/core/jsx/runtime", "packages/core/src/special.ts"),
        ("packages/core/src/index.ts", "@org/ui", "packages/ui/src/index.tsx"),
        ("packages/core/src/index.ts", "@org/ui/src/button", "packages/ui/src/button.tsx"),
        ("packages/core/src/index.ts", "@org/ui/dist/button.js", "packages/ui/src/button.tsx"),
        ("packages/core/src/index.ts", "@org/core", "packages/core/src/index.ts"),
        ("packages/core/src/index.ts", "#deps", "packages/core/src/deps.ts"),
        ("packages/core/src/index.ts", "#lib/a", "packages/core/src/lib/a.ts"),
        ("fixtures/app/index.ts", "@org/linked", "fixtures/linked/index.js"),
    ],
)
def test_a_name_means_the_source_in_the_workspace(path: str, target: str, meant: str) -> None:
    assert taken(SOURCES, path, target, WORKSPACE) == meant


@pytest.mark.parametrize("target", ["@org/old", "@org/fixture", "@org/linked", "@org/unknown"])
def test_a_package_that_no_workspace_binds_is_the_published_one(target: str) -> None:
    assert resolve(SOURCES, "packages/ui/src/button.tsx", target, WORKSPACE) == Resolution(external=target)


def test_a_project_beside_the_workspace_has_published_packages() -> None:
    assert resolve(SOURCES, "fixtures/app/index.ts", "@org/ui", WORKSPACE) == Resolution(external="@org/ui")
    marked = {**WORKSPACE, "packages/core/src/package.json": {"type": "module"}}
    assert taken(SOURCES, "packages/core/src/index.ts", "@org/ui", marked) == "packages/ui/src/index.tsx"


@pytest.mark.parametrize("target", ["@org/core/gone", "@org/core/internal", "@org/ui/gone"])
def test_a_path_that_a_package_of_ours_lacks_is_missing(target: str) -> None:
    assert resolve(SOURCES, "packages/ui/src/button.tsx", target, WORKSPACE) == Resolution(missing=(target,))


def test_imports_with_a_hash_may_mean_other_packages_and_are_missing_else() -> None:
    at = "packages/core/src/index.ts"
    assert resolve(SOURCES, at, "#os", WORKSPACE) == Resolution()
    assert resolve(SOURCES, at, "#p", WORKSPACE) == Resolution(external="pino")
    assert resolve(SOURCES, at, "#gone", WORKSPACE) == Resolution(missing=("#gone",))
    assert resolve(SOURCES, "packages/ui/src/index.tsx", "#deps", WORKSPACE) == Resolution(missing=("#deps",))


@pytest.mark.parametrize(
    "bound",
    [
        {"package.json": {"workspaces": {"packages": ["./libs/**"]}}},
        {"pnpm-workspace.yaml": "packages:\n  - 'libs/*'\n"},
        {"lerna.json": {"packages": ["libs/*"]}},
        {"web/package.json": {"dependencies": {"lib": "workspace:^"}}},
        {"web/package.json": {"devDependencies": {"lib": "link:../libs/lib"}}},
    ],
)
def test_packages_are_bound_in_many_ways(bound: Texts) -> None:
    texts = {**bound, "libs/lib/package.json": {"name": "lib"}}
    assert taken(("libs/lib/src/index.ts",), "web/main.ts", "lib", texts) == "libs/lib/src/index.ts"


def test_between_two_members_of_one_name_the_nearer_one_is_meant_and_nothing_is_guessed() -> None:
    texts = {
        "package.json": {"workspaces": ["**"]},
        "a/lib/package.json": {"name": "lib"},
        "b/lib/package.json": {"name": "lib"},
        "b/app/package.json": {},
    }
    paths = ("a/lib/index.ts", "b/lib/index.ts")
    assert taken(paths, "b/app/main.ts", "lib", texts) == "b/lib/index.ts"
    assert resolve(paths, "c/main.ts", "lib", texts) == Resolution(missing=("lib",))


def test_entries_never_lead_out_of_the_tree() -> None:
    manifest = {"name": "p", "main": "../../../etc/passwd", "exports": {"./*": "../../*"}}
    texts = {"package.json": {"workspaces": ["p"]}, "p/package.json": manifest}
    assert resolve(("etc/passwd.js",), "main.js", "p", texts).missing == ("p",)
    assert resolve(("etc/passwd.js",), "main.js", "p/etc/passwd", texts).missing == ("p/etc/passwd",)


def test_globs_without_number_are_tried_in_bounded_time() -> None:
    texts: dict[str, Any] = {
        f"{'d/' * depth}package.json": {"workspaces": [f"**/{depth}{n}*" for n in range(33)]} for depth in range(60)
    }
    texts |= {f"{'d/' * 60}{n}/package.json": {"name": f"p{n}"} for n in range(3_000)}
    begun = time.monotonic()
    assert resolve((), "main.ts", "p3", texts).external == "p3"
    assert time.monotonic() - begun < 3
