r"""PHP. Names are as they are written, in backslashes, without the leading one.

- `use A\B;`: target `A\B`, no names: a class, or a namespace. Other names that `as` gives are not kept.
- `use function A\f;` and `use const A\C;`: target `A`, names `f`. Groups are one import for each of their names.
- `require` and `include` of a literal: target the path, level 1; `__DIR__ . "/x.php"` is `./x.php`. Lazy within
  functions.

Packages are all namespaces that a text declares. A `use` within a class takes in a trait and is no import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import, When
from app.syntax.extraction.language import Defined, Extractor, cut_header, find_matches, line_of
from app.syntax.extraction.spelling import first_of, is_whole, modifiers_of, sign_declaration, spell
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_FOUND: Final = """
(namespace_use_declaration) @use
[(require_expression) (require_once_expression) (include_expression) (include_once_expression)] @load
[(function_definition) (method_declaration) (anonymous_function) (arrow_function)] @later
"""
_CALLS: Final = """
(function_call_expression function: [(name) @name (qualified_name (name) @name .) (relative_name (name) @name .)])
(member_call_expression name: (name) @name)
(nullsafe_member_call_expression name: (name) @name)
(scoped_call_expression name: (name) @name)
(object_creation_expression [(name) @name (qualified_name (name) @name .)])
"""
_IMPORTS: Final = re.compile(rb"(?i)^(?:namespace|use)\b[^;]*", re.MULTILINE)
_DECLARATION: Final = re.compile(rb"^(?:\w|#\[)", re.MULTILINE)
_ELSEWHERE: Final = re.compile(rb"(?i)\b(?:use\b(?!\s*\()|namespace\b|require|include)")
_PATH: Final = re.compile(r"[a-z_]+\(*(?:(__DIR__|dirname\(__FILE__\))\.)?(['\"])([^'\"$\\]+)\2\)*", re.IGNORECASE)


def _cut(source: bytes) -> bytes:
    """What stands before the first declaration, if nothing behind it can be an import. Traits are as good as one."""
    return cut_header(source, imports=_IMPORTS, declaration=_DECLARATION, again=_ELSEWHERE)


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    later = 0
    for captures in find_matches(parsed, _FOUND):
        use, load = first_of(captures, "use"), first_of(captures, "load")
        if use is not None:
            yield from _read_use(parsed, use)
        elif load is not None:
            yield from _read_load(parsed, load, When.LAZY if load.start_byte < later else When.LOADING)
        else:
            later = max(later, captures["later"][0].end_byte)


def _read_use(parsed: Parsed, use: tree_sitter.Node) -> Iterator[Import]:
    group = use.child_by_field_name("body")
    prefix = next((spell(parsed, child) for child in use.named_children if child.type == "namespace_name"), "")
    kind = use.child_by_field_name("type")
    if prefix and group is None:
        return  # there are faults: it is the begin of a group
    for clause in (group or use).named_children:
        name = next((child for child in clause.named_children if child.type in {"qualified_name", "name"}), None)
        if clause.type != "namespace_use_clause" or name is None or name.is_missing or not is_whole(clause):
            continue
        path = "\\".join(filter(None, (prefix.strip("\\"), spell(parsed, name).lstrip("\\"))))
        target, taken = path, ""
        if kind or clause.child_by_field_name("type"):
            target, _, taken = path.rpartition("\\")
        yield Import(target or "\\", line_of(clause), (taken,) if taken else ())


def _read_load(parsed: Parsed, load: tree_sitter.Node, when: When) -> Iterator[Import]:
    found = _PATH.fullmatch(spell(parsed, load))
    if found:
        yield Import(f".{found[3]}" if found[1] else found[3], line_of(load), level=1, when=when)


def _read_packages(parsed: Parsed) -> Iterator[str]:
    for captures in find_matches(parsed, "(namespace_definition name: (namespace_name) @name)"):
        yield spell(parsed, captures["name"][0]).strip("\\")


def _see(_: Parsed) -> Callable[[Defined], bool]:
    return lambda defined: "private" not in modifiers_of(defined)


EXTRACTOR: Final = Extractor(
    languages=(Language.PHP,),
    imports=_read_imports,
    packages=_read_packages,
    header=_cut,
    visibility=_see,
    signature=lambda defined: sign_declaration(
        defined, {"declaration_list", "enum_declaration_list", "compound_statement"}
    ),
    calls=lambda _: _CALLS,
)
