"""Which files are manifests, and who reads them. Adding a kind is a row of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.architecture.dependencies.declared import Reader
from app.architecture.dependencies.delivery import read_compose, read_dockerfile, read_workflow
from app.architecture.dependencies.dotnet import read_project
from app.architecture.dependencies.go import read_go_mod
from app.architecture.dependencies.java import read_catalogue, read_gradle, read_pom
from app.architecture.dependencies.php import read_composer
from app.architecture.dependencies.python import (
    read_pipfile,
    read_pyproject,
    read_requirements,
    read_setup_cfg,
    read_setup_py,
)
from app.architecture.dependencies.ruby import read_gems
from app.architecture.dependencies.rust import read_cargo
from app.architecture.dependencies.script import read_package

_BY_NAME: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "pyproject.toml": read_pyproject,
        "Pipfile": read_pipfile,
        "setup.cfg": read_setup_cfg,
        "setup.py": read_setup_py,
        "package.json": read_package,
        "go.mod": read_go_mod,
        "pom.xml": read_pom,
        "Cargo.toml": read_cargo,
        "packages.config": read_project,
        "Gemfile": read_gems,
        "composer.json": read_composer,
        "action.yml": read_workflow,
        "action.yaml": read_workflow,
        "Dockerfile": read_dockerfile,
        "Containerfile": read_dockerfile,
        ".gitlab-ci.yml": read_compose,
    }
)
_BY_ENDING: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "gradle": read_gradle,
        "csproj": read_project,
        "fsproj": read_project,
        "vbproj": read_project,
        "gemspec": read_gems,
        "dockerfile": read_dockerfile,
    }
)
_BY_SHAPE: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (
        re.compile(r"(?:^|/)[^/]*requirements[^/]*\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$"),
        read_requirements,
    ),
    (re.compile(r"^\.github/workflows/[^/]+\.ya?ml$"), read_workflow),
    (re.compile(r"\.gradle\.kts$"), read_gradle),
    (re.compile(r"\.versions\.toml$"), read_catalogue),
    (re.compile(r"(?:^|/)Directory\.[^/]+\.(?:props|targets)$"), read_project),
    (re.compile(r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml$"), read_compose),
)
_SHAPED = (".txt", ".in", ".yml", ".yaml", ".kts", ".toml", ".props", ".targets")
_NOT_OURS = frozenset(
    {"node_modules", "vendor", "third_party", "site-packages", "testdata", "_testdata", "fixtures", "__fixtures__"}
)
"""Directories of what others made, and of what tests only read: nothing there is installed for this repository."""


def wants(path: str) -> bool:
    """Whether a file is a manifest that `find_new` reads."""
    return reader_of(path) is not None


def reader_of(path: str) -> Reader | None:
    """Who reads a manifest, told by its path; None for what is none."""
    directory, _, name = path.rpartition("/")
    found = _BY_NAME.get(name) or _BY_ENDING.get(name.rpartition(".")[2].lower() if "." in name else "")
    if found is None and name.endswith(_SHAPED):
        found = next((reader for shape, reader in _BY_SHAPE if shape.search(path)), None)
    if found is None and name.startswith("Dockerfile."):
        found = read_dockerfile
    return None if found is None or not _NOT_OURS.isdisjoint(directory.split("/")) else found
