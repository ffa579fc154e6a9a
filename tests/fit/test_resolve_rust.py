"""Imports of Rust, followed through trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground
from app.architecture.resolve.rust import RustResolver
from app.core.fit.source_facts import Import
from tests.fit.following import STANDARD, check_soundness, lead, resolve_all

CARGO = '[package]\nname = "my-shop"\nedition = "2021"\n'


def rust(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_a_path_leads_to_the_deepest_module_that_has_a_file() -> None:
    files = {
        "Cargo.toml": CARGO,
        "src/lib.rs": rust("use crate::cart::{Cart, price::{round, Mode::Up}};", "use crate::Thing;"),
        "src/cart/mod.rs": "",
        "src/cart/price.rs": rust(
            "use self::tax::rate;", "use super::Cart;", "use super::super::cart::C;", "use super::super::t;"
        ),
        "src/cart/price/tax.rs": "",
    }

    assert lead(files, "src/lib.rs") == ["src/cart/mod.rs", "src/cart/price.rs", "src/cart/price.rs", "src/lib.rs"]
    assert lead(files, "src/cart/price.rs") == [
        "src/cart/price/tax.rs",
        "src/cart/mod.rs",
        "src/cart/mod.rs",
        "src/lib.rs",
    ]


def test_what_is_within_an_item_is_in_its_file_whatever_modules_are_called() -> None:
    files = {"Cargo.toml": CARGO, "src/lib.rs": "use crate::Mode::cart;\n", "src/cart.rs": ""}

    assert lead(files, "src/lib.rs") == ["src/lib.rs"]


def test_a_file_beside_the_build_script_is_no_module_of_it() -> None:
    files = {"Cargo.toml": CARGO, "build.rs": "mod tools;\n", "tools.rs": "", "loose/x.rs": "use crate::y;\n"}

    assert lead(files, "build.rs") == ["tools.rs"]
    assert lead(files, "loose/x.rs") == ["missing crate"]


def test_modules_named_in_one_import_are_told_apart_from_items() -> None:
    files = {"Cargo.toml": CARGO, "src/lib.rs": "", "src/a.rs": "", "src/a/b.rs": ""}
    resolver = RustResolver(Ground(paths=files, texts=files, packages={}))

    found = resolver.resolve("src/lib.rs", Import("crate::a", 1, ("b", "Item", "other")))

    assert [(target.module, target.names) for target in found.targets] == [
        ("src/a/b.rs", ("b",)),
        ("src/a.rs", ("Item", "other")),
    ]


@pytest.mark.parametrize("place", ["src/cart.rs", "src/cart/mod.rs"])
def test_a_declared_module_is_in_the_file_of_its_name_or_in_mod(place: str) -> None:
    files = {"Cargo.toml": CARGO, "src/lib.rs": "mod cart;\n", place: ""}

    assert lead(files, "src/lib.rs") == [place]


def test_modules_of_a_module_that_stands_in_a_file_are_below_it() -> None:
    files = {
        "Cargo.toml": CARGO,
        "src/lib.rs": "mod outer { mod inner; }\n",
        "src/outer/inner.rs": "",
        "src/cart.rs": "mod outer { mod inner; }\n",
        "src/cart/outer/inner.rs": "",
    }

    assert lead(files, "src/lib.rs") == ["src/outer/inner.rs"]
    assert lead(files, "src/cart.rs") == ["src/cart/outer/inner.rs"]


def test_a_declared_module_without_a_file_is_missing() -> None:
    files = {"Cargo.toml": CARGO, "src/lib.rs": "mod gone;\n"}

    assert lead(files, "src/lib.rs") == ["missing self::gone"]


def test_a_module_may_be_placed_elsewhere_but_not_out_of_the_tree() -> None:
    files = {
        "Cargo.toml": CARGO,
        "src/a/mod.rs": rust(
            '#[path = "unix.rs"] mod imp;', '#[path = "../../../x.rs"] mod out;', '#[path = "/x.rs"] mod top;'
        ),
        "src/a/unix.rs": "",
        "x.rs": "",
        "src/lib.rs": "",
    }

    assert lead(files, "src/a/mod.rs") == ["src/a/unix.rs", "missing self::out", "missing self::top"]


def test_the_standard_library_third_parties_and_names_of_the_file_itself() -> None:
    files = {
        "Cargo.toml": CARGO
        + '[dependencies]\nserde_json = "1"\nonce-cell = "1"\n[target."cfg(unix)".dev-dependencies]\nnix = "1"\n',
        "src/lib.rs": (
            "use std::io::Read;\nuse core::fmt;\nuse serde_json::Value;\nuse once_cell::sync::Lazy;\nuse nix::libc;\n"
            "enum Mode { A }\nuse Mode::A;\nuse made_by_macro::B;\nextern crate rustc_ast;\n"
        ),
    }

    assert lead(files, "src/lib.rs") == [
        STANDARD,
        STANDARD,
        "package serde_json",
        "package once_cell",
        "package nix",
        "src/lib.rs",
        "src/lib.rs",
        "package rustc_ast",
    ]


def test_a_path_may_begin_with_a_module_beside_it() -> None:
    files = {
        "Cargo.toml": CARGO.replace("2021", "2015"),
        "src/lib.rs": "use cart::Cart;\n",
        "src/cart.rs": "use price::round;\nuse other::x;\n",
        "src/cart/price.rs": "",
        "src/other.rs": "",
    }

    assert lead(files, "src/lib.rs") == ["src/cart.rs"]
    assert lead(files, "src/cart.rs") == ["src/cart/price.rs", "src/other.rs"]


def test_crates_of_the_workspace_are_known_by_path_by_name_and_by_another_name() -> None:
    workspace = '[workspace]\n[workspace.dependencies]\ncommon = { path = "libs/shared", package = "shared" }\n'
    asked = (
        '[dependencies]\nby-path = { path = "../libs/by-path" }\nby_name = "1"\n'
        'other = { package = "by-name", version = "1" }\ncommon = { workspace = true }\n'
    )
    files = {
        "Cargo.toml": workspace,
        "app/Cargo.toml": CARGO + asked,
        "app/src/main.rs": "use by_path_lib::deep::X;\nuse other::Y;\nuse common::Z;\nuse ::by_path_lib::deep::W;\n",
        "libs/by-path/Cargo.toml": '[package]\nname = "by-path"\n[lib]\nname = "by_path_lib"\npath = "lib/root.rs"\n',
        "libs/by-path/lib/root.rs": "",
        "libs/by-path/lib/deep.rs": "use crate::X;\n",
        "libs/by-name/Cargo.toml": '[package]\nname = "by-name"\n',
        "libs/by-name/src/lib.rs": "",
        "libs/shared/Cargo.toml": '[package]\nname = "shared"\n',
        "libs/shared/src/lib.rs": "",
        "app/copy/Cargo.toml": '[package]\nname = "by-path"\n',
        "app/copy/src/lib.rs": "",
    }

    assert lead(files, "app/src/main.rs") == [
        "libs/by-path/lib/deep.rs",
        "libs/by-name/src/lib.rs",
        "libs/shared/src/lib.rs",
        "libs/by-path/lib/deep.rs",
    ]
    assert lead(files, "libs/by-path/lib/deep.rs") == ["libs/by-path/lib/root.rs"]


@pytest.mark.parametrize(
    "place",
    ["src/main.rs", "src/bin/tool.rs", "src/bin/tool/main.rs", "tests/it.rs", "examples/one.rs", "benches/b.rs"],
)
def test_programs_tests_examples_and_benchmarks_are_crates_that_use_the_library_by_name(place: str) -> None:
    files = {
        "Cargo.toml": CARGO,
        "src/lib.rs": "",
        "src/cart.rs": "",
        place: "use my_shop::cart::Cart;\nuse crate::Own;\n",
    }

    assert lead(files, place) == ["src/cart.rs", place]


def test_a_crate_root_may_be_anywhere_a_manifest_says() -> None:
    files = {
        "Cargo.toml": CARGO
        + 'autotests = false\n[[bin]]\npath = "crates/core/main.rs"\n[[test]]\nname = "all"\npath = "tests/all.rs"\n',
        "crates/core/main.rs": "",
        "crates/core/flags/mod.rs": "use crate::Args;\n",
        "tests/all.rs": "mod util;\n",
        "tests/util.rs": "use super::Dir;\nuse crate::Dir as D;\n",
        "tests/other.rs": "",
    }

    assert lead(files, "crates/core/flags/mod.rs") == ["crates/core/main.rs"]
    assert lead(files, "tests/util.rs") == ["tests/all.rs", "tests/all.rs"]


def test_a_file_that_several_tests_share_has_no_crate_that_could_be_told() -> None:
    files = {
        "Cargo.toml": CARGO,
        "tests/a.rs": "mod common;\n",
        "tests/b.rs": "mod common;\n",
        "tests/common/mod.rs": "use crate::Helper;\nuse super::Helper as H;\nmod deep;\n",
        "tests/common/deep.rs": "use super::x;\n",
    }

    assert lead(files, "tests/a.rs") == ["tests/common/mod.rs"]
    assert lead(files, "tests/common/mod.rs") == ["missing crate", "missing super", "tests/common/deep.rs"]
    assert lead(files, "tests/common/deep.rs") == ["tests/common/mod.rs"]


def test_super_of_a_crate_root_is_missing() -> None:
    files = {"Cargo.toml": CARGO, "src/lib.rs": "use super::x;\n"}

    assert lead(files, "src/lib.rs") == ["missing super"]


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[package\n",
        "package = 3\nlib = []\nbin = {}\ndependencies = [1]\n[workspace]\ndependencies = 'x'\n",
        '[package]\nname = ["x"]\n[lib]\npath = "../../out.rs"\n[[bin]]\npath = 3\n[dependencies]\na = { path = 3 }',
        "x = " + "[" * 100_000,
        "a" + ".a" * 100_000 + " = 1\n",
        "[" + "a." * 100_000 + "a]\n",
        "x = {" + "a." * 60_000 + "a = 1}\n",
        "x = " + "1" * 10_000 + "\n",
        "# padding\n" * 60_000,
    ],
    ids=[
        "empty",
        "broken",
        "types-wrong",
        "types-wrong-within",
        "deep",
        "key-long",
        "table-long",
        "inline-key-long",
        "number-long",
        "long",
    ],
)
@pytest.mark.timeout(20)
def test_a_manifest_that_is_none_leaves_the_customs(manifest: str) -> None:
    files = {
        "Cargo.toml": manifest,
        "src/lib.rs": "use crate::cart::Cart;\nmod cart;\n",
        "src/cart.rs": "use super::x;\n",
    }

    assert lead(files, "src/lib.rs") == ["src/cart.rs", "src/cart.rs"]
    assert lead(files, "src/cart.rs") == ["src/lib.rs"]


def test_without_a_manifest_any_other_crate_is_a_third_party() -> None:
    files = {"src/lib.rs": "use serde::Serialize;\nuse std::fmt;\n"}

    assert [found.external for found in resolve_all(files, "src/lib.rs")] == ["serde", ""]


@pytest.mark.timeout(60)
def test_a_thousand_costly_manifests_are_not_all_read() -> None:
    text = CARGO + "".join(f"[t{n}.{'a.' * 15}a]\n" for n in range(3_000))
    ground = Ground(paths=["p1/src/lib.rs"], texts={f"p{n}/Cargo.toml": text for n in range(1_000)}, packages={})

    assert RustResolver(ground).resolve("p1/src/lib.rs", Import("crate::x", 1)).targets[0].module == "p1/src/lib.rs"


SEGMENTS = st.lists(
    st.sampled_from(["crate", "self", "super", "a", "b", "mod", "lib", "main", "", "r#a", "my_shop", "dep"]), max_size=6
)
PLACES = [
    "src/lib.rs",
    "src/main.rs",
    "src/a.rs",
    "src/a/b.rs",
    "src/b/mod.rs",
    "tests/a.rs",
    "mod.rs",
    "a/mod.rs",
    "b.rs",
]


@given(
    SEGMENTS.map("::".join),
    st.lists(
        st.sampled_from(["a", "b", "*", "self", "path:../a.rs", "path:../../..", "path:"]), max_size=3, unique=True
    ),
    st.sets(st.sampled_from(PLACES), min_size=1),
    st.sampled_from(["", CARGO, CARGO + '[dependencies]\ndep = { path = "." }\n', CARGO + '[lib]\npath = "mod.rs"\n']),
    st.sampled_from([0, -1]),
)
def test_whatever_is_imported_only_files_of_the_tree_are_targets(
    target: str, names: list[str], paths: set[str], manifest: str, level: int
) -> None:
    ground = Ground(paths=paths, texts={"Cargo.toml": manifest}, packages={})
    resolver = RustResolver(ground)

    for path in paths:
        check_soundness(ground, resolver, path, Import(target, 1, tuple(names), level))
