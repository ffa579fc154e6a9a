"""Which of the files that say what is built, shipped and run a file is: by its path, or by what its text begins with.

Names: https://docs.github.com/actions/reference/workflows-and-actions, https://docs.gitlab.com/ci/yaml/,
https://docs.docker.com/reference/compose-file/, https://helm.sh/docs/topics/charts/, and for Kubernetes, whose objects
may stand in any file, https://kubernetes.io/docs/concepts/overview/working-with-objects/.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import re2


class Delivery(StrEnum):
    """A kind of such files."""

    WORKFLOW = "workflow"
    ACTION = "action"
    GITLAB = "gitlab"
    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    HELM = "helm"
    TERRAFORM = "terraform"


MAX_TEXT: Final = 256 * 1024
"""Characters of a file in which marks of its kind are looked for."""

_BY_PATH: Final = (
    (Delivery.WORKFLOW, r"^/\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$"),
    (Delivery.ACTION, r"/action\.ya?ml$"),
    (Delivery.GITLAB, r"/(?:[^/]*\.)?gitlab-ci\.ya?ml$|/\.gitlab/ci/.*\.ya?ml$|^/\.gitlab-ci/.*\.ya?ml$"),
    (Delivery.DOCKERFILE, r"/(?:docker|container)file(?:[._-][^/]*)?$|\.(?:docker|container)file$"),
    (Delivery.COMPOSE, r"/(?:docker-|podman-)?compose(?:[._-][^/]*)?\.ya?ml$"),
    (Delivery.KUBERNETES, r"/kustomization\.ya?ml$|/(?:k8s|kubernetes|kustomize)/.*\.ya?ml$"),
    (Delivery.HELM, r"/(?:chart|helmfile|values(?:[._-][^/]*)?)\.ya?ml$|/templates/(?:.*/)?[^/]+\.tpl$"),
    (Delivery.TERRAFORM, r"\.(?:tf|tofu)(?:\.json)?$|\.tfvars(?:\.json)?$|/(?:terragrunt|root)\.hcl$"),
)
_YAML: Final = r"\.(?:ya?ml|tpl)(?:\.[^/]+)?$"
_PROGRAM: Final = r"\.(?:py|pyi|go|[cm]?[jt]sx?|rb|rs|java|kt|cs|php|c|cc|cpp|h|sh|md|rst|txt|json|ya?ml|toml|snap)$"
"""What a file that is only called after a Dockerfile ends in."""

_BLANK: Final = r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
_BY_TEXT: Final = (
    (Delivery.KUBERNETES, r"(?m)^[\"']?apiVersion[\"']?:[ \t]*\S", r"(?m)^[\"']?kind[\"']?:[ \t]*\S"),
    (Delivery.HELM, r"\{\{-?\s*(?:\.Values|\.Release|\.Chart|include|template|define|toYaml)\b", r"(?m)^"),
    (Delivery.COMPOSE, rf"(?m)^services:[ \t]*(?:#[^\n]*)?\r?\n{_BLANK}[ \t]+[\w.-]+:", r"(?m)^[ \t]+(?:image|build):"),
)
"""What a text has to hold, both, to be of a kind."""


def _compile(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    return re2.compile(pattern)


_PATHS: Final = tuple((kind, _compile(f"(?i){pattern}")) for kind, pattern in _BY_PATH)
_TEXTS: Final = tuple((kind, _compile(first), _compile(second)) for kind, first, second in _BY_TEXT)
_MAY_TELL: Final = _compile(f"(?i){_YAML}")
_PROGRAMS: Final = _compile(f"(?i){_PROGRAM}")


def may_tell(path: str) -> bool:
    """Whether the text of a file can say more of its kind than its path does."""
    known = {Delivery.WORKFLOW, Delivery.ACTION}
    return _MAY_TELL.search(_encode(path)) is not None and known.isdisjoint(_of_path(path))


def find_deliveries(path: str, text: str = "") -> tuple[Delivery, ...]:
    """The kinds of a file, in their order; none for most files. A template of a chart is also what it makes."""
    found = set(_of_path(path))
    if text and may_tell(path):
        head = _encode(text[:MAX_TEXT])
        found.update(kind for kind, first, second in _TEXTS if first.search(head) and second.search(head))
    return tuple(kind for kind in Delivery if kind in found)


def _of_path(path: str) -> list[Delivery]:
    shown = _encode(f"/{path}")
    found = [kind for kind, pattern in _PATHS if pattern.search(shown)]
    return [kind for kind in found if kind is not Delivery.DOCKERFILE or not _PROGRAMS.search(shown)]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")
