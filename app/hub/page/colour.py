"""Source code as lines of HTML, its syntax in colours."""

from functools import cache, lru_cache

from markupsafe import Markup
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, _TokenType
from pygments.util import ClassNotFound

from app.hub.page.unseen import show

MAX_CHARACTERS = 300_000
"""Longer sources stay black: colouring must not hold the page up."""

_END = Markup("</span>")
_CLASSES = (
    (Comment, "c"),
    (String.Doc, "c"),
    (String, "s"),
    (Number, "m"),
    (Keyword.Constant, "m"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "d"),
    (Name.Builtin, "b"),
    (Name.Tag, "k"),
    (Name.Attribute, "f"),
    (Punctuation, "p"),
    (Operator, "p"),
)


@lru_cache(maxsize=512)
def colour(text: str, *, path: str = "", language: str = "") -> tuple[Markup, ...]:
    """The lines of `text`, split at line feeds alone; the language is told by name, or else by the file's path."""
    if len(text) > MAX_CHARACTERS:
        return tuple(show(line) for line in text.split("\n"))
    lines: list[list[Markup]] = [[]]
    # Unprocessed: what get_tokens does to carriage returns would move every line below them.
    for _, kind, value in _find_lexer(path, language).get_tokens_unprocessed(text):
        opening = _open(kind)
        for index, piece in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if piece:
                lines[-1].append(opening + show(piece) + _END if opening else show(piece))
    return tuple(Markup("").join(parts) for parts in lines)


@cache
def _open(kind: _TokenType) -> Markup:
    name = next((name for group, name in _CLASSES if group in kind.split()), "")
    return Markup('<span class="{}">').format(name) if name else Markup("")


def _find_lexer(path: str, language: str) -> Lexer:
    try:
        return get_lexer_by_name(language) if language or not path else get_lexer_for_filename(path)
    except ClassNotFound:
        return TextLexer()
