"""What one file per language gives so that imports, packages, symbols and calls are read out of its texts.

Such a file, `app/syntax/extraction/<name>.py`, defines `EXTRACTOR: Final = Extractor(languages=(…), …)`. The
table in `app.syntax.extraction.extract` names the file. It is pure, and called in the child process alone. Its rules:

- Trees come from `parse`, not hopeless (`is_hopeless`), and may have faults; a text need not be UTF-8. It never raises
  for any tree: `child_by_field_name` may give None anywhere, and nodes may be missing (of no length).
- The frame looks at the deadline between what is yielded, and refuses a text of more than `MOST` imports and names. Of
  an import that is not sound (`app.core.fit.packed`) it takes everything instead of the names, or nothing where its
  target says nothing, and says so in `FileFacts.partial`. It puts imports in the order of their lines.
- The frame makes the symbols out of `find_definitions`: never look for definitions yourself.

Look for nodes with `find_matches`, which is a query in C, bounded in depth and in document order; not with
`QueryCursor.captures()`, whose order is that of a hash, and not with a recursion of Python, which a text can make as
deep as it likes (`node.children` of one level is fine). Climb with `is_inside`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import tree_sitter

from app.core.fit.packed import LONGEST
from app.core.fit.source_facts import Import
from app.syntax.definitions import Definition
from app.syntax.faults import DEEPEST, Fault
from app.syntax.languages import Language
from app.syntax.parsing import Parsed, load_grammar
from app.syntax.tokens import walk_tokens

SIGNATURE_CHARACTERS: Final = LONGEST
"""What is longer is cut: it still tells a change near its begin."""

MOST_DEEP: Final = 2_000
"""Nodes at the depth of `DEEPEST` that are looked into: each costs a look of its own."""

Captures = dict[str, list[tree_sitter.Node]]
"""What one match of a query found, by the names of its captures; an optional one may be missing."""


_Match = tuple[tuple[int, int], int, Captures]
"""Where it begins, the number of its pattern, and what it captured."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition with its node, and those around it, outermost first.

    `node` is what `definition` spans: with decorators where those are part of it (Python: `decorated_definition`).
    """

    parsed: Parsed
    node: tree_sitter.Node
    definition: Definition
    around: tuple[Defined, ...]


def _no_packages(_: Parsed) -> Iterable[str]:
    return ()


def _doubts_nothing(_: Parsed) -> bool:
    return False


def _forgives_nothing(_: Parsed, __: Fault) -> bool:
    return False


def _spells_nothing(_: bytes) -> Iterable[Import]:
    return ()


def _within(defined: Defined) -> tuple[str, ...]:
    return defined.definition.within


def sign_before_body(defined: Defined) -> str:
    """The text of a definition up to the node of its field `body`, as `sign` makes it; all of it if it has none."""
    body = defined.node.child_by_field_name("body")
    return sign(defined.parsed, defined.node.start_byte, body.start_byte if body else defined.node.end_byte)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """One language, or some that share a file; `parsed.language` tells which one it is.

    - `imports`: the imports of a text, one for each statement or, where one statement names several targets, one for
      each target. See `Import` for what its fields are. None for one that is there and cannot be told.
    - `packages`: what the text says it belongs to, in dots or as the language writes it.
    - `header`: from a text the first bytes of it that hold all its imports and packages, so that the rest need not be
      parsed for facts: see `cut_header`. None: there is no such part. If the header has a fault of syntax, all of the
      text is parsed.
    - `doubts`: whether a compiler may see code where the tree has none, though it has no fault.
    - `forgives`: whether a fault is one of the grammar alone, beside which nothing is missing.
    - `spelled`: what the code of a whole text takes in by a whole name, without an import of it.
    - `visibility`: looks at a whole text once (lists of exports, sections) and gives what tells of one definition
      whether code elsewhere may use it, as far as that is said at the definition itself. The frame takes a definition
      for public if this holds for it and for all around it, and if no function or method is around it.
    - `signature`: how a definition is used, on one line without its body: make it with `sign`. A changed parameter,
      default, type, base or visibility must show in it, white space and comments must not. Empty: it has none.
    - `within`: the names around a definition, where those that stand around it in the text are not it (Go: receiver).
    - `calls`: a query whose capture `@name` is the last part of what is called (`a.b.c()`: `c`); other captures are
      for its own predicates. By language where the grammars differ.
    """

    languages: tuple[Language, ...]
    imports: Callable[[Parsed], Iterable[Import | None]]
    packages: Callable[[Parsed], Iterable[str]] = _no_packages
    header: Callable[[bytes], bytes] | None = None
    doubts: Callable[[Parsed], bool] = _doubts_nothing
    forgives: Callable[[Parsed, Fault], bool] = _forgives_nothing
    spelled: Callable[[bytes], Iterable[Import]] = _spells_nothing
    visibility: Callable[[Parsed], Callable[[Defined], bool]]
    signature: Callable[[Defined], str] = sign_before_body
    within: Callable[[Defined], tuple[str, ...]] = _within
    calls: Callable[[Language], str]


def find_matches(parsed: Parsed, query: str) -> list[Captures]:
    """What a query (tree-sitter's own words) finds, in document order of the first node that each match captures.

    Every pattern of it captures something. Where `is_too_deep` holds, some may be missing.
    """
    cursor = tree_sitter.QueryCursor(_compile(parsed.language, query))
    cursor.set_max_start_depth(DEEPEST)
    deep = find_deep(parsed, DEEPEST)[:MOST_DEEP]
    matches = [match for start in (parsed.tree.root_node, *deep) for match in cursor.matches(start)]
    found = [(_place(captures), pattern, captures) for pattern, captures in matches if captures]
    found.sort(key=lambda match: match[:2])
    return [captures for *_, captures in (_drop_twins(found) if deep else found)]


def is_too_deep(parsed: Parsed) -> bool:
    """Whether a text has parts below the depth that is looked at, or more at a great depth than are looked at."""
    return bool(find_deep(parsed, 2 * DEEPEST)) or len(find_deep(parsed, DEEPEST)) > MOST_DEEP


def find_deep(parsed: Parsed, depth: int) -> list[tree_sitter.Node]:
    """The nodes that have as many nodes above them and some below them, in document order."""
    root = parsed.tree.root_node
    if root.descendant_count <= depth:
        return []
    deep: list[tree_sitter.Node] = []
    cursor = parsed.tree.walk()
    while True:
        node = cursor.node
        # whoever has fewer nodes below it than are left to go has none at that depth
        if node is not None and node.descendant_count > max(1, depth - cursor.depth):
            if cursor.depth == depth:
                deep.append(node)
            elif cursor.goto_first_child():
                continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deep


def text_of(node: tree_sitter.Node | None) -> str:
    """The text of a node, with a question mark of Unicode for what is no UTF-8; empty for none."""
    return "" if node is None else (node.text or b"").decode("utf-8", "replace")


def line_of(node: tree_sitter.Node) -> int:
    """The line on which a node begins, 1-based."""
    return node.start_point.row + 1


def is_inside(node: tree_sitter.Node, types: Collection[str]) -> bool:
    """Whether a node of one of these types is around a node. Costs little near the top of a text."""
    return find_around(node, types) is not None


def find_around(node: tree_sitter.Node, types: Collection[str]) -> tree_sitter.Node | None:
    """The innermost node of one of these types around a node."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above


def sign(parsed: Parsed, start: int, end: int) -> str:
    """A stretch of a text (offsets of bytes) as a signature: on one line, no comments, white space as if never broken.

    A trailing comma that only the broken line has goes, and so does one of `{`, `:`, `=`, `=>` and `;` at the end. What
    is within a literal stays as it is; a character that cannot be printed is shown as one that nobody knows.
    """
    line = _sign_plain(parsed, start, end)
    line = _sign_tokens(parsed, start, end) if line is None else line
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return _ENDING.sub("", line)[:SIGNATURE_CHARACTERS]


def _sign_plain(parsed: Parsed, start: int, end: int) -> str | None:
    """A short stretch without comments, literals, faults and trailing commas; None for any other.

    Its tokens need not be told apart: nothing between them is more than white space, none of it beside a bracket.
    """
    text = parsed.source[start:end]
    if len(text) > SIGNATURE_CHARACTERS // 2 or _ODD.search(text) or parsed.tree.root_node.has_error:
        return None
    return " ".join(text.decode("ascii").split())


def _sign_tokens(parsed: Parsed, start: int, end: int) -> str:
    pieces: list[str] = []
    last, at = "", start
    top = parsed.tree.root_node.descendant_for_byte_range(start, end)
    for token in walk_tokens(parsed, start, end, top):
        if token.comment:
            continue
        text = token.text(parsed.source, start, end).decode("utf-8", "replace")
        text = text if token.kind else text.strip()
        gap = parsed.source[at : token.start]
        if b"\n" in gap and last == "," and text in _CLOSING:
            pieces.pop()
            last = pieces[-1] if pieces else ""
        tight = last in _OPENING or text in _CLOSING_TIGHT or (b"\n" in gap and (last == "<" or text == ">"))
        pieces += (" " if gap and pieces and not tight else "", text)
        last, at = text, token.end
        if len(pieces) > SIGNATURE_CHARACTERS:
            break
    return "".join(pieces)


def cut_header(
    source: bytes,
    *,
    imports: re.Pattern[bytes],
    declaration: re.Pattern[bytes],
    again: re.Pattern[bytes],
    word: bytes = b"",
) -> bytes:
    """A text up to its first declaration, but never before the end of the line that has the last import.

    All three need `re.MULTILINE`; `imports` and `declaration` begin with `^`. `imports` finds what says a package too.
    `again` finds anything that may be an import, however it is written: all of a text is kept that has one further
    down. These guards keep all imports where a word in a comment, or an annotation above the package, passes for a
    declaration. `word` stands in all that `again` finds: where it is not, nobody need look.
    """
    last = 0
    for found in imports.finditer(source):
        last = found.end()
    line_end = source.find(b"\n", last) + 1 or len(source)
    first = declaration.search(source, line_end if last else 0)
    if first is None:
        return source
    begin = first.start()
    return source if source.find(word, begin) >= 0 and again.search(source, begin) else source[:begin]


_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}>")
_CLOSING_TIGHT: Final = frozenset(")]},;")
_ODD: Final = re.compile(
    rb"[^\x20-\x7e\t\r\n]|[\"'`/#%\\]|--|<!"
    rb"|(?<=\S)(?: {2,}| *\t[ \t]*)(?=\S)"
    rb"|[(\[{]\s|\s[)\]},;]|<\s*[\r\n]|\n\s*>"
)
"""What may belong to a comment or a literal, white space that may, and that which goes."""

_ENDING: Final = re.compile(r"\s*(?:\{|:|=>|=|;)$")


def _drop_twins(found: Iterable[_Match]) -> Iterable[_Match]:
    """Without the matches at the depth where one look ends and the next begins, which both have."""
    alone: dict[tuple[int, ...], _Match] = {}
    for match in found:
        nodes = (node.id for nodes in match[2].values() for node in nodes)
        alone.setdefault((match[1], *nodes), match)
    return alone.values()


def _place(captures: Captures) -> tuple[int, int]:
    node = min((nodes[0] for nodes in captures.values()), key=lambda node: (node.start_byte, -node.end_byte))
    return node.start_byte, -node.end_byte


@lru_cache(maxsize=256)
def _compile(language: Language, query: str) -> tree_sitter.Query:
    grammar = load_grammar(language)
    assert grammar is not None, "a text of this language has been parsed"  # noqa: S101 - invariant of Parsed
    return tree_sitter.Query(grammar, query)
