"""What C# takes in.

What each directive gives, for whoever resolves it:

- `using X.Y;`: target `X.Y`, no names: a namespace.
- `using static X.Y.Z;`: target `X.Y.Z`, names `*`: all static members of a type.
- `using A = X.Y.Z;`: target `X.Y`, names `Z`, as_names `A`: a type, or a namespace `X.Y.Z`; `Z` alone has the target
  `Z` and no names. Types that it is given in `<…>` and spells with their namespaces follow as such, without a name.
- `global using …`: the same with `passed_on`, as it goes for all files of the project.

Packages are all namespaces that a text declares, nested ones with those around them. Names of three and more
parts that code spells have the level 1: see `app.syntax.extraction.spelled`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.packed import CHARACTERS
from app.core.fit.source_facts import Import
from app.syntax.definition_kinds import Kind
from app.syntax.extraction.disguises import has_torn_directives
from app.syntax.extraction.language import Defined, Extractor, cut_header, find_matches, line_of, sign
from app.syntax.extraction.spelled import find_in_c_sharp
from app.syntax.extraction.spelling import first_of, is_whole, modifiers_of, sign_declaration, spell, unescape
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_USINGS: Final = """
(using_directive !name [(identifier) (qualified_name) (alias_qualified_name)] @target) @using
(using_directive name: (identifier) @alias) @using
"""
_PARTS: Final = """
(type_argument_list (qualified_name) @part)
(tuple_element type: (qualified_name) @part)
(array_type type: (qualified_name) @part)
(nullable_type type: (qualified_name) @part)
"""
_NAMESPACES: Final = """
(namespace_declaration name: (_) @name) @space
(file_scoped_namespace_declaration name: (_) @name) @file
"""
_CALLED: Final = """[
  (identifier) @name
  (generic_name . (identifier) @name)
  (member_access_expression name: [(identifier) @name (generic_name . (identifier) @name)])
  (conditional_access_expression
    (member_binding_expression name: [(identifier) @name (generic_name . (identifier) @name)]) .)
]"""
_CALLS: Final = f"""
(invocation_expression function: {_CALLED})
(object_creation_expression type: [
  (identifier) @name
  (generic_name . (identifier) @name)
  (qualified_name name: [(identifier) @name (generic_name . (identifier) @name)])
])
"""
_IMPORTS: Final = re.compile(
    rb"^[ \t]*(?:namespace\b|(?:global\s+)?using\s+(?:static\s+|unsafe\s+)*[@\w.:]+\s*[;=<])", re.MULTILINE
)
_AGAIN: Final = re.compile(
    rb"\bnamespace\b|\busing\b(?![^\S\n]*\(|[^\S\n]+(?!static\b|unsafe\b)[\w.<>?,\[\]]+[^\S\n]+\w+[^\S\n]*=)"
)
_DECLARATION: Final = re.compile(rb"^[ \t]*[\[@A-Za-z]", re.MULTILINE)
_BLOCK: Final = re.compile(rb"^[ \t]*namespace\s+[@\w.]+\s*\{", re.MULTILINE)


def _cut(source: bytes) -> bytes:
    """The directives and the begin of the one namespace, which is closed again if it is a block.

    Directives may stand in each namespace: where the word comes again behind the first declaration, all is read. So it
    is where `using` comes again, unless it begins a statement.
    """
    header = cut_header(source, imports=_IMPORTS, declaration=_DECLARATION, again=_AGAIN)
    blocks = len(_BLOCK.findall(header))
    return source if blocks > 1 else header + b"}" * blocks


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    found = find_matches(parsed, _USINGS)
    aliased = any("alias" in captures for captures in found)
    parts = [captures["part"][0] for captures in find_matches(parsed, _PARTS)] if aliased else []
    starts = [part.start_byte for part in parts]
    for captures in found:
        (using,) = captures["using"]
        if not is_whole(using):
            continue
        passed_on, static = (any(child.type == word for child in using.children) for word in ("global", "static"))
        alias = first_of(captures, "alias")
        if alias is None:
            target = _name(parsed, captures["target"][0])
            yield Import(target, line_of(using), ("*",) if static else (), passed_on=passed_on)
            continue
        value = using.named_children[-1]
        if value.type in _NAMED:
            yield _take(_name(parsed, value), line_of(using), (_name(parsed, alias),), passed_on=passed_on)
        if value.type != "identifier":
            for part in parts[bisect_left(starts, value.start_byte) : bisect_left(starts, value.end_byte)]:
                yield _take(_name(parsed, part), line_of(part), (), passed_on=passed_on)


def _take(path: str, line: int, as_names: tuple[str, ...], *, passed_on: bool) -> Import:
    target, _, name = path.rpartition(".")
    names = (name,) if target else ()
    return Import(target or name, line, names, passed_on=passed_on, as_names=as_names[: len(names)])


def _name(parsed: Parsed, node: tree_sitter.Node) -> str:
    """Without the types it is given, `global::` or another alias before it, and the sign that a keyword is a name."""
    return unescape(spell(parsed, node)).partition("<")[0].rpartition("::")[2].replace("@", "")


def _read_packages(parsed: Parsed) -> Iterator[str]:
    """Namespaces in document order, so that one is open for all that begin before its end."""
    open_: list[tuple[int, str]] = []
    of_file = ""
    for captures in find_matches(parsed, _NAMESPACES):
        name = _name(parsed, captures["name"][0])
        if "file" in captures:
            of_file = name
            yield name
            continue
        (space,) = captures["space"]
        while open_ and open_[-1][0] <= space.start_byte:
            open_.pop()
        around = open_[-1][1] if open_ else of_file
        whole = f"{around}.{name}" if around else name
        open_.append((space.end_byte, whole[: CHARACTERS + 1]))
        yield whole


def _see(_: Parsed) -> Callable[[Defined], bool]:
    return _is_public


def _is_public(defined: Defined) -> bool:
    """Members of interfaces are public unless they say otherwise, all else is not unless it says so."""
    if defined.definition.kind is Kind.MODULE:
        return True
    words = modifiers_of(defined)
    in_interface = bool(defined.around) and defined.around[-1].definition.kind is Kind.INTERFACE
    if in_interface and not words & _ACCESS:
        return True
    return "public" in words or ("protected" in words and "private" not in words)


def _sign(defined: Defined) -> str:
    """A property shows how it is read and written, as that is all that others see of it."""
    line = sign_declaration(defined, _ENDS)
    if defined.definition.kind is not Kind.PROPERTY:
        return line
    accessors = defined.node.child_by_field_name("accessors")
    rows = [row for row in accessors.named_children if row.type == "accessor_declaration"] if accessors else []
    words = " ".join(f"{_sign_accessor(defined.parsed, row)};" for row in rows) or "get;"
    return f"{line} {{ {words} }}"


def _sign_accessor(parsed: Parsed, row: tree_sitter.Node) -> str:
    kept = (child for child in row.children if child.type in {"modifier", "get", "set", "init"})
    return " ".join(sign(parsed, child.start_byte, child.end_byte) for child in kept)


_NAMED: Final = frozenset({"identifier", "qualified_name", "alias_qualified_name", "generic_name"})
_ACCESS: Final = frozenset({"public", "protected", "private", "internal"})
_ENDS: Final = frozenset(
    {
        "declaration_list",
        "enum_member_declaration_list",
        "block",
        "arrow_expression_clause",
        "accessor_list",
        "constructor_initializer",
    }
)

EXTRACTOR: Final = Extractor(
    languages=(Language.C_SHARP,),
    imports=_read_imports,
    packages=_read_packages,
    header=_cut,
    doubts=has_torn_directives,
    spelled=find_in_c_sharp,
    visibility=_see,
    signature=_sign,
    calls=lambda _: _CALLS,
)
