"""Tells a secret from what stands in its place: an example, a variable, a word."""

from __future__ import annotations

import re

_STANDS_FOR_SOMETHING = re.compile(
    r"""
      <[^<>]*> | \{\{.*\}\} | \{\w*\} | %\(\w+\)s                          # a template's hole
    | [$\#]\{ | \$\( | @\{\[ | `[^`]+`                                     # code that is run to fill one: it is shown
    | \*{3,} | \.{3} | … | _{4,}                                           # somebody drew a blank
    | example | change[_-]?me | placeholder | redacted | your[_-] | dummy | replace[_-]?(?:me|with) | insert[_-]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FEW_CHARACTERS = 3
_RUN_OF_X = re.compile(r"x{4,}", re.IGNORECASE)
_LONG_RUN_OF_X = re.compile(r"x{8,}", re.IGNORECASE)
_LONG = 100  # in the Base64 of one key in some hundreds, four x stand in a row by chance
_WORDS = re.compile(
    r"passw(?:or)?d|passphrase|password|secret|token|api|key|access|test|testing|fake|mock|sample|default|none|null"
    r"|user(?:name)?|admin|root|guest|postgres|mysql|redis|rabbitmq|minio|local(?:host)?|dev|foo|bar|baz|qwerty"
    r"|abc|my|the|some|super|value|string|here|auth|credential|s3cr3t|letmein|true|false",
    re.IGNORECASE,
)
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_LETTERS = re.compile(r"[A-Za-z]")
_NAME = re.compile(r"_*[A-Za-z]+\d{0,2}(?:[._/:@+-]{1,2}[A-Za-z]+\d{0,2})*[._/:=-]?")
_LEADS_ELSEWHERE = re.compile(
    r"[A-Za-z_]\w{0,30}(?:(?:\.|->|::)[A-Za-z_]\w{0,30})+|https?://.*|\.{0,2}/[\w./-]*|~/.*|[$%&]\w+|arn:.*"
)
_PATTERN = re.compile(r"\\[wdsbWDSB]|\(\?|\[\^?[^\]]{1,20}-")
_ENOUGH_LEFT = 4
_MEAN_WORD = 3.2  # letters between changes of case: random text has about 2
_READ = 1_000  # of a longer value: these patterns run backtracking, and a value may be as long as its file


def is_placeholder(secret: str) -> bool:
    """Whether the text openly stands for a secret: `<token>`, `${VAR}`, `changeme`, `xxxx…`, one repeated character."""
    drawn = _LONG_RUN_OF_X if len(secret) > _LONG else _RUN_OF_X
    read = secret[:_READ]
    return len(set(secret)) <= _FEW_CHARACTERS or any(found.search(read) for found in (_STANDS_FOR_SOMETHING, drawn))


def is_stock(value: str) -> bool:
    """Whether little is left of a value without the words everybody writes: `password123`, `test-token-1`."""
    left = _WORDS.sub("", value[:_READ])
    return len(_LETTERS.findall(left)) < _ENOUGH_LEFT and len(set(left)) < 2 * _ENOUGH_LEFT


def is_name(value: str) -> bool:
    """Whether a value reads as the name of something, a path, a reference or a pattern."""
    value = value[:_READ]
    if _NAME.fullmatch(value):
        pieces = _PIECES.findall(value)
        return len("".join(pieces)) >= _MEAN_WORD * len(pieces)
    return _LEADS_ELSEWHERE.fullmatch(value) is not None or _PATTERN.search(value) is not None
