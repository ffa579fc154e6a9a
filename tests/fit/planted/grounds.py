"""Every language with its cases."""

from __future__ import annotations

from tests.fit.planted import python_breaks, python_legal, python_tree
from tests.fit.planted.planting import Ground

GROUNDS = (Ground("python", python_tree.TREE, python_breaks.CASES, python_legal.CASES),)
