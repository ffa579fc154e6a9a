"""What of a delta is told first: code before tests, what others may miss before what is new."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.change.classes.classify import is_test
from app.core.fit.delta import ApiChange, ApiChangeKind, Edge, NewDependency

_KINDS = (ApiChangeKind.REMOVED, ApiChangeKind.RENAMED, ApiChangeKind.SIGNATURE, ApiChangeKind.ADDED)


def order_edges(edges: Iterable[Edge]) -> list[Edge]:
    """Edges of code before those of tests, each as they were."""
    return sorted(edges, key=lambda edge: is_test(edge.path))


def order_api(changes: Iterable[ApiChange]) -> list[ApiChange]:
    """Removed, renamed and changed names before new ones; of each kind the most used first, then as they were."""
    return sorted(changes, key=lambda change: (_KINDS.index(change.kind), -change.users))


def order_dependencies(dependencies: Iterable[NewDependency]) -> list[NewDependency]:
    """Those that are asked for before those that come with another, each as they were."""
    return sorted(dependencies, key=lambda dependency: dependency.indirect)
