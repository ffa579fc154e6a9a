"""Names mean what `tsconfig.json` and `jsconfig.json` say."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.architecture.resolution import Resolution
from app.core.fit.source_facts import Import
from tests.fit.script_trees import resolve, start, taken


def test_paths_with_a_star_take_the_longest_begin_and_the_first_place_that_is_there() -> None:
    options = {"paths": {"@app/*": ["./gone/*", "./src/*"], "@app/ui/*": ["./ui/*"], "*": ["./any/*"]}}
    texts = {"tsconfig.json": {"compilerOptions": options}}
    paths = ("src/x.ts", "src/ui/y.ts", "ui/y.ts", "any/z.ts")
    assert taken(paths, "src/main.ts", "@app/x", texts) == "src/x.ts"
    assert taken(paths, "src/main.ts", "@app/ui/y", texts) == "ui/y.ts"
    assert taken(paths, "src/main.ts", "z", texts) == "any/z.ts"
    assert resolve(paths, "src/main.ts", "react", texts) == Resolution(external="react")


def test_a_star_in_the_middle_needs_what_stands_after_it() -> None:
    texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@/*/api": ["./features/*/public.ts"]}}}}
    assert taken(("features/a/public.ts",), "main.ts", "@/a/api", texts) == "features/a/public.ts"
    assert resolve(("features/a/public.ts",), "main.ts", "@/a/ap", texts).missing == ("@/a/ap",)


def test_an_exact_name_may_mean_a_directory() -> None:
    texts = {"tsconfig.json": {"compilerOptions": {"paths": {"ui": ["./libs/ui"]}}}}
    assert taken(("libs/ui/index.ts",), "app/main.ts", "ui", texts) == "libs/ui/index.ts"


def test_an_alias_of_ours_that_leads_nowhere_is_missing_unless_a_dependency_has_that_name() -> None:
    texts: dict[str, Any] = {"tsconfig.json": {"compilerOptions": {"paths": {"@app/*": ["./src/*"]}}}}
    assert resolve((), "src/main.ts", "@app/gone", texts).missing == ("@app/gone",)
    asked = {**texts, "package.json": {"dependencies": {"@app/gone": "^1"}}}
    assert resolve((), "src/main.ts", "@app/gone", asked).external == "@app/gone"


def test_an_alias_into_installed_packages_is_third_party() -> None:
    texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@x/*": ["./node_modules/@x/*"]}}}}
    assert resolve((), "src/main.ts", "@x/y/z", texts).external == "@x/y"


def test_an_alias_never_leads_out_of_the_tree() -> None:
    texts = {"tsconfig.json": {"compilerOptions": {"paths": {"@app/*": ["./src/*", "../../*"]}}}}
    assert resolve(("etc/passwd.ts",), "src/main.ts", "@app/../../etc/passwd", texts).missing
    assert resolve(("etc/passwd.ts",), "src/main.ts", "@app/etc/passwd", texts).missing


def test_names_start_from_base_url() -> None:
    texts = {"web/tsconfig.json": {"compilerOptions": {"baseUrl": "./src", "paths": {"~/*": ["lib/*"]}}}}
    paths = ("web/src/components/a.ts", "web/src/lib/b.ts")
    assert taken(paths, "web/src/main.ts", "components/a", texts) == "web/src/components/a.ts"
    assert taken(paths, "web/src/main.ts", "~/b", texts) == "web/src/lib/b.ts"


def test_comments_and_commas_at_the_end_are_read() -> None:
    text = '\ufeff{ // why\n "compilerOptions": { /* "paths": 1, */ "paths": {"@/*": ["./src/*", ], }, },\n}'
    assert taken(("src/x.ts",), "main.ts", "@/x", {"tsconfig.json": text}) == "src/x.ts"


def test_extended_settings_count_from_their_own_directory_and_the_last_one_wins() -> None:
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


def test_the_directory_of_the_settings_that_extend_can_be_named() -> None:
    texts = {
        "tsconfig.base.json": {"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}},
        "app/tsconfig.json": {"extends": "../tsconfig.base.json"},
    }
    assert taken(("app/src/x.ts", "src/x.ts"), "app/src/main.ts", "@/x", texts) == "app/src/x.ts"


def test_settings_in_a_package_of_the_workspace_can_be_extended() -> None:
    texts = {
        "package.json": {"workspaces": ["packages/*"]},
        "packages/typescript-config/package.json": {"name": "@repo/typescript-config"},
        "packages/typescript-config/base.json": {"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}},
        "packages/app/tsconfig.json": {"extends": "@repo/typescript-config/base.json"},
    }
    assert taken(("packages/app/src/x.ts",), "packages/app/a.ts", "@/x", texts) == "packages/app/src/x.ts"


def test_the_nearest_settings_that_are_for_the_file_count() -> None:
    inner = {"include": ["src"], "exclude": ["src/**/*.spec.ts"]}
    texts = {
        "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./everywhere/*"]}}},
        "app/tsconfig.json": {**inner, "compilerOptions": {"paths": {"@/*": ["./inner/*"]}}},
    }
    paths = ("everywhere/x.ts", "app/inner/x.ts")
    assert taken(paths, "app/src/deep/main.ts", "@/x", texts) == "app/inner/x.ts"
    assert taken(paths, "app/src/deep/main.spec.ts", "@/x", texts) == "everywhere/x.ts"
    assert taken(paths, "app/tools/main.ts", "@/x", texts) == "everywhere/x.ts"


def test_settings_that_only_refer_to_others_leave_it_to_them() -> None:
    texts = {
        "tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "./node"}]},
        "tsconfig.app.json": {"include": ["src/**/*"], "compilerOptions": {"paths": {"@/*": ["./src/*"]}}},
        "node/tsconfig.json": {"include": ["../vite.config.ts"], "compilerOptions": {"paths": {"@/*": ["./*"]}}},
    }
    paths = ("src/x.ts", "node/x.ts")
    assert taken(paths, "src/main.ts", "@/x", texts) == "src/x.ts"
    assert taken(paths, "vite.config.ts", "@/x", texts) == "node/x.ts"


def test_javascript_has_settings_of_its_own() -> None:
    texts = {"jsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}}
    assert taken(("src/x.js",), "src/main.js", "@/x", texts) == "src/x.js"


def test_settings_that_extend_one_another_in_a_circle_end() -> None:
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
def test_crafted_settings_say_nothing_and_take_no_time(settings: str) -> None:
    begun = time.monotonic()
    texts = {"tsconfig.json": settings, "package.json": settings, "pnpm-workspace.yaml": settings}
    assert resolve((), "src/main.ts", "@/x", texts).missing == ("@/x",)
    assert taken(("src/x.ts",), "src/main.ts", "./x", texts) == "src/x.ts"
    assert time.monotonic() - begun < 3


def test_many_patterns_take_no_time_for_each_import() -> None:
    aliases = {f"@a{'b' * (n % 400)}{n}/*": ["./src/*"] for n in range(10_000)}
    resolver = start(("src/main.ts",), {"tsconfig.json": {"compilerOptions": {"paths": aliases}}})
    begun = time.monotonic()
    for n in range(10_000):
        assert resolver.resolve("src/main.ts", Import(f"@none{n}/x", 1)).external == f"@none{n}/x"
    assert time.monotonic() - begun < 5
