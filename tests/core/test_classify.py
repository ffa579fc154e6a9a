from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.classes.attributes import Attributes
from app.core.change.classes.classify import classify, read_last
from app.core.change.diff import FilePatch, FileStatus, Hunk
from app.core.change.plan import FileClass
from tests.core.changes import change_file

NONE = Attributes()


def renamed(old: str, new: str) -> FilePatch:
    return FilePatch(new, old, FileStatus.RENAMED)


NAMES = {
    FileClass.SOURCE: (
        "app/pay.py", "src/latest/contest.ts", "docs/conf.py", "pkg/pods/list.go", "src/react-hooks.js",
        "internal/cache/lru.go", "web/chart.js", "install.sh", "news.py", "history.rb", "lib/angular-app.js",
        "src/attest.py", "app/environment.ts", "cmd/env/main.go", "examples/serve.py", "lib/distance.go",
        "src/vendor.ts", "monitoring/deps.py", "keys/id_rsa.pub",
    ),
    FileClass.TEST: (
        "tests/test_pay.py", "pkg/pay_test.go", "web/pay.spec.ts", "src/PayTest.java", "src/test/java/Pay.java",
        "src/androidTest/Pay.kt", "Shop.Tests/Cart.cs", "ShopTests/CartTests.swift", "src/PayIT.java",
        "src/TestPay.java", "spec/models/user_spec.rb", "spec/rails_helper.rb", "test/pay_test.exs",
        "app/app.e2e-spec.ts", "web/pay.cy.js", "base/pay_unittest.cc", "lib/pay-test.el", "features/pay.feature",
        "test/pay.bats", "t/pay.t", "web/__mocks__/fs.js", "testdata/golden.json", "conftest.py",
        "integration-tests/run.sh", "tests/README.md", "src/jvmTest/kotlin/Fake.kt",
    ),
    FileClass.CONFIG: (
        "pyproject.toml", "Dockerfile", ".editorconfig", "requirements-dev.txt", ".vscode/tasks.json",
        ".devcontainer/devcontainer.json", ".github/dependabot.yml", ".gitattributes", "main.tf", "Makefile",
        "CMakeLists.txt", "go.mod", "build.gradle.kts", "web/package.json", "App.csproj", "k8s/deploy.yaml",
        "api.dockerfile", "CODEOWNERS", ".husky/pre-commit", ".env.example", "web/.env.sample",
        ".env.local.template", "prod.tfvars.example", "example.tfvars", "service-account.example.json",
    ),
    FileClass.CI: (
        ".github/workflows/ci.yml", ".github/actions/setup/action.yml", "action.yml", "Jenkinsfile",
        ".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "azure-pipelines-release.yml",
        ".gitea/workflows/a.yaml", "cloudbuild.yaml", "appveyor.yml", ".pre-commit-config.yaml",
    ),
    FileClass.DOCS: (
        "README.md", "docs/guide/start.html", "docs/migrations/page.md", "LICENSE", "LICENSE-APACHE", "COPYING.txt",
        "CHANGELOG", "INSTALL", "CITATION.cff", "man/pay.Rd", "man/pay.1", "javadoc/index.html", "CONTRIBUTING.rst",
        "docs/notes.txt",
    ),
    FileClass.MIGRATION: (
        "shop/migrations/0002_price.py", "db/V2__price.sql", "db/migrate/2026_add.rb", "db/migration/pay.kt",
        "alembic/versions/1a.py", "prisma/migrations/1/migration.sql", "store/001.up.sql", "db/schema.rb",
        "db/R__views.sql",
    ),
    FileClass.GENERATED: (
        "api/pay_pb2.py", "api/pay_pb2_grpc.pyi", "api/pay.pb.go", "api/pay.pb.gw.go", "api/pay.pb.cc",
        "api/Pay.pbobjc.m", "api/pay.twirp.go", "api/pay_grpc_pb.js", "api/pay_pb.d.ts", "api/pay_services_pb.rb",
        "api/pay.pbgrpc.dart", "api/pay.connect.go", "api/pay.capnp.c++", "gen-py/shop/ttypes.py",
        "static/app.min.js", "static/app-min.css", "web/dist/app.js", "web/app.bundle.js", "web/app.js.map",
        "web/__snapshots__/a.snap", "web/__generated__/query.graphql.ts", "tests_out/a.ambr", "Pay.verified.txt",
        "Form.Designer.cs", "Form.g.i.cs", "Pay.feature.cs", "Service References/Pay/Reference.cs", "lib/pay.g.dart",
        "lib/pay.freezed.dart", "pkg/kind_string.go", "pkg/zz_generated.deepcopy.go", "pkg/bindata.go",
        "pkg/wire_gen.go", "pkg/query.sql.go", "src/api.generated.ts", "src/api.gen.ts", "gradlew", "mvnw.cmd",
        "App.xcodeproj/project.pbxproj", "Main.nib", ".idea/misc.xml", ".pnp.cjs", ".pnp.loader.mjs",
        ".sqlx/query-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json", "Cargo.toml.orig",
        "ext/ppport.h", "ext/pay.zep.c", "Lib_TLB.pas", "Old.dsp", "htmlcov/index.html", ".next/server.js",
        "docs/_build/index.html", "mesh_generated.h",
    ),
    FileClass.VENDORED: (
        "node_modules/a/index.js", "third_party/zlib/inflate.c", "3rdparty/x.c", "thirdparty/x.c", "vendor/a.go",
        "vendors/a.js", "extern/lua/lapi.c", "external/lua/lapi.c", "deps/lua/lapi.c", "debian/rules", "Pods/A/a.m",
        "Carthage/Build/a.h", "Godeps/x.go", "bower_components/a.js", ".yarn/releases/yarn-4.cjs",
        "gradle/wrapper/gradle-wrapper.properties", ".mvn/wrapper/MavenWrapperDownloader.java", "static/jquery.js",
        "static/jquery-1.2.js", "static/jquery-1.12.4.js", "static/jquery-ui-1.8.css", "static/jquery.ui.core.js",
        "static/jquery.validate.js", "static/bootstrap.css", "static/bootstrap-theme.scss",
        "static/bootstrap.bundle.js", "static/font-awesome.css", "static/fontawesome/icons.scss",
        "static/normalize.css", "static/animate.css", "static/foundation.js", "static/angular.js",
        "static/angular-route.js", "static/react.js", "static/d3.v4.js", "static/modernizr-2.7.1.js",
        "static/knockout-3.1.0.js", "static/html5shiv.js", "static/Chart.js", "static/tiny_mce.js",
        "static/codemirror/lib/x.js", "static/MathJax/x.js", "flow-typed/npm/a.js", "configure",
        "build/config.guess", "m4/libtool.m4", "packages/jQuery.1.9.1/a.js", "A.framework/Headers/a.h",
        "docs/themes/x/layout.html", "waf", "erlang.mk", "cpplint.py", "admin_media/a.css", "puphpet/config.yaml",
    ),
    FileClass.LOCK: (
        "yarn.lock", "go.sum", "go.work.sum", "web/package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml",
        "Cargo.lock", "poetry.lock", "uv.lock", "pdm.lock", "pixi.lock", "pylock.toml", "pylock.dev.toml",
        "Pipfile.lock", "Gemfile.lock", "composer.lock", "mix.lock", "pubspec.lock", "Podfile.lock", "flake.lock",
        "Gopkg.lock", "glide.lock", "deno.lock", "bun.lock", "bun.lockb", "MODULE.bazel.lock", "dev.esy.lock",
        "Package.resolved", "gradle.lockfile", ".terraform.lock.hcl", "packages.lock.json", "conda-lock.yml",
        "charts/Chart.lock", "Manifest.toml",
    ),
    FileClass.SECRET_BEARING: (
        ".env", "web/.env.production", "prod.env", ".envrc", "keys/server.pem", "server.key", "AuthKey.p8",
        "cert.p12", "cert.pfx", "app.jks", "debug.keystore", "svc.keytab", "id_rsa", ".ssh/id_ed25519",
        "id_ecdsa.bak", ".npmrc", ".pypirc", ".netrc", "_netrc", ".pgpass", ".htpasswd", ".git-credentials",
        ".aws/credentials", ".docker/config.json", ".dockercfg", ".kube/config", "kubeconfig", "kubeconfig.yaml",
        "prod.kubeconfig", "terraform.tfstate", "terraform.tfstate.backup", "prod.tfvars", "prod.auto.tfvars.json",
        "service-account.json", "my-service_account-key.json", "app-firebase-adminsdk-1a.json",
        "client_secret_1.json", "credentials.json", "config/secrets.yml", "k8s/db-secret.yaml", ".m2/settings.xml",
        ".config/gcloud/x.db", "tests/fixtures/key.pem", "vendor/a/.npmrc",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"), [(path, file_class) for file_class, paths in NAMES.items() for path in paths]
)
def test_a_path_tells_the_class(path: str, expected: FileClass) -> None:
    assert classify(change_file(path, ["a"], ["b"]), NONE) is expected


def test_modes_and_content_come_before_names() -> None:
    assert classify(FilePatch("a.py", "a.py", FileStatus.MODIFIED, new_mode="120000"), NONE) is FileClass.SYMLINK
    assert classify(FilePatch("lib", "lib", FileStatus.MODIFIED, old_mode="160000"), NONE) is FileClass.SUBMODULE
    assert classify(FilePatch("a.py", "a.py", FileStatus.MODIFIED, binary=True), NONE) is FileClass.BINARY


def test_a_store_of_keys_is_secret_bearing_though_it_is_binary() -> None:
    assert classify(FilePatch("app.p12", "app.p12", FileStatus.ADDED, binary=True), NONE) is FileClass.SECRET_BEARING


@pytest.mark.parametrize(("old", "new"), [(".env", "settings.txt"), ("settings.txt", ".env"), ("vendor/.env", "a.go")])
def test_a_rename_from_or_to_a_place_of_secrets_is_secret_bearing(old: str, new: str) -> None:
    assert classify(renamed(old, new), NONE) is FileClass.SECRET_BEARING


def test_a_rename_does_not_smuggle_source_into_a_class_that_is_read_last() -> None:
    assert classify(renamed("src/a.go", "vendor/a.go"), NONE) is FileClass.SOURCE
    assert classify(renamed("vendor/a.go", "src/a.go"), NONE) is FileClass.SOURCE
    assert classify(renamed("vendor/a.go", "vendor/b.go"), NONE) is FileClass.VENDORED


def test_the_base_can_say_more_and_less_than_names() -> None:
    attributes = Attributes.parse(
        "src/api/* linguist-generated\nvendor/ours/** -linguist-vendored\n*.snap linguist-generated=false"
    )
    assert classify(change_file("src/api/x.py", [], ["b"]), attributes) is FileClass.GENERATED
    assert classify(change_file("vendor/ours/x.py", [], ["b"]), attributes) is FileClass.SOURCE
    assert classify(change_file("vendor/x.py", [], ["b"]), attributes) is FileClass.VENDORED
    assert classify(change_file("a.snap", [], ["b"]), attributes) is FileClass.SOURCE


def test_a_header_makes_a_file_generated_only_if_it_is_not_the_change_that_says_so() -> None:
    header = "// Code generated by protoc. DO NOT EDIT."
    assert classify(change_file("a.go", [header, "a"], [header, "b"]), NONE) is FileClass.GENERATED
    assert classify(change_file("a.go", [], [header, "b"]), NONE) is FileClass.GENERATED
    assert classify(change_file("a.go", ["a"], ["// @generated", "b"]), NONE) is FileClass.SOURCE


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("a.go", "// Code generated by protoc-gen-go. DO NOT EDIT."),
        ("a.proto", "// Code generated by entc, DO NOT EDIT."),
        ("a.ts", "/* @generated SignedSource<<x>> */"),
        ("a.rb", "# Generated by the protocol buffer compiler.  DO NOT EDIT!"),
        ("a.js", "// GENERATED CODE -- DO NOT EDIT!"),
        ("a.py", "# Autogenerated by Thrift Compiler (0.19.0)"),
        ("a.h", "/* DO NOT EDIT THIS FILE - it is machine generated */"),
        ("a.c", "/* Generated by Cython 3.0.0 */"),
        ("a.js", " * Generated by PEG.js 0.10.0."),
        ("a.js", "/* parser generated by jison 0.4.17 */"),
        ("A.java", "/* The following code was generated by JFlex 1.4.3 */"),
        ("A.java", " * This file is generated by jOOQ. Do not modify it: it is automatically generated."),
        ("A.java", "// This is a generated file. Not intended for manual editing."),
        ("a.rb", "# This file is automatically generated by Racc 1.4"),
        ("a.dart", "// GENERATED CODE - DO NOT MODIFY BY HAND"),
        ("a.Rd", "% Generated by roxygen2: do not edit by hand"),
        ("a.js", "// Generated by Haxe 4.2.5"),
        ("a.c", "/* GIMP RGB C-Source image dump (logo.c) */"),
        ("a.html", '<meta name="generator" content="Doxygen 1.9.1"/>'),
        ("a.html", "<!-- Generated by javadoc (17) on Mon -->"),
        ("a.meta", "fileFormatVersion: 2"),
        ("a.mod", "GFORTRAN module version '10' created from a.f90"),
    ],
)
def test_every_family_of_generators_is_known_by_its_first_lines(path: str, header: str) -> None:
    assert classify(change_file(path, [], [header, "", "a"]), NONE) is FileClass.GENERATED
    assert classify(change_file(path, [header, "a"], [header, "b"]), NONE) is FileClass.GENERATED


def test_only_the_first_ten_lines_of_a_file_say_what_it_is() -> None:
    header, above = "// Code generated by x. DO NOT EDIT.", [f"// {number}" for number in range(10)]
    assert classify(change_file("a.go", [], [*above[:9], header, "a"]), NONE) is FileClass.GENERATED
    assert classify(change_file("a.go", [], [*above, header, "a"]), NONE) is FileClass.SOURCE


@pytest.mark.parametrize(
    "text", ["# generated by hand, please edit", "x = generated(file)  # do not forget", "# regenerated"]
)
def test_code_that_speaks_of_generating_is_source(text: str) -> None:
    assert classify(change_file("a.py", [], [text]), NONE) is FileClass.SOURCE


def test_a_new_script_with_lines_that_nobody_writes_is_generated() -> None:
    long = ["x" * 5000, "y" * 3000]
    assert classify(change_file("a.js", [], long), NONE) is FileClass.GENERATED
    assert classify(change_file("a.py", [], long), NONE) is FileClass.SOURCE
    assert classify(change_file("a.js", ["a", *long], ["b", *long]), NONE) is FileClass.SOURCE


def test_a_giant_hunk_is_classified_without_making_its_lines() -> None:
    hunk = Hunk(0, 0, 1, 200_000, "", "\n".join(["+x"] * 200_000))
    file = FilePatch("a.js", "a.js", FileStatus.ADDED, hunks=(hunk,), additions=200_000)
    assert classify(file, NONE) is FileClass.SOURCE
    assert "lines" not in hunk.__dict__


@given(st.text(max_size=80), st.lists(st.text(st.characters(exclude_characters="\n"), max_size=60), max_size=12))
def test_any_name_and_any_first_lines_have_a_class(path: str, lines: list[str]) -> None:
    assert classify(change_file(path, [], lines), NONE) in FileClass


@given(st.sampled_from(["vendor/", "a/node_modules/", "dist/"]), st.text("abc/.", min_size=1, max_size=20))
def test_what_is_vendored_or_made_is_not_read_first_whatever_it_is_called(directory: str, name: str) -> None:
    assert read_last(classify(change_file(f"{directory}{name}.x", [], ["a"]), NONE))


def test_only_what_machines_write_is_read_last() -> None:
    assert {kind for kind in FileClass if read_last(kind)} == {FileClass.GENERATED, FileClass.VENDORED, FileClass.LOCK}
