"""What kind of thing a file is, from its path, its modes, the base's attributes and what its first lines admit.

The names follow linguist's conventions (https://github.com/github-linguist/linguist/blob/main/lib/linguist/generated.rb,
…/vendor.yml), with what these miss: yarn.lock, go.sum, dist/, snapshots, migrations, `@generated`. A class excuses
nobody from reading: it orders the plan and tells people what they look at.
"""

from __future__ import annotations

import re

from app.core.change.attributes import Attributes
from app.core.change.diff import FilePatch, FileStatus, LineKind
from app.core.change.plan import FileClass

_LOCK = re.compile(
    r"""
    (?:^|/)(?:
      (?:yarn|deno|poetry|uv|pdm|pixi|cargo|gemfile|composer|mix|pubspec|podfile|flake|requirements|gopkg|glide|pipfile
        |paket|esy|module\.bazel)\.lock
      | package-lock\.json | npm-shrinkwrap\.json | packages\.lock\.json | pnpm-lock\.yaml | conda-lock\.yml
      | bun\.lockb? | go(?:\.work)?\.sum | (?:package|cartfile)\.resolved | gradle\.lockfile | \.terraform\.lock\.hcl
    )$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VENDORED = re.compile(
    r"(?:^|/)(?:vendor|vendors|third[-_]?party|node_modules|bower_components|jspm_packages|godeps|external[-_]libs"
    r"|carthage/build|pods|\.yarn/(?:releases|plugins|sdks|unplugged))/",
    re.IGNORECASE,
)
_GENERATED = re.compile(
    r"""
    (?:^|/)(?:dist|__generated__|__snapshots__|\.next|\.nuxt)/
    | [._-]min\.(?:js|css|mjs|cjs)$ | \.(?:js|css|mjs)\.map$ | \.bundle\.js$
    | \.snap$ | \.ambr$
    | _pb2(?:_grpc)?\.pyi?$ | \.pb(?:\.gw|\.validate)?\.go$ | \.pb\.(?:cc|h)$ | _pb\.(?:js|d\.ts)$ | \.twirp\.go$
    | \.g(?:\.i)?\.cs$ | \.designer\.(?:cs|vb)$ | \.feature\.cs$ | \.(?:g|freezed|mocks)\.dart$
    | _string\.go$ | (?:^|/)zz_generated\.[^/]+\.go$ | (?:^|/)bindata\.go$ | \.generated\.[a-z]+$ | \.gen\.(?:go|ts)$
    | (?:^|/)(?:gradlew(?:\.bat)?|mvnw(?:\.cmd)?)$ | \.xcworkspacedata$ | \.nib$ | \.pbxproj$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MIGRATION = re.compile(
    r"(?:^|/)(?:migrations?|db/migrate|alembic/versions|flyway|liquibase)/"
    r"|(?:^|/)v\d+(?:[._]\d+)*__[^/]+\.sql$",
    re.IGNORECASE,
)
_CI = re.compile(
    r"""
    ^\.github/(?:workflows|actions)/ | (?:^|/)action\.ya?ml$ | ^\.gitlab-ci\.ya?ml$ | ^\.gitlab/ci/ | ^\.circleci/
    | ^\.buildkite/ | ^\.travis\.ya?ml$ | ^azure-pipelines[^/]*\.ya?ml$ | ^\.azure-pipelines/ | (?:^|/)jenkinsfile[^/]*$
    | ^bitbucket-pipelines\.ya?ml$ | ^appveyor\.ya?ml$ | ^\.drone\.ya?ml$ | ^\.woodpecker/
    | ^\.pre-commit-config\.ya?ml$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TEST = re.compile(
    r"""
    (?:^|/)(?:tests?|__tests__|specs?|testdata|fixtures|e2e|cypress)/
    | (?:^|/)(?:test_[^/]+|[^/]+_test|[^/]+_spec|conftest)\.[a-z]+$ | \.(?:test|spec|cy)\.[a-z]+$
    | (?:^|/)[^/]+Tests?\.(?:java|kt|cs|swift|scala|php)$
    """,
    re.VERBOSE,
)
_DOCS = re.compile(
    r"(?:^|/)(?:docs?|documentation|man)/.*\.(?:md|mdx|rst|txt|adoc|html|[1-9])$"
    r"|\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile|org)$"
    r"|(?:^|/)(?:licen[cs]e|copying|notice|authors|contributors|changelog|changes|readme|history)(?:\.txt)?$",
    re.IGNORECASE,
)
_CONFIG = re.compile(
    r"""
    \.(?:toml|ya?ml|json|json5|jsonc|ini|cfg|conf|config|properties|env|plist|xml|tf|tfvars|hcl|nix|lock)$
    | (?:^|/)\.[^/]+$ | (?:^|/)(?:dockerfile|containerfile)(?:\.[^/]+)?$ | (?:^|/)requirements[^/]*\.txt$
    | (?:^|/)(?:makefile|justfile|procfile|codeowners|gemfile|rakefile|pipfile|vagrantfile|cmakelists\.txt|go\.mod
      |go\.work|build\.gradle)$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADMISSION = re.compile(
    r"@generated\b|\bcode generated .{0,80}\bdo not edit\b"
    r"|\b(?:auto-?generated|generated) (?:file|code|by)\b.{0,120}\bdo not (?:edit|modify)\b",
    re.IGNORECASE,
)
_HEADER_LINES = 10
_HEADER_CHARACTERS = 400

_LATE = frozenset({FileClass.GENERATED, FileClass.VENDORED, FileClass.LOCK})


def classify(file: FilePatch, attributes: Attributes) -> FileClass:
    """The class of a change's file. Read last are only files that were, and are, of a class for reading last.

    A rename from source into a vendored directory, or out of it, is source.
    """
    if file.submodule:
        return FileClass.SUBMODULE
    if file.symlink:
        return FileClass.SYMLINK
    if file.binary:
        return FileClass.BINARY
    now = _of_path(file.path, attributes)
    if now in _LATE and file.old_path != file.path and _of_path(file.old_path, attributes) not in _LATE:
        now = _ordinary(file.path)
    if now in (FileClass.SOURCE, FileClass.CONFIG) and _admits_generated(file):
        return FileClass.GENERATED
    return now


def read_last(file_class: FileClass) -> bool:
    """Whether what a person wrote is read before such files."""
    return file_class in _LATE


def is_test(path: str) -> bool:
    """Whether a path is named as tests are."""
    return _TEST.search(path) is not None


def is_ci(path: str) -> bool:
    """Whether a path is where a CI service looks for its work."""
    return _CI.search(path) is not None


def _of_path(path: str, attributes: Attributes) -> FileClass:
    for name, file_class in (
        ("linguist-generated", FileClass.GENERATED),
        ("linguist-vendored", FileClass.VENDORED),
        ("linguist-documentation", FileClass.DOCS),
    ):
        if attributes.says(path, name):
            return file_class
    own = _late(path)
    attribute = "linguist-vendored" if own is FileClass.VENDORED else "linguist-generated"
    # The base may say that what looks generated or vendored is not.
    return own if own is not None and attributes.value(path, attribute) not in (False, "false") else _ordinary(path)


def _late(path: str) -> FileClass | None:
    if _LOCK.search(path):
        return FileClass.LOCK
    if _VENDORED.search(path):
        return FileClass.VENDORED
    return FileClass.GENERATED if _GENERATED.search(path) else None


def _ordinary(path: str) -> FileClass:
    for pattern, file_class in (
        (_CI, FileClass.CI),
        (_MIGRATION, FileClass.MIGRATION),
        (_TEST, FileClass.TEST),
        (_DOCS, FileClass.DOCS),
    ):
        if pattern.search(path):
            return file_class
    return FileClass.CONFIG if _CONFIG.search(path) else FileClass.SOURCE


def _admits_generated(file: FilePatch) -> bool:
    """Whether the file said so before the change and says so still, as far as its first lines are in the diff."""
    head = [line for hunk in file.hunks for line in hunk.lines if (line.new or line.old or 0) <= _HEADER_LINES]
    kinds = {line.kind for line in head if _ADMISSION.search(line.text[:_HEADER_CHARACTERS])}
    return (
        LineKind.CONTEXT in kinds
        or {LineKind.ADDED, LineKind.REMOVED} <= kinds
        or (LineKind.ADDED in kinds and file.status is FileStatus.ADDED)
    )
