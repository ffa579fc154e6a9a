"""Kotlin. `import a.b.C` has the target `a.b.C` and no names, `import a.b.*` has `a.b` and `*`.

What an import names may be a class, a function or a property: the text does not tell. The name that `as` gives it goes
for this file alone and is not kept. Names stand without their backticks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import
from app.syntax.extraction.language import Defined, Extractor, cut_header, find_matches, line_of
from app.syntax.extraction.spelled import find_in_java
from app.syntax.extraction.spelling import is_whole, modifiers_of, sign_declaration, spell
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_CALLS: Final = """
(call_expression . (identifier) @name)
(call_expression . (navigation_expression (identifier) @name .))
"""
_IMPORTS: Final = re.compile(rb"^[ \t]*(?:package|import)\b", re.MULTILINE)
_AGAIN: Final = re.compile(rb"\bimport\b")
_DECLARATION: Final = re.compile(rb"^[ \t]*[@\w]", re.MULTILINE)
"""Behind the imports any word begins one; a word in a comment leaves that open, which is a fault."""


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    for captures in find_matches(parsed, "(import (qualified_identifier) @name) @import"):
        (node,), (name,) = captures["import"], captures["name"]
        if is_whole(node):
            star = any(child.type == "*" for child in node.children)
            yield Import(_name(parsed, name), line_of(node), ("*",) if star else ())


def _read_packages(parsed: Parsed) -> Iterator[str]:
    for captures in find_matches(parsed, "(package_header (qualified_identifier) @name)"):
        yield _name(parsed, captures["name"][0])


def _name(parsed: Parsed, node: tree_sitter.Node) -> str:
    return spell(parsed, node).replace("`", "")


def _cut(source: bytes) -> bytes:
    return cut_header(source, imports=_IMPORTS, declaration=_DECLARATION, again=_AGAIN, word=b"import")


def _see(_: Parsed) -> Callable[[Defined], bool]:
    return lambda defined: not modifiers_of(defined) & {"private", "internal"}


EXTRACTOR: Final = Extractor(
    languages=(Language.KOTLIN,),
    imports=_read_imports,
    packages=_read_packages,
    header=_cut,
    spelled=find_in_java,
    visibility=_see,
    signature=lambda defined: sign_declaration(defined, {"class_body", "enum_class_body", "function_body"}),
    calls=lambda _: _CALLS,
)
