"""Imports of C#, followed through trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.resolution import Ground
from app.architecture.resolve.c_sharp import CSharpResolver
from app.core.fit.source_facts import Import
from tests.fit.following import STANDARD, check_soundness, lead, lead_files


def c_sharp(namespace: str, *usings: str) -> str:
    return "".join(f"using {using};\n" for using in usings) + f"\nnamespace {namespace};\n\npublic class X {{ }}\n"


def project(*references: str, packages: tuple[str, ...] = (), root: str = "") -> str:
    items = [f'<ProjectReference Include="{path}" />' for path in references]
    items += [f'<PackageReference Include="{package}" Version="1.0.0" />' for package in packages]
    named = f"<PropertyGroup><RootNamespace>{root}</RootNamespace></PropertyGroup>" if root else ""
    return f'<Project Sdk="Microsoft.NET.Sdk">{named}<ItemGroup>{"".join(items)}</ItemGroup></Project>\n'


def test_a_namespace_leads_to_every_directory_that_declares_it() -> None:
    files = {
        "Web/Page.cs": c_sharp("Shop.Web", "Shop.Data"),
        "Data/Store.cs": c_sharp("Shop.Data"),
        "Data/Row.cs": c_sharp("Shop.Data"),
        "Data/Other.cs": c_sharp("Shop.Data.Other"),
        "Extra/More.cs": c_sharp("Shop.Data"),
    }

    assert lead(files, "Web/Page.cs") == ["Data, Extra"]
    assert lead_files(files, "Web/Page.cs") == [["Data/Row.cs", "Data/Store.cs", "Extra/More.cs"]]


@pytest.mark.parametrize(
    "using",
    [
        "static Shop.Data.Store",
        "static Shop.Data.Store.Nested",
        "S = Shop.Data.Store",
        "S = Shop.Data.Store<int>",
        "S = System.Func<Shop.Data.Store>",
        "S = Shop.Data.Store.Nested",
    ],
)
def test_a_type_is_in_the_file_of_its_name(using: str) -> None:
    files = {
        "Web/Page.cs": c_sharp("Shop.Web", using),
        "Data/Store.cs": c_sharp("Shop.Data"),
        "Parts/Store.Partial.cs": c_sharp("Shop.Data"),
        "Data/Row.cs": c_sharp("Shop.Data"),
    }

    assert lead_files(files, "Web/Page.cs")[-1] == ["Data/Store.cs", "Parts/Store.Partial.cs"]


def test_a_type_without_a_file_of_its_name_is_anywhere_in_its_namespace() -> None:
    files = {
        "Web/Page.cs": c_sharp("Shop.Web", "Row = Shop.Data.Row", "D = Shop.Data"),
        "Data/Store.cs": c_sharp("Shop.Data"),
        "Data/Types.cs": c_sharp("Shop.Data"),
    }

    assert lead_files(files, "Web/Page.cs") == [["Data/Store.cs", "Data/Types.cs"]] * 2


def test_of_several_projects_those_are_meant_that_the_own_one_refers_to() -> None:
    files = {
        "Web/Web.csproj": project(r"..\Core\CORE.csproj"),
        "Web/Pages/Page.cs": c_sharp("Shop.Web", "Shop.Shared"),
        "Core/Core.csproj": project("../Deep/Deep.csproj;../Gone/Gone.csproj"),
        "Core/A.cs": c_sharp("Shop.Shared"),
        "Deep/Deep.csproj": project(),
        "Deep/B.cs": c_sharp("Shop.Shared"),
        "Other/Other.csproj": project(),
        "Other/C.cs": c_sharp("Shop.Shared"),
    }

    assert lead(files, "Web/Pages/Page.cs") == ["Core, Deep"]


def test_references_of_the_build_properties_above_count_for_each_project() -> None:
    files = {
        "src/Directory.Build.props": project("$(MSBuildThisFileDirectory)Core/Core.csproj", "$(Unknown)/x.csproj"),
        "src/Web/Web.csproj": project(),
        "src/Web/Page.cs": c_sharp("Shop.Web", "Shop.Shared"),
        "src/Core/Core.csproj": project(),
        "src/Core/A.cs": c_sharp("Shop.Shared"),
        "src/Other/Other.csproj": project(),
        "src/Other/C.cs": c_sharp("Shop.Shared"),
    }

    assert lead(files, "src/Web/Page.cs") == ["src/Core"]


def test_where_no_project_says_all_directories_are_taken_in() -> None:
    files = {
        "Web/Page.cs": c_sharp("Shop.Web", "Shop.Shared"),
        "Core/A.cs": c_sharp("Shop.Shared"),
        "Other/Other.csproj": project(),
        "Other/C.cs": c_sharp("Shop.Shared"),
    }

    assert lead(files, "Web/Page.cs") == ["Core, Other"]


def test_the_platform_is_the_standard_library_and_packages_go_by_their_names() -> None:
    usings = (
        "System",
        "System.Text.Json",
        "Microsoft.Win32",
        "Microsoft.Extensions.Logging",
        "Xunit",
        "Serilog.Core.Deep",
    )
    files = {
        "Web/Web.csproj": project(packages=("xunit", "System.Text.Json")),
        "Web/Page.cs": c_sharp("Shop.Web", *usings),
    }

    assert lead(files, "Web/Page.cs") == [
        STANDARD,
        "package System.Text.Json",
        STANDARD,
        "package Microsoft.Extensions",
        "package Xunit",
        "package Serilog.Core",
    ]


def test_what_is_added_to_a_namespace_of_the_platform_is_not_taken_in_with_it() -> None:
    usings = ("System.Runtime.CompilerServices", "Microsoft.Extensions.DependencyInjection")
    files = {
        "Web/Web.csproj": project(),
        "Web/Page.cs": c_sharp("Shop.Web", *usings),
        "Web/Polyfill.cs": c_sharp("System.Runtime.CompilerServices"),
        "Web/Services.cs": c_sharp("Microsoft.Extensions.DependencyInjection"),
    }

    assert lead(files, "Web/Page.cs") == [STANDARD, "package Microsoft.Extensions"]


def test_a_tree_of_the_platform_itself_has_its_namespaces() -> None:
    files = {
        "Http/Microsoft.AspNetCore.Http.csproj": project(),
        "Http/Page.cs": c_sharp(
            "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Gone"
        ),
        "Builder/App.cs": c_sharp("Microsoft.AspNetCore.Builder"),
    }

    assert lead(files, "Http/Page.cs") == ["Builder", "missing Microsoft.AspNetCore.Gone"]


def test_a_namespace_like_ours_that_nobody_declares_is_missing_unless_a_package_is_called_so() -> None:
    files = {
        "Web/Web.csproj": project(packages=("Shop.Public",), root="Shop.Web"),
        "Root.cs": c_sharp("Shop"),
        "Web/Page.cs": c_sharp(
            "Shop.Web", "Shop.Gone", "Shop.Public.Api", "static Shop.Gone.Type", "G = Shop.Gone.Type"
        ),
    }

    assert lead(files, "Web/Page.cs") == [
        "missing Shop.Gone",
        "package Shop.Public",
        "missing Shop.Gone.Type",
        "missing Shop.Gone",
    ]


def test_a_namespace_that_has_only_others_in_it_takes_in_nothing() -> None:
    files = {
        "Web/Page.cs": c_sharp("Shop.Web", "Shop.Data"),
        "Data/Store.cs": c_sharp("Shop.Data.Deep"),
    }

    assert lead_files(files, "Web/Page.cs") == [[]]


def test_within_a_namespace_a_name_may_be_relative_to_it() -> None:
    files = {
        "Web/Page.cs": "namespace Shop.Web\n{\n    using Data;\n    using System;\n\n    public class X { }\n}\n",
        "Data/Store.cs": c_sharp("Shop.Data"),
        "System/Own.cs": c_sharp("Shop.System"),
    }

    assert lead(files, "Web/Page.cs") == ["Data", STANDARD]


BOMB = (
    "<!DOCTYPE x ["
    '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 20}">' for n in range(1, 20))
    + "]><Project><PropertyGroup><RootNamespace>&a19;</RootNamespace></PropertyGroup></Project>"
)


@pytest.mark.parametrize(
    "manifest",
    ["", "<Project>", BOMB, "<a>" * 100_000, "<!-- padding -->" * 60_000, "\ufeff<Project \udcff/>", "<Project/>\0"],
    ids=["empty", "open", "bomb", "deep", "too long", "surrogate", "zero"],
)
@pytest.mark.timeout(20)
def test_a_project_file_that_is_none_leaves_the_namespaces(manifest: str) -> None:
    files = {
        "Web/Web.csproj": manifest,
        "Web/Page.cs": c_sharp("Shop.Web", "Shop.Data"),
        "Data/Store.cs": c_sharp("Shop.Data"),
    }

    assert lead(files, "Web/Page.cs") == ["Data"]


def test_a_mark_of_byte_order_and_a_namespace_of_xml_change_nothing() -> None:
    old = '<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">'
    files = {
        "Web/Web.csproj": "\ufeff<?xml version='1.0' encoding='utf-16'?>"
        + project("../Core/Core.csproj").replace('<Project Sdk="Microsoft.NET.Sdk">', old),
        "Web/Page.cs": c_sharp("Shop.Web", "Shop.Shared"),
        "Core/Core.csproj": project(),
        "Core/A.cs": c_sharp("Shop.Shared"),
        "Other/Other.csproj": project(),
        "Other/C.cs": c_sharp("Shop.Shared"),
    }

    assert lead(files, "Web/Page.cs") == ["Core"]


@pytest.mark.timeout(20)
def test_projects_that_refer_to_one_another_in_a_ring_cost_little() -> None:
    count = 2_000
    texts = {f"p{n}/p.csproj": project(f"../p{(n + 1) % count}/p.csproj") for n in range(count)}
    packages = {f"p{n}/x.cs": (f"Shop.P{n}",) for n in range(count)}
    resolver = CSharpResolver(Ground(paths=[*texts, *packages], texts=texts, packages=packages))

    for n in range(count):
        assert resolver.resolve(f"p{n}/x.cs", Import("Shop.P7", 1)).targets[0].module == "p7"


def test_a_namespace_of_hundreds_of_directories_is_said_to_be_missing() -> None:
    packages = {f"d{n}/x.cs": ("Shop",) for n in range(300)}
    resolver = CSharpResolver(Ground(paths=[*packages], texts={}, packages=packages))

    assert resolver.resolve("d1/x.cs", Import("Shop", 1)).missing == ("Shop",)


DOTTED = st.lists(st.sampled_from(["Shop", "A", "B", "System", "Microsoft", "", "é"]), min_size=1, max_size=6).map(
    ".".join
)


@given(
    DOTTED,
    st.sampled_from([(), ("*",), ("A",)]),
    st.lists(st.tuples(st.sampled_from(["x/A.cs", "y/B.cs", "A.cs", "y/z/A.B.cs"]), DOTTED), max_size=5),
    st.sampled_from(["", project("../y/p.csproj", "../../..", packages=("A", "Shop.A")), "<Project"]),
)
def test_whatever_is_imported_only_files_of_the_tree_are_targets(
    target: str, names: tuple[str, ...], declared: list[tuple[str, str]], manifest: str
) -> None:
    packages = {path: (space,) for path, space in declared} | {"w/W.cs": ()}
    ground = Ground(paths=[*packages], texts={"x/p.csproj": manifest, "y/p.csproj": project()}, packages=packages)
    resolver = CSharpResolver(ground)

    for path in packages:
        check_soundness(ground, resolver, path, Import(target, 1, names))
