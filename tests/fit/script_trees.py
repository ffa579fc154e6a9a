"""Trees of JavaScript and TypeScript, and what imports in them come to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from app.architecture.resolution import Ground, Resolution, Resolver
from app.architecture.resolve import BUILDERS, wants_text
from app.core.fit.source_facts import Import
from app.syntax.languages import Language

Texts = Mapping[str, Any]


def start(paths: Iterable[str], texts: Texts) -> Resolver:
    written = {path: text if isinstance(text, str) else json.dumps(text) for path, text in texts.items()}
    assert all(map(wants_text, written))
    return BUILDERS[Language.TYPESCRIPT](Ground(paths={*paths, *written}, texts=written, packages={}))


def resolve(paths: Iterable[str], path: str, target: str, texts: Texts | None = None) -> Resolution:
    return start({*paths, path}, texts or {}).resolve(path, Import(target, 1, ("x",)))


def taken(paths: Iterable[str], path: str, target: str, texts: Texts | None = None) -> str:
    """The one module that is taken in."""
    found = resolve(paths, path, target, texts)
    assert [each.names for each in found.targets] == [("x",)], found
    assert not found.external
    assert not found.missing
    return found.targets[0].module
