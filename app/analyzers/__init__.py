"""Reviewers that are no models. Each file here that has an `ANALYZER` is one: adding the file is all there is to do."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.analyzers.analyzer import Analyzer


@cache
def analyzers() -> tuple[Analyzer, ...]:
    """The analyzers in this folder, by name."""
    from app.analyzers.analyzer import Analyzer  # noqa: PLC0415 - the child in `apart` starts in half the time without

    modules = (import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = (getattr(module, "ANALYZER", None) for module in modules)
    return tuple(sorted((one for one in found if isinstance(one, Analyzer)), key=lambda one: one.name))
