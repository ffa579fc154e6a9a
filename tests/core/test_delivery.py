"""What is built, shipped and run is known by its path, or by what it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.change.classes.delivery import Delivery, find_deliveries, may_tell

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/workflows/ci.yml", Delivery.WORKFLOW),
        (".github/workflows/release.YAML", Delivery.WORKFLOW),
        (".forgejo/workflows/ci.yaml", Delivery.WORKFLOW),
        ("action.yml", Delivery.ACTION),
        (".github/actions/set-up/action.yaml", Delivery.ACTION),
        (".gitlab-ci.yml", Delivery.GITLAB),
        ("ci/build.gitlab-ci.yml", Delivery.GITLAB),
        (".gitlab/ci/deploy.yml", Delivery.GITLAB),
        ("Dockerfile", Delivery.DOCKERFILE),
        ("images/Dockerfile.dev", Delivery.DOCKERFILE),
        ("web.dockerfile", Delivery.DOCKERFILE),
        ("Containerfile", Delivery.DOCKERFILE),
        ("docker-compose.override.yml", Delivery.COMPOSE),
        ("compose.yaml", Delivery.COMPOSE),
        ("deploy/k8s/web.yaml", Delivery.KUBERNETES),
        ("deploy/overlays/kustomization.yaml", Delivery.KUBERNETES),
        ("charts/web/Chart.yaml", Delivery.HELM),
        ("charts/web/values-prod.yaml", Delivery.HELM),
        ("charts/web/templates/_names.tpl", Delivery.HELM),
        ("infra/main.tf", Delivery.TERRAFORM),
        ("infra/prod.tfvars", Delivery.TERRAFORM),
        ("infra/terragrunt.hcl", Delivery.TERRAFORM),
    ],
)
def test_each_kind_is_known_by_its_path(path: str, kind: Delivery) -> None:
    assert find_deliveries(path) == (kind,)


@pytest.mark.parametrize(
    "path",
    [
        "src/dockerfile.py",
        "docs/Dockerfile.md",
        "src/compose.py",
        "mkdocs.yml",
        "docs/workflows/ci.yml",
        "requirements.yml",
        "src/action.ts",
        "a/k8s/client.go",
        "",
    ],
)
def test_what_is_only_called_so_is_none(path: str) -> None:
    assert find_deliveries(path, POD.replace("kind", "sort")) == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (POD, (Delivery.KUBERNETES,)),
        (f"# web\n---\n{POD}", (Delivery.KUBERNETES,)),
        (POD.replace("\n", "\r\n"), (Delivery.KUBERNETES,)),
        ('"apiVersion": v1\n"kind": Pod\n', (Delivery.KUBERNETES,)),
        ("kind: Pod\n", ()),
        ("spec:\n  apiVersion: v1\n    kind: Pod\n", ()),
        (f"{POD}  labels: {{{{- toYaml .Values.labels | nindent 4 }}}}\n", (Delivery.KUBERNETES, Delivery.HELM)),
        ("services:\n  # data\n\n  db:\n    image: postgres\n", (Delivery.COMPOSE,)),
        ("services:\n  - postgres:18\njob:\n  image: x\n", ()),
    ],
)
def test_a_file_of_any_name_is_known_by_what_it_holds(text: str, kinds: tuple[Delivery, ...]) -> None:
    assert find_deliveries("deploy/web.yaml", text) == kinds
    assert find_deliveries("deploy/web.py", text) == ()


def test_a_workflow_is_a_workflow_whatever_it_holds() -> None:
    assert find_deliveries(".github/workflows/deploy.yml", f"run: |\n{POD}") == (Delivery.WORKFLOW,)
    assert not may_tell(".github/workflows/deploy.yml")
    assert may_tell("deploy/web.yaml")
    assert not may_tell("main.tf")


@given(st.text(alphabet="a/.{}\n:\udcff-kindservicesapiVersion ym", max_size=200), st.text(max_size=200))
def test_any_path_and_text_has_its_kinds_in_order(path: str, text: str) -> None:
    found = find_deliveries(f"{path}.yaml", text)
    assert list(found) == [kind for kind in Delivery if kind in found]
    assert set(find_deliveries(f"{path}.yaml")) <= set(found)
