"""Manifests of every kind, each with what it asks for: ecosystem, name, line and version."""

from __future__ import annotations

from tests.fit.manifest_texts import (
    CARGO,
    CATALOGUE,
    COMPOSE,
    COMPOSER,
    CSPROJ,
    DOCKERFILE,
    GEMFILE,
    GO,
    GRADLE,
    PACKAGE,
    POM,
    PYPROJECT,
    REQUIREMENTS,
    SETUP_CFG,
    SETUP_PY,
    WORKFLOW,
)

Asked = tuple[str, str, int, str]
MANIFESTS: list[tuple[str, str, list[Asked]]] = [
    (
        "pyproject.toml",
        PYPROJECT,
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
        PACKAGE,
        [
            ("npm", "lodash", 5, "^4.17.0"),
            ("npm", "@real/thing", 7, "npm:@real/thing@2.1.0"),
            ("npm", "left-pad", 10, "github:evil/left-pad#main"),
            ("npm", "react", 11, ">=18"),
        ],
    ),
    (
        "go.mod",
        GO,
        [
            ("go", "github.com/pkg/errors", 5, "v0.9.1"),
            ("go", "golang.org/x/sync", 8, "v0.10.0"),
            ("go", "github.com/fork/errors", 11, "v0.9.2"),
            ("go", "github.com/google/uuid", 7, "v1.6.0"),
        ],
    ),
    (
        "core/pom.xml",
        POM,
        [
            ("maven", "com.managed:alone", 4, "1"),
            ("maven", "com.google.guava:guava", 10, "${guava.version}"),
            ("maven", "com.managed:used", 13, "2"),
            ("maven", "org.apache.maven.plugins:maven-jar-plugin", 16, ""),
        ],
    ),
    (
        "build.gradle.kts",
        GRADLE,
        [
            ("maven", "org.springframework.boot", 2, "3.5.0"),
            ("maven", "com.squareup.okhttp3:okhttp", 6, "4.12.0"),
            ("maven", "org.junit.jupiter:junit-jupiter", 7, "5.11.0"),
            ("maven", "org.boms:bom", 8, "1.0"),
            ("maven", "org.postgresql:postgresql", 9, "42.7"),
            ("maven", "org.openjdk.jmh:jmh-core", 11, "1.37"),
        ],
    ),
    (
        "gradle/libs.versions.toml",
        CATALOGUE,
        [
            ("maven", "io.ktor:ktor-core", 5, "3.0.1"),
            ("maven", "com.google.code.gson:gson", 6, "2.11.0"),
            ("maven", "org.old:thing", 7, "1"),
        ],
    ),
    (
        "Cargo.toml",
        CARGO,
        [
            ("crates", "serde", 5, "1.0"),
            ("crates", "tokio", 6, ""),
            ("crates", "serde_json", 8, "1"),
            ("crates", "regex", 10, "1.11"),
            ("crates", "libc", 14, ""),
        ],
    ),
    ("src/App/App.csproj", CSPROJ, [("nuget", "Newtonsoft.Json", 3, "13.0.3"), ("nuget", "Serilog", 4, "4.0")]),
    (
        "packages.config",
        '<packages>\n  <package id="NUnit" version="3.14" />\n</packages>\n',
        [("nuget", "NUnit", 2, "3.14")],
    ),
    ("Gemfile", GEMFILE, [("rubygems", "rails", 2, "~> 8.0"), ("rubygems", "sidekiq", 3, "")]),
    (
        "ours.gemspec",
        'Gem::Specification.new do |s|\n  s.name = "ours"\n  s.add_dependency "rack", ">= 3"\nend\n',
        [("rubygems", "rack", 3, ">= 3")],
    ),
    (
        "composer.json",
        COMPOSER,
        [("packagist", "monolog/monolog", 2, "^3.0"), ("packagist", "phpunit/phpunit", 3, "^11")],
    ),
    (
        ".github/workflows/ci.yml",
        WORKFLOW,
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
        DOCKERFILE,
        [
            ("docker", "python", 2, "3.12-slim"),
            ("docker", "ghcr.io/astral-sh/uv", 3, "0.5@sha256:abc"),
            ("docker", "registry.local:5000/base/run", 4, "1"),
        ],
    ),
    ("docker-compose.dev.yml", COMPOSE, [("docker", "postgres", 3, "18")]),
    (
        "setup.cfg",
        SETUP_CFG,
        [("pypi", "requests", 5, ">=2"), ("pypi", "importlib_metadata", 6, ""), ("pypi", "orjson", 8, "")],
    ),
    (
        "setup.py",
        SETUP_PY,
        [
            ("pypi", "idna", 3, ""),
            ("pypi", "requests", 3, ">=2"),
            ("pypi", "chardet", 4, ""),
            ("pypi", "pyyaml", 5, ""),
        ],
    ),
    (
        "requirements/dev.txt",
        REQUIREMENTS,
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
]
