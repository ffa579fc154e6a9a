"""Every language with its cases."""

from __future__ import annotations

from tests.fit.planted import (
    c_sharp_cases,
    go_cases,
    java_cases,
    javascript_cases,
    python_breaks,
    python_legal,
    python_tree,
    rust_cases,
    script_trees,
    typescript_cases,
)
from tests.fit.planted.planting import Ground

GROUNDS = (
    Ground("python", python_tree.TREE, python_breaks.CASES, python_legal.CASES),
    Ground("typescript", script_trees.TYPESCRIPT, typescript_cases.BREAKS, typescript_cases.LEGAL),
    Ground("javascript", script_trees.JAVASCRIPT, javascript_cases.BREAKS, javascript_cases.LEGAL),
    Ground("go", go_cases.TREE, go_cases.BREAKS, go_cases.LEGAL),
    Ground("java", java_cases.TREE, java_cases.BREAKS, java_cases.LEGAL),
    Ground("rust", rust_cases.TREE, rust_cases.BREAKS, rust_cases.LEGAL),
    Ground("c#", c_sharp_cases.TREE, c_sharp_cases.BREAKS, c_sharp_cases.LEGAL),
)
