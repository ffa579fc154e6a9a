"""What one line of a file defines, told by its look, without knowing languages.

Whoever is in doubt takes a name for defined: that costs a reading, the other mistake costs a fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 2_000
"""Characters of a line in which definitions are looked for; code that people read has none longer."""

NAME = re.compile(r"[^\W\d]\w*")
WORDS = frozenset(
    {
        *("if", "elif", "else", "for", "while", "switch", "case", "catch", "try", "except", "finally"),
        *("return", "yield", "await", "async", "def", "class", "func", "function", "fn", "fun", "interface", "struct"),
        *("enum", "trait", "impl", "const", "let", "var", "val", "static", "public", "private", "protected"),
        *("export", "import", "as", "in", "is", "not", "and", "or", "this", "self", "super"),
        *("true", "false", "none", "null", "nil", "void", "int", "str", "bool", "float", "string", "final", "abstract"),
        *("True", "False", "None", "pass", "break", "continue", "raise", "throw", "throws", "lambda", "package"),
    }
)
"""Words of languages, which are no names of anything."""

_QUALIFIED = r"[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*"
_DEFINING = re.compile(
    r"\b(?:def|class|func|function|fn|fun|interface|struct|enum|union|trait|type|typedef|module|macro|sub|proc"
    r"|const|let|var|val|package|namespace|record|protocol|extension|object|define|mod|static|table|view|trigger)\b"
    rf"[\s*&]*(?:\([^()]*\)\s*)?({_QUALIFIED})",
    re.IGNORECASE,
)
_OPENING = re.compile(r"([^\W\d]\w*)[?!]?\s*\([^;]*\{\s*\Z")
_TYPED = re.compile(r"\s*(?=\S)(\w*)[\w<>\[\],:*&?.~@]*\s+(?:[\w<>\[\],:*&?.~@]+\s+)*[*&~]*([\w:~.]+)\s*\Z")
_STATING = frozenset({"return", "await", "yield", "raise", "throw", "new", "else", "assert", "del", "not", "case"})
_FUNCTION = re.compile(r"\b(?:def|func|function|fn|fun|sub|proc)\b|=>", re.IGNORECASE)
_OUTERMOST = re.compile(r"([^\W\d]\w*)\s*[:=({<]")
_ASSIGNED = re.compile(
    r"\s*(?:[-+*]\s+)?(?:\w+\s+){0,3}?([\"']?[^\W\d][\w.$-]*(?:\[[^\]]*\])?[\"']?)"
    r"\s*(?::(?!:)|:?=(?![=>])|[-+*/|&^%?]{1,2}=)"
)
_ABOVE = re.compile(r"\s*(?:@[\w.]+\s*(?:\(.*)?|#!?\[.*|\[[A-Z]\w*.*\])\s*\Z")
_IMPORTING = re.compile(r"\s*(?:pub\s+use|from|import|export|use|using|require\w*|include|extern|load|source)\b")
_PUTTING = re.compile(
    r"\b(?:setattr|delattr|patch|defineProperty|assign|define_method|alias_method|alias|undef|impl|monkeypatch)\b"
)
_ALL = re.compile(r"\s*(?:from\b.*\bimport\s+\*|export\s+\*|pub\s+use\b.*\*)")
_USED = re.compile(r"(?:[.@>$]|::)\s*([^\W\d]\w*)|([^\W\d]\w*)\s*(?:\(|!(?!=))")


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says. `depth` is its indentation.

    `defined` names what stands in and below it, `outermost` what may; `assigned` what it sets itself, `own` among these
    what could be local. `local`: it begins a function. `above`: it belongs to the definition below. `opens`: what it
    imports goes on below.
    """

    depth: int
    defined: frozenset[str] = frozenset()
    outermost: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    local: bool = False
    above: bool = False
    opens: bool = False


def read_line(text: str) -> Told:
    """What a line defines, and for which other lines."""
    depth = len(text) - len(text.lstrip())
    if len(text) > _LONGEST:
        return Told(depth, outermost=find_names(text))
    defined = read_definitions(text)
    if _IMPORTING.match(text) or _PUTTING.search(text):
        opens = _IMPORTING.match(text) is not None and text.rstrip().endswith(("(", "{"))
        return Told(depth, defined, assigned=find_names(text), opens=opens and not _FUNCTION.search(text))
    outermost = _OUTERMOST.match(text)
    set_by_name, own = _read_assigned(text)
    return Told(
        depth,
        defined,
        frozenset() if outermost is None else frozenset({outermost[1]}) - WORDS,
        set_by_name,
        own,
        local=bool(defined) and _begins_function(text),
        above=not defined and _ABOVE.match(text) is not None,
    )


def read_definitions(text: str) -> frozenset[str]:
    """The names that a line defines by a word or a look which says so."""
    if len(text) > _LONGEST:
        return find_names(text)
    found = {name for whole in _DEFINING.findall(text) for name in NAME.findall(whole)}
    if opening := _OPENING.search(text):
        found.add(opening[1])
    return (frozenset(found) | _read_typed(text)) - WORDS


def find_names(text: str) -> frozenset[str]:
    """All names in a text."""
    return frozenset(NAME.findall(text)) - WORDS


def find_used(text: str) -> frozenset[str]:
    """The names that are called in a text, or taken of something."""
    return frozenset(one or other for one, other in _USED.findall(text[:_LONGEST])) - WORDS


def takes_all(text: str) -> bool:
    """Whether a line hands on whatever another file has, so that nobody sees which names."""
    return _ALL.match(text) is not None


def _begins_function(text: str) -> bool:
    return _FUNCTION.search(text) is not None or _OPENING.search(text) is not None or bool(_read_typed(text))


def _read_typed(text: str) -> frozenset[str]:
    """The name that types stand before and parameters after, as in `static int total(`."""
    head, bracket, _ = text.partition("(")
    if not bracket or text.rstrip().endswith(";"):
        return frozenset()
    found = _TYPED.match(head)
    return frozenset() if found is None or found[1] in _STATING else find_names(found[2])


def _read_assigned(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a line sets: names that others may see wherever it stands, and names that could be local."""
    found = _ASSIGNED.match(text)
    if found is None:
        return frozenset(), frozenset()
    names = find_names(found[1])
    plain = NAME.fullmatch(found[1]) is not None and not found[1].isupper()
    return (frozenset[str](), names) if plain else (names, frozenset[str]())
