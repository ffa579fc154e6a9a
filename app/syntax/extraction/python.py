"""Python: https://docs.python.org/3/reference/simple_stmts.html#the-import-statement.

`import a.b as c` is an import of `a.b` without names. `from . import x` has no target, level 1 and the name `x`, which
may be a module: whoever resolves it knows. Every `from … import` of a module body counts as passed on, since what it
takes can be imported from here; whether that is meant (`__init__.py`, `__all__`, `as` the same name) is for those who
know the path. `importlib.import_module("a.b")`, `__import__("a.b")` and their like are lazy wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final
from unicodedata import normalize

import tree_sitter

from app.core.fit.source_facts import Import, When
from app.syntax.extraction.language import (
    Defined,
    Extractor,
    find_around,
    find_matches,
    is_inside,
    line_of,
    sign,
    text_of,
)
from app.syntax.extraction.python_loads import find_conditions, find_loads
from app.syntax.extraction.spelling import read_node, unescape
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_IMPORTS: Final = """
(import_statement) @whole
(import_from_statement) @parts
"""
_EXPORTS: Final = """
((module (expression_statement (assignment left: (identifier) @all right: (_) @names))) (#eq? @all "__all__"))
((module (expression_statement (augmented_assignment left: (identifier) @all right: (_) @names)))
 (#eq? @all "__all__"))
((module (expression_statement (call function: (attribute object: (identifier) @all)) @names)) (#eq? @all "__all__"))
"""
_CALLS: Final = "(call function: [(identifier) @name (attribute attribute: (identifier) @name)])"
_FUNCTIONS: Final = frozenset({"function_definition", "lambda"})
_SCOPES: Final = frozenset({"class_definition", *_FUNCTIONS})
_BRANCHES: Final = frozenset({"if_statement", "elif_clause", *_FUNCTIONS})
_SPACE: Final = re.compile(r"[\s\\]+")
_HERE: Final = frozenset({"__package__", "__name__"})
_LEVEL: Final = 4
"""The place of the level among what `__import__` is given."""

_WAYS_OF_USE: Final = re.compile(
    r"@\s*((?:\w+\.)*(?:property|cached_property|staticmethod|classmethod|overload|setter|deleter))\s*$"
)


def _read_imports(parsed: Parsed) -> Iterator[Import | None]:
    conditions = find_conditions(parsed)
    for captures in find_matches(parsed, _IMPORTS):
        for kind, nodes in captures.items():
            if kind == "whole":
                yield from _read_whole(nodes[0], conditions)
            else:
                yield _read_parts(nodes[0], conditions)
    for call, called, own in find_loads(parsed):
        found = None if call is None else _read_call(call, called)
        if found is not None or own:
            yield found


def _read_whole(statement: tree_sitter.Node, conditions: Collection[str]) -> Iterator[Import]:
    when = _tell_when(statement, conditions)
    for node in statement.children_by_field_name("name"):
        name = node.child_by_field_name("name") or node
        yield Import(_join(name), line_of(name), when=when)


def _read_parts(statement: tree_sitter.Node, conditions: Collection[str]) -> Import:
    module = statement.child_by_field_name("module_name")
    dotted = "" if module is None else _join(module)
    target = dotted.lstrip(".")
    names: list[str] = []
    as_names: list[str] = []
    lines: list[int] = []
    for node in statement.children_by_field_name("name"):
        name, alias = node.child_by_field_name("name") or node, node.child_by_field_name("alias")
        names.append(_join(name))
        as_names.append(text_of(alias) if alias else names[-1])
        lines.append(line_of(name))
    line = line_of(statement)
    if not names:
        names = as_names = ["*"]
    return Import(
        target,
        line,
        tuple(names),
        level=len(dotted) - len(target),
        when=_tell_when(statement, conditions),
        passed_on=not is_inside(statement, _SCOPES),
        as_names=() if names == as_names else tuple(as_names),
        lines=tuple(lines) if any(each != line for each in lines) else (),
    )


def _read_call(call: tree_sitter.Node, called: str) -> Import | None:
    """None for a name that is not written out, or is relative to what is not."""
    given, named = _read_arguments(call.child_by_field_name("arguments"))
    module = given[0] if given else named.get("name", named.get("mod_name"))
    name = (_read_string(module) or "").partition(":")[0] if module is not None else ""
    target = name.lstrip(".")
    level = len(name) - len(target)
    if called == "__import__":
        depth = text_of(given[_LEVEL] if len(given) > _LEVEL else named.get("level"))
        level = int(depth) if depth.isdecimal() and len(depth) < _LEVEL else 0
    elif level:
        beside = given[1] if len(given) > 1 else named.get("package")
        package = _read_string(beside) if beside is not None else None
        if package:
            above = package.split(".")[: 1 - level or None]
            target, level = ".".join((*above, target)), 0
        elif text_of(beside) not in _HERE:
            return None
    return Import(target, line_of(module or call), level=level, when=When.LAZY) if target else None


def _read_arguments(
    arguments: tree_sitter.Node | None,
) -> tuple[list[tree_sitter.Node], dict[str, tree_sitter.Node]]:
    """What is given by place, and by name."""
    given: list[tree_sitter.Node] = []
    named: dict[str, tree_sitter.Node] = {}
    for node in arguments.named_children if arguments is not None else ():
        value = node.child_by_field_name("value")
        if node.type == "keyword_argument" and value is not None:
            named[text_of(node.child_by_field_name("name"))] = value
        elif node.type != "comment":
            given.append(node)
    return given, named


def _tell_when(statement: tree_sitter.Node, conditions: Collection[str]) -> When:
    """For types within `if TYPE_CHECKING:` (not its `else`); lazy within a function; else at once."""
    inner = statement
    lazy = False
    while (around := find_around(inner, _BRANCHES)) is not None:
        if around.type in _FUNCTIONS:
            lazy = True
        else:
            branch, condition = around.child_by_field_name("consequence"), around.child_by_field_name("condition")
            held = branch is not None and branch.start_byte <= statement.start_byte < branch.end_byte
            if held and text_of(condition) in conditions:
                return When.TYPES
        inner = around
    return When.LAZY if lazy else When.LOADING


def _find_public(parsed: Parsed) -> Callable[[Defined], bool]:
    """By `__all__`, where that is written out; by the underscore else, and within classes. `__init__` is public."""
    exported: set[str] | None = None
    for captures in find_matches(parsed, _EXPORTS):
        for node in captures["names"]:
            names = [_read_string(child) for child in node.named_children] if node.type in {"list", "tuple"} else [None]
            if None in names:
                return _has_public_name
            exported = (exported or set()) | {name for name in names if name is not None}
    if exported is None:
        return _has_public_name
    known = exported
    return lambda defined: _has_public_name(defined) if defined.around else defined.definition.name in known


def _has_public_name(defined: Defined) -> bool:
    name = defined.definition.name
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _sign(defined: Defined) -> str:
    """With the decorators that change how it is used."""
    node = defined.node.child_by_field_name("definition") or defined.node
    body = node.child_by_field_name("body")
    line = sign(defined.parsed, node.start_byte, body.start_byte if body else node.end_byte)
    decorators = (child for child in defined.node.children if child.type == "decorator")
    ways = [found[1] for child in decorators if (found := _WAYS_OF_USE.match(read_node(defined.parsed, child)))]
    return " ".join([*(f"@{way}" for way in ways), line])


def _read_string(node: tree_sitter.Node) -> str | None:
    """What a literal of text says; None for one with values in it, or of bytes."""
    if node.type == "concatenated_string":
        parts = [_read_string(child) for child in node.named_children if child.type == "string"]
        return None if None in parts else "".join(part for part in parts if part is not None)
    if node.type != "string" or any(child.type not in _PLAIN for child in node.children):
        return None
    prefix = text_of(node.children[0]).rstrip("\"'").lower() if node.children else "?"
    text = "".join(text_of(child) for child in node.children[1:-1])
    return None if set(prefix) - set("rfu") else text if "r" in prefix else unescape(text)


_PLAIN: Final = frozenset({"string_start", "string_content", "string_end"})


def _join(name: tree_sitter.Node) -> str:
    """As Python takes it: https://docs.python.org/3/reference/lexical_analysis.html#identifiers."""
    text = _SPACE.sub("", text_of(name))
    return text if text.isascii() else normalize("NFKC", text)


EXTRACTOR: Final = Extractor(
    languages=(Language.PYTHON,),
    imports=_read_imports,
    visibility=_find_public,
    signature=_sign,
    calls=lambda _: _CALLS,
)
