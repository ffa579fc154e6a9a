"""Imports of JavaScript and TypeScript are resolved as their tools do, from the tree alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Resolution
from app.architecture.resolve import BUILDERS, wants_text
from app.architecture.resolve.json_with_comments import JsonUnreadable, read_json
from app.core.fit.source_facts import Import
from app.syntax.languages import Language
from tests.fit.script_trees import resolve, start, taken


def test_the_languages_share_one_resolver() -> None:
    assert BUILDERS[Language.JAVASCRIPT] is BUILDERS[Language.TYPESCRIPT] is BUILDERS[Language.TSX]


@pytest.mark.parametrize(
    ("target", "paths", "meant"),
    [
        ("./x", ("src/x.ts", "src/x.tsx", "src/x.js"), "src/x.ts"),
        ("./x", ("src/x.tsx", "src/x.d.ts", "src/x.jsx"), "src/x.tsx"),
        ("./x", ("src/x.d.ts", "src/x.js"), "src/x.js"),
        ("./x", ("src/x.d.ts",), "src/x.d.ts"),
        ("./x", ("src/x.js", "src/x.mjs"), "src/x.js"),
        ("./x", ("src/x.ts", "src/x/index.ts"), "src/x.ts"),
        ("./x", ("src/x/index.tsx",), "src/x/index.tsx"),
        ("./x/", ("src/x.ts", "src/x/index.ts"), "src/x/index.ts"),
        ("./x.js", ("src/x.ts", "src/x.js"), "src/x.ts"),
        ("./x.jsx", ("src/x.tsx",), "src/x.tsx"),
        ("./x.mjs", ("src/x.mts",), "src/x.mts"),
        ("./x.cjs", ("src/x.cts",), "src/x.cts"),
        ("./x.js", ("src/x.d.ts",), "src/x.d.ts"),
        ("./x.ts", ("src/x.ts",), "src/x.ts"),
        ("./x.service", ("src/x.service.ts",), "src/x.service.ts"),
        ("./x.js", ("src/x.js/index.ts",), "src/x.js/index.ts"),
        (".", ("src.ts", "src/index.ts"), "src/index.ts"),
        ("./", ("src/index.ts",), "src/index.ts"),
        ("..", ("index.ts", "src/index.ts"), "index.ts"),
        ("../x", ("x.ts", "src/x.ts"), "x.ts"),
        ("./../src/./x", ("src/x.ts",), "src/x.ts"),
        ("./x.ts?worker", ("src/x.ts",), "src/x.ts"),
        ("!!raw-loader!./x", ("src/x.ts",), "src/x.ts"),
    ],
)
def test_a_relative_path_means_the_file_that_typescript_takes(target: str, paths: tuple[str, ...], meant: str) -> None:
    assert taken(paths, "src/main.ts", target) == meant


def test_javascript_takes_the_file_that_is_named_before_the_one_it_may_be_built_from() -> None:
    assert taken(("src/x.ts", "src/x.js"), "src/main.js", "./x.js") == "src/x.js"
    assert taken(("src/x.ts",), "src/main.js", "./x.js") == "src/x.ts"


def test_a_directory_with_a_manifest_means_the_entry_that_this_names() -> None:
    manifest = {"lib/x/package.json": {"main": "./lib/main.js"}}
    assert taken(("lib/x/lib/main.js", "lib/x/index.js"), "lib/a.js", "./x", manifest) == "lib/x/lib/main.js"


@pytest.mark.parametrize("target", ["./style.css", "./data.json", "./data", "./logo.svg?raw", "./App.vue", "./App"])
def test_what_is_there_and_no_source_is_neither_taken_in_nor_missing(target: str) -> None:
    paths = ("src/style.css", "src/data.json", "src/logo.svg", "src/App.vue")
    assert resolve(paths, "src/main.ts", target) == Resolution()


@pytest.mark.parametrize(
    "target",
    ["./gone", "./gone.css", "../../../etc/passwd", "../../src/x", "/etc/passwd", "file:///etc/passwd", "..//..//x"],
)
def test_what_is_not_in_the_tree_is_missing(target: str) -> None:
    assert resolve(("src/x.ts", "x.ts"), "src/main.ts", target) == Resolution(missing=(target,))


@pytest.mark.parametrize("target", ["@/x", "~/x", "~x", "src/x", "$lib/x", "@", "~"])
def test_aliases_that_only_a_bundler_knows_are_missing(target: str) -> None:
    assert resolve(("src/x.ts",), "src/main.ts", target) == Resolution(missing=(target,))


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("react", "react"),
        ("react-dom/client", "react-dom"),
        ("@scope/name", "@scope/name"),
        ("@scope/name/deep/path.js", "@scope/name"),
        ("lodash?x", "lodash"),
        ("npm:@scope/name@1.2/sub", "@scope/name"),
        ("jsr:@std/path@^1", "@std/path"),
        ("https://deno.land/x/oak@v1/mod.ts", "https://deno.land"),
        ("virtual:pages", "virtual:pages"),
    ],
)
def test_any_other_name_is_that_of_a_package_from_elsewhere(target: str, name: str) -> None:
    assert resolve((), "src/main.ts", target) == Resolution(external=name)


@pytest.mark.parametrize("target", ["fs", "fs/promises", "node:test", "bun:sqlite", "cloudflare:workers", "path/posix"])
def test_modules_of_the_platform_are_neither_ours_nor_third_party(target: str) -> None:
    assert resolve((), "src/main.ts", target) == Resolution()


def test_a_declaration_file_belongs_to_the_javascript_that_it_describes() -> None:
    resolver = start(("a/x.js", "a/x.d.ts", "a/y.d.ts"), {})
    assert resolver.module_of("a/x.d.ts") == "a/x.js"
    assert resolver.module_of("a/y.d.ts") == "a/y.d.ts"
    assert taken(("a/x.js", "a/x.d.ts"), "a/main.ts", "./x.d.ts") == "a/x.js"


def test_the_same_words_mean_another_file_in_another_directory() -> None:
    resolver = start(("a/x.ts", "b/x.ts", "a/m.ts", "b/m.ts"), {})
    for target in ("./x", "!!raw-loader!./x"):
        found = [resolver.resolve(f"{each}/m.ts", Import(target, 1)).targets[0].module for each in "ab"]
        assert found == ["a/x.ts", "b/x.ts"]


SEGMENT = st.sampled_from(["a", "b", "src", "index", "dist", "node_modules"])
PATHS = st.lists(
    st.tuples(
        st.lists(SEGMENT, min_size=1, max_size=3).map("/".join), st.sampled_from([".ts", ".d.ts", ".js", ".css"])
    ).map("".join),
    min_size=1,
)
TARGET = st.lists(SEGMENT | st.sampled_from([".", "..", "", "*", "@s", "#x", "~", "é\0", "x?y!z"]), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(alphabet='a"\\/*,]} \n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='ab"*./', max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = (
    "compilerOptions",
    "paths",
    "extends",
    "include",
    "files",
    "references",
    "name",
    "exports",
    "imports",
    "workspaces",
)


@given(paths=PATHS, target=TARGET.map("/".join), values=st.dictionaries(st.sampled_from(KEYS), JSON))
def test_whatever_stands_anywhere_the_answer_has_one_part_and_lies_in_the_tree(
    paths: list[str], target: str, values: dict[str, Any]
) -> None:
    texts = {"tsconfig.json": {**values, "compilerOptions": values}, "a/package.json": values, "package.json": values}
    found = resolve(paths, paths[0], target, texts)
    assert bool(found.external) + bool(found.targets) + bool(found.missing) <= 1
    assert {file for each in found.targets for file in each.files} <= set(paths)
    assert found == resolve(reversed(paths), paths[0], target, texts)


@given(JSON)
def test_json_means_the_same_with_comments_and_commas(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert read_json(text) == value
    assert read_json("/* a */" + text.replace("\n", " // ],}\n") + "//") == value
    if text[-1] in "]}" and text not in ("[]", "{}"):
        assert read_json(text[:-1].rstrip() + ", /**/ ,"[:-1] + text[-1]) == value


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1,,}', "[1 2]", "[" * 51 + "]" * 51, " " * 600_000 + "1", "9" * 9_999]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(JsonUnreadable):
        read_json(text)


def test_which_files_are_read_is_told_by_their_names() -> None:
    wanted = ("tsconfig.json", "a/tsconfig.base.json", "a/jsconfig.json", "package.json", "pnpm-workspace.yaml")
    assert all(map(wants_text, (*wanted, "packages/tsconfig/base.json", "packages/typescript-config/next.json")))
    assert not any(map(wants_text, ("src/data.json", "tsconfig.ts", "package-lock.json", "a/tsconfig.json/x.ts")))
