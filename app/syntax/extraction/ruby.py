"""Ruby. What is loaded by a literal: `require` and `load` by what is searched for, `require_relative` with level 1.

`autoload :Name, "path"` is lazy and has the constant as its name; the others are lazy within methods and lambdas.
Constants that are found by the customs of a framework are no imports, and so is a path that is put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import, When
from app.syntax.extraction.language import Defined, Extractor, find_matches, line_of, sign
from app.syntax.extraction.spelling import first_of, read_node
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_LOADS: Final = """
((call
  receiver: (_)? @on
  method: (identifier) @how
  arguments: (argument_list) @given
  (#any-of? @how "require" "require_relative" "load" "autoload")) @call)
[(method) (singleton_method) (lambda)] @later
"""
_SCOPES: Final = """
(program) @scope
(class body: (body_statement) @scope)
(module body: (body_statement) @scope)
(singleton_class body: (body_statement) @scope)
"""
_CALLS: Final = "(call method: [(identifier) (constant)] @name)"


def _read_imports(parsed: Parsed) -> Iterator[Import]:
    later = 0
    for captures in find_matches(parsed, _LOADS):
        method = first_of(captures, "later")
        if method is not None:
            later = max(later, method.end_byte)
            continue
        (call,), (given,) = captures["call"], captures["given"]
        how, on = read_node(parsed, captures["how"][0]), first_of(captures, "on")
        if on is not None and how != "autoload" and read_node(parsed, on) != "Kernel":
            continue
        lazy = how == "autoload" or call.start_byte < later
        target, names = _read_given(parsed, given.named_children)
        if target and bool(names) == (how == "autoload"):
            when = When.LAZY if lazy else When.LOADING
            yield Import(target, line_of(call), names, level=int(how == "require_relative"), when=when)


def _read_given(parsed: Parsed, given: list[tree_sitter.Node]) -> tuple[str, tuple[str, ...]]:
    """The path of a load and the constants that it is for; without a literal path, none."""
    if (
        not given
        or given[-1].type != "string"
        or [part.type for part in given[-1].named_children] != ["string_content"]
    ):
        return "", ()
    names = tuple(read_node(parsed, name).lstrip(":") for name in given[:-1])
    return read_node(parsed, given[-1].named_children[0]), names


def _see(parsed: Parsed) -> Callable[[Defined], bool]:
    """What no `private` or `protected` hides: a section, a definition after the word, or a list of symbols."""
    hidden: set[int] = set()
    for captures in find_matches(parsed, _SCOPES):
        for scope in captures["scope"]:
            hidden.update(_find_hidden(parsed, scope.named_children))
    return lambda defined: defined.node.start_byte not in hidden


def _find_hidden(parsed: Parsed, rows: Iterable[tree_sitter.Node]) -> Iterator[int]:
    """Where the hidden definitions of one class or module begin."""
    section = "public"
    places: dict[tuple[bool, str], list[int]] = {}
    listed: set[tuple[bool, str]] = set()
    for row in rows:
        if row.type == "identifier" and (word := read_node(parsed, row)) in _SECTIONS:
            section = word
        elif row.type in _DEFINITIONS:
            name = read_node(parsed, row.child_by_field_name("name"))
            places.setdefault((row.type == "method", name), []).append(row.start_byte)
            if row.type == "method" and section in _HIDING:
                yield row.start_byte
        elif row.type == "call" and (word := read_node(parsed, row.child_by_field_name("method"))) in _HIDING:
            arguments = row.child_by_field_name("arguments")
            for given in arguments.named_children if arguments else ():
                if given.type in _DEFINITIONS:
                    yield given.start_byte
                listed.add((word in _SECTIONS, read_node(parsed, given).strip(":'\"")))
    for key in listed:
        yield from places.get(key, ())


def _sign(defined: Defined) -> str:
    heads = (defined.node.child_by_field_name(part) for part in ("name", "parameters", "superclass"))
    end = max((head.end_byte for head in heads if head), default=defined.node.end_byte)
    return sign(defined.parsed, defined.node.start_byte, end)


_SECTIONS: Final = frozenset({"public", "private", "protected"})
_HIDING: Final = frozenset({"private", "protected", "private_class_method", "private_constant"})
_DEFINITIONS: Final = frozenset({"method", "singleton_method", "class", "module"})

EXTRACTOR: Final = Extractor(
    languages=(Language.RUBY,),
    imports=_read_imports,
    visibility=_see,
    signature=_sign,
    calls=lambda _: _CALLS,
)
