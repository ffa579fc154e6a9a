"""Java. `import a.b.C;` has the target `a.b.C` and no names; `import a.b.*;` has `a.b` and `*`.

A static import takes members out of a class: `import static a.b.C.m;` has `a.b.C` and `m`, and `*` for all of them.
A class that code names with its package has the level 1, and no names: see `app.syntax.extraction.spelled`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from app.core.fit.source_facts import Import
from app.syntax.definition_kinds import Kind
from app.syntax.extraction.language import Defined, Extractor, cut_header, find_matches, line_of
from app.syntax.extraction.spelled import find_in_java
from app.syntax.extraction.spelling import is_whole, modifiers_of, sign_declaration, spell
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_CALLS: Final = """
(method_invocation name: (identifier) @name)
(object_creation_expression type: [
  (type_identifier) @name
  (scoped_type_identifier (type_identifier) @name .)
  (generic_type . (type_identifier) @name)
  (generic_type . (scoped_type_identifier (type_identifier) @name .))
])
"""
_IMPORTS: Final = re.compile(rb"^[ \t]*(?:package|import)\b[^;]*", re.MULTILINE)
_AGAIN: Final = re.compile(rb"\bimport\b")
_DECLARATION: Final = re.compile(rb"^[ \t]*[@\w]", re.MULTILINE)
"""Behind the imports any word begins one; a word in a comment leaves that open, which is a fault."""


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    for captures in find_matches(parsed, "(import_declaration [(identifier) (scoped_identifier)] @name) @import"):
        (node,), (name,) = captures["import"], captures["name"]
        if not is_whole(node):
            continue
        words = {child.type for child in node.children}
        target, member = spell(parsed, name), ""
        if "asterisk" in words:
            member = "*"
        elif "static" in words:
            target, _, member = target.rpartition(".")
        yield Import(target, line_of(node), (member,) if member else ())


def _read_packages(parsed: Parsed) -> Iterator[str]:
    for captures in find_matches(parsed, "(package_declaration [(identifier) (scoped_identifier)] @name)"):
        yield spell(parsed, captures["name"][0])


def _cut(source: bytes) -> bytes:
    return cut_header(source, imports=_IMPORTS, declaration=_DECLARATION, again=_AGAIN, word=b"import")


def _see(_: Parsed) -> Callable[[Defined], bool]:
    return _is_public


def _is_public(defined: Defined) -> bool:
    """Members of interfaces are public unless they say otherwise, all else is not unless it says so."""
    words = modifiers_of(defined)
    in_interface = bool(defined.around) and defined.around[-1].definition.kind is Kind.INTERFACE
    return bool(words & {"public", "protected"}) or (in_interface and "private" not in words)


EXTRACTOR: Final = Extractor(
    languages=(Language.JAVA,),
    imports=_read_imports,
    packages=_read_packages,
    header=_cut,
    spelled=find_in_java,
    visibility=_see,
    signature=lambda defined: sign_declaration(
        defined, {"class_body", "interface_body", "enum_body", "annotation_type_body", "constructor_body", "block"}
    ),
    calls=lambda _: _CALLS,
)
