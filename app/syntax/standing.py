"""Which definitions of a file are the same to the last byte in two versions of it, as its grammar tells.

A change in one function of a file need not make what was read of another one new. It does as soon as anything but
whole definitions differs: an import, a constant, a condition around them. Only definitions that nothing encloses count,
each with the comments and attributes above it, and only in files without a fault of syntax: so no open comment, no
literal and no bracket of one can reach into another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import tree_sitter

from app.core.change.memory.since import Extent
from app.syntax.languages import language_of
from app.syntax.parsing import Deadline, Parsed, parse

_DEFINITIONS = frozenset(
    {
        *("function_definition", "class_definition", "decorated_definition"),
        *("function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration"),
        *("method_declaration", "type_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
        *("function_item", "impl_item", "struct_item", "enum_item", "trait_item"),
        *("method", "class"),
    }
)
_EXPORT = "export_statement"
_FIRST_LINES = 2
"""Where Python, for one, takes a comment for the file's encoding: https://peps.python.org/pep-0263/"""

_ATTACHED = ("comment", "attribute", "decorator", "annotation")


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stands outermost in a file, with the comments and attributes above it."""

    extent: Extent
    text: bytes
    defines: bool


def find_standing(path: str, old: bytes, new: bytes, deadline: Deadline) -> tuple[Extent, ...]:
    """The lines of the new version that hold definitions which are in the old one too; none where that is in doubt."""
    before, after = _read_units(path, old, deadline), _read_units(path, new, deadline)
    olds, news = (Counter(unit.text for unit in units) for units in (before, after))
    standing = {unit.text for unit in after if unit.defines and olds[unit.text] == news[unit.text] == 1}
    # Statements run in the order of the file: one that changes sides with a definition may bind its name anew.
    orders = ([unit.text for unit in units if not unit.defines or unit.text in standing] for units in (before, after))
    if next(orders) != next(orders):
        return ()
    return tuple(unit.extent for unit in after if unit.text in standing)


def _read_units(path: str, source: bytes, deadline: Deadline) -> list[_Unit]:
    """All of a file, or nothing."""
    language = language_of(path)
    parsed = parse(language, source, deadline=deadline) if language else None
    if not isinstance(parsed, Parsed) or parsed.tree.root_node.has_error:
        return []
    units: list[_Unit] = []
    above: list[tree_sitter.Node] = []
    for node in parsed.tree.root_node.children:
        above.append(node)
        if _rules_the_file(node) or not any(word in node.type for word in _ATTACHED):
            units.append(_unite(above, parsed.source, defines=_defines(node)))
            above = []
    return [*units, _unite(above, parsed.source, defines=False)] if above else units


def _unite(nodes: list[tree_sitter.Node], source: bytes, *, defines: bool) -> _Unit:
    first, last = nodes[0], nodes[-1]
    row, column = last.end_point
    end = row if column == 0 and row > first.start_point.row else row + 1
    return _Unit(Extent(first.start_point.row + 1, end), source[first.start_byte : last.end_byte], defines)


def _rules_the_file(node: tree_sitter.Node) -> bool:
    """Whether it may say how all that follows is read, as an encoding or a directive does."""
    return node.start_point.row < _FIRST_LINES and "comment" in node.type


def _defines(node: tree_sitter.Node) -> bool:
    held = node.child_by_field_name("declaration") if node.type == _EXPORT else node
    return held is not None and held.type in _DEFINITIONS
