"""Imports of JavaScript and TypeScript are resolved as their tools do, from the tree alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground, Resolution, Resolver
from app.architecture.resolve import BUILDERS, wants_text
from app.architecture.resolve.json_with_comments import JsonUnreadable, read_json
from app.core.fit.source_facts import Import
from app.syntax.languages import Language

Texts = Mapping[str, Any]


def start(paths: Iterable[str], texts: Texts) -> Resolver:
    written = {path: text if isinstance(text, str) else json.dumps(text) for path, text in texts.items()}
    assert all(map(wants_text, written))
    return BUILDERS[Language.TYPESCRIPT](Ground(paths={*paths, *written}, texts=written, packages={}))


def resolve(paths: Iterable[str], path: str, target: str, texts: Texts | None = None) -> Resolution:
    return start({*paths, path}, texts or {}).resolve(path, Import(target, 1, ("x",)))


def taken(paths: Iterable[str], path: str, target: str, texts: Texts | None = None) -> str:
    """The one module that is taken in."""
    found = resolve(paths, path, target, texts)
    assert [each.names for each in found.targets] == [("x",)], found
    assert not found.external
    assert not found.missing
    return found.targets[0].module


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


class TestSettings:
    def test_paths_with_a_star_take_the_longest_begin_and_the_first_place_that_is_there(self) -> None:
        options = {"paths": {"@app/*": ["./gone/*", "./src/*"], "@app/ui/*": ["./ui/*"], "*": ["./any/*"]}}
        texts = {"tsconfig.json": {"compilerOptions": options}}
        paths = ("src/x.ts", "src/ui/y.ts", "ui/y.ts", "any/z.ts")
        assert taken(paths, "src/main.ts", "@app/x", texts) == "src/x.ts"
        assert taken(paths, "src/main.ts", "@app/ui/y", texts) == "ui/y.ts"
        assert taken(paths, "src/main.ts", "z", texts) == "any/z.ts"
        assert resolve(paths, "src/main.ts", "react", texts) == Resolution(external="react")

    def test_a_star_in_the_middle_needs_what_stands_after_it(self) -> None:
        texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@/*/api": ["./features/*/public.ts"]}}}}
        assert taken(("features/a/public.ts",), "main.ts", "@/a/api", texts) == "features/a/public.ts"
        assert resolve(("features/a/public.ts",), "main.ts", "@/a/ap", texts).missing == ("@/a/ap",)

    def test_an_exact_name_may_mean_a_directory(self) -> None:
        texts = {"tsconfig.json": {"compilerOptions": {"paths": {"ui": ["./libs/ui"]}}}}
        assert taken(("libs/ui/index.ts",), "app/main.ts", "ui", texts) == "libs/ui/index.ts"

    def test_an_alias_of_ours_that_leads_nowhere_is_missing_unless_a_dependency_has_that_name(self) -> None:
        texts: dict[str, Any] = {"tsconfig.json": {"compilerOptions": {"paths": {"@app/*": ["./src/*"]}}}}
        assert resolve((), "src/main.ts", "@app/gone", texts).missing == ("@app/gone",)
        asked = {**texts, "package.json": {"dependencies": {"@app/gone": "^1"}}}
        assert resolve((), "src/main.ts", "@app/gone", asked).external == "@app/gone"

    def test_an_alias_into_installed_packages_is_third_party(self) -> None:
        texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@x/*": ["./node_modules/@x/*"]}}}}
        assert resolve((), "src/main.ts", "@x/y/z", texts).external == "@x/y"

    def test_an_alias_never_leads_out_of_the_tree(self) -> None:
        texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@app/*": ["./src/*", "../../*"]}}}}
        assert resolve(("etc/passwd.ts",), "src/main.ts", "@app/../../etc/passwd", texts).missing
        assert resolve(("etc/passwd.ts",), "src/main.ts", "@app/etc/passwd", texts).missing

    def test_names_start_from_base_url(self) -> None:
        texts = {"web/tsconfig.json": {"compilerOptions": {"baseUrl": "./src", "paths": {"~/*": ["lib/*"]}}}}
        paths = ("web/src/components/a.ts", "web/src/lib/b.ts")
        assert taken(paths, "web/src/main.ts", "components/a", texts) == "web/src/components/a.ts"
        assert taken(paths, "web/src/main.ts", "~/b", texts) == "web/src/lib/b.ts"

    def test_comments_and_commas_at_the_end_are_read(self) -> None:
        text = '\ufeff{ // why\n "compilerOptions": { /* "paths": 1, */ "paths": {"@/*": ["./src/*", ], }, },\n}'
        assert taken(("src/x.ts",), "main.ts", "@/x", {"tsconfig.json": text}) == "src/x.ts"

    def test_extended_settings_count_from_their_own_directory_and_the_last_one_wins(self) -> None:
        texts = {
            "tsconfig.base.json": {"compilerOptions": {"baseUrl": ".", "paths": {"@a/*": ["a/*"]}}},
            "config/tsconfig.more.json": {"compilerOptions": {"paths": {"@b/*": ["../b/*"]}}},
            "app/tsconfig.json": {"extends": ["../tsconfig.base", "../config/tsconfig.more.json"]},
            "web/tsconfig.json": {"extends": "../tsconfig.base.json"},
        }
        paths = ("a/x.ts", "b/x.ts")
        assert taken(paths, "web/main.ts", "@a/x", texts) == "a/x.ts"
        assert resolve(paths, "app/main.ts", "@a/x", texts).external == "@a/x"
        based = {**texts, "config/tsconfig.more.json": {"compilerOptions": {"paths": {"@b/*": ["b/*"]}}}}
        assert taken(paths, "app/main.ts", "@b/x", based) == "b/x.ts"

    def test_the_directory_of_the_settings_that_extend_can_be_named(self) -> None:
        texts = {
            "tsconfig.base.json": {"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}},
            "app/tsconfig.json": {"extends": "../tsconfig.base.json"},
        }
        assert taken(("app/src/x.ts", "src/x.ts"), "app/src/main.ts", "@/x", texts) == "app/src/x.ts"

    def test_settings_in_a_package_of_the_workspace_can_be_extended(self) -> None:
        texts = {
            "package.json": {"workspaces": ["packages/*"]},
            "packages/typescript-config/package.json": {"name": "@repo/typescript-config"},
            "packages/typescript-config/base.json": {"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}},
            "packages/app/tsconfig.json": {"extends": "@repo/typescript-config/base.json"},
        }
        assert taken(("packages/app/src/x.ts",), "packages/app/a.ts", "@/x", texts) == "packages/app/src/x.ts"

    def test_the_nearest_settings_that_are_for_the_file_count(self) -> None:
        inner = {"include": ["src"], "exclude": ["src/**/*.spec.ts"]}
        texts = {
            "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./everywhere/*"]}}},
            "app/tsconfig.json": {**inner, "compilerOptions": {"paths": {"@/*": ["./inner/*"]}}},
        }
        paths = ("everywhere/x.ts", "app/inner/x.ts")
        assert taken(paths, "app/src/deep/main.ts", "@/x", texts) == "app/inner/x.ts"
        assert taken(paths, "app/src/deep/main.spec.ts", "@/x", texts) == "everywhere/x.ts"
        assert taken(paths, "app/tools/main.ts", "@/x", texts) == "everywhere/x.ts"

    def test_settings_that_only_refer_to_others_leave_it_to_them(self) -> None:
        texts = {
            "tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "./node"}]},
            "tsconfig.app.json": {"include": ["src/**/*"], "compilerOptions": {"paths": {"@/*": ["./src/*"]}}},
            "node/tsconfig.json": {"include": ["../vite.config.ts"], "compilerOptions": {"paths": {"@/*": ["./*"]}}},
        }
        paths = ("src/x.ts", "node/x.ts")
        assert taken(paths, "src/main.ts", "@/x", texts) == "src/x.ts"
        assert taken(paths, "vite.config.ts", "@/x", texts) == "node/x.ts"

    def test_javascript_has_settings_of_its_own(self) -> None:
        texts = {"jsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}}
        assert taken(("src/x.js",), "src/main.js", "@/x", texts) == "src/x.js"

    def test_settings_that_extend_one_another_in_a_circle_end(self) -> None:
        ring: dict[str, Any] = {
            f"tsconfig.{n}.json": {"extends": [f"./tsconfig.{m}.json" for m in range(30)]} for n in range(30)
        }
        texts = {"tsconfig.json": {"extends": "./tsconfig.0.json", "references": [{"path": "."}]}, **ring}
        ring["tsconfig.7.json"]["compilerOptions"] = {"paths": {"@/*": ["./src/*"]}}
        assert taken(("src/x.ts",), "src/main.ts", "@/x", texts) == "src/x.ts"

    @pytest.mark.parametrize(
        "settings",
        [
            "{",
            "[]",
            '{"compilerOptions": 3, "extends": {}, "include": 7, "references": [3, {"path": 4}]}',
            '{"compilerOptions": {"baseUrl": "../..", "paths": {"*": 3, "@/*": [4, null]}}}',
            '{"extends": "../../../etc/passwd", "include": ["../**", "{a", "**x**", "[", "\\\\"]}',
            "[" * 100_000,
            '{"a":' * 60_000,
            "/*" * 250_000,
            '"\\"' * 150_000 + "\\",
            "," + " ," * 250_000,
        ],
    )
    def test_crafted_settings_say_nothing_and_take_no_time(self, settings: str) -> None:
        begun = time.monotonic()
        texts = {"tsconfig.json": settings, "package.json": settings, "pnpm-workspace.yaml": settings}
        assert resolve((), "src/main.ts", "@/x", texts).missing == ("@/x",)
        assert taken(("src/x.ts",), "src/main.ts", "./x", texts) == "src/x.ts"
        assert time.monotonic() - begun < 3

    def test_many_patterns_take_no_time_for_each_import(self) -> None:
        aliases = {f"@a{'b' * (n % 400)}{n}/*": ["./src/*"] for n in range(10_000)}
        resolver = start(("src/main.ts",), {"tsconfig.json": {"compilerOptions": {"paths": aliases}}})
        begun = time.monotonic()
        for n in range(10_000):
            assert resolver.resolve("src/main.ts", Import(f"@none{n}/x", 1)).external == f"@none{n}/x"
        assert time.monotonic() - begun < 5


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


class TestPackages:
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
    def test_a_name_means_the_source_in_the_workspace(self, path: str, target: str, meant: str) -> None:
        assert taken(SOURCES, path, target, WORKSPACE) == meant

    @pytest.mark.parametrize("target", ["@org/old", "@org/fixture", "@org/linked", "@org/unknown"])
    def test_a_package_that_no_workspace_binds_is_the_published_one(self, target: str) -> None:
        assert resolve(SOURCES, "packages/ui/src/button.tsx", target, WORKSPACE) == Resolution(external=target)

    def test_a_project_beside_the_workspace_has_published_packages(self) -> None:
        assert resolve(SOURCES, "fixtures/app/index.ts", "@org/ui", WORKSPACE) == Resolution(external="@org/ui")
        marked = {**WORKSPACE, "packages/core/src/package.json": {"type": "module"}}
        assert taken(SOURCES, "packages/core/src/index.ts", "@org/ui", marked) == "packages/ui/src/index.tsx"

    @pytest.mark.parametrize("target", ["@org/core/gone", "@org/core/internal", "@org/ui/gone"])
    def test_a_path_that_a_package_of_ours_lacks_is_missing(self, target: str) -> None:
        assert resolve(SOURCES, "packages/ui/src/button.tsx", target, WORKSPACE) == Resolution(missing=(target,))

    def test_imports_with_a_hash_may_mean_other_packages_and_are_missing_else(self) -> None:
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
    def test_packages_are_bound_in_many_ways(self, bound: Texts) -> None:
        texts = {**bound, "libs/lib/package.json": {"name": "lib"}}
        assert taken(("libs/lib/src/index.ts",), "web/main.ts", "lib", texts) == "libs/lib/src/index.ts"

    def test_between_two_members_of_one_name_the_nearer_one_is_meant_and_nothing_is_guessed(self) -> None:
        texts = {
            "package.json": {"workspaces": ["**"]},
            "a/lib/package.json": {"name": "lib"},
            "b/lib/package.json": {"name": "lib"},
            "b/app/package.json": {},
        }
        paths = ("a/lib/index.ts", "b/lib/index.ts")
        assert taken(paths, "b/app/main.ts", "lib", texts) == "b/lib/index.ts"
        assert resolve(paths, "c/main.ts", "lib", texts) == Resolution(missing=("lib",))

    def test_entries_never_lead_out_of_the_tree(self) -> None:
        manifest = {"name": "p", "main": "../../../etc/passwd", "exports": {"./*": "../../*"}}
        texts = {"package.json": {"workspaces": ["p"]}, "p/package.json": manifest}
        assert resolve(("etc/passwd.js",), "main.js", "p", texts).missing == ("p",)
        assert resolve(("etc/passwd.js",), "main.js", "p/etc/passwd", texts).missing == ("p/etc/passwd",)

    def test_globs_without_number_are_tried_in_bounded_time(self) -> None:
        texts: dict[str, Any] = {
            f"{'d/' * depth}package.json": {"workspaces": [f"**/{depth}{n}*" for n in range(33)]} for depth in range(60)
        }
        texts |= {f"{'d/' * 60}{n}/package.json": {"name": f"p{n}"} for n in range(3_000)}
        begun = time.monotonic()
        assert resolve((), "main.ts", "p3", texts).external == "p3"
        assert time.monotonic() - begun < 3


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
