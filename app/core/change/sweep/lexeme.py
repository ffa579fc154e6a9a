"""A line of any language as tokens: names, numbers, string literals whole, white space, single characters.

Together they are the line, so a line made of mapped tokens is exact. What looks like a string literal is never looked
into, except where an import says with it which module it means.
"""

from __future__ import annotations

import re
from functools import lru_cache

_STRINGS = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`"""
_WORD = r"[A-Za-z_$][\w$]*"
_REST = r"\d[\w.]*|\s+|."

_TOKENS = re.compile(rf"{_STRINGS}|{_WORD}|{_REST}", re.ASCII)
_BARE_TOKENS = re.compile(rf"{_WORD}|{_REST}", re.ASCII)
_PATH_TOKENS = re.compile(rf"{_STRINGS}|{_WORD}(?:(?:\.|::){_WORD})*|{_REST}", re.ASCII)
_BARE_PATH_TOKENS = re.compile(rf"[A-Za-z_$@][\w$-]*(?:(?:[./-]|::)[\w$-]+)*|{_REST}", re.ASCII)

_IMPORT = re.compile(
    r"(?:\b(?:from|import|require|include|include_once|require_once|mock)\b|\#\s*include)\s*\(?\s*"
    r"""(?:"[\w@./~-]+"|'[\w@./~-]+'|<[\w@./~-]+>)\s*\)?\s*;?\s*""",
    re.ASCII,
)
_GO_IMPORT = re.compile(r"\s*(?:[\w.]+\s+)?\"[\w.~-]+(?:/[\w.~-]+)+\"", re.ASCII)
_NAME = re.compile(r"[A-Za-z_$@][\w$@./:-]*", re.ASCII)
_SEGMENTS = re.compile(r"[./]|::")
_VERSION = re.compile(r"v\d+", re.ASCII)

_WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"

LEAST_NAME = 3
"""Characters of a name that is more than a place-holder like `i` or `x`."""

_RESERVED = """
abstract actor alias align all and any array as assert async atomic auto await base begin bool boolean break byte
call case catch chan char checked class companion const constexpr constructor continue crate data debugger declare
default defer deferred defined def del delegate delete deny allow do done double dyn each elif else elseif end enum
ensure eval event every except exec explicit export extends extern external fail false fallthrough false final
finally first fixed float fn for foreach from fun func function get global go goto guard if impl implements implicit
import in include init inline inner inout instanceof int int8 int16 int32 int64 interface internal is isnt join
lambda last lazy let local lock long loop match max maybe min mod module move mut namespace native new next nil no
none nonlocal not null nullptr number object off on open operator optional or out override package panic param
partial pass private private_class_method protected protocol pub public raise readonly record redo ref register
repeat require required rescue restrict rethrow retry return safe sealed select self set shared short signed sizeof
some static str strict string struct sub super suspend switch sync synchronized template then this throw throws
trait transient true try type typealias typedef typeof uint uint8 uint16 uint32 uint64 undefined union unless
unsafe unsigned until use using val value var virtual void volatile when where while with without xor yes yield
always never disable disabled enable enabled insecure secure skip trusted untrusted verify noverify
asserttrue assertfalse assertequal assertnotequal
"""
RESERVED = frozenset(_RESERVED.split())
"""Words that decide what happens where they stand: no edit of them is a matter of naming."""

_CONTROL = """
    and assert await break case catch continue defer do elif else elseif except false finally for foreach goto guard if
in is loop match nil no none not null or panic pass raise rescue retry return select switch throw throws true try
undefined unless until when while with xor yes yield
"""
CONTROL = frozenset(_CONTROL.split())
"""Words that decide something in a line of code."""


def split_line(text: str, *, paths: bool, go: bool = False) -> list[str]:
    """The tokens of a line. With `paths`, names joined by dots or colons (in imports: slashes too) are one token."""
    bare = is_import(text, go=go)
    if paths:
        return (_BARE_PATH_TOKENS if bare else _PATH_TOKENS).findall(text)
    return (_BARE_TOKENS if bare else _TOKENS).findall(text)


def is_import(text: str, *, go: bool) -> bool:
    """Whether a line ends in the quoted name of what it imports."""
    if not has_quotes(text) and ">" not in text:
        return False
    if go and _GO_IMPORT.fullmatch(text.rstrip()):
        return True
    return any(match.end() == len(text) for match in _IMPORT.finditer(text))


def has_quotes(text: str) -> bool:
    """Whether a string literal may stand in a line."""
    return '"' in text or "'" in text or "`" in text


def last_word(text: str) -> str:
    """The last word or mark of a text, or `start` where there is none."""
    text = text.rstrip()
    return text[len(text.rstrip(_WORD_CHARACTERS)) :] or text[-1:] or "start"


def first_word(text: str) -> str:
    """The first word or mark of a text, or `end` where there is none."""
    text = text.lstrip()
    return text[: len(text) - len(text.lstrip(_WORD_CHARACTERS))] or text[:1] or "end"


def is_name(token: str) -> bool:
    """Whether a token names something, at least by three characters, and decides nothing."""
    if not _NAME.fullmatch(token):
        return False
    segments = _SEGMENTS.split(token)
    return all(_VERSION.fullmatch(one) or one.lower() not in RESERVED for one in segments) and (
        len(token) >= LEAST_NAME or _VERSION.fullmatch(token) is not None
    )


@lru_cache(maxsize=4096)
def classify_token(token: str) -> str:
    """What kind of neighbour a token is: itself, if it is a mark or a word that decides."""
    first = token[0]
    if first in "\"'`":
        return "text"
    if first.isdigit():
        return "number"
    if first.isalpha() or first in "_$@":
        return token if token.lower() in RESERVED else "name"
    return token
