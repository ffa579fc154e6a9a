from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.architecture.dependencies import find_new, wants
from app.core.fit.delta import NewDependency
from tests.fit.manifest_texts import CSPROJ, POM
from tests.fit.manifests import MANIFESTS

Told = tuple[str, str, str, int, str]


def _new(path: str, text: str, before: str = "") -> list[Told]:
    found = find_new({path: before} if before else {}, {path: text}, {})
    assert found.not_analysed == ()
    return [(it.ecosystem, it.name, it.path, it.line, it.version) for it in found.dependencies]


@pytest.mark.parametrize(("path", "text", "told"), MANIFESTS)
def test_every_kind_of_manifest_tells_what_it_asks_for_and_where(
    path: str, text: str, told: list[tuple[str, str, int, str]]
) -> None:
    assert wants(path)
    assert _new(path, text) == [(ecosystem, name, path, line, version) for ecosystem, name, line, version in told]
    assert _new(path, text, before=text) == []


def _dependencies(
    before: Mapping[str, str], after: Mapping[str, str], imports: Mapping[str, tuple[str, int]] | None = None
) -> tuple[NewDependency, ...]:
    return find_new(before, after, imports or {}).dependencies


def test_what_another_manifest_of_the_base_asks_for_is_not_new() -> None:
    before = {"a/package.json": '{"dependencies": {"lodash": "1"}}', "requirements.txt": "Foo_Bar==1\n"}
    after = before | {
        "b/package.json": '{"dependencies": {"lodash": "2"}}',
        "pyproject.toml": '[project]\ndependencies = ["foo.bar>2"]',
    }
    assert _dependencies(before, after) == ()


def test_a_package_of_the_same_name_from_elsewhere_is_new_and_its_next_version_is_not() -> None:
    base = {"package.json": '{"dependencies": {"lodash": "^4"}}'}
    fork = {"package.json": '{"dependencies": {"lodash": "git+https://github.com/evil/lodash.git#v1"}}'}
    next_version = {"package.json": '{"dependencies": {"lodash": "git+https://github.com/evil/lodash.git#v2"}}'}
    assert [found.name for found in _dependencies(base, fork)] == ["lodash"]
    assert _dependencies(fork, next_version) == ()


def test_a_package_that_the_base_asks_for_is_not_new_where_it_now_comes_with_another() -> None:
    before = {"Shop.csproj": CSPROJ.replace("Serilog", "Yarp.ReverseProxy")}
    after = {"Shop.csproj": CSPROJ.replace("Serilog", "Aspire.Hosting.Yarp")}
    found = _dependencies(before, after, {"Yarp.ReverseProxy": ("Host.cs", 4), "Other.Thing": ("Host.cs", 5)})
    assert [item.name for item in found] == ["Aspire.Hosting.Yarp", "Other.Thing"]


def test_a_compiled_requirements_file_says_what_only_others_need() -> None:
    text = (
        "anyio==4.8.0\n    # via starlette\nclick==8.1\n    # via\n    #   -r dev.in\n    #   uvicorn\n"
        "h11==0.14  # via uvicorn\nruff==0.9  # via -r dev.in\ntox==4\nattrs==25\n    # via shop (pyproject.toml)\n"
        "idna==3 \\\n    --hash=sha256:00\n    # via anyio\n"
    )
    found = _dependencies({}, {"requirements/dev.txt": text})
    assert [item.name for item in found if item.indirect] == ["anyio", "h11", "idna"]
    assert [item.name for item in found if not item.indirect] == ["click", "ruff", "tox", "attrs"]


def test_a_new_major_version_of_a_go_module_is_no_new_package() -> None:
    before = {"go.mod": "require github.com/google/go-github/v65 v65.0.0\n"}
    after = {"go.mod": "require github.com/google/go-github/v66 v66.0.0\n"}
    assert _dependencies(before, after) == ()


def test_what_others_only_bring_along_stands_behind_and_is_marked() -> None:
    after = {"go.mod": "require a.org/far v1 // indirect\nrequire z.org/near v1\n"}
    assert [(found.name, found.indirect) for found in _dependencies({}, after)] == [
        ("z.org/near", False),
        ("a.org/far", True),
    ]


def test_a_managed_version_that_a_project_begins_to_use_is_new() -> None:
    central = '<Project><ItemGroup><PackageVersion Include="Polly" Version="8.5" /></ItemGroup></Project>'
    project = "<Project><ItemGroup>{}</ItemGroup></Project>"
    before = {"Directory.Packages.props": central, "a/A.csproj": project.format("")}
    after = before | {"a/A.csproj": project.format('<PackageReference Include="Polly" />')}
    [found] = _dependencies(before, after)
    assert (found.name, found.path, found.version) == ("Polly", "a/A.csproj", "8.5")


@pytest.mark.parametrize(
    ("manifest", "text", "imported", "file"),
    [
        ("requirements.txt", "PyYAML==6\n", "yaml", "app/a.py"),
        ("requirements.txt", "scikit-learn\n", "sklearn", "app/a.py"),
        ("requirements.txt", "Pillow\n", "PIL", "app/a.py"),
        ("requirements.txt", "google-cloud-storage\n", "google.cloud.storage", "app/a.py"),
        ("requirements.txt", "Typing_Extensions\n", "typing_extensions", "app/a.py"),
        ("package.json", '{"dependencies": {"@scope/kit": "1"}}', "@scope/kit", "src/a.ts"),
        ("package.json", '{"dependencies": {"kit": "npm:real-kit@1"}}', "kit", "src/a.tsx"),
        ("package.json", '{"dependencies": {"@types/estree": "1"}}', "estree", "src/a.ts"),
        (
            "go.mod",
            "require github.com/google/go-github/v66 v66.0.0\n",
            "github.com/google/go-github/v66/github",
            "a.go",
        ),
        ("pom.xml", POM, "com.google.common.collect", "src/A.java"),
        ("build.gradle", 'implementation("io.ktor:ktor-core:3")\n', "io.ktor.server", "src/A.kt"),
        ("Cargo.toml", '[dependencies]\nserde-json = "1"\n', "serde_json", "src/a.rs"),
        ("a/A.csproj", CSPROJ, "Newtonsoft.Json.Linq", "a/A.cs"),
    ],
)
def test_the_first_import_of_a_new_package_is_found_whatever_its_name(
    manifest: str, text: str, imported: str, file: str
) -> None:
    found = _dependencies({}, {manifest: text}, {imported: (file, 7)})
    assert [each.path for each in found if each.used_at == (file, 7)] == [manifest]


def test_an_import_that_no_manifest_declares_is_new_without_a_place_in_one() -> None:
    manifests = {"pyproject.toml": '[project]\nname = "ours"\ndependencies = ["flask"]\n'}
    imports = {"evilpkg": ("app/z.py", 3), "flask": ("app/z.py", 1), "ours": ("app/z.py", 2)}
    [found] = _dependencies(manifests, manifests, imports)
    assert found == NewDependency("evilpkg", "pypi", used_at=("app/z.py", 3))


def test_an_import_of_a_family_that_is_declared_is_not_called_undeclared() -> None:
    manifests = {"pom.xml": POM.replace("com.google.guava", "org.springframework.boot")}
    assert _dependencies(manifests, manifests, {"org.springframework.web": ("src/A.java", 3)}) == ()


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/b/pyproject.toml", True),
        ("requirements-dev.txt", True),
        ("requirements/base.txt", True),
        ("docs/requirements.md", False),
        ("node_modules/x/package.json", False),
        ("vendor/x/go.mod", False),
        ("pkg/testdata/go.mod", False),
        (".github/workflows/ci.yaml", True),
        ("docs/.github/workflows/ci.yaml", False),
        ("Dockerfile.prod", True),
        ("compose.yaml", True),
        ("package-lock.json", False),
        ("settings.gradle.kts", True),
        ("Directory.Build.props", True),
        ("notes.txt", False),
        ("", False),
    ],
)
def test_only_manifests_of_our_own_are_wanted(path: str, *, wanted: bool) -> None:
    assert wants(path) is wanted
