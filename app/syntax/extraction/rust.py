"""What Rust takes in.

For whoever resolves it:

- `use` is one import for each leaf of its tree, on the leaf's line: `use crate::a::{b, c::*};` has `crate::a` with the
  name `b`, and `crate::a::c` with `*`. A path of one part has no names (`use serde;`), nor has `self` in braces, which
  is the module before it. `as_names` has the name behind `as`, where there are names: a module under another name is
  taken out of the one above it. `passed_on`: it says `pub`, or `pub(crate)` and the like.
  A leading `::` is kept: such a path begins with a crate, and nothing else.
- `extern crate x;` has the target `::x`.
- `mod x;` has the target `self::x` and level -1, no names; under `#[path = "f.rs"]` the name `path:f.rs`.
- A path in code counts as if it had a `use`, once for each path, if it begins with `crate`, `self` or `super`, or with
  `::` or a small letter and so may begin with a crate or a module. Among the tokens of a macro those three words count,
  and statements: see `app.syntax.extraction.rust_tokens`.
- `include!("f.rs")` has the target `self`, level -1 and the name `path:f.rs`.

All is told from the module of the file. Within `mod tests { … }` a path is rewritten for that: `super::x` there is
`self::x`, `self::x` is `self::tests::x`, `super::super::x` is `super::x`, and `mod x;` has the target `self::tests::x`.
A path whose first part is a module, type or `use` of the same module of the text goes on from there: behind
`enum Color`, `use Color::Red;` has the target `self::Color`; behind `use std::io;`, `use io::Read;` has `std::io`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import tree_sitter

from app.core.fit.source_facts import Import
from app.syntax.extraction.language import Captures, Extractor, find_matches, line_of
from app.syntax.extraction.rust_definitions import find_visible, sign_rust
from app.syntax.extraction.rust_paths import Leaf, flatten, go_on, name_of, place, read_files
from app.syntax.extraction.rust_tokens import read_tokens
from app.syntax.extraction.spelling import is_whole, read_node, spell
from app.syntax.languages import Language
from app.syntax.parsing import Parsed

_FOUND: Final = """
(use_declaration argument: (_) @tree) @use
(extern_crate_declaration name: (identifier) @crate) @extern
(mod_item name: (identifier) @name) @mod
[(enum_item name: (_) @name) (trait_item name: (_) @name)] @type
(function_item body: (_) @body)
(attribute_item (attribute (identifier) @key) @attribute) @path
(visibility_modifier) @visible
[(scoped_identifier) (scoped_type_identifier)] @code
((macro_invocation macro: (identifier) @key (token_tree) @file) @include (#eq? @key "include"))
[(macro_invocation (token_tree) @tokens) (macro_rule right: (token_tree) @tokens) (attribute (token_tree) @tokens)]
"""
_CALLED: Final = """[
  (identifier) @name
  (field_expression field: (field_identifier) @name)
  (scoped_identifier name: (identifier) @name)
]"""
_CALLS: Final = f"""
(call_expression function: {_CALLED})
(call_expression function: (generic_function function: {_CALLED}))
(macro_invocation macro: [(identifier) @name (scoped_identifier name: (identifier) @name)])
"""
_WORD: Final = r"(?:r#)?\w+"
_PATH: Final = re.compile(rf"(?:{_WORD})?(?:::{_WORD})*")


@dataclass(slots=True)
class _Reading:
    """What a walk through the text has met so far.

    `known` is what names mean in each module of the text, `body_end` where the last function ends, `read_end` the last
    stretch whose paths were read or are to be passed over, `tokens_end` that of tokens; `attributes` say where the next
    module is, each with its end and whether it does so in any case. `doubtful`: something cannot be told.
    """

    parsed: Parsed
    open_: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    known: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    body_end: int = 0
    read_end: int = 0
    tokens_end: int = 0
    attributes: list[tuple[str, int, bool]] = field(default_factory=list)
    doubtful: bool = False

    def stand_at(self, place: int) -> tuple[str, ...]:
        """The inline modules around a place."""
        while self.open_ and self.open_[-1][0] <= place:
            self.open_.pop()
        return self.open_[-1][1] if self.open_ else ()

    def know(self, inside: tuple[str, ...], name: str, meaning: str) -> None:
        """What a name means in a module: the first that says so counts."""
        self.known.setdefault(inside, {}).setdefault(name, meaning)


def _read_imports(parsed: Parsed) -> Iterator[Import | None]:
    reading = _Reading(parsed)
    for captures in find_matches(parsed, _FOUND):
        ((kind, (node, *_)),) = ((kind, nodes) for kind, nodes in captures.items() if kind in _READERS)
        _READERS[kind](reading, node, captures)
    seen: set[str] = set()
    for leaf in reading.leaves:
        path = leaf.path if leaf.level else go_on(leaf.path, reading.known.get(leaf.inside, {}))
        path = place(path, leaf.inside)
        if leaf.in_code and (path in seen or _is_idle(leaf.path, path)):
            continue
        seen.add(path)
        yield _import(leaf, path)
    if reading.doubtful:
        yield None


def _is_idle(written: str, path: str) -> bool:
    """Whether a path in code leads to the standard library, or to a module that the text itself names."""
    first, written_first = path.partition("::")[0], written.partition("::")[0]
    return first in _STANDARD or (first == "self" and written_first not in _STARTS)


def _import(leaf: Leaf, path: str) -> Import:
    as_names = (leaf.as_name,) if leaf.as_name else ()
    target, _, name = path.rpartition("::")
    if leaf.level or leaf.names or (leaf.whole and not as_names) or not target or name == "super":
        return Import(path, leaf.line, leaf.names, leaf.level, passed_on=leaf.passed_on)
    return Import(target, leaf.line, (name,), passed_on=leaf.passed_on, as_names=as_names)


def _read_use(reading: _Reading, use: tree_sitter.Node, captures: Captures) -> None:
    parsed, inside = reading.parsed, reading.stand_at(use.start_byte)
    reading.read_end = max(reading.read_end, use.end_byte)
    if not is_whole(use):
        return
    visible = next((child for child in use.children if child.type == "visibility_modifier"), None)
    passed_on = visible is not None and spell(parsed, visible) != "pub(self)"
    for leaf in flatten(parsed, captures["tree"][0]):
        whole = leaf._replace(inside=inside, passed_on=passed_on)
        reading.leaves.append(whole)
        name = leaf.as_name or leaf.path.rpartition("::")[2]
        if leaf.as_name and leaf.path in _STARTS and use.start_byte < reading.body_end:
            reading.doubtful = True  # what that name leads to is known outside of functions alone
        if use.start_byte >= reading.body_end and not leaf.names and name != "_":
            reading.know(inside, name, leaf.path)


def _read_crate(reading: _Reading, extern: tree_sitter.Node, captures: Captures) -> None:
    inside = reading.stand_at(extern.start_byte)
    crate = name_of(reading.parsed, captures["crate"][0])
    alias = name_of(reading.parsed, extern.child_by_field_name("alias"))
    reading.know(inside, alias or crate, "crate" if crate == "self" else f"::{crate}")
    if crate != "self":
        passed_on = any(child.type == "visibility_modifier" for child in extern.children)
        leaf = Leaf(f"::{crate}", line_of(extern), as_name=alias, whole=True, passed_on=passed_on)
        reading.leaves.append(leaf)


def _read_mod(reading: _Reading, mod: tree_sitter.Node, captures: Captures) -> None:
    inside = reading.stand_at(mod.start_byte)
    name = name_of(reading.parsed, captures["name"][0])
    reading.know(inside, name, f"self::{name}")
    paths = _find_paths(reading, mod)
    if mod.child_by_field_name("body") is not None:
        reading.doubtful = reading.doubtful or bool(paths) or len(inside) >= _DEEPEST
        if len(inside) < _DEEPEST:
            reading.open_.append((mod.end_byte, (*inside, name)))
        return
    here = [()] if len(paths) < _ALTERNATIVES and not any(always for _, always in paths) else []
    for names in (*((f"path:{path}",) for path, _ in paths), *here):
        reading.leaves.append(Leaf(f"self::{name}", line_of(mod), inside, level=-1, names=names))


def _find_paths(reading: _Reading, mod: tree_sitter.Node) -> list[tuple[str, bool]]:
    """Where attributes say that a module is, and which of them do so in any case."""
    found: list[tuple[str, bool]] = []
    for path, end, always in reading.attributes:
        between = _LINE_COMMENT.sub(b"", reading.parsed.source[end : mod.start_byte])
        if not _ENDED.search(between):
            found.append((path, always))
    reading.attributes.clear()
    return found


def _read_attribute(reading: _Reading, attribute: tree_sitter.Node, captures: Captures) -> None:
    key = read_node(reading.parsed, captures["key"][0])
    text = read_node(reading.parsed, captures["attribute"][0])
    if key not in {"path", "cfg_attr"}:
        return
    for path in read_files(text, "path"):
        reading.attributes.append((path, attribute.end_byte, key == "path"))


def _read_type(reading: _Reading, node: tree_sitter.Node, captures: Captures) -> None:
    name = name_of(reading.parsed, captures["name"][0])
    if node.start_byte >= reading.body_end:
        reading.know(reading.stand_at(node.start_byte), name, f"self::{name}")


def _read_body(reading: _Reading, body: tree_sitter.Node, _: Captures) -> None:
    reading.body_end = max(reading.body_end, body.end_byte)


def _pass_over(reading: _Reading, node: tree_sitter.Node, _: Captures) -> None:
    reading.read_end = max(reading.read_end, node.end_byte)


def _read_code(reading: _Reading, node: tree_sitter.Node, _: Captures) -> None:
    if node.start_byte < reading.read_end:
        return
    found = _PATH.match(name_of(reading.parsed, node))
    reading.read_end = node.end_byte
    if found and "::" in found[0]:
        first = found[0].partition("::")[0]
        if first not in _PRIMITIVES and not first[:1].isupper():
            reading.leaves.append(Leaf(found[0], line_of(node), reading.stand_at(node.start_byte), in_code=True))


def _read_tokens(reading: _Reading, tokens: tree_sitter.Node, _: Captures) -> None:
    """Trees of tokens are within one another: each stretch is looked through once."""
    if tokens.end_byte <= reading.tokens_end:
        return
    reading.tokens_end = tokens.end_byte
    for leaf in read_tokens(reading.parsed, tokens, reading.stand_at(tokens.start_byte)):
        if leaf is None:
            reading.doubtful = True
        else:
            reading.leaves.append(leaf)


def _read_include(reading: _Reading, include: tree_sitter.Node, captures: Captures) -> None:
    files = read_files(read_node(reading.parsed, captures["file"][0]))
    if len(files) != 1:
        reading.doubtful = True
    else:
        reading.leaves.append(Leaf("self", line_of(include), level=-1, names=(f"path:{files[0]}",)))


_ALTERNATIVES: Final = 2
"""Places of one module between which conditions choose, so that it needs none where it belongs."""

_STARTS: Final = frozenset({"crate", "self", "super"})
_STANDARD: Final = frozenset({"std", "core", "alloc"})
_PRIMITIVES: Final = frozenset(
    {
        *("bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128"),
        *("isize", "f32", "f64"),
    }
)
"""What nothing of this repository goes by."""

_DEEPEST: Final = 50
"""Modules within one another that are told apart."""
_LINE_COMMENT: Final = re.compile(rb"//[^\n]*")
_ENDED: Final = re.compile(rb"[;}]")
_READERS: Final[Mapping[str, Callable[[_Reading, tree_sitter.Node, Captures], None]]] = MappingProxyType(
    {
        "use": _read_use,
        "extern": _read_crate,
        "mod": _read_mod,
        "type": _read_type,
        "body": _read_body,
        "path": _read_attribute,
        "visible": _pass_over,
        "code": _read_code,
        "tokens": _read_tokens,
        "include": _read_include,
    }
)


EXTRACTOR: Final = Extractor(
    languages=(Language.RUST,),
    imports=_read_imports,
    visibility=find_visible,
    signature=sign_rust,
    calls=lambda _: _CALLS,
)
