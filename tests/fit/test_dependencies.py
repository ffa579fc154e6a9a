from __future__ import annotations

import time
from collections.abc import Mapping
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.architecture.dependencies import find_new, wants
from app.core.fit.delta import NewDependency

Told = tuple[str, str, str, int, str]

_PYPROJECT = """\
    [build-system]
    requires = ["setuptools>=80"]

    [project]
    name = "Our_App"
    dependencies = [
      "httpx >= 0.28, < 1",  # for the wire
      "uvicorn[standard]; python_version > '3.11'",
      "our-app[extra]",
      "left @ https://example.org/evil/left-1.0.tar.gz",
    ]

    [project.optional-dependencies]
    dev = ["mypy==2.0"]

    [dependency-groups]
    docs = ["sphinx", {include-group = "dev"}]

    [tool.poetry.dependencies]
    python = "^3.11"
    pendulum = "^3.0"
    local = {path = "../local"}

    [tool.poetry.group.test.dependencies]
    tox = {version = "4.1", optional = true}
"""
_PACKAGE = """\
    {
      "name": "@our/app",
      "scripts": {"lodash": "echo"},
      "dependencies": {
        "lodash": "^4.17.0",
        "@our/app": "1.0.0",
        "shim": "npm:@real/thing@2.1.0",
        "mine": "workspace:*", "near": "file:../near"
      },
      "devDependencies": {"left-pad": "github:evil/left-pad#main"},
      "peerDependencies": {"re\\u0061ct": ">=18"}
    }
"""
_GO = """\
    module github.com/our/app

    go 1.24

    require github.com/pkg/errors v0.9.1
    require (
    \tgithub.com/google/uuid v1.6.0 // indirect
    \t"golang.org/x/sync" v0.10.0
    )

    replace github.com/pkg/errors => github.com/fork/errors v0.9.2
    replace github.com/google/uuid => ../uuid
"""
_POM = """\
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <groupId>org.ours</groupId><artifactId>app</artifactId>
      <dependencyManagement><dependencies>
        <dependency><groupId>com.managed</groupId><artifactId>alone</artifactId><version>1</version></dependency>
        <dependency><groupId>com.managed</groupId><artifactId>used</artifactId><version>2</version></dependency>
      </dependencies></dependencyManagement>
      <dependencies>
        <dependency>
          <groupId>com.google.guava</groupId>
          <artifactId>guava</artifactId>
          <version>${guava.version}</version>
        </dependency>
        <dependency><groupId>com.managed</groupId><artifactId>used</artifactId></dependency>
        <dependency><groupId>${project.groupId}</groupId><artifactId>app</artifactId></dependency>
      </dependencies>
      <build><plugins><plugin><artifactId>maven-jar-plugin</artifactId></plugin></plugins></build>
    </project>
"""
_GRADLE = """\
    plugins {
        id("org.springframework.boot") version "3.5.0"
        id 'java'
    }
    dependencies {
        implementation("com.squareup.okhttp3:okhttp:4.12.0")
        testImplementation 'org.junit.jupiter:junit-jupiter:5.11.0'
        api platform("org.boms:bom:1.0")
        runtimeOnly group: 'org.postgresql', name: 'postgresql', version: '42.7'
        implementation(project(":core"))
        // implementation("commented:out:1")
    }
    description = "see: this:thing"
"""
_CATALOGUE = """\
    [versions]
    ktor = "3.0.1"

    [libraries]
    ktor-core = { module = "io.ktor:ktor-core", version.ref = "ktor" }
    gson = "com.google.code.gson:gson:2.11.0"
    old = { group = "org.old", name = "thing", version = "1" }
"""
_CARGO = """\
    [package]
    name = "ours"

    [dependencies]
    serde = { version = "1.0", features = ["derive"] }
    tokio.workspace = true
    near = { path = "../near" }
    json = { package = "serde_json", version = "1" }

    [dependencies.regex]
    version = "1.11"

    [target.'cfg(unix)'.dev-dependencies]
    libc = { git = "https://github.com/evil/libc.git", rev = "abc" }
"""
_CSPROJ = """\
    <Project Sdk="Microsoft.NET.Sdk">
      <ItemGroup>
        <PackageReference Include="Newtonsoft.Json" Version="13.0.3" />
        <PackageReference Include="Serilog"><Version>4.0</Version></PackageReference>
        <PackageReference Update="Polly" Version="8" />
        <ProjectReference Include="../Core/Core.csproj" />
      </ItemGroup>
    </Project>
"""
_GEMFILE = """\
    source "https://rubygems.org"
    gem "rails", "~> 8.0"
    gem 'sidekiq'
    gem "near", path: "../near"
    # gem "commented"
"""
_COMPOSER = """\
    {"name": "our/app",
     "require": {"php": ">=8.2", "ext-json": "*", "monolog/monolog": "^3.0"},
     "require-dev": {"phpunit/phpunit": "^11"}}
"""
_WORKFLOW = """\
    on: push
    jobs:
      build:
        uses: our/shared/.github/workflows/build.yml@v1
      test:
        container: node:22-slim
        steps:
          - uses: actions/checkout@v5  # pinned
          - uses: ./.github/actions/own
          - {name: x, uses: "evil/action/sub@0123abc"}
          - uses: >-
              hidden/action@v2
          - uses: docker://alpine:3.20
          # - uses: not/this@v1
"""
_DOCKERFILE = """\
    ARG PY=3.12
    FROM --platform=linux/amd64 python:${PY}-slim AS build
    COPY --from=ghcr.io/astral-sh/uv:0.5@sha256:abc /uv /bin/
    FROM \\
      registry.local:5000/base/run:1
    COPY --from=build /x /x
    FROM build
    FROM scratch
"""
_COMPOSE = """\
    services:
      db:
        image: "postgres:18"
      own:
        build: .
"""
_SETUP_CFG = """\
    [metadata]
    name = ours
    [options]
    install_requires =
        requests>=2
        importlib_metadata; python_version < "3.8"
    [options.extras_require]
    fast = orjson
    [flake8]
    ignore =
        E501
"""
_SETUP_PY = """\
    from setuptools import setup
    LISTED = ["not_this"]
    setup(name="ours", install_requires=["requests>=2", 'idna',
        "chardet"], extras_require={
            "x": ["pyyaml"],
        }, url="http://nor.this")
"""
_REQUIREMENTS = """\
    # what we need
    -r other.txt
    --index-url https://example.org/simple
    requests[socks]==2.32.0 ; python_version > "3" \\
        --hash=sha256:abc
    git+https://github.com/evil/thing@main#egg=thing
    Typing.Extensions
    ./local
"""


def _new(path: str, text: str, before: str = "") -> list[Told]:
    found = find_new({path: dedent(before)} if before else {}, {path: dedent(text)}, {})
    assert found.not_analysed == ()
    return [(it.ecosystem, it.name, it.path, it.line, it.version) for it in found.dependencies]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (
            "pyproject.toml",
            _PYPROJECT,
            [
                ("pypi", "setuptools", 2, ">=80"),
                ("pypi", "httpx", 7, ">= 0.28, < 1"),
                ("pypi", "uvicorn", 8, ""),
                ("pypi", "left", 10, "@ https://example.org/evil/left-1.0.tar.gz"),
                ("pypi", "mypy", 14, "==2.0"),
                ("pypi", "sphinx", 17, ""),
                ("pypi", "pendulum", 21, "^3.0"),
                ("pypi", "tox", 25, "4.1"),
            ],
        ),
        (
            "web/package.json",
            _PACKAGE,
            [
                ("npm", "lodash", 5, "^4.17.0"),
                ("npm", "@real/thing", 7, "npm:@real/thing@2.1.0"),
                ("npm", "left-pad", 10, "github:evil/left-pad#main"),
                ("npm", "react", 11, ">=18"),
            ],
        ),
        (
            "go.mod",
            _GO,
            [
                ("go", "github.com/pkg/errors", 5, "v0.9.1"),
                ("go", "golang.org/x/sync", 8, "v0.10.0"),
                ("go", "github.com/fork/errors", 11, "v0.9.2"),
                ("go", "github.com/google/uuid", 7, "v1.6.0"),
            ],
        ),
        (
            "core/pom.xml",
            _POM,
            [
                ("maven", "com.managed:alone", 4, "1"),
                ("maven", "com.google.guava:guava", 10, "${guava.version}"),
                ("maven", "com.managed:used", 13, "2"),
                ("maven", "org.apache.maven.plugins:maven-jar-plugin", 16, ""),
            ],
        ),
        (
            "build.gradle.kts",
            _GRADLE,
            [
                ("maven", "org.springframework.boot", 2, "3.5.0"),
                ("maven", "com.squareup.okhttp3:okhttp", 6, "4.12.0"),
                ("maven", "org.junit.jupiter:junit-jupiter", 7, "5.11.0"),
                ("maven", "org.boms:bom", 8, "1.0"),
                ("maven", "org.postgresql:postgresql", 9, "42.7"),
            ],
        ),
        (
            "gradle/libs.versions.toml",
            _CATALOGUE,
            [
                ("maven", "io.ktor:ktor-core", 5, "3.0.1"),
                ("maven", "com.google.code.gson:gson", 6, "2.11.0"),
                ("maven", "org.old:thing", 7, "1"),
            ],
        ),
        (
            "Cargo.toml",
            _CARGO,
            [
                ("crates", "serde", 5, "1.0"),
                ("crates", "tokio", 6, ""),
                ("crates", "serde_json", 8, "1"),
                ("crates", "regex", 10, "1.11"),
                ("crates", "libc", 14, ""),
            ],
        ),
        ("src/App/App.csproj", _CSPROJ, [("nuget", "Newtonsoft.Json", 3, "13.0.3"), ("nuget", "Serilog", 4, "4.0")]),
        (
            "packages.config",
            '<packages>\n  <package id="NUnit" version="3.14" />\n</packages>\n',
            [("nuget", "NUnit", 2, "3.14")],
        ),
        ("Gemfile", _GEMFILE, [("rubygems", "rails", 2, "~> 8.0"), ("rubygems", "sidekiq", 3, "")]),
        (
            "ours.gemspec",
            'Gem::Specification.new do |s|\n  s.name = "ours"\n  s.add_dependency "rack", ">= 3"\nend\n',
            [("rubygems", "rack", 3, ">= 3")],
        ),
        (
            "composer.json",
            _COMPOSER,
            [("packagist", "monolog/monolog", 2, "^3.0"), ("packagist", "phpunit/phpunit", 3, "^11")],
        ),
        (
            ".github/workflows/ci.yml",
            _WORKFLOW,
            [
                ("actions", "our/shared", 4, "v1"),
                ("docker", "node", 6, "22-slim"),
                ("actions", "actions/checkout", 8, "v5"),
                ("actions", "evil/action", 10, "0123abc"),
                ("actions", "hidden/action", 12, "v2"),
                ("docker", "alpine", 13, "3.20"),
            ],
        ),
        (
            "deploy/Dockerfile",
            _DOCKERFILE,
            [
                ("docker", "python", 2, "3.12-slim"),
                ("docker", "ghcr.io/astral-sh/uv", 3, "0.5@sha256:abc"),
                ("docker", "registry.local:5000/base/run", 4, "1"),
            ],
        ),
        ("docker-compose.dev.yml", _COMPOSE, [("docker", "postgres", 3, "18")]),
        (
            "setup.cfg",
            _SETUP_CFG,
            [("pypi", "requests", 5, ">=2"), ("pypi", "importlib_metadata", 6, ""), ("pypi", "orjson", 8, "")],
        ),
        (
            "setup.py",
            _SETUP_PY,
            [
                ("pypi", "idna", 3, ""),
                ("pypi", "requests", 3, ">=2"),
                ("pypi", "chardet", 4, ""),
                ("pypi", "pyyaml", 5, ""),
            ],
        ),
        (
            "requirements/dev.txt",
            _REQUIREMENTS,
            [
                ("pypi", "requests", 4, "==2.32.0"),
                ("pypi", "thing", 6, "git+https://github.com/evil/thing@main"),
                ("pypi", "Typing.Extensions", 7, ""),
            ],
        ),
        (
            "Pipfile",
            '[packages]\nflask = "*"\n[dev-packages]\nblack = {version = "25"}\n',
            [("pypi", "flask", 2, "*"), ("pypi", "black", 4, "25")],
        ),
    ],
)
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
        ("pom.xml", dedent(_POM), "com.google.common.collect", "src/A.java"),
        ("build.gradle", 'implementation("io.ktor:ktor-core:3")\n', "io.ktor.server", "src/A.kt"),
        ("Cargo.toml", '[dependencies]\nserde-json = "1"\n', "serde_json", "src/a.rs"),
        ("a/A.csproj", dedent(_CSPROJ), "Newtonsoft.Json.Linq", "a/A.cs"),
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
    manifests = {"pom.xml": dedent(_POM).replace("com.google.guava", "org.springframework.boot")}
    assert _dependencies(manifests, manifests, {"org.springframework.web": ("src/A.java", 3)}) == ()


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("package.json", "{", "not JSON"),
        ("package.json", "[" * 100_000, "not JSON"),
        ("package.json", "[]", "not a JSON object"),
        ("pyproject.toml", "x = [", "not TOML"),
        ("Cargo.toml", "a=" + "[" * 100_000, "not TOML"),
        ("Cargo.toml", ".".join("a" * 100_000) + "=1", "too many parts"),
        ("pom.xml", "<project>", "not XML"),
        ("pom.xml", '<!DOCTYPE p [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><p>&c;</p>', "document type"),
        ("pom.xml", "<a>" * 5_000, "too deep"),
        ("a.csproj", f"<a>{'<b/>' * 110_000}</a>", "too many elements"),
        ("package.json", '{"dependencies": {"a": "' + "x" * 600_000 + '"}}', "larger than 512 kB"),
        ("requirements.txt", "\n".join(f"p{number}" for number in range(6_000)), "more than 5,000 packages"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named_with_its_reason(path: str, text: str, reason: str) -> None:
    begun = time.monotonic()
    found = find_new({}, {path: text}, {})
    assert found.dependencies == ()
    [named] = found.not_analysed
    assert (named.path, named.changed) == (path, True)
    assert reason in named.reason
    assert time.monotonic() - begun < 3


def test_what_an_unreadable_manifest_of_the_base_may_have_asked_for_is_not_called_new() -> None:
    found = find_new(
        {"package.json": "{"}, {"package.json": '{"dependencies": {"a": "1"}}', "go.mod": "require b.org/c v1\n"}, {}
    )
    assert [each.name for each in found.dependencies] == ["b.org/c"]
    assert [(each.path, each.changed) for each in found.not_analysed] == [("package.json", True)]


def test_names_and_versions_of_a_hostile_manifest_are_cut_and_printable() -> None:
    text = '{"dependencies": {"%s": "%s", "a\\u202eb\\ud800": "1\\n2\\u0000"}}' % ("n" * 900, "9" * 900)
    long, odd = _dependencies({}, {"package.json": text})
    assert (len(long.name), len(long.version)) == (214, 100)
    assert (odd.name, odd.version) == ("a\ufffdb\ufffd", "1 2\ufffd")


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


_EVERY = [
    ("pyproject.toml", _PYPROJECT),
    ("package.json", _PACKAGE),
    ("go.mod", _GO),
    ("pom.xml", _POM),
    ("build.gradle", _GRADLE),
    ("libs.versions.toml", _CATALOGUE),
    ("Cargo.toml", _CARGO),
    ("a.csproj", _CSPROJ),
    ("Gemfile", _GEMFILE),
    ("composer.json", _COMPOSER),
    ("action.yml", _WORKFLOW),
    ("Dockerfile", _DOCKERFILE),
    ("compose.yml", _COMPOSE),
    ("setup.cfg", _SETUP_CFG),
    ("setup.py", _SETUP_PY),
    ("requirements.txt", _REQUIREMENTS),
]


@given(st.sampled_from(_EVERY), st.integers(0, 900), st.integers(0, 900), st.text(max_size=8))
def test_a_mangled_manifest_is_read_or_named(sample: tuple[str, str], start: int, end: int, put: str) -> None:
    path, text = sample
    plain = dedent(text)
    found = find_new({}, {path: plain[:start] + put + plain[end:]}, {})
    assert all(0 <= each.line <= len(plain.split("\n")) + put.count("\n") + 1 for each in found.dependencies)
    assert all(each.name and each.name.isprintable() for each in found.dependencies)


@pytest.mark.parametrize("path", [path for path, _ in _EVERY])
@pytest.mark.parametrize(
    "piece",
    [
        "a" * 500,
        '"a',
        "[",
        "a.",
        "[a.b]\n",
        "#egg=&",
        " --from=",
        "COPY --mount=",
        "uses:\n",
        "id ('",
        "gem ",
        "$${a}",
        "\\\n",
    ]
    + ["install_requires=[", "api ", "{a=", "<a b='c'>", '"a":{', "FROM ${a:-", "image: "],
)
def test_the_time_for_a_hostile_manifest_is_bounded(path: str, piece: str) -> None:
    begun = time.monotonic()
    find_new({}, {path: piece * (500_000 // len(piece))}, {})
    assert time.monotonic() - begun < 5
