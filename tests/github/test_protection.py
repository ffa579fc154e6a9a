"""What a branch asks for, out of the answers that servers give."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.gate.enforcement import Requirement
from app.github.protection import ClassicChecks, ProtectedBranch, Rule, list_classic

PINNED = {"context": "lintel: main", "app_id": 42}


@pytest.mark.parametrize(
    ("checks", "required"),
    [
        ({"contexts": ["lintel: main"], "checks": [PINNED]}, [Requirement("lintel: main", 42)]),
        ({"contexts": ["a"], "checks": [{"context": "a", "app_id": None}]}, [Requirement("a", None)]),
        ({"contexts": ["a"], "checks": [{"context": "a", "app_id": -1}]}, [Requirement("a", None)]),
        ({"contexts": ["a"]}, [Requirement("a", None)]),
        ({"contexts": ["a"], "checks": [], "enforcement_level": "everyone"}, [Requirement("a", None)]),
        ({"contexts": ["a"], "checks": [PINNED], "enforcement_level": "off"}, []),
    ],
)
def test_classic_checks_come_from_their_source_or_any(checks: dict[str, Any], required: list[Requirement]) -> None:
    assert list_classic(ClassicChecks.model_validate(checks)) == required


def test_rules_and_branches_of_other_shapes_are_read_as_far_as_they_go() -> None:
    assert Rule.model_validate({"type": "deletion", "ruleset_id": 1}).parameters is None
    assert Rule.model_validate({"type": "pull_request", "parameters": {"more": 1}}).parameters is not None
    assert ProtectedBranch.model_validate({"name": "main", "protected": True}).protection is None
