"""Imports of Go, followed through trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground
from app.architecture.resolve.go import GoResolver
from app.core.fit.source_facts import Import
from tests.fit.following import STANDARD, check_soundness, lead, lead_files

MODULE = "module example.com/shop\n\ngo 1.24\n"


def go(*imports: str, package: str = "main") -> str:
    return f"package {package}\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in imports) + ")\n"


def test_a_package_is_the_directory_below_its_module() -> None:
    files = {
        "go.mod": MODULE,
        "main.go": go("example.com/shop/cart", "example.com/shop/internal/db", "example.com/shop"),
        "cart/cart.go": go(package="cart"),
        "internal/db/db.go": go(package="db"),
    }

    assert lead(files, "main.go") == ["cart", "internal/db", "."]


def test_tests_are_not_handed_over_and_a_directory_of_tests_alone_is_none() -> None:
    files = {
        "go.mod": MODULE,
        "main.go": go("example.com/shop/cart", "example.com/shop/checks"),
        "cart/cart.go": go(package="cart"),
        "cart/price.go": go(package="cart"),
        "cart/cart_test.go": go(package="cart_test"),
        "checks/only_test.go": go(package="checks"),
    }

    assert lead_files(files, "main.go")[0] == ["cart/cart.go", "cart/price.go"]
    assert lead(files, "main.go")[1] == "missing example.com/shop/checks"


def test_a_first_element_without_a_dot_is_the_standard_library_unless_a_module_is_called_so() -> None:
    files = {
        "go.mod": "module shop\n",
        "main.go": go("fmt", "net/http", "shop/cart"),
        "cart/cart.go": go(package="cart"),
    }

    assert lead(files, "main.go") == [STANDARD, STANDARD, "cart"]


def test_generated_code_that_nobody_committed_is_missing() -> None:
    files = {"go.mod": MODULE, "main.go": go("example.com/shop/gen/api")}

    assert lead(files, "main.go") == ["missing example.com/shop/gen/api"]


def test_a_third_party_goes_by_the_module_that_is_asked_for() -> None:
    files = {
        "go.mod": MODULE
        + "require (\n\tgithub.com/aws/sdk/service/s3 v1.0.0 // indirect\n)\nrequire go.uber.org/zap v1.2.3\n",
        "main.go": go(
            "github.com/aws/sdk/service/s3/types",
            "go.uber.org/zap/zapcore",
            "github.com/other/one/deep/below",
            "k8s.io/api/core/v1",
        ),
    }

    assert lead(files, "main.go") == [
        "package github.com/aws/sdk/service/s3",
        "package go.uber.org/zap",
        "package github.com/other/one",
        "package k8s.io/api",
    ]


def test_what_is_vendored_stays_a_third_party() -> None:
    files = {
        "go.mod": MODULE,
        "main.go": go("github.com/pkg/errors", "example.com/shop/vendor/github.com/pkg/errors"),
        "vendor/github.com/pkg/errors/errors.go": go(package="errors"),
        "vendor/github.com/pkg/errors/go.mod": "module github.com/pkg/errors\n",
    }

    assert lead(files, "main.go") == [
        "package github.com/pkg/errors",
        "missing example.com/shop/vendor/github.com/pkg/errors",
    ]


def test_of_several_modules_the_longest_path_is_meant() -> None:
    files = {
        "go.mod": MODULE,
        "main.go": go("example.com/shop/plugin/tools", "example.com/shop/plugin"),
        "plugins/one/go.mod": "module example.com/shop/plugin\n",
        "plugins/one/plugin.go": go("example.com/shop/cart", package="plugin"),
        "plugins/one/tools/tools.go": go(package="tools"),
        "cart/cart.go": go(package="cart"),
    }

    assert lead(files, "main.go") == ["plugins/one/tools", "plugins/one"]
    assert lead(files, "plugins/one/plugin.go") == ["cart"]


@pytest.mark.parametrize("manifest", ["go.mod", "go.work"])
def test_a_replacement_by_a_directory_leads_there(manifest: str) -> None:
    replacement = 'replace github.com/far/away v1.2.3 => "./forks/away"\n'
    files = {
        "go.mod": MODULE,
        "main.go": go("github.com/far/away/deep", "github.com/far/away"),
        "forks/away/away.go": go(package="away"),
        "forks/away/deep/deep.go": go(package="deep"),
    }
    files[manifest] = files.get(manifest, "go 1.24\n") + replacement

    assert lead(files, "main.go") == ["forks/away/deep", "forks/away"]


def test_of_modules_with_one_path_the_own_one_is_meant_then_that_of_the_workspace() -> None:
    files = {
        "go.work": "use (\n\t./b\n\t./user\n)\n",
        "a/go.mod": MODULE,
        "a/a.go": go("example.com/shop/cart", package="shop"),
        "a/cart/cart.go": go(package="cart"),
        "b/go.mod": MODULE,
        "b/cart/cart.go": go(package="cart"),
        "user/go.mod": "module example.com/user\n",
        "user/main.go": go("example.com/shop/cart"),
    }

    assert lead(files, "a/a.go") == ["a/cart"]
    assert lead(files, "user/main.go") == ["b/cart"]


def test_relative_imports_lead_to_directories_of_the_tree_alone() -> None:
    files = {
        "cmd/main.go": go("../cart", "./gone", "../../../etc"),
        "cart/cart.go": go(package="cart"),
    }

    assert lead(files, "cmd/main.go") == ["cart", "missing ./gone", "missing ../../../etc"]


def test_a_replacement_out_of_the_tree_leads_nowhere() -> None:
    files = {
        "go.mod": MODULE + "replace github.com/far/away => ../../away\n",
        "main.go": go("github.com/far/away"),
    }

    assert lead(files, "main.go") == ["package github.com/far/away"]


def test_a_module_file_too_long_to_be_one_is_taken_for_none() -> None:
    files = {
        "go.mod": MODULE + "// padding\n" * 60_000,
        "main.go": go("example.com/shop/cart"),
        "cart/cart.go": go(package="cart"),
    }

    assert lead(files, "main.go") == ["package example.com/shop"]


@pytest.mark.timeout(20)
def test_thousands_of_modules_of_one_path_cost_little() -> None:
    texts = {f"m{number}/go.mod": MODULE for number in range(3_000)}
    ground = Ground(paths=[f"m{number}/x.go" for number in range(3_000)], texts=texts, packages={})
    resolver = GoResolver(ground)

    for number in range(3_000):
        found = resolver.resolve(f"m{number}/x.go", Import("example.com/shop", 1))
        assert found.targets[0].module == f"m{number}"


WORDS = st.lists(
    st.sampled_from(["..", ".", "", "a", "example.com", "shop", "vendor", "=>", "(", ")", "x.go"]), max_size=6
)


@given(
    WORDS.map("/".join),
    st.text(alphabet='modulerpac()=> ./\n"`ab', max_size=200),
    st.sampled_from(["", "module example.com/shop\n", 'module "a"\nreplace a => ./a\n', "replace (\n", "use ../..\n"]),
)
def test_whatever_is_imported_only_files_of_the_tree_are_targets(target: str, noise: str, begin: str) -> None:
    texts = {"go.mod": begin + noise, "a/go.mod": noise, "go.work": begin + noise}
    ground = Ground(paths=["x.go", "a/x.go", "a/b/x.go", "vendor/a/x.go"], texts=texts, packages={})
    resolver = GoResolver(ground)

    for path in ground.paths:
        check_soundness(ground, resolver, path, Import(target, 1))
