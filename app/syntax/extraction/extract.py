"""What a text says of itself, in any language that has a file here: its place in the graph, and its outline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from itertools import chain, islice
from types import MappingProxyType
from typing import Final

import tree_sitter

import app.syntax.extraction as here
from app.core.fit.packed import CHARACTERS, MOST, is_name, is_sound
from app.core.fit.source_facts import Call, FileFacts, Import, Outline, Symbol
from app.syntax.definition_kinds import Kind
from app.syntax.definitions import Defining, find_defining
from app.syntax.extraction.language import (
    SIGNATURE_CHARACTERS,
    Defined,
    Extractor,
    find_deep,
    find_matches,
    is_too_deep,
    line_of,
)
from app.syntax.extraction.spelling import read_node
from app.syntax.extraction.text import Text, read_text
from app.syntax.faults import DEEPEST, MOST_FAULTS, find_faults, is_hopeless
from app.syntax.languages import Language
from app.syntax.parsing import MAX_BYTES, Deadline, Parsed, Unparsed, parse

MOST_WITHIN: Final = 100_000
"""Names around the symbols of a file, all together: nested without end they would be its square."""

FILES: Final[Mapping[Language, str]] = MappingProxyType(
    {
        Language.PYTHON: "python",
        Language.JAVASCRIPT: "script",
        Language.TYPESCRIPT: "script",
        Language.TSX: "script",
        Language.GO: "go",
        Language.JAVA: "java",
        Language.RUST: "rust",
        Language.C_SHARP: "c_sharp",
        Language.KOTLIN: "kotlin",
        Language.RUBY: "ruby",
        Language.PHP: "php",
        Language.C: "c",
        Language.CPP: "c",
    }
)
"""The file beside this one that reads a language. Adding a language is a row."""

_BODIES: Final = frozenset({Kind.FUNCTION, Kind.METHOD})


@lru_cache(maxsize=len(FILES))
def load_extractor(language: Language) -> Extractor:
    """What reads a language, loaded when it is first asked for: few repositories have all of them."""
    extractor: Extractor = import_module(f"{here.__name__}.{FILES[language]}").EXTRACTOR
    return extractor


def extract_facts(language: Language, source: bytes, *, deadline: Deadline) -> FileFacts | Unparsed:
    """What places a text in the graph, or why that is not known.

    An import that cannot be told as it is costs the whole file where it may mean anything of this repository: what is
    left out silently would be a way past every rule.
    """
    extractor = load_extractor(language)
    text = read_text(language, source) if len(source) <= MAX_BYTES else Unparsed.TOO_LARGE
    if isinstance(text, Unparsed):
        return text
    parsed = _parse_for_facts(extractor, language, text.source, deadline)
    if isinstance(parsed, Unparsed):
        return parsed
    if is_hopeless(parsed):
        return Unparsed.TOO_BROKEN
    imports: list[Import] = []
    words = 0
    partial = text.doubtful or _leaves_open(extractor, parsed)
    for found in chain(extractor.imports(parsed), extractor.spelled(text.source)):
        if deadline.is_over():
            return Unparsed.TOO_SLOW
        if found is None:
            partial = True
            continue
        words += 1 + len(found.names)
        if words > MOST:
            return Unparsed.TOO_MANY
        item = found if is_sound(found) else found._replace(names=("*",), as_names=(), lines=())
        if is_sound(item):
            imports.append(text.place(item))
        elif len(item.target) > CHARACTERS:
            return Unparsed.TOO_MANY
        partial = partial or item is not found
    imports.sort(key=lambda item: item.line)
    packages = tuple(islice(dict.fromkeys(filter(is_name, extractor.packages(parsed))), MOST))
    return FileFacts(language.value, packages, tuple(imports), partial)


def extract_outline(language: Language, source: bytes, *, deadline: Deadline, calls: bool = True) -> Outline | Unparsed:
    """What a text defines and calls, or why that is not known. Without `calls` in half the time."""
    extractor = load_extractor(language)
    text = read_text(language, source) if len(source) <= MAX_BYTES else Unparsed.TOO_LARGE
    if isinstance(text, Unparsed):
        return text
    parsed = parse(language, text.source, deadline=deadline)
    if isinstance(parsed, Unparsed):
        return parsed
    found = find_defining(parsed, deadline=deadline)
    if isinstance(found, Unparsed):
        return found
    called = find_matches(parsed, extractor.calls(language)) if calls else []
    if max(len(found), len(called)) > MOST or sum(len(item.definition.within) for item in found) > MOST_WITHIN:
        return Unparsed.TOO_LARGE
    symbols: list[Symbol] = []
    for symbol in _make_symbols(extractor, parsed, found):
        if deadline.is_over():
            return Unparsed.TOO_SLOW
        symbols.append(_place(symbol, text) if text.added else symbol)
    named = (node for captures in called for node in captures.get("name", ()))
    partial = text.doubtful or parsed.tree.root_node.has_error or bool(find_deep(parsed, DEEPEST))
    return Outline(tuple(symbols), tuple(_read_calls(parsed, named, text)), partial)


def _leaves_open(extractor: Extractor, parsed: Parsed) -> bool:
    """Whether a tree may lack something of what the text says."""
    if parsed.tree.root_node.has_error:
        faults = find_faults(parsed)
        if len(faults) == MOST_FAULTS or not all(extractor.forgives(parsed, fault) for fault in faults):
            return True
    return is_too_deep(parsed) or extractor.doubts(parsed)


def _parse_for_facts(extractor: Extractor, language: Language, source: bytes, deadline: Deadline) -> Parsed | Unparsed:
    """The tree of the header where that has no fault, else of all."""
    if extractor.header is not None and len(source) <= MAX_BYTES:
        header = parse(language, extractor.header(source), deadline=deadline)
        if isinstance(header, Unparsed) or not header.tree.root_node.has_error:
            return header
    return parse(language, source, deadline=deadline)


def _make_symbols(extractor: Extractor, parsed: Parsed, found: Iterable[Defining]) -> Iterator[Symbol]:
    is_public = extractor.visibility(parsed)
    around: list[tuple[Defined, bool]] = []
    for definition, node in found:
        while around and around[-1][0].definition.end <= definition.start:
            around.pop()
        defined = Defined(parsed, node, definition, tuple(outer for outer, _ in around))
        reachable = not around or (around[-1][1] and around[-1][0].definition.kind not in _BODIES)
        public = reachable and is_public(defined)
        around.append((defined, public))
        within = extractor.within(defined)
        if is_name(definition.name) and all(map(is_name, within)):
            yield Symbol(
                name=definition.name,
                kind=definition.kind.value,
                within=within,
                first_line=definition.first_line,
                last_line=definition.last_line,
                public=public,
                signature=extractor.signature(defined)[:SIGNATURE_CHARACTERS],
            )


def _place(symbol: Symbol, text: Text) -> Symbol:
    """A symbol on the lines that git counts."""
    return symbol._replace(first_line=text.count(symbol.first_line), last_line=text.count(symbol.last_line))


def _read_calls(parsed: Parsed, nodes: Iterable[tree_sitter.Node], text: Text) -> Iterator[Call]:
    return (Call(name, text.count(line_of(node))) for node in nodes if is_name(name := read_node(parsed, node)))
