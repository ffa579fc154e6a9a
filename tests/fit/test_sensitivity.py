"""Which paths of a change are sensitive, why, and whose they are."""

from __future__ import annotations

import pytest

from app.core.change.classes.danger import NAMES, PATH_WORDS
from app.core.gate.policy import SensitivePaths
from app.core.people.owners import Owners, read_owners
from app.core.people.sensitivity import KIND_OF_NAMES, KIND_OF_WORDS, Sensitive, SensitiveKind, find_sensitive

NOBODY = Owners()


def kinds(path: str) -> set[SensitiveKind]:
    return {found.kind for found in find_sensitive([path], (), NOBODY)}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app/auth/session.py", SensitiveKind.AUTH),
        ("src/OAuthClient.ts", SensitiveKind.AUTH),
        ("config/prod.pem", SensitiveKind.AUTH),
        ("app/billing/invoice.rb", SensitiveKind.PAYMENTS),
        ("app/models/user_profile.py", SensitiveKind.USER_DATA),
        (".github/workflows/ci.yml", SensitiveKind.CI),
        (".gitlab-ci.yml", SensitiveKind.CI),
        ("Jenkinsfile", SensitiveKind.CI),
        ("infra/main.tf", SensitiveKind.INFRASTRUCTURE),
        ("Dockerfile", SensitiveKind.INFRASTRUCTURE),
        ("deploy/k8s/app.yaml", SensitiveKind.INFRASTRUCTURE),
        ("docker-compose.prod.yml", SensitiveKind.INFRASTRUCTURE),
        ("db/migrate/20260101_add.rb", SensitiveKind.MIGRATIONS),
        ("pyproject.toml", SensitiveKind.DEPENDENCIES),
        ("web/pnpm-lock.yaml", SensitiveKind.DEPENDENCIES),
        ("go.sum", SensitiveKind.DEPENDENCIES),
        ("CLAUDE.md", SensitiveKind.AGENTS),
        (".cursor/rules/x.mdc", SensitiveKind.AGENTS),
        (".github/lintel.yml", SensitiveKind.POLICY),
        (".gitattributes", SensitiveKind.POLICY),
        (".github/CODEOWNERS", SensitiveKind.CODEOWNERS),
    ],
)
def test_each_kind_is_told_by_the_path(path: str, kind: SensitiveKind) -> None:
    assert kind in kinds(path)


@pytest.mark.parametrize(
    "path", ["README.md", "src/shapes/circle.py", "docs/auth.md", "tests/test_billing.py", "a/b/c.go", ""]
)
def test_nothing_is_told_of_other_paths_nor_of_what_only_speaks_of_them(path: str) -> None:
    assert kinds(path) == set()


def test_the_file_of_owners_is_its_own_kind_and_not_the_policys() -> None:
    assert kinds("docs/CODEOWNERS") == {SensitiveKind.CODEOWNERS}


def test_a_test_that_runs_as_a_workflow_is_still_a_workflow() -> None:
    assert SensitiveKind.CI in kinds(".github/workflows/tests/e2e.yml")


def test_each_kind_of_a_path_comes_once_with_its_reason_and_its_owners() -> None:
    owners = read_owners("* @all\n/app/auth/ @security @org/auth\n")
    assert find_sensitive(["app/auth/roles.py", "app/auth/roles.py"], (), owners) == (
        Sensitive(
            "app/auth/roles.py",
            SensitiveKind.AUTH,
            "by words of its path: about who somebody is",
            ("@security", "@org/auth"),
        ),
    )


def test_old_and_new_names_of_a_rename_are_both_looked_at() -> None:
    found = find_sensitive(["lib/plain.py", "app/auth/login.py"], (), NOBODY)
    assert [(each.path, each.kind) for each in found] == [("app/auth/login.py", SensitiveKind.AUTH)]


def test_what_the_policy_declares_has_the_owners_that_it_says() -> None:
    owners = read_owners("/core/ @kernel\n")
    declared = (
        SensitivePaths(paths=("core/**",), owners="codeowners"),
        SensitivePaths(paths=("x/**", "core/ring.c"), owners=("@lead",)),
    )
    found = find_sensitive(["core/ring.c", "lib/ring.c"], declared, owners)
    assert [(each.kind, each.why, each.owners) for each in found] == [
        (SensitiveKind.DECLARED, "people.sensitive names it: core/**", ("@kernel",)),
        (SensitiveKind.DECLARED, "people.sensitive names it: core/ring.c", ("@lead",)),
    ]


def test_every_kind_is_given_to_rows_that_the_tables_have() -> None:
    assert KIND_OF_WORDS.keys() <= {row.why for row in PATH_WORDS}
    assert KIND_OF_NAMES.keys() <= {row.why for row in NAMES}
    told = {*KIND_OF_WORDS.values(), *KIND_OF_NAMES.values()}
    by_class = {SensitiveKind.MIGRATIONS, SensitiveKind.CODEOWNERS, SensitiveKind.DECLARED}
    assert told | by_class == set(SensitiveKind)
