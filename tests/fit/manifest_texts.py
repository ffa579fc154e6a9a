"""Manifests of every kind, with what people write around what they ask for."""

from __future__ import annotations

from textwrap import dedent

PYPROJECT = dedent("""\
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
""")
PACKAGE = dedent("""\
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
""")
GO = dedent("""\
    module github.com/our/app

    go 1.24

    require github.com/pkg/errors v0.9.1
    require (
    \tgithub.com/google/uuid v1.6.0 // indirect
    \t"golang.org/x/sync" v0.10.0
    )

    replace github.com/pkg/errors => github.com/fork/errors v0.9.2
    replace github.com/google/uuid => ../uuid
""")
POM = dedent("""\
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
""")
GRADLE = dedent("""\
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
        jmh 'org.openjdk.jmh:jmh-core:1.37'
        // implementation("commented:out:1")
    }
    description = "see: this:thing"
""")
CATALOGUE = dedent("""\
    [versions]
    ktor = "3.0.1"

    [libraries]
    ktor-core = { module = "io.ktor:ktor-core", version.ref = "ktor" }
    gson = "com.google.code.gson:gson:2.11.0"
    old = { group = "org.old", name = "thing", version = "1" }
""")
CARGO = dedent("""\
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
""")
CSPROJ = dedent("""\
    <Project Sdk="Microsoft.NET.Sdk">
      <ItemGroup>
        <PackageReference Include="Newtonsoft.Json" Version="13.0.3" />
        <PackageReference Include="Serilog"><Version>4.0</Version></PackageReference>
        <PackageReference Update="Polly" Version="8" />
        <ProjectReference Include="../Core/Core.csproj" />
      </ItemGroup>
    </Project>
""")
GEMFILE = dedent("""\
    source "https://rubygems.org"
    gem "rails", "~> 8.0"
    gem 'sidekiq'
    gem "near", path: "../near"
    # gem "commented"
""")
COMPOSER = dedent("""\
    {"name": "our/app",
     "require": {"php": ">=8.2", "ext-json": "*", "monolog/monolog": "^3.0"},
     "require-dev": {"phpunit/phpunit": "^11"}}
""")
WORKFLOW = dedent("""\
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
""")
DOCKERFILE = dedent("""\
    ARG PY=3.12
    FROM --platform=linux/amd64 python:${PY}-slim AS build
    COPY --from=ghcr.io/astral-sh/uv:0.5@sha256:abc /uv /bin/
    FROM \\
      registry.local:5000/base/run:1
    COPY --from=build /x /x
    FROM build
    FROM scratch
""")
COMPOSE = dedent("""\
    services:
      db:
        image: "postgres:18"
      own:
        build: .
""")
SETUP_CFG = dedent("""\
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
""")
SETUP_PY = dedent("""\
    from setuptools import setup
    LISTED = ["not_this"]
    setup(name="ours", install_requires=["requests>=2", 'idna',
        "chardet"], extras_require={
            "x": ["pyyaml"],
        }, url="http://nor.this")
""")
REQUIREMENTS = dedent("""\
    # what we need
    -r other.txt
    -i https://example.org/simple
    requests[socks]==2.32.0 ; python_version > "3" \\
        --hash=sha256:abc
    git+https://github.com/evil/thing@main#egg=thing
    Typing.Extensions
    ./local
""")
